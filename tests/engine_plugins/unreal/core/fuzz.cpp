// libFuzzer's way in: whatever the bytes are, reading them and following them stays within bounds, and a frame that comes
// out holds what the protocol promises. See README.md in the plugin's folder for the command.
#include <cstdlib>
#include <cstring>

#include "Eyebridge/Curves.h"
#include "Eyebridge/Decode.h"
#include "Eyebridge/Follow.h"
#include "Eyebridge/Light.h"
#include "Eyebridge/Mapping.h"

using namespace Eyebridge;

namespace
{
	void Expect(bool bRight)
	{
		if (!bRight)
		{
			std::abort();
		}
	}

	void ExpectInRange(const FrameValues& Values)
	{
		for (std::size_t N = 0; N < ValueCount; ++N)
		{
			Expect(Values[N] >= ValueTable[N].Low && Values[N] <= ValueTable[N].High);
		}
	}
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* Data, std::size_t Size)
{
	static Follow Following;
	static double Now = 0.0;
	Frame Read;
	Read.Sequence = -7;
	if (Decode(Data, Size, Read) == Verdict::Frame)
	{
		Expect(Read.Sequence >= 0 && Read.Time >= 0 && Read.Flags >= 0);
		Expect(Read.Version >= 0 && Read.Version <= ProtocolVersion);
		ExpectInRange(Read.Values);
		Now += static_cast<double>(Read.Values[At::Quality]);
		Following.Take(Read, Now);
		ExpectInRange(Following.ValuesAt(Now + 0.004));
		CurvesOf(Read.Values);
		Expect(LightOf(Read.Values, {}).Intensity <= 2.0f);
	}
	else
	{
		Expect(Read.Sequence == -7);
	}
	// Names on a mesh are short; a long one would only make the fuzzer slow.
	const std::string_view Text(reinterpret_cast<const char*>(Data), Size < 48 ? Size : 48);
	IsNamed(Text, "eyeBlinkLeft", {});
	Expect(FindValue(Text) < static_cast<std::int16_t>(At::Light));
	return 0;
}
