// IPv4 addresses and endpoints.
#pragma once

#include "StubCore.h"

class FInternetAddr
{
public:
	uint32 Address = 0;
	uint16 Port = 0;
};

struct FIPv4Address
{
	uint32 Value = 0;
	FIPv4Address() = default;
	FIPv4Address(uint8 A, uint8 B, uint8 C, uint8 D)
		: Value(static_cast<uint32>(A) << 24 | static_cast<uint32>(B) << 16 | static_cast<uint32>(C) << 8 | D)
	{
	}
	static bool Parse(const FString& Text, FIPv4Address& Out)
	{
		unsigned Parts[4];
		char Rest;
		const std::string Narrow = Stub::Narrow(*Text);
		if (std::sscanf(Narrow.c_str(), "%u.%u.%u.%u%c", &Parts[0], &Parts[1], &Parts[2], &Parts[3], &Rest) != 4)
		{
			return false;
		}
		Out = FIPv4Address(static_cast<uint8>(Parts[0]), static_cast<uint8>(Parts[1]), static_cast<uint8>(Parts[2]),
			static_cast<uint8>(Parts[3]));
		return true;
	}
};

struct FIPv4Endpoint
{
	FIPv4Address Address;
	uint16 Port = 0;
	FIPv4Endpoint() = default;
	FIPv4Endpoint(const FIPv4Address& InAddress, uint16 InPort) : Address(InAddress), Port(InPort) {}
	static bool Parse(const FString& Text, FIPv4Endpoint& Out)
	{
		const std::string Narrow = Stub::Narrow(*Text);
		const SIZE_T Colon = Narrow.find(':');
		if (Colon == std::string::npos || !FIPv4Address::Parse(Stub::Widen(Narrow.substr(0, Colon)), Out.Address))
		{
			return false;
		}
		Out.Port = static_cast<uint16>(std::atoi(Narrow.c_str() + Colon + 1));
		return true;
	}
	TSharedRef<FInternetAddr> ToInternetAddr() const
	{
		const TSharedRef<FInternetAddr> Made = MakeShared<FInternetAddr>();
		Made->Address = Address.Value;
		Made->Port = Port;
		return Made;
	}
	FString ToString() const
	{
		char Text[32];
		std::snprintf(Text, sizeof(Text), "%u.%u.%u.%u:%u", Address.Value >> 24, Address.Value >> 16 & 255,
			Address.Value >> 8 & 255, Address.Value & 255, unsigned{Port});
		return Stub::Widen(Text);
	}
	friend bool operator==(const FIPv4Endpoint& A, const FIPv4Endpoint& B)
	{
		return A.Address.Value == B.Address.Value && A.Port == B.Port;
	}
};
