// The mood's light as factors of the artist's own light, within limits that the artist sets.
#pragma once

#include "Eyebridge/Export.h"
#include "Eyebridge/Frame.h"

namespace Eyebridge
{
	struct LightLimits
	{
		// How much of the mood is shown: 0 leaves every light alone, 1 shows it whole.
		float Strength = 1.0f;

		// The light's own brightness times this is the darkest and the brightest it gets.
		float Darkest = 0.25f;
		float Brightest = 2.0f;
	};

	// What to multiply a light's own linear colour and intensity by. All 1 is the artist's own light, exactly.
	struct LightFactors
	{
		float Red = 1.0f;
		float Green = 1.0f;
		float Blue = 1.0f;
		float Intensity = 1.0f;
	};

	EYEBRIDGECORE_API LightFactors LightOf(const FrameValues& Values, const LightLimits& Limits);
}
