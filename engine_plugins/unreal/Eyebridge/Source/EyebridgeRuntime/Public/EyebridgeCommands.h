#pragma once

#include "CoreMinimal.h"
#include "Interfaces/IPv4/IPv4Address.h"
#include "Eyebridge/Frame.h"

// What a program may ask of eyebridge. Nothing comes back: what it changes shows in the frames.
namespace EyebridgeCommands
{
	// Asks for a short neutral, or for a new one; look straight ahead with a relaxed face for one second, or for five.
	// Returns false where the datagram could not be sent.
	EYEBRIDGERUNTIME_API bool Recenter(const FIPv4Address& Host = FIPv4Address(127, 0, 0, 1), uint16 Port = Eyebridge::CommandPort);
	EYEBRIDGERUNTIME_API bool Calibrate(const FIPv4Address& Host = FIPv4Address(127, 0, 0, 1), uint16 Port = Eyebridge::CommandPort);
}
