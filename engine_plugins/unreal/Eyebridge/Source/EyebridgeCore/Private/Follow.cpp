#include "Eyebridge/Follow.h"

#include <algorithm>

namespace Eyebridge
{
	namespace
	{
		// How much later a count is than another, modulo CountLimit.
		std::uint32_t Since(std::int32_t Later, std::int32_t Earlier)
		{
			return (static_cast<std::uint32_t>(Later) - static_cast<std::uint32_t>(Earlier)) % CountLimit;
		}

		float Smooth(double Part)
		{
			const double X = std::clamp(Part, 0.0, 1.0);
			return static_cast<float>(X * X * (3.0 - 2.0 * X));
		}

		// Both ends are met exactly.
		float Mix(float From, float To, float Part)
		{
			return From * (1.0f - Part) + To * Part;
		}
	}

	bool Follow::Take(const Frame& Newer, double Now)
	{
		if (!HasStopped(Now))
		{
			const std::uint32_t Ahead = Since(Newer.Sequence, Newest.Sequence);
			if (Ahead == 0 || Ahead >= CountLimit / 2)
			{
				return false;
			}
			LostCount += Ahead - 1;
		}
		Before = ValuesAt(Now);
		Glide = GlideTo(Newer, Now);
		Newest = Newer;
		TakenAt = Now;
		bHeard = true;
		return true;
	}

	double Follow::GlideTo(const Frame& Newer, double Now) const
	{
		const double Apart = HasStopped(Now) ? Timing.LongestGlide : Since(Newer.Time, Newest.Time) * 1e-6;
		return std::min(Apart, Timing.LongestGlide);
	}

	FrameValues Follow::ValuesAt(double Now) const
	{
		if (!bHeard)
		{
			return Neutral;
		}
		const double Age = Now - TakenAt;
		const float Glided = Age >= Glide ? 1.0f : static_cast<float>(std::max(0.0, Age / Glide));
		const float Eased = HasStopped(Now) ? Smooth((Age - Timing.Timeout) / Timing.Ease) : 0.0f;
		FrameValues Values;
		for (std::size_t N = 0; N < ValueCount; ++N)
		{
			Values[N] = Mix(Mix(Before[N], Newest.Values[N], Glided), Neutral[N], Eased);
		}
		return Values;
	}

	bool Follow::IsNeutral(double Now) const
	{
		return !bHeard || Now - TakenAt >= Timing.Timeout + Timing.Ease;
	}
}
