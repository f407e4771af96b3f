#include "EyebridgeReceiver.h"

#include "Common/UdpSocketBuilder.h"
#include "Eyebridge/Decode.h"
#include "Eyebridge/Osc.h"
#include "EyebridgeLog.h"
#include "HAL/PlatformTime.h"
#include "HAL/RunnableThread.h"
#include "Misc/ScopeLock.h"
#include "SocketSubsystem.h"
#include "Sockets.h"

#define LOCTEXT_NAMESPACE "Eyebridge"

namespace
{
	TArray<TWeakPtr<FEyebridgeReceiver, ESPMode::ThreadSafe>>& Receivers()
	{
		static TArray<TWeakPtr<FEyebridgeReceiver, ESPMode::ThreadSafe>> All;
		return All;
	}
}

FEyebridgeReceiver::FPtr FEyebridgeReceiver::Get(const FIPv4Endpoint& Endpoint)
{
	check(IsInGameThread());
	Receivers().RemoveAll([](const auto& Each) { return !Each.IsValid(); });
	for (const auto& Each : Receivers())
	{
		const FPtr Known = Each.Pin();
		if (Known.IsValid() && Known->GetEndpoint() == Endpoint)
		{
			return Known;
		}
	}
	// Not reusable: two programs on one port would each hear a part.
	FSocket* Socket = FUdpSocketBuilder(TEXT("eyebridge")).AsNonBlocking().BoundToEndpoint(Endpoint).WithReceiveBufferSize(65536).Build();
	if (Socket == nullptr)
	{
		UE_LOG(LogEyebridge, Error, TEXT("eyebridge cannot listen on %s; end the program that does, or choose another port here and in eyebridge."),
			*Endpoint.ToString());
		return nullptr;
	}
	const FPtr Made = MakeShareable(new FEyebridgeReceiver(Endpoint, Socket));
	Receivers().Add(Made);
	return Made;
}

FEyebridgeReceiver::FEyebridgeReceiver(const FIPv4Endpoint& InEndpoint, FSocket* InSocket) : Endpoint(InEndpoint), Socket(InSocket)
{
	Thread = FRunnableThread::Create(this, TEXT("eyebridge receiver"));
}

FEyebridgeReceiver::~FEyebridgeReceiver()
{
	if (Thread != nullptr)
	{
		Thread->Kill(true); // calls Stop and waits
		delete Thread;
	}
	Socket->Close();
	ISocketSubsystem::Get(PLATFORM_SOCKETSUBSYSTEM)->DestroySocket(Socket);
}

uint32 FEyebridgeReceiver::Run()
{
	uint8 Buffer[Eyebridge::DatagramLimit + 1]; // one more byte shows what is too long
	while (!bStopping)
	{
		int32 Size = 0;
		if (Socket->Wait(ESocketWaitConditions::WaitForRead, FTimespan::FromMilliseconds(100)) && Socket->Recv(Buffer, sizeof(Buffer), Size)
			&& Size > 0)
		{
			Take(Buffer, Size);
		}
	}
	return 0;
}

void FEyebridgeReceiver::Take(const uint8* Data, int32 Size)
{
	Eyebridge::Frame Frame;
	const Eyebridge::Verdict Verdict = Eyebridge::Decode(Data, static_cast<SIZE_T>(Size), Frame);
	const FScopeLock Lock(&Mutex);
	if (Verdict == Eyebridge::Verdict::Frame)
	{
		Following.Take(Frame, FPlatformTime::Seconds());
	}
	else
	{
		++DamagedCount;
	}
	if (Verdict == Eyebridge::Verdict::NewerVersion && !bToldOfNewerVersion)
	{
		bToldOfNewerVersion = true;
		UE_LOG(LogEyebridge, Warning, TEXT("eyebridge sends frames that are newer than this plugin understands; update the plugin."));
	}
}

Eyebridge::FrameValues FEyebridgeReceiver::ValuesAt(double Now) const
{
	const FScopeLock Lock(&Mutex);
	return Following.ValuesAt(Now);
}

bool FEyebridgeReceiver::IsNeutral(double Now) const
{
	const FScopeLock Lock(&Mutex);
	return Following.IsNeutral(Now);
}

FText FEyebridgeReceiver::StatusAt(double Now) const
{
	const FScopeLock Lock(&Mutex);
	if (bToldOfNewerVersion)
	{
		return LOCTEXT("Newer", "eyebridge is newer than this plugin; update the plugin");
	}
	if (Following.IsNeutral(Now))
	{
		return LOCTEXT("Waiting", "Waiting for frames");
	}
	return FText::Format(LOCTEXT("Receiving", "Receiving; {0} frames lost, {1} datagrams refused"),
		FText::AsNumber(Following.Lost()), FText::AsNumber(DamagedCount));
}

#undef LOCTEXT_NAMESPACE
