#pragma once

#include "CoreMinimal.h"
#include "Curves/CurveFloat.h"
#include "Engine/DataAsset.h"

#include "EyebridgeMapping.generated.h"

// Names that meshes are made with, in the order of the core's presets.
UENUM(BlueprintType)
enum class EEyebridgePreset : uint8
{
	Arkit UMETA(DisplayName = "ARKit"),
	UnifiedExpressions,
	MetaHuman,
	VRoid,
	Vrm UMETA(DisplayName = "VRM"),
	ReadyPlayerMe,
};

// One morph target and what it shows.
USTRUCT(BlueprintType)
struct EYEBRIDGERUNTIME_API FEyebridgeShape
{
	GENERATED_BODY()

	/** Name of the morph target on the mesh. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	FName MorphTarget;

	/** What it shows: one of ARKit's 52 weights, as eyeBlinkLeft, or an emotion: anger, surprise, happiness. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	FName Value;

	/** A second one, if the morph target shows the mean of two, as of both eyes. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	FName SecondValue;

	/** How strongly; applied before the curve. */
	UPROPERTY(EditAnywhere, Category = "eyebridge", meta = (ClampMin = "-4", ClampMax = "4"))
	float Gain = 1.0f;

	/** From 0..1 to the morph target's weight; without keys the weight is the value itself. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	FRuntimeFloatCurve Curve;
};

/** Which morph target shows what: made once for an avatar, for one whose names no preset knows or that wants another strength. */
UCLASS(BlueprintType)
class EYEBRIDGERUNTIME_API UEyebridgeMapping : public UDataAsset
{
	GENERATED_BODY()

public:
	/** Whether eyeblinkleft on the mesh is eyeBlinkLeft here. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	bool bIgnoreCase = true;

	/** Whether names on the mesh may have something before them, as in Face.eyeBlinkLeft and head_eyeBlinkLeft. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	bool bAllowPrefix = true;

	UPROPERTY(EditAnywhere, Category = "eyebridge")
	TArray<FEyebridgeShape> Shapes;

	/** The names that Fill From Preset writes into Shapes. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	EEyebridgePreset Preset = EEyebridgePreset::Arkit;

	/** Replaces Shapes by the preset's. */
	UFUNCTION(CallInEditor, BlueprintCallable, Category = "eyebridge")
	void FillFromPreset();

	static TArray<FEyebridgeShape> ShapesOf(EEyebridgePreset Preset);

	// Another number after every change, so that those who use the mapping notice.
	uint32 GetRevision() const { return Revision; }

#if WITH_EDITOR
	virtual void PostEditChangeProperty(FPropertyChangedEvent& PropertyChangedEvent) override;
#endif

private:
	uint32 Revision = 0;
};
