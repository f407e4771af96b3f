#include "Eyebridge/Light.h"

#include <algorithm>

namespace Eyebridge
{
	LightFactors LightOf(const FrameValues& Values, const LightLimits& Limits)
	{
		const float Strength = std::clamp(Limits.Strength, 0.0f, 1.0f);
		const auto Factor = [&Values, Strength](std::size_t Index)
		{ return 1.0f + (Values[At::Light + Index] - 1.0f) * Strength; };
		const float Intensity = std::max(Limits.Darkest, std::min(Factor(3), Limits.Brightest));
		return {Factor(0), Factor(1), Factor(2), Intensity};
	}
}
