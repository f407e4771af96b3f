// The layer on top of the core, with real datagrams, on the executable stand-ins: what an artist sees happen, and that
// everything is theirs again afterwards.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "Components/LightComponent.h"
#include "Components/PostProcessComponent.h"
#include "Components/SkeletalMeshComponent.h"
#include "Components/SkyLightComponent.h"
#include "Engine/PostProcessVolume.h"
#include "Engine/World.h"
#include "EyebridgeCommands.h"
#include "EyebridgeComponent.h"
#include "EyebridgeMapping.h"
#include "EyebridgeReceiver.h"
#include "EyebridgeSourceFactory.h"
#include "EyebridgeSourceSettings.h"
#include "ILiveLinkClient.h"
#include "ILiveLinkSource.h"
#include "Materials/MaterialParameterCollection.h"
#include "Roles/LiveLinkLightTypes.h"
#include "Widgets/SBoxPanel.h"

#include "checks.h"
#include "packets.h"

namespace
{
	// A socket of the test's own, as the daemon's.
	struct Peer
	{
		int Number = socket(AF_INET, SOCK_DGRAM, 0);
		sockaddr_in At{};

		Peer()
		{
			At.sin_family = AF_INET;
			At.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
			bind(Number, reinterpret_cast<const sockaddr*>(&At), sizeof(At));
			socklen_t Size = sizeof(At);
			getsockname(Number, reinterpret_cast<sockaddr*>(&At), &Size);
		}
		~Peer() { close(Number); }

		uint16 Port() const { return ntohs(At.sin_port); }

		void Send(const Packets::Packet& Packet, uint16 To) const
		{
			sockaddr_in Address = At;
			Address.sin_port = htons(To);
			sendto(Number, Packet.Bytes, Packet.Size, 0, reinterpret_cast<const sockaddr*>(&Address), sizeof(Address));
		}
	};

	uint16 FreePort()
	{
		return Peer().Port();
	}

	FIPv4Endpoint Loopback(uint16 Port)
	{
		return FIPv4Endpoint(FIPv4Address(127, 0, 0, 1), Port);
	}

	// Sends until the receiver has taken one; false after ten seconds.
	bool Deliver(const Eyebridge::Frame& Frame, uint16 Port)
	{
		const Peer Sender;
		const FEyebridgeReceiver::FPtr Receiver = FEyebridgeReceiver::Get(Loopback(Port));
		for (int N = 0; N < 1000 && Receiver->IsNeutral(FPlatformTime::Seconds()); ++N)
		{
			Sender.Send(Packets::Pack(Frame), Port);
			std::this_thread::sleep_for(std::chrono::milliseconds(10));
		}
		return !Receiver->IsNeutral(FPlatformTime::Seconds());
	}

	void Wait(double Seconds)
	{
		FPlatformTime::Now = FPlatformTime::Seconds() + Seconds;
	}

	Eyebridge::Frame WinkInWarmLight()
	{
		Eyebridge::Frame Made = Packets::MakeFrame(1);
		Made.Values[Eyebridge::At::Weights] = 1.0f; // eyeBlinkLeft
		Made.Values[Eyebridge::At::Emotions + 3] = 0.5f; // happiness
		Made.Values[Eyebridge::At::Light + 1] = 0.5f;
		Made.Values[Eyebridge::At::Light + 2] = 0.25f;
		Made.Values[Eyebridge::At::Light + 3] = 1.5f;
		return Made;
	}

	// An actor with a face, in a room with everything that can be lit.
	struct Scene
	{
		UWorld World;
		AActor Avatar, Room;
		APostProcessVolume Volume;
		UMorphTarget Targets[3];
		USkeletalMesh Mesh;
		USkeletalMeshComponent Face;
		ULightComponent Lamp;
		USkyLightComponent Sky;
		UPostProcessComponent Post;
		UMaterialParameterCollection Collection;
		UEyebridgeComponent Bridge;

		// Somebody else listens too, so that what was heard outlives the component's own start and stop.
		const FEyebridgeReceiver::FPtr Listener;

		explicit Scene(uint16 Port) : Listener(FEyebridgeReceiver::Get(Loopback(Port)))
		{
			const TCHAR* Names[] = {TEXT("Face.EyeBlinkLeft"), TEXT("head_eyeBlinkRight"), TEXT("Fangs")};
			for (int N = 0; N < 3; ++N)
			{
				Targets[N].StubName = Names[N];
				Mesh.StubTargets.Add(&Targets[N]);
			}
			Face.StubMesh = &Mesh;
			Face.SetMorphTarget(TEXT("head_eyeBlinkRight"), 0.125f);
			Lamp.LightColor = FColor(200, 180, 77);
			Lamp.Intensity = 8.3f;
			Sky.LightColor = FColor(10, 20, 30);
			Volume.Settings.SceneColorTint = FLinearColor(0.5f, 0.5f, 0.5f);
			Volume.Settings.bOverride_SceneColorTint = true;
			World.StubParameters.StubVectors["MoodColor"] = FLinearColor(0.3f, 0.4f, 0.7f);
			World.StubParameters.StubScalars["MoodIntensity"] = 3.7f;
			Avatar.StubComponents = {&Face, &Bridge};
			Room.StubComponents = {&Lamp, &Sky, &Post};
			for (AActor* Each : {&Avatar, &Room, static_cast<AActor*>(&Volume)})
			{
				Each->StubWorld = &World;
			}
			Bridge.StubOwner = &Avatar;
			Bridge.Port = Port;
			Bridge.Lamps = {&Room, &Volume, &Room, nullptr};
			Bridge.Parameters = &Collection;
			Bridge.StubRegister();
			Tick();
		}
		~Scene() { Bridge.StubUnregister(); }

		void Tick() { Bridge.TickComponent(0.0f, LEVELTICK_ViewportsOnly, nullptr); }

		bool IsArtistsOwn()
		{
			return Lamp.LightColor == FColor(200, 180, 77) && Lamp.Intensity == 8.3f && Sky.LightColor == FColor(10, 20, 30)
				&& Sky.Intensity == 1.0f && !Post.Settings.bOverride_SceneColorTint
				&& Post.Settings.SceneColorTint == FLinearColor::White && Volume.Settings.bOverride_SceneColorTint
				&& Volume.Settings.SceneColorTint == FLinearColor(0.5f, 0.5f, 0.5f)
				&& World.StubParameters.StubVectors["MoodColor"] == FLinearColor(0.3f, 0.4f, 0.7f)
				&& World.StubParameters.StubScalars["MoodIntensity"] == 3.7f
				&& Face.GetMorphTarget(TEXT("Face.EyeBlinkLeft")) == 0.0f
				&& Face.GetMorphTarget(TEXT("head_eyeBlinkRight")) == 0.125f;
		}
	};

	class Client final : public ILiveLinkClient
	{
	public:
		void PushSubjectStaticData_AnyThread(
			const FLiveLinkSubjectKey& Key, TSubclassOf<ULiveLinkRole> Role, FLiveLinkStaticDataStruct&& Data) override
		{
			CHECK(Role.Get() == (Data.bIsLight ? ULiveLinkLightRole::StaticClass() : ULiveLinkBasicRole::StaticClass()));
			(Data.bIsLight ? LightName : FaceName) = Key.SubjectName;
			(Data.bIsLight ? LightStatic : FaceStatic) = MoveTemp(Data);
		}
		void PushSubjectFrameData_AnyThread(const FLiveLinkSubjectKey& Key, FLiveLinkFrameDataStruct&& Data) override
		{
			CHECK(Key.SubjectName == (Data.bIsLight ? LightName : FaceName));
			(Data.bIsLight ? Light : Face) = MoveTemp(Data);
			++Frames;
		}
		void RemoveSubject_AnyThread(const FLiveLinkSubjectKey&) override { ++Removed; }

		FName FaceName, LightName;
		FLiveLinkStaticDataStruct FaceStatic, LightStatic;
		FLiveLinkFrameDataStruct Face, Light;
		int Frames = 0;
		int Removed = 0;
	};
}

TEST(TheFaceMovesTheLightWarmsAndBothComeBackWhenFramesStop)
{
	const uint16 Port = FreePort();
	Scene Room(Port);
	CHECK(Room.Bridge.Moved.Num() == 2 && Room.Bridge.Unused.Num() == 1 && Room.Bridge.Missing.Num() == 50);
	CHECK(Room.Bridge.Unused[0] == FString(TEXT("Fangs")));
	CHECK(Room.IsArtistsOwn());

	CHECK(Deliver(WinkInWarmLight(), Port));
	Wait(0.2);
	Room.Tick();
	CHECK(Room.Face.GetMorphTarget(TEXT("Face.EyeBlinkLeft")) == 1.0f);
	CHECK(Room.Face.GetMorphTarget(TEXT("head_eyeBlinkRight")) == 0.0f);
	CHECK(Room.Lamp.LightColor.R == 200 && Room.Lamp.LightColor.G < 150 && Room.Lamp.Intensity == 8.3f * 1.5f);
	CHECK(Room.Sky.Intensity == 1.5f);
	CHECK(Room.Post.Settings.bOverride_SceneColorTint && Room.Post.Settings.SceneColorTint.B == 0.25f);
	CHECK(Room.Volume.Settings.SceneColorTint.B == 0.125f);
	CHECK(Room.World.StubParameters.StubScalars["MoodIntensity"] == 3.7f * 1.5f);

	Wait(0.55); // in the middle of the way to neutral
	Room.Tick();
	const float Half = Room.Face.GetMorphTarget(TEXT("Face.EyeBlinkLeft"));
	CHECK(Half > 0.1f && Half < 0.9f);
	CHECK(Room.Lamp.Intensity > 8.3f && Room.Lamp.Intensity < 8.3f * 1.5f);
	Wait(0.5);
	Room.Tick();
	CHECK(Room.IsArtistsOwn());
}

TEST(SwitchingOffSavingAndLeavingGiveEverythingBack)
{
	const uint16 Port = FreePort();
	Scene Room(Port);
	CHECK(Deliver(WinkInWarmLight(), Port));
	Wait(0.2);
	Room.Tick();
	CHECK(!Room.IsArtistsOwn());
	FCoreUObjectDelegates::OnObjectPreSave.StubBroadcast();
	CHECK(Room.IsArtistsOwn());
	Room.Tick();
	CHECK(!Room.IsArtistsOwn());
	Room.Bridge.bPreviewInEditor = false;
	Room.Tick();
	CHECK(Room.IsArtistsOwn());
	Room.World.bStubGame = true;
	CHECK(Deliver(WinkInWarmLight(), Port));
	Room.Tick();
	Wait(0.2);
	Room.Tick();
	CHECK(!Room.IsArtistsOwn());
	Room.Bridge.Deactivate();
	CHECK(Room.IsArtistsOwn());
}

TEST(AnArtistsMappingHasGainAndCurveAndIsFollowedWhileItIsEdited)
{
	const uint16 Port = FreePort();
	UEyebridgeMapping Mapping;
	FEyebridgeShape& Fangs = Mapping.Shapes.AddDefaulted_GetRef();
	Fangs.MorphTarget = TEXT("Fangs");
	Fangs.Value = TEXT("happiness");
	Fangs.Gain = 0.5f;
	Scene Room(Port);
	Room.Bridge.Mapping = &Mapping;
	FPropertyChangedEvent Event;
	Room.Bridge.PostEditChangeProperty(Event);
	Room.Tick();
	CHECK(Room.Bridge.Moved.Num() == 1);
	CHECK(Deliver(WinkInWarmLight(), Port));
	Wait(0.2);
	Room.Tick();
	CHECK(Room.Face.GetMorphTarget(TEXT("Fangs")) == 0.25f);
	Mapping.Shapes[0].Curve.EditorCurveData.StubKeys = {{0.0f, 0.0f}, {0.25f, 1.0f}};
	Mapping.PostEditChangeProperty(Event);
	Room.Tick();
	CHECK(Room.Face.GetMorphTarget(TEXT("Fangs")) == 1.0f);
}

TEST(APresetFillsTheMapping)
{
	UEyebridgeMapping Mapping;
	Mapping.Preset = EEyebridgePreset::ReadyPlayerMe;
	Mapping.FillFromPreset();
	CHECK(Mapping.Shapes.Num() == 5 && Mapping.Shapes[4].MorphTarget == FName(TEXT("mouthSmile")));
	CHECK(Mapping.Shapes[4].SecondValue == FName(TEXT("mouthSmileRight")) && Mapping.Shapes[3].SecondValue.IsNone());
	Mapping.Preset = EEyebridgePreset::VRoid;
	Mapping.FillFromPreset();
	CHECK(Mapping.Shapes[0].MorphTarget == FName(TEXT("Fcl_EYE_Close_L")));
}

TEST(LiveLinkGetsFaceAndLight)
{
	const uint16 Port = FreePort();
	UEyebridgeSourceFactory Factory;
	const TSharedPtr<ILiveLinkSource> Source = Factory.CreateSource(Loopback(Port).ToString());
	Client Link;
	UEyebridgeSourceSettings Settings;
	Settings.LampIntensity = 10.0f;
	Source->ReceiveClient(&Link, FGuid{7});
	Source->InitializeSettings(&Settings);
	CHECK(Source->IsSourceStillValid());
	const TArray<FName>& Names = Link.FaceStatic.Cast<FLiveLinkBaseStaticData>()->PropertyNames;
	CHECK(Names.Num() == 61 && Names[0] == FName(TEXT("EyeBlinkLeft")) && Names[60] == FName(TEXT("RightEyeRoll")));
	const FLiveLinkLightStaticData& Lamp = *Link.LightStatic.Cast<FLiveLinkLightStaticData>();
	CHECK(Lamp.bIsLightColorSupported && Lamp.bIsIntensitySupported && !Lamp.bIsLocationSupported);

	CHECK(Deliver(WinkInWarmLight(), Port));
	Wait(0.2);
	Source->Update();
	const TArray<float>& Curves = Link.Face.Cast<FLiveLinkBaseFrameData>()->PropertyValues;
	CHECK(Curves.Num() == 61 && Curves[0] == 1.0f && Curves[1] == 0.0f);
	CHECK(Link.Light.Cast<FLiveLinkLightFrameData>()->LightColor.R == 255);
	CHECK(Link.Light.Cast<FLiveLinkLightFrameData>()->LightColor.B < 150);
	CHECK(Link.Light.Cast<FLiveLinkLightFrameData>()->Intensity == 15.0f);

	Wait(2.0);
	Source->Update();
	CHECK(Link.Face.Cast<FLiveLinkBaseFrameData>()->PropertyValues[0] == 0.0f);
	CHECK(Link.Light.Cast<FLiveLinkLightFrameData>()->LightColor == FColor(255, 255, 255));
	const int Frames = Link.Frames;
	Source->Update();
	CHECK(Link.Frames == Frames); // at rest nothing is sent

	Settings.FaceSubject = TEXT("other");
	Source->OnSettingsChanged(&Settings, {});
	CHECK(Link.Removed == 2 && Link.FaceName == FName(TEXT("other")));
	CHECK(Source->RequestSourceShutdown() && !Source->IsSourceStillValid());
	Source->Update();
}

TEST(ASourceOnATakenPortSaysSoAndOnePortIsShared)
{
	const Peer Other;
	UEyebridgeSourceFactory Factory;
	const int Logged = Stub::Logged;
	CHECK(!Factory.CreateSource(Loopback(Other.Port()).ToString())->IsSourceStillValid());
	CHECK(Stub::Logged == Logged + 1);
	CHECK(!Factory.CreateSource(TEXT("somewhere"))->IsSourceStillValid());
	const uint16 Port = FreePort();
	const FEyebridgeReceiver::FPtr One = FEyebridgeReceiver::Get(Loopback(Port));
	CHECK(One.Held == FEyebridgeReceiver::Get(Loopback(Port)).Held);
}

TEST(ThePanelAddsASourceAtWhatWasTyped)
{
	UEyebridgeSourceFactory Factory;
	FString Connection;
	ULiveLinkSourceFactory::FOnLiveLinkSourceCreated Created;
	Created.Bound = [&Connection](TSharedPtr<ILiveLinkSource> Source, FString Given)
	{
		CHECK(Source.IsValid());
		Connection = Given;
	};
	const TSharedPtr<SWidget> Panel = Factory.BuildCreationPanel(Created);
	const FString Typed = Loopback(FreePort()).ToString();
	Panel->StubChildren.at(1)->StubCommit(FText::FromString(Typed), ETextCommit::OnEnter);
	Panel->StubChildren.at(2)->StubClick();
	CHECK(Connection == Typed);
}

TEST(CommandsAreSent)
{
	const Peer Daemon;
	const timeval Patience{10, 0};
	setsockopt(Daemon.Number, SOL_SOCKET, SO_RCVTIMEO, &Patience, sizeof(Patience));
	CHECK(EyebridgeCommands::Calibrate(FIPv4Address(127, 0, 0, 1), Daemon.Port()));
	char Buffer[64];
	CHECK(recv(Daemon.Number, Buffer, sizeof(Buffer), 0) == 28);
	CHECK(std::string_view(Buffer) == "/eyebridge/calibrate");
}

int main()
{
	return Checks::RunAll();
}
