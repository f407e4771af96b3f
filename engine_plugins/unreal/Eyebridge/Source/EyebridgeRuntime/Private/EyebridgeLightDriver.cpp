#include "EyebridgeLightDriver.h"

#include "Components/LightComponent.h"
#include "Components/PostProcessComponent.h"
#include "Components/SkyLightComponent.h"
#include "Engine/PostProcessVolume.h"
#include "Engine/World.h"
#include "GameFramework/Actor.h"
#include "Materials/MaterialParameterCollection.h"
#include "Materials/MaterialParameterCollectionInstance.h"

namespace
{
	FLinearColor Times(const FLinearColor& Own, const Eyebridge::LightFactors& Factors)
	{
		return FLinearColor(Own.R * Factors.Red, Own.G * Factors.Green, Own.B * Factors.Blue, Own.A);
	}

	// Lights and sky lights have these setters each for itself; lamps that never move ignore them.
	void Set(ULightComponentBase& Light, const FLinearColor& Color, float Intensity)
	{
		if (ULightComponent* Lamp = Cast<ULightComponent>(&Light))
		{
			Lamp->SetLightColor(Color);
			Lamp->SetIntensity(Intensity);
		}
		else if (USkyLightComponent* Sky = Cast<USkyLightComponent>(&Light))
		{
			Sky->SetLightColor(Color);
			Sky->SetIntensity(Intensity);
		}
	}
}

void FEyebridgeLightDriver::Add(AActor& Actor)
{
	Actor.ForEachComponent<ULightComponentBase>(false,
		[this](ULightComponentBase* Light) { Lamps.Add({Light, Light->LightColor, Light->Intensity}); });
	Actor.ForEachComponent<UPostProcessComponent>(false, [this](UPostProcessComponent* Post) { Add(*Post, Post->Settings); });
	if (APostProcessVolume* Volume = Cast<APostProcessVolume>(&Actor))
	{
		Add(*Volume, Volume->Settings);
	}
}

void FEyebridgeLightDriver::Add(UObject& Owner, FPostProcessSettings& Settings)
{
	Tints.Add({&Owner, &Settings, Settings.SceneColorTint, static_cast<bool>(Settings.bOverride_SceneColorTint)});
}

void FEyebridgeLightDriver::Add(UWorld& World, UMaterialParameterCollection& Collection, FName Color, FName Intensity)
{
	UMaterialParameterCollectionInstance* Instance = World.GetParameterCollectionInstance(&Collection);
	FParameter Parameter{Instance, Color, Intensity, FLinearColor::White, 1.0f};
	if (Instance != nullptr)
	{
		Instance->GetVectorParameterValue(Color, Parameter.OwnColor);
		Instance->GetScalarParameterValue(Intensity, Parameter.OwnIntensity);
		Parameters.Add(Parameter);
	}
}

void FEyebridgeLightDriver::Apply(const Eyebridge::LightFactors& Factors)
{
	for (const FLamp& Lamp : Lamps)
	{
		if (ULightComponentBase* Light = Lamp.Component.Get())
		{
			Set(*Light, Times(FLinearColor(Lamp.OwnColor), Factors), Lamp.OwnIntensity * Factors.Intensity);
		}
	}
	for (const FTint& Tint : Tints)
	{
		if (Tint.Owner.IsValid())
		{
			Tint.Settings->bOverride_SceneColorTint = true;
			Tint.Settings->SceneColorTint = Times(Tint.bOwnOverride ? Tint.Own : FLinearColor::White, Factors);
		}
	}
	for (const FParameter& Parameter : Parameters)
	{
		if (UMaterialParameterCollectionInstance* Instance = Parameter.Instance.Get())
		{
			Instance->SetVectorParameterValue(Parameter.Color, Times(Parameter.OwnColor, Factors));
			Instance->SetScalarParameterValue(Parameter.Intensity, Parameter.OwnIntensity * Factors.Intensity);
		}
	}
}

void FEyebridgeLightDriver::Restore()
{
	Apply({});
	for (const FTint& Tint : Tints)
	{
		if (Tint.Owner.IsValid())
		{
			Tint.Settings->bOverride_SceneColorTint = Tint.bOwnOverride;
			Tint.Settings->SceneColorTint = Tint.Own;
		}
	}
}
