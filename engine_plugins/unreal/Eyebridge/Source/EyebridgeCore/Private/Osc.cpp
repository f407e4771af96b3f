#include "Eyebridge/Osc.h"

#include <algorithm>
#include <cstring>

namespace Eyebridge
{
	namespace
	{
		constexpr std::string_view BundleWord("#bundle\0", 8);
		constexpr std::size_t TimeTagSize = 8;

		// What is left to read; every step checks before it moves.
		struct Cursor
		{
			const std::uint8_t* At;
			const std::uint8_t* End;

			std::size_t Left() const { return static_cast<std::size_t>(End - At); }

			bool Skip(std::size_t Size)
			{
				if (Size > Left())
				{
					return false;
				}
				At += Size;
				return true;
			}
		};

		std::size_t Padded(std::size_t Size)
		{
			return (Size + 3) / 4 * 4;
		}

		// How many bytes follow the first one of a UTF-8 sequence, or -1 (RFC 3629, section 4).
		int Following(std::uint8_t First)
		{
			if (First < 0x80)
			{
				return 0;
			}
			if (First < 0xC2)
			{
				return -1;
			}
			if (First < 0xE0)
			{
				return 1;
			}
			if (First < 0xF0)
			{
				return 2;
			}
			return First < 0xF5 ? 3 : -1;
		}

		bool IsUtf8(const std::uint8_t* At, const std::uint8_t* End)
		{
			while (At != End)
			{
				const std::uint8_t First = *At++;
				const int Count = Following(First);
				if (Count < 0 || End - At < Count)
				{
					return false;
				}
				// Overlong forms, halves of surrogate pairs and what lies beyond U+10FFFF show in the second byte.
				const std::uint8_t Low = First == 0xE0 ? 0xA0 : First == 0xF0 ? 0x90 : 0x80;
				const std::uint8_t High = First == 0xED ? 0x9F : First == 0xF4 ? 0x8F : 0xBF;
				for (int N = 0; N < Count; ++N, ++At)
				{
					if (*At < (N == 0 ? Low : 0x80) || *At > (N == 0 ? High : 0xBF))
					{
						return false;
					}
				}
			}
			return true;
		}

		bool ReadString(Cursor& In, std::string_view& Out)
		{
			const std::uint8_t* Stop = std::find(In.At, In.End, std::uint8_t{0});
			if (Stop == In.End || !IsUtf8(In.At, Stop))
			{
				return false;
			}
			const std::size_t Size = static_cast<std::size_t>(Stop - In.At);
			Out = std::string_view(reinterpret_cast<const char*>(In.At), Size);
			return In.Skip(Padded(Size + 1));
		}

		bool SkipBlob(Cursor& In)
		{
			if (In.Left() < 4)
			{
				return false;
			}
			const std::int32_t Size = ReadInt(In.At);
			In.At += 4;
			return Size >= 0 && static_cast<std::size_t>(Size) <= In.Left() && In.Skip(Padded(static_cast<std::size_t>(Size)));
		}

		bool SkipArgument(Cursor& In, char Tag)
		{
			std::string_view Text;
			switch (Tag)
			{
			case 'T':
			case 'F':
			case 'N':
			case 'I':
				return true;
			case 'i':
			case 'f':
				return In.Skip(4);
			case 'd':
			case 'h':
			case 't':
				return In.Skip(8);
			case 's':
				return ReadString(In, Text);
			case 'b':
				return SkipBlob(In);
			default:
				return false;
			}
		}

		bool ReadMessage(Cursor In, OscVisitor& Visitor)
		{
			OscMessage Message;
			if (!ReadString(In, Message.Address))
			{
				return false;
			}
			if (In.Left() > 0) // senders older than the specification leave empty type tags out
			{
				if (!ReadString(In, Message.Tags) || Message.Tags.empty() || Message.Tags.front() != ',')
				{
					return false;
				}
				Message.Tags.remove_prefix(1);
			}
			Message.Arguments = In.At;
			for (const char Tag : Message.Tags)
			{
				if (!SkipArgument(In, Tag))
				{
					return false;
				}
			}
			if (In.Left() > 0)
			{
				return false;
			}
			Visitor.OnMessage(Message);
			return true;
		}

		bool ReadElement(Cursor In, int Depth, OscVisitor& Visitor);

		bool ReadBundle(Cursor In, int Depth, OscVisitor& Visitor)
		{
			if (Depth == BundleDepthLimit || !In.Skip(BundleWord.size() + TimeTagSize))
			{
				return false;
			}
			while (In.Left() > 0)
			{
				const std::int32_t Size = ReadInt(In.At); // four bytes are there: everything is a multiple of 4
				In.At += 4;
				Cursor Element = In;
				if (Size <= 0 || !In.Skip(static_cast<std::size_t>(Size)))
				{
					return false;
				}
				Element.End = In.At;
				if (!ReadElement(Element, Depth + 1, Visitor))
				{
					return false;
				}
			}
			return true;
		}

		bool ReadElement(Cursor In, int Depth, OscVisitor& Visitor)
		{
			if (In.Left() == 0 || In.Left() % 4 != 0)
			{
				return false;
			}
			if (*In.At == '/')
			{
				return ReadMessage(In, Visitor);
			}
			const bool bBundle =
				In.Left() >= BundleWord.size() && std::memcmp(In.At, BundleWord.data(), BundleWord.size()) == 0;
			return bBundle && ReadBundle(In, Depth, Visitor);
		}
	}

	bool ReadPacket(const std::uint8_t* Data, std::size_t Size, OscVisitor& Visitor)
	{
		return Size <= DatagramLimit && ReadElement(Cursor{Data, Data + Size}, 0, Visitor);
	}

	std::int32_t ReadInt(const std::uint8_t* At)
	{
		const std::uint32_t Bits = static_cast<std::uint32_t>(At[0]) << 24 | static_cast<std::uint32_t>(At[1]) << 16
			| static_cast<std::uint32_t>(At[2]) << 8 | static_cast<std::uint32_t>(At[3]);
		std::int32_t Value;
		std::memcpy(&Value, &Bits, sizeof(Value));
		return Value;
	}

	float ReadFloat(const std::uint8_t* At)
	{
		const std::int32_t Bits = ReadInt(At);
		float Value;
		static_assert(sizeof(Value) == sizeof(Bits));
		std::memcpy(&Value, &Bits, sizeof(Value));
		return Value;
	}

	std::size_t WriteMessage(std::string_view Address, std::uint8_t* Out, std::size_t Room)
	{
		const std::size_t AddressSize = Padded(Address.size() + 1);
		const std::size_t Size = AddressSize + 4;
		if (Size > Room)
		{
			return 0;
		}
		std::memset(Out, 0, Size);
		std::memcpy(Out, Address.data(), Address.size());
		Out[AddressSize] = ',';
		return Size;
	}
}
