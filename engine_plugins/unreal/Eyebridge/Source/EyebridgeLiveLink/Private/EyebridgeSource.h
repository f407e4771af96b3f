#pragma once

#include "CoreMinimal.h"
#include "Eyebridge/Frame.h"
#include "EyebridgeReceiver.h"
#include "ILiveLinkSource.h"

class ILiveLinkClient;
class UEyebridgeSourceSettings;

// The face and the light as two subjects of Live Link. Live Link asks for them in the engine's own rhythm, so everything
// here happens on the game thread; the receiver has the other one.
class FEyebridgeSource final : public ILiveLinkSource
{
public:
	explicit FEyebridgeSource(FEyebridgeReceiver::FPtr InReceiver) : Receiver(InReceiver) {}

	virtual void ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid) override;
	virtual void InitializeSettings(ULiveLinkSourceSettings* InSettings) override;
	virtual void OnSettingsChanged(ULiveLinkSourceSettings* InSettings, const FPropertyChangedEvent& Event) override;
	virtual TSubclassOf<ULiveLinkSourceSettings> GetSettingsClass() const override;
	virtual void Update() override;
	virtual bool IsSourceStillValid() const override { return Client != nullptr && Receiver.IsValid(); }
	virtual bool RequestSourceShutdown() override;
	virtual FText GetSourceType() const override;
	virtual FText GetSourceMachineName() const override;
	virtual FText GetSourceStatus() const override;

private:
	void Announce(const UEyebridgeSourceSettings& Settings);
	void PushFace(const Eyebridge::FrameValues& Values, double Now);
	void PushLight(const Eyebridge::FrameValues& Values, double Now);

	FEyebridgeReceiver::FPtr Receiver;
	ILiveLinkClient* Client = nullptr;
	FGuid Guid;

	// As the settings had them when the subjects were announced.
	FName FaceSubject;
	FName LightSubject;
	float LampIntensity = 0.0f;
	float Strength = 1.0f;

	// Whether the last face that was sent is the neutral one.
	bool bResting = false;
};
