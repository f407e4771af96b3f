// Frames as packets, so that the tests of what follows decoding need no files.
#pragma once

#include <cstring>

#include "Eyebridge/Frame.h"
#include "Eyebridge/Osc.h"

namespace Packets
{
	struct Packet
	{
		std::uint8_t Bytes[Eyebridge::DatagramLimit] = {};
		std::size_t Size = 0;

		void PutInt(std::int32_t Value)
		{
			for (int Shift = 24; Shift >= 0; Shift -= 8)
			{
				Bytes[Size++] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(Value) >> Shift);
			}
		}

		void PutFloat(float Value)
		{
			std::int32_t Bits;
			std::memcpy(&Bits, &Value, sizeof(Bits));
			PutInt(Bits);
		}

		// The text, one to four NULs, a multiple of 4 bytes in all.
		void PutText(std::string_view Text)
		{
			std::memcpy(Bytes + Size, Text.data(), Text.size());
			Size += Text.size() + 4 - Text.size() % 4;
		}
	};

	// What eyebridge sends for the frame.
	inline Packet Pack(const Eyebridge::Frame& Sent)
	{
		Packet Out;
		Out.PutText("#bundle"); // its own NUL makes it eight bytes
		Out.PutInt(0);
		Out.PutInt(1);
		for (const Eyebridge::MessageRow& Row : Eyebridge::MessageTable)
		{
			const std::size_t SizeAt = Out.Size;
			Out.PutInt(0);
			Out.PutText(Row.Address);
			char Tags[34] = ",";
			std::memset(Tags + 1, 'i', Row.Ints);
			std::memset(Tags + 1 + Row.Ints, 'f', Row.Floats);
			Out.PutText(std::string_view(Tags, 1 + Row.Ints + Row.Floats));
			const std::int32_t Ints[] = {Sent.Version, Sent.Sequence, Sent.Time, Sent.Flags};
			for (std::size_t N = 0; N < Row.Ints; ++N)
			{
				Out.PutInt(Row.Ints == 1 ? Sent.Sequence : Ints[N]);
			}
			for (std::size_t N = 0; N < Row.Floats; ++N)
			{
				Out.PutFloat(Sent.Values[Row.First + N]);
			}
			const std::size_t End = Out.Size;
			Out.Size = SizeAt;
			Out.PutInt(static_cast<std::int32_t>(End - SizeAt - 4));
			Out.Size = End;
		}
		return Out;
	}

	inline Eyebridge::Frame MakeFrame(std::int32_t Sequence, float Weight = 0.0f)
	{
		Eyebridge::Frame Made;
		Made.Version = Eyebridge::ProtocolVersion;
		Made.Sequence = Sequence;
		Made.Time = static_cast<std::int32_t>(static_cast<std::uint32_t>(Sequence) * 8000u % Eyebridge::CountLimit);
		Made.Flags = Eyebridge::Flag::LeftSeen | Eyebridge::Flag::RightSeen;
		Made.Values[Eyebridge::At::Quality] = 1.0f;
		for (std::size_t N = 0; N < Eyebridge::WeightCount; ++N)
		{
			Made.Values[Eyebridge::At::Weights + N] = Weight;
		}
		return Made;
	}
}
