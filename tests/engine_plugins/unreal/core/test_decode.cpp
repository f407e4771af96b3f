#include "Eyebridge/Decode.h"

#include <limits>

#include "checks.h"
#include "packets.h"

using namespace Eyebridge;
using Packets::MakeFrame;
using Packets::Pack;
using Packets::Packet;

namespace
{
	Verdict Read(const Packet& Sent)
	{
		Frame Out;
		return Decode(Sent.Bytes, Sent.Size, Out);
	}

	// A bundle that holds the packet `Depth` times over.
	Packet Nest(const Packet& Inner, int Depth)
	{
		Packet Out = Inner;
		for (int N = 0; N < Depth; ++N)
		{
			Packet Outer;
			Outer.PutText("#bundle");
			Outer.PutInt(0);
			Outer.PutInt(1);
			Outer.PutInt(static_cast<std::int32_t>(Out.Size));
			std::memcpy(Outer.Bytes + Outer.Size, Out.Bytes, Out.Size);
			Outer.Size += Out.Size;
			Out = Outer;
		}
		return Out;
	}
}

TEST(WhatIsSentIsRead)
{
	Frame Sent = MakeFrame(12, 0.25f);
	Sent.Values[At::Gaze] = -12.5f;
	const Packet Wire = Pack(Sent);
	Frame Out;
	CHECK(Wire.Size == 1012);
	CHECK(Decode(Wire.Bytes, Wire.Size, Out) == Verdict::Frame);
	CHECK(Out.Sequence == 12 && Out.Time == 96000 && Out.Flags == 3);
	CHECK(Out.Values == Sent.Values);
}

TEST(ValuesOutOfRangeAreClampedAndNothingInfiniteComesIn)
{
	Frame Sent = MakeFrame(0, 7.0f);
	Sent.Values[At::Gaze] = -1e30f;
	const Packet Wire = Pack(Sent);
	Frame Out;
	CHECK(Decode(Wire.Bytes, Wire.Size, Out) == Verdict::Frame);
	CHECK(Out.Values[At::Weights] == 1.0f);
	CHECK(Out.Values[At::Gaze] == -90.0f);
	Sent.Values[At::Light] = std::numeric_limits<float>::infinity();
	CHECK(Read(Pack(Sent)) == Verdict::NotAFrame);
}

TEST(EveryShorterPacketIsRefused)
{
	Packet Wire = Pack(MakeFrame(1));
	for (; Wire.Size > 0; --Wire.Size)
	{
		if (Wire.Size != 1012)
		{
			CHECK(Read(Wire) != Verdict::Frame);
		}
	}
	CHECK(Read(Wire) == Verdict::Damaged);
}

TEST(NestedBundlesAreReadToAFixedDepth)
{
	Packet Message;
	Message.PutText("/x");
	Message.PutText(",");
	CHECK(Read(Nest(Message, BundleDepthLimit)) == Verdict::NotAFrame); // sound, though not a frame
	CHECK(Read(Nest(Message, BundleDepthLimit + 1)) == Verdict::Damaged);
	CHECK(Read(Nest(Pack(MakeFrame(1)), 2)) == Verdict::Frame);
}

TEST(ADatagramLongerThanTheLimitIsDamaged)
{
	static std::uint8_t Long[DatagramLimit + 4] = {};
	std::memcpy(Long, "/x\0\0,b\0\0", 8);
	const auto Blob = [](std::size_t Size)
	{
		const auto Rest = static_cast<std::uint32_t>(Size - 12);
		Long[10] = static_cast<std::uint8_t>(Rest >> 8);
		Long[11] = static_cast<std::uint8_t>(Rest);
		Frame Out;
		return Decode(Long, Size, Out);
	};
	CHECK(Blob(DatagramLimit) == Verdict::NotAFrame);
	CHECK(Blob(DatagramLimit + 4) == Verdict::Damaged);
}

TEST(ANewerVersionIsToldApart)
{
	Frame Sent = MakeFrame(3);
	Sent.Version = 2;
	CHECK(Read(Pack(Sent)) == Verdict::NewerVersion);
}

TEST(ACommandFitsOrIsNotWritten)
{
	std::uint8_t Room[32];
	CHECK(WriteMessage(RecenterCommand, Room, sizeof(Room)) == 24);
	CHECK(WriteMessage(RecenterCommand, Room, 23) == 0);
}
