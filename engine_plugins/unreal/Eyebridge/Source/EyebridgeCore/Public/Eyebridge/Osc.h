// Open Sound Control 1.0, read from datagrams that anybody may have sent (opensoundcontrol.org, "The Open Sound Control
// 1.0 Specification"). Nothing is copied and nothing is allocated: messages are views into the packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "Eyebridge/Export.h"

namespace Eyebridge
{
	// Bytes; what is longer is not for us, and no receiver needs a larger buffer than one byte more.
	inline constexpr std::size_t DatagramLimit = 1400;

	inline constexpr int BundleDepthLimit = 8;

	// One message, checked: the arguments are there as the tags say.
	struct OscMessage
	{
		std::string_view Address;

		// Without the comma: "iif".
		std::string_view Tags;

		// The arguments' bytes. As long as the tags before it are i and f alone, argument n is at 4 n.
		const std::uint8_t* Arguments = nullptr;
	};

	class OscVisitor
	{
	public:
		virtual void OnMessage(const OscMessage& Message) = 0;

	protected:
		~OscVisitor() = default;
	};

	// Shows every message of a packet in order, those of nested bundles too; time tags are skipped, since everything is
	// meant for now. Understands arguments of the types i f s b T F N I d h t. Returns false where the packet turns out
	// damaged, and then whatever was shown before means nothing.
	EYEBRIDGECORE_API bool ReadPacket(const std::uint8_t* Data, std::size_t Size, OscVisitor& Visitor);

	// Four bytes, big-endian, as the two kinds of numbers that a frame is made of.
	EYEBRIDGECORE_API std::int32_t ReadInt(const std::uint8_t* At);
	EYEBRIDGECORE_API float ReadFloat(const std::uint8_t* At);

	// Writes a message without arguments; `Address` begins with a slash. Returns its size in bytes, or 0 where it does not
	// fit into `Room`.
	EYEBRIDGECORE_API std::size_t WriteMessage(std::string_view Address, std::uint8_t* Out, std::size_t Room);
}
