#include "EyebridgeCommands.h"

#include "Common/UdpSocketBuilder.h"
#include "Eyebridge/Osc.h"
#include "EyebridgeLog.h"
#include "Interfaces/IPv4/IPv4Endpoint.h"
#include "SocketSubsystem.h"
#include "Sockets.h"

namespace
{
	bool Send(std::string_view Address, const FIPv4Endpoint& To)
	{
		uint8 Buffer[64];
		const SIZE_T Size = Eyebridge::WriteMessage(Address, Buffer, sizeof(Buffer));
		FSocket* Socket = FUdpSocketBuilder(TEXT("eyebridge command")).AsNonBlocking().Build();
		if (Socket == nullptr)
		{
			UE_LOG(LogEyebridge, Warning, TEXT("eyebridge could not be asked: no socket is to be had."));
			return false;
		}
		int32 Sent = 0;
		const bool bSent = Socket->SendTo(Buffer, static_cast<int32>(Size), Sent, *To.ToInternetAddr());
		Socket->Close();
		ISocketSubsystem::Get(PLATFORM_SOCKETSUBSYSTEM)->DestroySocket(Socket);
		return bSent && Sent == static_cast<int32>(Size);
	}
}

bool EyebridgeCommands::Recenter(const FIPv4Address& Host, uint16 Port)
{
	return Send(Eyebridge::RecenterCommand, FIPv4Endpoint(Host, Port));
}

bool EyebridgeCommands::Calibrate(const FIPv4Address& Host, uint16 Port)
{
	return Send(Eyebridge::CalibrateCommand, FIPv4Endpoint(Host, Port));
}
