#include "Eyebridge/Decode.h"

#include <algorithm>
#include <cmath>

#include "Eyebridge/Osc.h"

namespace Eyebridge
{
	namespace
	{
		constexpr std::size_t Opening = 0;
		constexpr std::size_t Closing = MessageTable.size() - 1;

		// A bit for each message that a frame needs.
		constexpr std::uint32_t NeededMessages()
		{
			std::uint32_t Bits = 0;
			for (std::size_t N = 0; N < MessageTable.size(); ++N)
			{
				Bits |= MessageTable[N].bOptional ? 0u : 1u << N;
			}
			return Bits;
		}
		constexpr std::uint32_t Needed = NeededMessages();

		bool HasTags(const OscMessage& Message, const MessageRow& Row)
		{
			if (Message.Tags.size() < Row.Ints + Row.Floats)
			{
				return false;
			}
			for (std::size_t N = 0; N < Row.Ints + Row.Floats; ++N)
			{
				if (Message.Tags[N] != (N < Row.Ints ? 'i' : 'f'))
				{
					return false;
				}
			}
			return true;
		}

		// Collects the messages of one packet into a frame.
		class Collector final : public OscVisitor
		{
		public:
			void OnMessage(const OscMessage& Message) override
			{
				const auto* Row = std::find_if(MessageTable.begin(), MessageTable.end(),
					[&Message](const MessageRow& Candidate) { return Candidate.Address == Message.Address; });
				const auto Index = static_cast<std::size_t>(Row - MessageTable.begin());
				if (bFirst ? Index != Opening : bClosed)
				{
					bSound = false;
				}
				bFirst = false;
				if (Row == MessageTable.end())
				{
					return;
				}
				if (!HasTags(Message, *Row) || !ReadFloats(Message, *Row))
				{
					bSound = false;
					return;
				}
				if (Index == Opening)
				{
					Open(Message);
				}
				else if (Index == Closing)
				{
					bClosed = true;
					bSound = bSound && ReadInt(Message.Arguments) == RawSequence;
				}
				Found |= 1u << Index;
			}

			Verdict Finish(Frame& Out) const
			{
				if (Result.Version > ProtocolVersion)
				{
					return Verdict::NewerVersion;
				}
				if (!bSound || !bClosed || (Found & Needed) != Needed)
				{
					return Verdict::NotAFrame;
				}
				Out = Result;
				return Verdict::Frame;
			}

		private:
			// A second opening discards what was collected before it.
			void Open(const OscMessage& Message)
			{
				Found = 0;
				std::copy(Neutral.begin() + At::Look, Neutral.end(), Result.Values.begin() + At::Look);
				RawSequence = ReadInt(Message.Arguments + 4);
				Result.Version = std::max(0, ReadInt(Message.Arguments));
				Result.Sequence = std::max(0, RawSequence);
				Result.Time = std::max(0, ReadInt(Message.Arguments + 8));
				Result.Flags = std::max(0, ReadInt(Message.Arguments + 12));
			}

			bool ReadFloats(const OscMessage& Message, const MessageRow& Row)
			{
				for (std::size_t N = 0; N < Row.Floats; ++N)
				{
					const float Value = ReadFloat(Message.Arguments + 4 * (Row.Ints + N));
					if (!std::isfinite(Value))
					{
						return false;
					}
					const ValueRow& Limits = ValueTable[Row.First + N];
					Result.Values[Row.First + N] = std::clamp(Value, Limits.Low, Limits.High);
				}
				return true;
			}

			Frame Result;
			std::int32_t RawSequence = 0;
			std::uint32_t Found = 0;
			bool bFirst = true;
			bool bClosed = false;
			bool bSound = true;
		};
	}

	Verdict Decode(const std::uint8_t* Data, std::size_t Size, Frame& Out)
	{
		Collector Collected;
		return ReadPacket(Data, Size, Collected) ? Collected.Finish(Out) : Verdict::Damaged;
	}
}
