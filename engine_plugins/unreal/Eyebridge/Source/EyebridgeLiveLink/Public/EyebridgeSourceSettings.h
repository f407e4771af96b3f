#pragma once

#include "CoreMinimal.h"
#include "LiveLinkSourceSettings.h"

#include "EyebridgeSourceSettings.generated.h"

/** What Live Link's window shows of an eyebridge source. */
UCLASS()
class EYEBRIDGELIVELINK_API UEyebridgeSourceSettings : public ULiveLinkSourceSettings
{
	GENERATED_BODY()

public:
	/** Subject with the face: 61 curves as ARKit has them. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	FName FaceSubject = TEXT("eyebridge");

	/** Subject with the light, for Live Link controllers on lamps. */
	UPROPERTY(EditAnywhere, Category = "eyebridge")
	FName LightSubject = TEXT("eyebridge_light");

	/** Brightness of a lamp in calm light, in the lamp's own unit; 0 leaves the brightness of lamps alone. */
	UPROPERTY(EditAnywhere, Category = "eyebridge", meta = (ClampMin = "0"))
	float LampIntensity = 0.0f;

	/** How much of the mood the light shows: 0 leaves it white. */
	UPROPERTY(EditAnywhere, Category = "eyebridge", meta = (ClampMin = "0", ClampMax = "1"))
	float Strength = 1.0f;

	/** Asks eyebridge for a short neutral: look straight ahead with a relaxed face for one second. */
	UFUNCTION(CallInEditor, Category = "eyebridge")
	void Recenter();

	/** Asks eyebridge for a new neutral: look straight ahead with a relaxed face for five seconds. */
	UFUNCTION(CallInEditor, Category = "eyebridge")
	void Calibrate();
};
