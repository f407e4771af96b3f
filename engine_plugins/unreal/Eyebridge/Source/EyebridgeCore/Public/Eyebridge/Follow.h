// From frames that come when they like to a face at any moment: newer frames only, gliding from one to the next, easing to
// neutral when they stop. Time is an argument, in seconds on any clock that does not run backwards.
#pragma once

#include <cstdint>

#include "Eyebridge/Export.h"
#include "Eyebridge/Frame.h"

namespace Eyebridge
{
	struct FollowTiming
	{
		// Seconds without a newer frame before the face eases to neutral and the sequence is forgotten.
		double Timeout = 0.5;

		// Seconds that the way to neutral takes.
		double Ease = 0.5;

		// Seconds; frames further apart are not glided over for longer, nor is the first one after a pause.
		double LongestGlide = 0.1;
	};

	class EYEBRIDGECORE_API Follow
	{
	public:
		explicit Follow(FollowTiming InTiming = {}) : Timing(InTiming) {}

		// Takes a frame that came at `Now`. Returns false for a duplicate and for one that comes late.
		bool Take(const Frame& Newer, double Now);

		// The face at `Now`, on the way from what was shown when the newest frame came to that frame: as long as frames
		// are apart by their own time, so that every display rate shows a steady movement.
		FrameValues ValuesAt(double Now) const;

		// Whether the face has come to rest at neutral, so that nothing needs to be applied until the next frame.
		bool IsNeutral(double Now) const;

		// Flags of the newest frame, or none at all once frames have stopped.
		std::int32_t FlagsAt(double Now) const { return HasStopped(Now) ? 0 : Newest.Flags; }

		// Frames that were sent and never taken, as the sequence tells.
		std::uint64_t Lost() const { return LostCount; }

	private:
		bool HasStopped(double Now) const { return !bHeard || Now - TakenAt >= Timing.Timeout; }
		double GlideTo(const Frame& Newer, double Now) const;

		FollowTiming Timing;
		Frame Newest;
		FrameValues Before = Neutral;
		double TakenAt = 0.0;
		double Glide = 0.0;
		std::uint64_t LostCount = 0;
		bool bHeard = false;
	};
}
