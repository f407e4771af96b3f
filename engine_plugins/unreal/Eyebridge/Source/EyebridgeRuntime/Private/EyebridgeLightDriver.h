#pragma once

#include "CoreMinimal.h"
#include "Eyebridge/Light.h"
#include "UObject/WeakObjectPtr.h"

class AActor;
class ULightComponentBase;
class UMaterialParameterCollection;
class UMaterialParameterCollectionInstance;
struct FPostProcessSettings;
class UWorld;

// Colours lights, sky lights, post-processing and a material parameter collection by factors of what they were when they
// were met, and gives them back exactly as they were.
class FEyebridgeLightDriver
{
public:
	// Takes every light, sky light and post-process component of the actor, or the post-process volume that it is. An actor
	// may be added once.
	void Add(AActor& Actor);

	// Takes two parameters of a collection: a vector, multiplied by the colour, and a scalar, multiplied by the intensity.
	void Add(UWorld& World, UMaterialParameterCollection& Collection, FName Color, FName Intensity);

	void Apply(const Eyebridge::LightFactors& Factors);
	void Restore();

private:
	struct FLamp
	{
		TWeakObjectPtr<ULightComponentBase> Component;
		FColor OwnColor;
		float OwnIntensity;
	};

	struct FTint
	{
		// Who has the settings, and where; they live as long as their owner does.
		TWeakObjectPtr<UObject> Owner;
		FPostProcessSettings* Settings;
		FLinearColor Own;
		bool bOwnOverride;
	};

	struct FParameter
	{
		TWeakObjectPtr<UMaterialParameterCollectionInstance> Instance;
		FName Color;
		FName Intensity;
		FLinearColor OwnColor;
		float OwnIntensity;
	};

	void Add(UObject& Owner, FPostProcessSettings& Settings);

	TArray<FLamp> Lamps;
	TArray<FTint> Tints;
	TArray<FParameter> Parameters;
};
