// Runs every test of the core. The last one counts what the whole way from datagram to light asks of the heap: the
// operators that allocate are replaced for this program.
#include <cstdlib>
#include <new>

#include "Eyebridge/Curves.h"
#include "Eyebridge/Decode.h"
#include "Eyebridge/Follow.h"
#include "Eyebridge/Light.h"

#include "checks.h"
#include "packets.h"

namespace
{
	int Allocations = 0;

	void* Count(std::size_t Size)
	{
		++Allocations;
		void* Memory = std::malloc(Size);
		if (Memory == nullptr)
		{
			std::abort();
		}
		return Memory;
	}
}

void* operator new(std::size_t Size)
{
	return Count(Size);
}

void* operator new[](std::size_t Size)
{
	return Count(Size);
}

void operator delete(void* Memory) noexcept
{
	std::free(Memory);
}

void operator delete(void* Memory, std::size_t) noexcept
{
	std::free(Memory);
}

void operator delete[](void* Memory) noexcept
{
	std::free(Memory);
}

void operator delete[](void* Memory, std::size_t) noexcept
{
	std::free(Memory);
}

TEST(NoFrameAsksForMemory)
{
	using namespace Eyebridge;
	int* volatile Proof = new int(1); // the count counts
	delete Proof;
	CHECK(Allocations > 0);

	const int Before = Allocations;
	Follow Following;
	float Sum = 0.0f;
	for (std::int32_t N = 0; N < 1000; ++N)
	{
		Packets::Packet Wire = Packets::Pack(Packets::MakeFrame(N, 0.5f));
		Wire.Bytes[static_cast<std::size_t>(N) % Wire.Size] ^= N % 3 == 0 ? 0x55 : 0; // damaged ones too
		Frame Read;
		if (Decode(Wire.Bytes, Wire.Size, Read) == Verdict::Frame)
		{
			Following.Take(Read, N * 0.008);
		}
		const FrameValues Values = Following.ValuesAt(N * 0.008 + 0.004);
		Sum += CurvesOf(Values)[0] + LightOf(Values, {}).Intensity;
	}
	CHECK(Sum > 1000.0f);
	CHECK(Allocations == Before);
}

int main()
{
	return Checks::RunAll();
}
