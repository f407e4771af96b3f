#include "EyebridgeSource.h"

#include "Eyebridge/Curves.h"
#include "Eyebridge/Light.h"
#include "EyebridgeNames.h"
#include "EyebridgeSourceSettings.h"
#include "HAL/PlatformTime.h"
#include "ILiveLinkClient.h"
#include "LiveLinkTypes.h"
#include "Roles/LiveLinkBasicRole.h"
#include "Roles/LiveLinkLightRole.h"
#include "Roles/LiveLinkLightTypes.h"

#define LOCTEXT_NAMESPACE "EyebridgeSource"

void FEyebridgeSource::ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid)
{
	Client = InClient;
	Guid = InSourceGuid;
}

// Comes after ReceiveClient.
void FEyebridgeSource::InitializeSettings(ULiveLinkSourceSettings* InSettings)
{
	if (const UEyebridgeSourceSettings* Settings = Cast<UEyebridgeSourceSettings>(InSettings))
	{
		Announce(*Settings);
	}
}

void FEyebridgeSource::OnSettingsChanged(ULiveLinkSourceSettings* InSettings, const FPropertyChangedEvent& Event)
{
	ILiveLinkSource::OnSettingsChanged(InSettings, Event);
	if (const UEyebridgeSourceSettings* Settings = Cast<UEyebridgeSourceSettings>(InSettings))
	{
		Client->RemoveSubject_AnyThread({Guid, FaceSubject});
		Client->RemoveSubject_AnyThread({Guid, LightSubject});
		Announce(*Settings);
	}
}

TSubclassOf<ULiveLinkSourceSettings> FEyebridgeSource::GetSettingsClass() const
{
	return UEyebridgeSourceSettings::StaticClass();
}

void FEyebridgeSource::Announce(const UEyebridgeSourceSettings& Settings)
{
	FaceSubject = Settings.FaceSubject;
	LightSubject = Settings.LightSubject;
	LampIntensity = Settings.LampIntensity;
	Strength = Settings.Strength;
	bResting = false;

	FLiveLinkStaticDataStruct Face(FLiveLinkBaseStaticData::StaticStruct());
	FLiveLinkBaseStaticData& FaceData = *Face.Cast<FLiveLinkBaseStaticData>();
	for (const std::string_view Name : Eyebridge::CurveNames)
	{
		FaceData.PropertyNames.Add(EyebridgeNames::FromCore(Name));
	}
	Client->PushSubjectStaticData_AnyThread({Guid, FaceSubject}, ULiveLinkBasicRole::StaticClass(), MoveTemp(Face));

	FLiveLinkStaticDataStruct Light(FLiveLinkLightStaticData::StaticStruct());
	FLiveLinkLightStaticData& LightData = *Light.Cast<FLiveLinkLightStaticData>();
	LightData.bIsLightColorSupported = true;
	LightData.bIsIntensitySupported = LampIntensity > 0.0f;
	LightData.bIsLocationSupported = false; // lamps stay where the artist hung them
	LightData.bIsRotationSupported = false;
	LightData.bIsScaleSupported = false;
	Client->PushSubjectStaticData_AnyThread({Guid, LightSubject}, ULiveLinkLightRole::StaticClass(), MoveTemp(Light));
}

void FEyebridgeSource::Update()
{
	if (!IsSourceStillValid())
	{
		return;
	}
	const double Now = FPlatformTime::Seconds();
	const bool bNeutral = Receiver->IsNeutral(Now);
	if (bNeutral && bResting)
	{
		return; // Live Link shows by itself that nothing comes
	}
	const Eyebridge::FrameValues Values = Receiver->ValuesAt(Now);
	PushFace(Values, Now);
	PushLight(Values, Now);
	bResting = bNeutral;
}

void FEyebridgeSource::PushFace(const Eyebridge::FrameValues& Values, double Now)
{
	const Eyebridge::CurveValues Curves = Eyebridge::CurvesOf(Values);
	FLiveLinkFrameDataStruct Frame(FLiveLinkBaseFrameData::StaticStruct());
	FLiveLinkBaseFrameData& Data = *Frame.Cast<FLiveLinkBaseFrameData>();
	Data.WorldTime = FLiveLinkWorldTime(Now);
	Data.PropertyValues.Append(Curves.data(), static_cast<int32>(Curves.size()));
	Client->PushSubjectFrameData_AnyThread({Guid, FaceSubject}, MoveTemp(Frame));
}

void FEyebridgeSource::PushLight(const Eyebridge::FrameValues& Values, double Now)
{
	Eyebridge::LightLimits Limits;
	Limits.Strength = Strength;
	const Eyebridge::LightFactors Factors = Eyebridge::LightOf(Values, Limits);
	FLiveLinkFrameDataStruct Frame(FLiveLinkLightFrameData::StaticStruct());
	FLiveLinkLightFrameData& Data = *Frame.Cast<FLiveLinkLightFrameData>();
	Data.WorldTime = FLiveLinkWorldTime(Now);
	Data.LightColor = FLinearColor(Factors.Red, Factors.Green, Factors.Blue).ToFColor(true);
	Data.Intensity = LampIntensity * Factors.Intensity;
	Client->PushSubjectFrameData_AnyThread({Guid, LightSubject}, MoveTemp(Frame));
}

bool FEyebridgeSource::RequestSourceShutdown()
{
	Client = nullptr;
	Receiver.Reset();
	return true;
}

FText FEyebridgeSource::GetSourceType() const
{
	return LOCTEXT("Type", "eyebridge");
}

FText FEyebridgeSource::GetSourceMachineName() const
{
	return Receiver.IsValid() ? FText::FromString(Receiver->GetEndpoint().ToString()) : FText::GetEmpty();
}

FText FEyebridgeSource::GetSourceStatus() const
{
	return Receiver.IsValid() ? Receiver->StatusAt(FPlatformTime::Seconds())
							  : LOCTEXT("NotHeard", "Cannot listen at this address and port; remove this source and add one with others");
}

#undef LOCTEXT_NAMESPACE
