// Actors and the components that the plugin touches, with just enough of a life to see it touch them.
#pragma once

#include <map>

#include "StubObjects.h"

class AActor;
class UWorld;

enum ELevelTick
{
	LEVELTICK_All,
	LEVELTICK_ViewportsOnly,
};

struct FActorComponentTickFunction
{
	bool bCanEverTick = false;
	bool bStartWithTickEnabled = true;
};

class UActorComponent : public UObject
{
public:
	using ThisClass = UActorComponent;
	FActorComponentTickFunction PrimaryComponentTick;
	bool bTickInEditor = false;
	bool bAutoActivate = false;
	AActor* GetOwner() const { return StubOwner; }
	inline UWorld* GetWorld() const;
	virtual void TickComponent(float, ELevelTick, FActorComponentTickFunction*) {}
	virtual void Deactivate() {}

	void StubRegister() { OnRegister(); }
	void StubUnregister() { OnUnregister(); }
	AActor* StubOwner = nullptr;

protected:
	virtual void OnRegister() {}
	virtual void OnUnregister() {}
};

class AActor : public UObject
{
public:
	UWorld* GetWorld() const { return StubWorld; }
	template <class T, class F>
	void ForEachComponent(bool, F Do) const
	{
		for (UActorComponent* Each : StubComponents)
		{
			if (T* Wanted = Cast<T>(Each))
			{
				Do(Wanted);
			}
		}
	}
	UWorld* StubWorld = nullptr;
	std::vector<UActorComponent*> StubComponents;
};

UWorld* UActorComponent::GetWorld() const
{
	return StubOwner == nullptr ? nullptr : StubOwner->GetWorld();
}

class USceneComponent : public UActorComponent
{
};

class UMorphTarget : public UObject
{
};

class USkeletalMesh : public UObject
{
public:
	TArray<TObjectPtr<UMorphTarget>>& GetMorphTargets() { return StubTargets; }
	const TArray<TObjectPtr<UMorphTarget>>& GetMorphTargets() const { return StubTargets; }
	TArray<TObjectPtr<UMorphTarget>> StubTargets;
};

class USkeletalMeshComponent : public USceneComponent
{
public:
	USkeletalMesh* GetSkeletalMeshAsset() const { return StubMesh; }
	void SetMorphTarget(FName Name, float Value, bool = true) { StubWeights[Stub::Narrow(*Name.ToString())] = Value; }
	float GetMorphTarget(FName Name) const
	{
		const auto Found = StubWeights.find(Stub::Narrow(*Name.ToString()));
		return Found == StubWeights.end() ? 0.0f : Found->second;
	}
	void SetUpdateAnimationInEditor(const bool bNew) { bStubUpdating = bNew; }
	USkeletalMesh* StubMesh = nullptr;
	std::map<std::string, float> StubWeights;
	bool bStubUpdating = false;
};

class ULightComponentBase : public USceneComponent
{
public:
	float Intensity = 1.0f;
	FColor LightColor;
};

class ULightComponent : public ULightComponentBase
{
public:
	void SetLightColor(FLinearColor NewLightColor, bool bSRGB = true) { LightColor = NewLightColor.ToFColor(bSRGB); }
	void SetIntensity(float NewIntensity) { Intensity = NewIntensity; }
};

class USkyLightComponent : public ULightComponentBase
{
public:
	void SetLightColor(FLinearColor NewLightColor) { LightColor = NewLightColor.ToFColor(true); }
	void SetIntensity(float NewIntensity) { Intensity = NewIntensity; }
};

struct FPostProcessSettings
{
	uint8 bOverride_SceneColorTint : 1;
	FLinearColor SceneColorTint = FLinearColor(1.0f, 1.0f, 1.0f);
	FPostProcessSettings() : bOverride_SceneColorTint(0) {}
};

class UPostProcessComponent : public USceneComponent
{
public:
	FPostProcessSettings Settings;
};

class APostProcessVolume : public AActor
{
public:
	FPostProcessSettings Settings;
};

class UMaterialParameterCollection : public UObject
{
};

class UMaterialParameterCollectionInstance : public UObject
{
public:
	bool SetVectorParameterValue(FName Name, const FLinearColor& Value)
	{
		StubVectors[Stub::Narrow(*Name.ToString())] = Value;
		return true;
	}
	bool GetVectorParameterValue(FName Name, FLinearColor& Out) const
	{
		const auto Found = StubVectors.find(Stub::Narrow(*Name.ToString()));
		return Found != StubVectors.end() && (Out = Found->second, true);
	}
	bool SetScalarParameterValue(FName Name, float Value)
	{
		StubScalars[Stub::Narrow(*Name.ToString())] = Value;
		return true;
	}
	bool GetScalarParameterValue(FName Name, float& Out) const
	{
		const auto Found = StubScalars.find(Stub::Narrow(*Name.ToString()));
		return Found != StubScalars.end() && (Out = Found->second, true);
	}
	std::map<std::string, FLinearColor> StubVectors;
	std::map<std::string, float> StubScalars;
};

class UWorld : public UObject
{
public:
	bool IsGameWorld() const { return bStubGame; }
	UMaterialParameterCollectionInstance* GetParameterCollectionInstance(const UMaterialParameterCollection*)
	{
		return &StubParameters;
	}
	bool bStubGame = false;
	UMaterialParameterCollectionInstance StubParameters;
};
