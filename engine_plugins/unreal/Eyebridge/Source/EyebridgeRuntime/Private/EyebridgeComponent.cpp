#include "EyebridgeComponent.h"

#include "Components/SkeletalMeshComponent.h"
#include "Engine/World.h"
#include "EyebridgeCommands.h"
#include "EyebridgeFaceDriver.h"
#include "EyebridgeLightDriver.h"
#include "EyebridgeLog.h"
#include "EyebridgeMapping.h"
#include "EyebridgeReceiver.h"
#include "GameFramework/Actor.h"
#include "HAL/PlatformTime.h"
#include "Materials/MaterialParameterCollection.h"
#include "UObject/ObjectSaveContext.h"
#include "UObject/UObjectGlobals.h"

// What is there between Start and Stop.
struct FEyebridgeDrivers
{
	FEyebridgeReceiver::FPtr Receiver;
	TArray<FEyebridgeFaceDriver> Faces;
	FEyebridgeLightDriver Light;

	// Whether everything is the artist's own, because no frames come.
	bool bResting = true;

	void Apply(const Eyebridge::FrameValues& Values, const Eyebridge::LightLimits& Limits)
	{
		for (FEyebridgeFaceDriver& Face : Faces)
		{
			Face.Apply(Values);
		}
		Light.Apply(Eyebridge::LightOf(Values, Limits));
		bResting = false;
	}

	void Rest()
	{
		if (bResting)
		{
			return;
		}
		for (FEyebridgeFaceDriver& Face : Faces)
		{
			Face.Restore();
		}
		Light.Restore();
		bResting = true;
	}

	bool AreCurrent() const
	{
		return !Faces.ContainsByPredicate([](const FEyebridgeFaceDriver& Face) { return !Face.IsCurrent(); });
	}
};

UEyebridgeComponent::UEyebridgeComponent()
{
	PrimaryComponentTick.bCanEverTick = true;
	PrimaryComponentTick.bStartWithTickEnabled = true;
	bTickInEditor = true;
	bAutoActivate = true;
}

UEyebridgeComponent::~UEyebridgeComponent() = default;

void UEyebridgeComponent::OnRegister()
{
	Super::OnRegister();
#if WITH_EDITOR
	SaveHandle = FCoreUObjectDelegates::OnObjectPreSave.AddUObject(this, &UEyebridgeComponent::OnAnythingSaved);
#endif
}

void UEyebridgeComponent::OnUnregister()
{
#if WITH_EDITOR
	FCoreUObjectDelegates::OnObjectPreSave.Remove(SaveHandle);
#endif
	Stop();
	Super::OnUnregister();
}

void UEyebridgeComponent::Deactivate()
{
	Stop();
	Super::Deactivate();
}

#if WITH_EDITOR
void UEyebridgeComponent::PostEditChangeProperty(FPropertyChangedEvent& PropertyChangedEvent)
{
	Super::PostEditChangeProperty(PropertyChangedEvent);
	Stop(); // the next tick starts with what was changed
}

// The artist's own values are what is saved; the next tick goes on.
void UEyebridgeComponent::OnAnythingSaved(UObject*, FObjectPreSaveContext)
{
	if (Drivers.IsValid())
	{
		Drivers->Rest();
	}
}
#endif

bool UEyebridgeComponent::IsWanted() const
{
	const UWorld* World = GetWorld();
	return World != nullptr && (bPreviewInEditor || World->IsGameWorld());
}

void UEyebridgeComponent::Start()
{
	Drivers = MakePimpl<FEyebridgeDrivers>();
	FIPv4Address Parsed;
	if (!FIPv4Address::Parse(Address, Parsed))
	{
		UE_LOG(LogEyebridge, Error, TEXT("%s is not an address to listen at; use 127.0.0.1, or this computer's own."), *Address);
		return;
	}
	Drivers->Receiver = FEyebridgeReceiver::Get(FIPv4Endpoint(Parsed, static_cast<uint16>(Port)));
	if (!Drivers->Receiver.IsValid())
	{
		return;
	}
	TakeFaces();
	TakeLights();
}

void UEyebridgeComponent::TakeFaces()
{
	Moved.Reset();
	Missing.Reset();
	Unused.Reset();
	if (!bMoveFace)
	{
		return;
	}
	GetOwner()->ForEachComponent<USkeletalMeshComponent>(false,
		[this](USkeletalMeshComponent* Mesh)
		{
			Mesh->SetUpdateAnimationInEditor(true);
			const FEyebridgeFaceDriver& Face = Drivers->Faces.Emplace_GetRef(*Mesh, Mapping.Get());
			Moved.Append(Face.Moved);
			Missing.Append(Face.Missing);
			Unused.Append(Face.Unused);
		});
}

void UEyebridgeComponent::TakeLights()
{
	TArray<AActor*> Actors = {GetOwner()};
	for (AActor* Lamp : Lamps)
	{
		Actors.AddUnique(Lamp);
	}
	for (AActor* Actor : Actors)
	{
		if (Actor != nullptr)
		{
			Drivers->Light.Add(*Actor);
		}
	}
	if (Parameters != nullptr)
	{
		Drivers->Light.Add(*GetWorld(), *Parameters, ColorParameter, IntensityParameter);
	}
}

void UEyebridgeComponent::Stop()
{
	if (Drivers.IsValid())
	{
		Drivers->Rest();
		Drivers.Reset();
	}
}

void UEyebridgeComponent::TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction)
{
	Super::TickComponent(DeltaTime, TickType, ThisTickFunction);
	if (!IsWanted() || (Drivers.IsValid() && !Drivers->AreCurrent()))
	{
		Stop();
	}
	if (!IsWanted())
	{
		return;
	}
	if (!Drivers.IsValid())
	{
		Start();
	}
	if (!Drivers->Receiver.IsValid())
	{
		return; // the log says why; a changed property tries again
	}
	const double Now = FPlatformTime::Seconds();
	if (Drivers->Receiver->IsNeutral(Now))
	{
		Drivers->Rest();
	}
	else
	{
		Drivers->Apply(Drivers->Receiver->ValuesAt(Now), {Strength, Darkest, Brightest});
	}
}

void UEyebridgeComponent::Recenter()
{
	EyebridgeCommands::Recenter();
}

void UEyebridgeComponent::Calibrate()
{
	EyebridgeCommands::Calibrate();
}
