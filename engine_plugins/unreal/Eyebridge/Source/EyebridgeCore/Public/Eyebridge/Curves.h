// The face as Live Link carries it: the 61 curves of Apple's face tracking in Epic's order (EARFaceBlendShape).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "Eyebridge/Export.h"
#include "Eyebridge/Frame.h"

namespace Eyebridge
{
	inline constexpr std::size_t CurveCount = 61;

	inline constexpr std::array<std::string_view, CurveCount> CurveNames = {{
		"EyeBlinkLeft", "EyeLookDownLeft", "EyeLookInLeft", "EyeLookOutLeft", "EyeLookUpLeft", "EyeSquintLeft",
		"EyeWideLeft", "EyeBlinkRight", "EyeLookDownRight", "EyeLookInRight", "EyeLookOutRight", "EyeLookUpRight",
		"EyeSquintRight", "EyeWideRight", "JawForward", "JawLeft", "JawRight", "JawOpen", "MouthClose",
		"MouthFunnel", "MouthPucker", "MouthLeft", "MouthRight", "MouthSmileLeft", "MouthSmileRight",
		"MouthFrownLeft", "MouthFrownRight", "MouthDimpleLeft", "MouthDimpleRight", "MouthStretchLeft",
		"MouthStretchRight", "MouthRollLower", "MouthRollUpper", "MouthShrugLower", "MouthShrugUpper",
		"MouthPressLeft", "MouthPressRight", "MouthLowerDownLeft", "MouthLowerDownRight", "MouthUpperUpLeft",
		"MouthUpperUpRight", "BrowDownLeft", "BrowDownRight", "BrowInnerUp", "BrowOuterUpLeft", "BrowOuterUpRight",
		"CheekPuff", "CheekSquintLeft", "CheekSquintRight", "NoseSneerLeft", "NoseSneerRight", "TongueOut",
		"HeadYaw", "HeadPitch", "HeadRoll", "LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll", "RightEyeYaw",
		"RightEyePitch", "RightEyeRoll",
	}};

	using CurveValues = std::array<float, CurveCount>;

	// Weights as they are; turns in radians, positive yaw to the wearer's right and positive pitch down, as the face capture
	// app sends them. The head stays at 0: a headset has its own.
	EYEBRIDGECORE_API CurveValues CurvesOf(const FrameValues& Values);
}
