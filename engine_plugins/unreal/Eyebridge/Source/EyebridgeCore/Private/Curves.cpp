#include "Eyebridge/Curves.h"

#include <algorithm>

namespace Eyebridge
{
	namespace
	{
		constexpr float RadiansPerDegree = 0.017453292519943295f;

		constexpr std::size_t LeftEyeAt = 55;
		constexpr std::size_t RightEyeAt = 58;
		static_assert(CurveNames[LeftEyeAt] == "LeftEyeYaw" && CurveNames[RightEyeAt] == "RightEyeYaw");
	}

	CurveValues CurvesOf(const FrameValues& Values)
	{
		CurveValues Curves{};
		std::copy_n(Values.begin() + At::Weights, WeightCount, Curves.begin());
		for (std::size_t Axis = 0; Axis < 2; ++Axis) // yaw, pitch
		{
			Curves[LeftEyeAt + Axis] = -RadiansPerDegree * Values[At::Gaze + Axis];
			Curves[RightEyeAt + Axis] = -RadiansPerDegree * Values[At::Gaze + 2 + Axis];
		}
		return Curves;
	}
}
