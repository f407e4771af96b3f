// Live Link's source, factory, roles and data; its client remembers what it was told.
#pragma once

#include <map>

#include "StubObjects.h"

class ILiveLinkSource;
class SWidget;

class ULiveLinkSourceSettings : public UObject
{
};

class ULiveLinkRole : public UObject
{
};
class ULiveLinkBasicRole : public ULiveLinkRole
{
public:
	static UClass* StaticClass()
	{
		static UClass Class;
		return &Class;
	}
};
class ULiveLinkLightRole : public ULiveLinkRole
{
public:
	static UClass* StaticClass()
	{
		static UClass Class;
		return &Class;
	}
};

#define STUB_STRUCT() \
	static UScriptStruct* StaticStruct() \
	{ \
		static UScriptStruct Struct; \
		return &Struct; \
	}

struct FLiveLinkWorldTime
{
	FLiveLinkWorldTime() = default;
	explicit FLiveLinkWorldTime(const double InTime) : Time(InTime) {}
	double Time = 0.0;
};

struct FLiveLinkBaseStaticData
{
	STUB_STRUCT()
	TArray<FName> PropertyNames;
};

struct FLiveLinkTransformStaticData : FLiveLinkBaseStaticData
{
	bool bIsLocationSupported = true;
	bool bIsRotationSupported = true;
	bool bIsScaleSupported = false;
};

struct FLiveLinkLightStaticData : FLiveLinkTransformStaticData
{
	STUB_STRUCT()
	bool bIsTemperatureSupported = false;
	bool bIsIntensitySupported = false;
	bool bIsLightColorSupported = false;
};

struct FLiveLinkBaseFrameData
{
	STUB_STRUCT()
	FLiveLinkWorldTime WorldTime;
	TArray<float> PropertyValues;
};

struct FLiveLinkTransformFrameData : FLiveLinkBaseFrameData
{
};

struct FLiveLinkLightFrameData : FLiveLinkTransformFrameData
{
	STUB_STRUCT()
	float Temperature = 0.0f;
	float Intensity = 0.0f;
	FColor LightColor;
};

// Moves, and never copies; holds the struct that it was made for.
template <class Basic, class Light>
class TStubData
{
public:
	TStubData() = default;
	explicit TStubData(const UScriptStruct* Type) : bIsLight(Type == Light::StaticStruct()), Held(std::make_shared<Light>()) {}
	TStubData(TStubData&&) = default;
	TStubData& operator=(TStubData&&) = default;
	TStubData(const TStubData&) = delete;
	template <class T>
	T* Cast()
	{
		check(bIsLight || (std::is_same_v<T, Basic>));
		return Held.get();
	}
	bool bIsLight = false;

private:
	std::shared_ptr<Light> Held;
};

using FLiveLinkStaticDataStruct = TStubData<FLiveLinkBaseStaticData, FLiveLinkLightStaticData>;
using FLiveLinkFrameDataStruct = TStubData<FLiveLinkBaseFrameData, FLiveLinkLightFrameData>;

struct FLiveLinkSubjectKey
{
	FLiveLinkSubjectKey(FGuid InSource, FName InName) : Source(InSource), SubjectName(InName) {}
	FGuid Source;
	FName SubjectName;
};

class ILiveLinkClient
{
public:
	virtual void PushSubjectStaticData_AnyThread(const FLiveLinkSubjectKey&, TSubclassOf<ULiveLinkRole>, FLiveLinkStaticDataStruct&&) = 0;
	virtual void PushSubjectFrameData_AnyThread(const FLiveLinkSubjectKey&, FLiveLinkFrameDataStruct&&) = 0;
	virtual void RemoveSubject_AnyThread(const FLiveLinkSubjectKey&) = 0;

protected:
	~ILiveLinkClient() = default;
};

class ILiveLinkSource
{
public:
	virtual ~ILiveLinkSource() = default;
	virtual bool CanBeDisplayedInUI() const { return true; }
	virtual void ReceiveClient(ILiveLinkClient* InClient, FGuid InSourceGuid) = 0;
	virtual void InitializeSettings(ULiveLinkSourceSettings*) {}
	virtual void Update() {}
	virtual bool IsSourceStillValid() const = 0;
	virtual bool RequestSourceShutdown() = 0;
	virtual FText GetSourceType() const = 0;
	virtual FText GetSourceMachineName() const = 0;
	virtual FText GetSourceStatus() const = 0;
#if STUB_UE >= 505
	virtual FText GetSourceToolTip() const { return FText::GetEmpty(); }
#endif
	virtual TSubclassOf<ULiveLinkSourceSettings> GetSettingsClass() const { return ULiveLinkSourceSettings::StaticClass(); }
	virtual void OnSettingsChanged(ULiveLinkSourceSettings*, const FPropertyChangedEvent&) {}
};

class FStubSourceCreated
{
public:
	std::function<void(TSharedPtr<ILiveLinkSource>, FString)> Bound;
	bool ExecuteIfBound(TSharedPtr<ILiveLinkSource> Source, FString ConnectionString) const
	{
		return Bound && (Bound(Source, ConnectionString), true);
	}
};

class ULiveLinkSourceFactory : public UObject
{
public:
	using FOnLiveLinkSourceCreated = FStubSourceCreated;
	enum class EMenuType
	{
		SubPanel,
		MenuEntry,
		Disabled,
	};
	virtual FText GetSourceDisplayName() const = 0;
	virtual FText GetSourceTooltip() const = 0;
	virtual EMenuType GetMenuType() const { return EMenuType::Disabled; }
	virtual TSharedPtr<SWidget> BuildCreationPanel(FOnLiveLinkSourceCreated) const { return nullptr; }
	virtual TSharedPtr<ILiveLinkSource> CreateSource(const FString&) const { return nullptr; }
#if STUB_UE >= 504
	virtual bool IsEnabled() const { return true; }
#endif
};
