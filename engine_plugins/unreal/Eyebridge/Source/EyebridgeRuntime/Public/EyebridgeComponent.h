#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"
#include "Templates/PimplPtr.h"

#include "EyebridgeComponent.generated.h"

class FObjectPreSaveContext;
class UEyebridgeMapping;
class UMaterialParameterCollection;
struct FEyebridgeDrivers;

/**
 * Shows the wearer's face on this actor's skeletal meshes and the mood in its lights, in the editor and in the game.
 * Everything is put back exactly when the component is switched off or removed, and before anything is saved.
 */
UCLASS(ClassGroup = (Eyebridge), meta = (BlueprintSpawnableComponent))
class EYEBRIDGERUNTIME_API UEyebridgeComponent : public UActorComponent
{
	GENERATED_BODY()

public:
	UEyebridgeComponent();
	virtual ~UEyebridgeComponent() override;

	/** Address to listen at. 127.0.0.1 hears this computer alone; 0.0.0.0 hears everybody in your network. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	FString Address = TEXT("127.0.0.1");

	/** UDP port to listen at, the one that eyebridge's native output sends to. */
	UPROPERTY(EditAnywhere, Category = "eyebridge", meta = (ClampMin = "1", ClampMax = "65535"))
	int32 Port = 13937;

	/** Whether the face moves in the editor too, without Play. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	bool bPreviewInEditor = true;

	/** Whether morph targets of this actor's skeletal meshes are moved. Switch it off where Live Link moves them. */
	UPROPERTY(EditAnywhere, Category = "eyebridge|Face")
	bool bMoveFace = true;

	/** Which morph target shows what; without one, the names are found by themselves. */
	UPROPERTY(EditAnywhere, Category = "eyebridge|Face")
	TObjectPtr<UEyebridgeMapping> Mapping;

	/** Morph targets that are moved. */
	UPROPERTY(VisibleAnywhere, Transient, Category = "eyebridge|Face")
	TArray<FString> Moved;

	/** Names that were looked for and are not on the mesh. */
	UPROPERTY(VisibleAnywhere, Transient, Category = "eyebridge|Face")
	TArray<FString> Missing;

	/** Morph targets of the mesh that nothing moves. */
	UPROPERTY(VisibleAnywhere, Transient, Category = "eyebridge|Face")
	TArray<FString> Unused;

	/** Actors whose lights, sky lights and post-processing follow the mood, beside this one's own. */
	UPROPERTY(EditAnywhere, Category = "eyebridge|Light")
	TArray<TObjectPtr<AActor>> Lamps;

	/** How much of the mood the light shows: 0 leaves it alone. */
	UPROPERTY(EditAnywhere, Category = "eyebridge|Light", meta = (ClampMin = "0", ClampMax = "1"))
	float Strength = 1.0f;

	/** The light's own brightness times this is the darkest it gets. */
	UPROPERTY(EditAnywhere, Category = "eyebridge|Light", meta = (ClampMin = "0", ClampMax = "1"))
	float Darkest = 0.25f;

	/** The light's own brightness times this is the brightest it gets. */
	UPROPERTY(EditAnywhere, Category = "eyebridge|Light", meta = (ClampMin = "1", ClampMax = "2"))
	float Brightest = 2.0f;

	/** Material parameters that follow the mood. */
	UPROPERTY(EditAnywhere, Category = "eyebridge|Light")
	TObjectPtr<UMaterialParameterCollection> Parameters;

	/** Vector of the collection that is multiplied by the light's colour. */
	UPROPERTY(EditAnywhere, Category = "eyebridge|Light")
	FName ColorParameter = TEXT("MoodColor");

	/** Scalar of the collection that is multiplied by the light's intensity. */
	UPROPERTY(EditAnywhere, Category = "eyebridge|Light")
	FName IntensityParameter = TEXT("MoodIntensity");

	/** Asks eyebridge for a short neutral: look straight ahead with a relaxed face for one second. */
	UFUNCTION(CallInEditor, BlueprintCallable, Category = "eyebridge")
	void Recenter();

	/** Asks eyebridge for a new neutral: look straight ahead with a relaxed face for five seconds. */
	UFUNCTION(CallInEditor, BlueprintCallable, Category = "eyebridge")
	void Calibrate();

	virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction) override;
	virtual void Deactivate() override;
#if WITH_EDITOR
	virtual void PostEditChangeProperty(FPropertyChangedEvent& PropertyChangedEvent) override;
#endif

protected:
	virtual void OnRegister() override;
	virtual void OnUnregister() override;

private:
	bool IsWanted() const;
	void Start();
	void Stop();
	void TakeFaces();
	void TakeLights();

#if WITH_EDITOR
	void OnAnythingSaved(UObject* Object, FObjectPreSaveContext Context);

	FDelegateHandle SaveHandle;
#endif

	TPimplPtr<FEyebridgeDrivers> Drivers;
};
