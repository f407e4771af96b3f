// From a datagram to a whole frame, or to nothing at all.
#pragma once

#include <cstddef>
#include <cstdint>

#include "Eyebridge/Export.h"
#include "Eyebridge/Frame.h"

namespace Eyebridge
{
	enum class Verdict : std::uint8_t
	{
		// A whole frame.
		Frame,
		// Not sound OSC, or longer than a datagram may be.
		Damaged,
		// Sound OSC, but no frame or not all of one.
		NotAFrame,
		// A frame of a protocol that is newer than this reader; the user should be told once.
		NewerVersion,
	};

	// Reads one datagram; values out of range are clamped. `Out` is written only when the verdict is Frame.
	EYEBRIDGECORE_API Verdict Decode(const std::uint8_t* Data, std::size_t Size, Frame& Out);
}
