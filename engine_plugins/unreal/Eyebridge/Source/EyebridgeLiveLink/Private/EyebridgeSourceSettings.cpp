#include "EyebridgeSourceSettings.h"

#include "EyebridgeCommands.h"

void UEyebridgeSourceSettings::Recenter()
{
	EyebridgeCommands::Recenter();
}

void UEyebridgeSourceSettings::Calibrate()
{
	EyebridgeCommands::Calibrate();
}
