// The core's view of things, as text for the Python tests.
//
//     tool decode     packets on standard input, each after its size as a big-endian int32; a line of JSON for each one
//     tool tables     every value of a frame: name, low, high, neutral; flags; ports; Live Link's curves; the presets
//     tool curves     one packet on standard input; its 61 Live Link curves
//     tool command    the bytes of the recenter command, then of the calibrate command, in hexadecimal
#include <cstdio>
#include <cstring>

#include "Eyebridge/Curves.h"
#include "Eyebridge/Decode.h"
#include "Eyebridge/Mapping.h"
#include "Eyebridge/Osc.h"

using namespace Eyebridge;

namespace
{
	constexpr std::size_t Room = 4096;

	void Print(std::string_view Text)
	{
		std::fwrite(Text.data(), 1, Text.size(), stdout);
	}

	void PrintMember(bool bComma, std::string_view Name)
	{
		Print(bComma ? ", \"" : "\"");
		Print(Name);
		Print("\": ");
	}

	void PrintFrame(const Frame& Read)
	{
		constexpr const char* IntNames[] = {"version", "sequence", "time", "flags"};
		const std::int32_t Ints[] = {Read.Version, Read.Sequence, Read.Time, Read.Flags};
		for (const MessageRow& Row : MessageTable)
		{
			Print(&Row == MessageTable.data() ? "{" : "}, ");
			PrintMember(false, Row.Address);
			Print("{");
			for (std::size_t N = 0; N < Row.Ints; ++N)
			{
				const std::size_t Which = Row.Ints == 1 ? 1 : N; // the end has the sequence alone
				PrintMember(N > 0, IntNames[Which]);
				std::printf("%d", Ints[Which]);
			}
			for (std::size_t N = 0; N < Row.Floats; ++N)
			{
				PrintMember(Row.Ints + N > 0, ValueTable[Row.First + N].Name);
				std::printf("%.9g", static_cast<double>(Read.Values[Row.First + N]));
			}
		}
		std::printf("}}\n");
	}

	// Reads as much as there is, at most Room bytes; returns how much.
	std::size_t ReadSome(std::uint8_t* Buffer, std::size_t Size)
	{
		return std::fread(Buffer, 1, Size, stdin);
	}

	int DecodeAll()
	{
		constexpr const char* Names[] = {"frame", "damaged", "not a frame", "newer version"};
		static std::uint8_t Buffer[Room];
		while (ReadSome(Buffer, 4) == 4)
		{
			const auto Size = static_cast<std::size_t>(ReadInt(Buffer));
			if (Size > Room || ReadSome(Buffer, Size) != Size)
			{
				return 1;
			}
			Frame Read;
			const Verdict Result = Decode(Buffer, Size, Read);
			if (Result == Verdict::Frame)
			{
				PrintFrame(Read);
			}
			else
			{
				std::printf("\"%s\"\n", Names[static_cast<int>(Result)]);
			}
		}
		return 0;
	}

	std::string_view NameOf(std::int16_t Index)
	{
		return Index < 0 ? std::string_view("-") : ValueTable[static_cast<std::size_t>(Index)].Name;
	}

	int PrintTables()
	{
		for (const ValueRow& Row : ValueTable)
		{
			Print("value\t");
			Print(Row.Name);
			std::printf("\t%.9g\t%.9g\t%.9g\n", static_cast<double>(Row.Low), static_cast<double>(Row.High),
				static_cast<double>(Row.Neutral));
		}
		std::printf("flags\t%d\t%d\t%d\t%d\t%d\t%d\n", Flag::LeftSeen, Flag::RightSeen, Flag::Personalized, Flag::Blink,
			Flag::LeftMirrored, Flag::RightMirrored);
		std::printf("ports\t%d\t%d\n", FramePort, CommandPort);
		for (const std::string_view Name : CurveNames)
		{
			Print("curve\t");
			Print(Name);
			Print("\n");
		}
		for (std::size_t N = 0; N < PresetCount; ++N)
		{
			for (const PresetRow& Row : PresetAt(N))
			{
				for (const std::string_view Word : {std::string_view("preset"), PresetAt(N).Name, Row.Target, NameOf(Row.First)})
				{
					Print(Word);
					Print("\t");
				}
				Print(NameOf(Row.Second));
				Print("\n");
			}
		}
		return 0;
	}

	int PrintCurves()
	{
		std::uint8_t Buffer[Room];
		Frame Read;
		if (Decode(Buffer, ReadSome(Buffer, Room), Read) != Verdict::Frame)
		{
			return 1;
		}
		for (const float Value : CurvesOf(Read.Values))
		{
			std::printf("%.9g\n", static_cast<double>(Value));
		}
		return 0;
	}

	int PrintCommands()
	{
		for (const std::string_view Address : {RecenterCommand, CalibrateCommand})
		{
			std::uint8_t Buffer[64];
			const std::size_t Size = WriteMessage(Address, Buffer, sizeof(Buffer));
			for (std::size_t N = 0; N < Size; ++N)
			{
				std::printf("%02x", Buffer[N]);
			}
			std::printf("\n");
		}
		return 0;
	}
}

int main(int Count, char** Words)
{
	const std::string_view Verb = Count == 2 ? Words[1] : "";
	if (Verb == "decode")
	{
		return DecodeAll();
	}
	if (Verb == "tables")
	{
		return PrintTables();
	}
	if (Verb == "curves")
	{
		return PrintCurves();
	}
	if (Verb == "command")
	{
		return PrintCommands();
	}
	std::fprintf(stderr, "tool decode | tables | curves | command\n");
	return 2;
}
