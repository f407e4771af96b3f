// Datagram sockets that really receive and send.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "StubAddresses.h"

namespace ESocketWaitConditions
{
	enum Type
	{
		WaitForRead,
		WaitForWrite,
		WaitForReadOrWrite,
	};
}

namespace ESocketReceiveFlags
{
	enum Type
	{
		None,
	};
}

class FSocket
{
public:
	explicit FSocket(int InNumber) : Number(InNumber) {}
	bool Wait(ESocketWaitConditions::Type, FTimespan WaitTime)
	{
		pollfd Polled{Number, POLLIN, 0};
		return poll(&Polled, 1, static_cast<int>(WaitTime.GetTotalMilliseconds())) > 0;
	}
	// Nothing to read is no error here, as in the engine: true, and no bytes.
	bool Recv(uint8* Data, int32 BufferSize, int32& BytesRead, ESocketReceiveFlags::Type = ESocketReceiveFlags::None)
	{
		const auto Size = recv(Number, Data, static_cast<SIZE_T>(BufferSize), MSG_DONTWAIT);
		BytesRead = Size < 0 ? 0 : static_cast<int32>(Size);
		return true;
	}
	bool SendTo(const uint8* Data, int32 Count, int32& BytesSent, const FInternetAddr& Destination)
	{
		sockaddr_in To{};
		To.sin_family = AF_INET;
		To.sin_addr.s_addr = htonl(Destination.Address);
		To.sin_port = htons(Destination.Port);
		BytesSent = static_cast<int32>(
			sendto(Number, Data, static_cast<SIZE_T>(Count), 0, reinterpret_cast<const sockaddr*>(&To), sizeof(To)));
		return BytesSent == Count;
	}
	bool Close()
	{
		const bool bClosed = Number >= 0 && close(Number) == 0;
		Number = -1;
		return bClosed;
	}

private:
	int Number;
};

class ISocketSubsystem
{
public:
	static ISocketSubsystem* Get(const FName&)
	{
		static ISocketSubsystem Only;
		return &Only;
	}
	void DestroySocket(FSocket* Socket) { delete Socket; }
};
#define PLATFORM_SOCKETSUBSYSTEM FName(u"BSD")

class FUdpSocketBuilder
{
public:
	FUdpSocketBuilder(const FString&) {}
	FUdpSocketBuilder AsNonBlocking() { return *this; }
	FUdpSocketBuilder BoundToEndpoint(const FIPv4Endpoint& InEndpoint)
	{
		Endpoint = InEndpoint;
		bBound = true;
		return *this;
	}
	FUdpSocketBuilder WithReceiveBufferSize(int32) { return *this; }
	FSocket* Build() const
	{
		const int Number = socket(AF_INET, SOCK_DGRAM, 0);
		sockaddr_in At{};
		At.sin_family = AF_INET;
		At.sin_addr.s_addr = htonl(Endpoint.Address.Value);
		At.sin_port = htons(Endpoint.Port);
		if (Number >= 0 && bBound && bind(Number, reinterpret_cast<const sockaddr*>(&At), sizeof(At)) != 0)
		{
			close(Number);
			return nullptr;
		}
		return Number < 0 ? nullptr : new FSocket(Number);
	}

private:
	FIPv4Endpoint Endpoint;
	bool bBound = false;
};
