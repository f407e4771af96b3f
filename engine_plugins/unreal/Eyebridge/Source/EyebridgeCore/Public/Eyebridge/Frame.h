// One moment of the wearer's face as PROTOCOL.md defines it: a value of fixed size, and the tables that say what is in it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace Eyebridge
{
	inline constexpr std::int32_t ProtocolVersion = 1;
	inline constexpr std::uint16_t FramePort = 13937;
	inline constexpr std::uint16_t CommandPort = 13938;

	// Sequence and time are counted modulo this.
	inline constexpr std::uint32_t CountLimit = 0x80000000u;

	// What a program may ask of eyebridge, one message without arguments in a datagram of its own to the command port.
	inline constexpr std::string_view RecenterCommand = "/eyebridge/recenter";
	inline constexpr std::string_view CalibrateCommand = "/eyebridge/calibrate";

	inline constexpr std::size_t WeightCount = 52;
	inline constexpr std::size_t ValueCount = 106;

	// Where each group of floats begins among a frame's values.
	namespace At
	{
		inline constexpr std::size_t Quality = 0;
		inline constexpr std::size_t Weights = 1;
		inline constexpr std::size_t Gaze = 53;
		inline constexpr std::size_t Channels = 57;
		inline constexpr std::size_t ActionUnits = 79;
		inline constexpr std::size_t Emotions = 89;
		inline constexpr std::size_t Light = 94;
		inline constexpr std::size_t Look = 99;
		inline constexpr std::size_t Signal = 102;
	}

	using FrameValues = std::array<float, ValueCount>;

	// One float on the wire.
	struct ValueRow
	{
		std::string_view Name;
		float Low;
		float High;

		// The value of what is not known, and what to ease to when frames stop.
		float Neutral;
	};

	// Every float of a frame in its order on the wire. Angles are in degrees; left and right are the wearer's own.
	inline constexpr std::array<ValueRow, ValueCount> ValueTable = {{
		// frame
		{"quality", 0.0f, 1.0f, 0.0f},
		// weights/eyes
		{"eyeBlinkLeft", 0.0f, 1.0f, 0.0f},
		{"eyeLookDownLeft", 0.0f, 1.0f, 0.0f},
		{"eyeLookInLeft", 0.0f, 1.0f, 0.0f},
		{"eyeLookOutLeft", 0.0f, 1.0f, 0.0f},
		{"eyeLookUpLeft", 0.0f, 1.0f, 0.0f},
		{"eyeSquintLeft", 0.0f, 1.0f, 0.0f},
		{"eyeWideLeft", 0.0f, 1.0f, 0.0f},
		{"eyeBlinkRight", 0.0f, 1.0f, 0.0f},
		{"eyeLookDownRight", 0.0f, 1.0f, 0.0f},
		{"eyeLookInRight", 0.0f, 1.0f, 0.0f},
		{"eyeLookOutRight", 0.0f, 1.0f, 0.0f},
		{"eyeLookUpRight", 0.0f, 1.0f, 0.0f},
		{"eyeSquintRight", 0.0f, 1.0f, 0.0f},
		{"eyeWideRight", 0.0f, 1.0f, 0.0f},
		// weights/mouth
		{"jawForward", 0.0f, 1.0f, 0.0f},
		{"jawLeft", 0.0f, 1.0f, 0.0f},
		{"jawRight", 0.0f, 1.0f, 0.0f},
		{"jawOpen", 0.0f, 1.0f, 0.0f},
		{"mouthClose", 0.0f, 1.0f, 0.0f},
		{"mouthFunnel", 0.0f, 1.0f, 0.0f},
		{"mouthPucker", 0.0f, 1.0f, 0.0f},
		{"mouthLeft", 0.0f, 1.0f, 0.0f},
		{"mouthRight", 0.0f, 1.0f, 0.0f},
		{"mouthSmileLeft", 0.0f, 1.0f, 0.0f},
		{"mouthSmileRight", 0.0f, 1.0f, 0.0f},
		{"mouthFrownLeft", 0.0f, 1.0f, 0.0f},
		{"mouthFrownRight", 0.0f, 1.0f, 0.0f},
		{"mouthDimpleLeft", 0.0f, 1.0f, 0.0f},
		{"mouthDimpleRight", 0.0f, 1.0f, 0.0f},
		{"mouthStretchLeft", 0.0f, 1.0f, 0.0f},
		{"mouthStretchRight", 0.0f, 1.0f, 0.0f},
		{"mouthRollLower", 0.0f, 1.0f, 0.0f},
		{"mouthRollUpper", 0.0f, 1.0f, 0.0f},
		{"mouthShrugLower", 0.0f, 1.0f, 0.0f},
		{"mouthShrugUpper", 0.0f, 1.0f, 0.0f},
		{"mouthPressLeft", 0.0f, 1.0f, 0.0f},
		{"mouthPressRight", 0.0f, 1.0f, 0.0f},
		{"mouthLowerDownLeft", 0.0f, 1.0f, 0.0f},
		{"mouthLowerDownRight", 0.0f, 1.0f, 0.0f},
		{"mouthUpperUpLeft", 0.0f, 1.0f, 0.0f},
		{"mouthUpperUpRight", 0.0f, 1.0f, 0.0f},
		// weights/brows
		{"browDownLeft", 0.0f, 1.0f, 0.0f},
		{"browDownRight", 0.0f, 1.0f, 0.0f},
		{"browInnerUp", 0.0f, 1.0f, 0.0f},
		{"browOuterUpLeft", 0.0f, 1.0f, 0.0f},
		{"browOuterUpRight", 0.0f, 1.0f, 0.0f},
		// weights/cheeks
		{"cheekPuff", 0.0f, 1.0f, 0.0f},
		{"cheekSquintLeft", 0.0f, 1.0f, 0.0f},
		{"cheekSquintRight", 0.0f, 1.0f, 0.0f},
		// weights/nose
		{"noseSneerLeft", 0.0f, 1.0f, 0.0f},
		{"noseSneerRight", 0.0f, 1.0f, 0.0f},
		// weights/tongue
		{"tongueOut", 0.0f, 1.0f, 0.0f},
		// gaze
		{"left_yaw", -90.0f, 90.0f, 0.0f},
		{"left_pitch", -90.0f, 90.0f, 0.0f},
		{"right_yaw", -90.0f, 90.0f, 0.0f},
		{"right_pitch", -90.0f, 90.0f, 0.0f},
		// channels
		{"lid_openness_left", 0.0f, 1.0f, 1.0f},
		{"lid_openness_right", 0.0f, 1.0f, 1.0f},
		{"widen_left", 0.0f, 1.0f, 0.0f},
		{"widen_right", 0.0f, 1.0f, 0.0f},
		{"squint_left", 0.0f, 1.0f, 0.0f},
		{"squint_right", 0.0f, 1.0f, 0.0f},
		{"brow_inner_up_left", 0.0f, 1.0f, 0.0f},
		{"brow_inner_up_right", 0.0f, 1.0f, 0.0f},
		{"brow_outer_up_left", 0.0f, 1.0f, 0.0f},
		{"brow_outer_up_right", 0.0f, 1.0f, 0.0f},
		{"brow_down_left", 0.0f, 1.0f, 0.0f},
		{"brow_down_right", 0.0f, 1.0f, 0.0f},
		{"cheek_raise_left", 0.0f, 1.0f, 0.0f},
		{"cheek_raise_right", 0.0f, 1.0f, 0.0f},
		{"gaze_yaw_left", -45.0f, 45.0f, 0.0f},
		{"gaze_yaw_right", -45.0f, 45.0f, 0.0f},
		{"gaze_pitch_left", -45.0f, 45.0f, 0.0f},
		{"gaze_pitch_right", -45.0f, 45.0f, 0.0f},
		{"pupil_left", 0.0f, 1.0f, 0.4f},
		{"pupil_right", 0.0f, 1.0f, 0.4f},
		{"visible_left", 0.0f, 1.0f, 0.0f},
		{"visible_right", 0.0f, 1.0f, 0.0f},
		// action_units
		{"neutral", 0.0f, 1.0f, 1.0f},
		{"brow_raise_left", 0.0f, 1.0f, 0.0f},
		{"brow_raise_right", 0.0f, 1.0f, 0.0f},
		{"brow_lower", 0.0f, 1.0f, 0.0f},
		{"upper_lid_raise", 0.0f, 1.0f, 0.0f},
		{"squint", 0.0f, 1.0f, 0.0f},
		{"eyes_closed", 0.0f, 1.0f, 0.0f},
		{"wink_left", 0.0f, 1.0f, 0.0f},
		{"wink_right", 0.0f, 1.0f, 0.0f},
		{"cheek_raise", 0.0f, 1.0f, 0.0f},
		// emotions
		{"neutral", 0.0f, 1.0f, 1.0f},
		{"anger", 0.0f, 1.0f, 0.0f},
		{"surprise", 0.0f, 1.0f, 0.0f},
		{"happiness", 0.0f, 1.0f, 0.0f},
		{"closed_eyes", 0.0f, 1.0f, 0.0f},
		// light
		{"red", 0.0f, 1.0f, 1.0f},
		{"green", 0.0f, 1.0f, 1.0f},
		{"blue", 0.0f, 1.0f, 1.0f},
		{"intensity", 0.0f, 2.0f, 1.0f},
		{"temperature", 1000.0f, 40000.0f, 6500.0f},
		// look
		{"yaw", -90.0f, 90.0f, 0.0f},
		{"pitch", -90.0f, 90.0f, 0.0f},
		{"distance", 0.0f, 20.0f, 0.0f},
		// signal
		{"contact", -1.0f, 1.0f, 0.0f},
		{"seconds", 0.0f, 86400.0f, 0.0f},
		{"approach", -1.0f, 1.0f, 0.0f},
		{"agreement", -1.0f, 1.0f, 0.0f},
	}};

	// One message of a frame: its integers come first, then its floats.
	struct MessageRow
	{
		std::string_view Address;
		std::size_t Ints;

		// The first of its floats among a frame's values, and how many there are.
		std::size_t First;
		std::size_t Floats;

		// Whether a frame may do without it; what it would say is at neutral then.
		bool bOptional = false;
	};

	// Every message of a frame: the first opens it, the last closes it, those between come in any order.
	inline constexpr std::array<MessageRow, 15> MessageTable = {{
		{"/eyebridge/frame", 4, At::Quality, 1},
		{"/eyebridge/weights/eyes", 0, At::Weights, 14},
		{"/eyebridge/weights/mouth", 0, At::Weights + 14, 27},
		{"/eyebridge/weights/brows", 0, At::Weights + 41, 5},
		{"/eyebridge/weights/cheeks", 0, At::Weights + 46, 3},
		{"/eyebridge/weights/nose", 0, At::Weights + 49, 2},
		{"/eyebridge/weights/tongue", 0, At::Weights + 51, 1},
		{"/eyebridge/gaze", 0, At::Gaze, 4},
		{"/eyebridge/channels", 0, At::Channels, 22},
		{"/eyebridge/action_units", 0, At::ActionUnits, 10},
		{"/eyebridge/emotions", 0, At::Emotions, 5},
		{"/eyebridge/light", 0, At::Light, 5},
		{"/eyebridge/look", 0, At::Look, 3, true},
		{"/eyebridge/signal", 0, At::Signal, 4, true},
		{"/eyebridge/end", 1, ValueCount, 0},
	}};

	// The wearer's face at rest, in light that is the scene's own.
	constexpr FrameValues MakeNeutral()
	{
		FrameValues Values{};
		for (std::size_t N = 0; N < ValueCount; ++N)
		{
			Values[N] = ValueTable[N].Neutral;
		}
		return Values;
	}

	inline constexpr FrameValues Neutral = MakeNeutral();

	// Bits of a frame's flags.
	namespace Flag
	{
		inline constexpr std::int32_t LeftSeen = 1;
		inline constexpr std::int32_t RightSeen = 2;
		inline constexpr std::int32_t Personalized = 4;
		inline constexpr std::int32_t Blink = 8;
		inline constexpr std::int32_t LeftMirrored = 16;
		inline constexpr std::int32_t RightMirrored = 32;
	}

	struct Frame
	{
		std::int32_t Version = 0;

		// Frame number, modulo CountLimit.
		std::int32_t Sequence = 0;

		// Microseconds since the sender's first frame, modulo CountLimit.
		std::int32_t Time = 0;

		std::int32_t Flags = 0;
		FrameValues Values = Neutral;
	};
}
