#pragma once

#include <atomic>

#include "CoreMinimal.h"
#include "Eyebridge/Follow.h"
#include "HAL/CriticalSection.h"
#include "HAL/Runnable.h"
#include "Interfaces/IPv4/IPv4Endpoint.h"
#include "Templates/SharedPointer.h"

class FRunnableThread;
class FSocket;

// Listens on one port in a thread of its own, into one fixed buffer, and knows the face at any moment. Everybody in this
// process who wants the same port shares one receiver.
class EYEBRIDGERUNTIME_API FEyebridgeReceiver final : public FRunnable
{
public:
	using FPtr = TSharedPtr<FEyebridgeReceiver, ESPMode::ThreadSafe>;

	// The receiver of this address and port, begun if nobody has it yet; null where the port cannot be had, and the log
	// says so. Game thread only.
	static FPtr Get(const FIPv4Endpoint& Endpoint);

	virtual ~FEyebridgeReceiver() override;

	FEyebridgeReceiver(const FEyebridgeReceiver&) = delete;
	FEyebridgeReceiver& operator=(const FEyebridgeReceiver&) = delete;

	// `Now` is FPlatformTime::Seconds(), here and below. Any thread.
	Eyebridge::FrameValues ValuesAt(double Now) const;

	// Whether the face rests at neutral because no frames come.
	bool IsNeutral(double Now) const;

	// What the receiver has to say for itself, for the user.
	FText StatusAt(double Now) const;

	const FIPv4Endpoint& GetEndpoint() const { return Endpoint; }

private:
	FEyebridgeReceiver(const FIPv4Endpoint& InEndpoint, FSocket* InSocket);

	virtual uint32 Run() override;
	virtual void Stop() override { bStopping = true; }

	void Take(const uint8* Data, int32 Size);

	const FIPv4Endpoint Endpoint;
	FSocket* const Socket;
	FRunnableThread* Thread = nullptr;
	std::atomic<bool> bStopping{false};

	mutable FCriticalSection Mutex;
	Eyebridge::Follow Following;
	uint64 DamagedCount = 0;
	bool bToldOfNewerVersion = false;
};
