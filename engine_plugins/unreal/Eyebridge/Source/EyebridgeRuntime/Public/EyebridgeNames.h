#pragma once

#include "CoreMinimal.h"
#include "Eyebridge/Frame.h"

// The core's names are views of ASCII, Unreal's are FNames.
namespace EyebridgeNames
{
	inline FName FromCore(std::string_view Name)
	{
		return FName(FAnsiStringView(Name.data(), static_cast<int32>(Name.size())));
	}

	// Name of one of a frame's values, or none.
	inline FName OfValue(int16 Index)
	{
		return Index < 0 ? FName() : FromCore(Eyebridge::ValueTable[static_cast<SIZE_T>(Index)].Name);
	}
}
