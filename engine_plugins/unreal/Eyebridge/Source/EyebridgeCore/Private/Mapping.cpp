#include "Eyebridge/Mapping.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace Eyebridge
{
	namespace
	{
		// Never constant, so that a misspelt name in a table below does not compile.
		std::int16_t NoSuchValue()
		{
			return -1;
		}

		constexpr std::int16_t Find(std::string_view Name, std::size_t From, std::size_t To)
		{
			for (std::size_t N = From; N < To; ++N)
			{
				if (ValueTable[N].Name == Name)
				{
					return static_cast<std::int16_t>(N);
				}
			}
			return NoSuchValue();
		}

		constexpr std::int16_t Weight(std::string_view Name)
		{
			return Find(Name, At::Weights, At::Weights + WeightCount);
		}

		constexpr PresetRow One(std::string_view Target, std::string_view Name)
		{
			return {Target, Weight(Name), -1};
		}

		constexpr PresetRow Mean(std::string_view Target, std::string_view Left, std::string_view Right)
		{
			return {Target, Weight(Left), Weight(Right)};
		}

		constexpr PresetRow Mood(std::string_view Target, std::string_view Emotion)
		{
			return {Target, Find(Emotion, At::Emotions, At::Light), -1};
		}

		constexpr std::array<PresetRow, WeightCount> MakeArkit()
		{
			std::array<PresetRow, WeightCount> Rows{};
			for (std::size_t N = 0; N < WeightCount; ++N)
			{
				Rows[N] = {ValueTable[At::Weights + N].Name, static_cast<std::int16_t>(At::Weights + N), -1};
			}
			return Rows;
		}

		constexpr std::array<PresetRow, WeightCount> Arkit = MakeArkit();

		// VRCFaceTracking 5's shapes, as far as ARKit's can speak for them (vrcft.io, "Compatibility: ARKit").
		constexpr PresetRow Unified[] = {
			One("EyeSquintLeft", "eyeSquintLeft"),
			One("EyeSquintRight", "eyeSquintRight"),
			One("EyeWideLeft", "eyeWideLeft"),
			One("EyeWideRight", "eyeWideRight"),
			One("BrowPinchLeft", "browDownLeft"),
			One("BrowPinchRight", "browDownRight"),
			One("BrowLowererLeft", "browDownLeft"),
			One("BrowLowererRight", "browDownRight"),
			One("BrowInnerUpLeft", "browInnerUp"),
			One("BrowInnerUpRight", "browInnerUp"),
			One("BrowOuterUpLeft", "browOuterUpLeft"),
			One("BrowOuterUpRight", "browOuterUpRight"),
			One("CheekSquintLeft", "cheekSquintLeft"),
			One("CheekSquintRight", "cheekSquintRight"),
			One("CheekPuffLeft", "cheekPuff"),
			One("CheekPuffRight", "cheekPuff"),
			One("JawOpen", "jawOpen"),
			One("JawRight", "jawRight"),
			One("JawLeft", "jawLeft"),
			One("JawForward", "jawForward"),
			One("MouthClosed", "mouthClose"),
			One("LipSuckUpperLeft", "mouthRollUpper"),
			One("LipSuckUpperRight", "mouthRollUpper"),
			One("LipSuckLowerLeft", "mouthRollLower"),
			One("LipSuckLowerRight", "mouthRollLower"),
			One("LipFunnelUpperLeft", "mouthFunnel"),
			One("LipFunnelUpperRight", "mouthFunnel"),
			One("LipFunnelLowerLeft", "mouthFunnel"),
			One("LipFunnelLowerRight", "mouthFunnel"),
			One("LipPuckerUpperLeft", "mouthPucker"),
			One("LipPuckerUpperRight", "mouthPucker"),
			One("LipPuckerLowerLeft", "mouthPucker"),
			One("LipPuckerLowerRight", "mouthPucker"),
			One("MouthUpperUpLeft", "mouthUpperUpLeft"),
			One("MouthUpperUpRight", "mouthUpperUpRight"),
			One("NoseSneerLeft", "noseSneerLeft"),
			One("NoseSneerRight", "noseSneerRight"),
			One("MouthLowerDownLeft", "mouthLowerDownLeft"),
			One("MouthLowerDownRight", "mouthLowerDownRight"),
			One("MouthUpperLeft", "mouthLeft"),
			One("MouthUpperRight", "mouthRight"),
			One("MouthLowerLeft", "mouthLeft"),
			One("MouthLowerRight", "mouthRight"),
			One("MouthCornerPullLeft", "mouthSmileLeft"),
			One("MouthCornerPullRight", "mouthSmileRight"),
			One("MouthCornerSlantLeft", "mouthSmileLeft"),
			One("MouthCornerSlantRight", "mouthSmileRight"),
			One("MouthFrownLeft", "mouthFrownLeft"),
			One("MouthFrownRight", "mouthFrownRight"),
			One("MouthStretchLeft", "mouthStretchLeft"),
			One("MouthStretchRight", "mouthStretchRight"),
			One("MouthDimpleLeft", "mouthDimpleLeft"),
			One("MouthDimpleRight", "mouthDimpleRight"),
			One("MouthRaiserUpper", "mouthShrugUpper"),
			One("MouthRaiserLower", "mouthShrugLower"),
			One("MouthPressLeft", "mouthPressLeft"),
			One("MouthPressRight", "mouthPressRight"),
			One("TongueOut", "tongueOut"),
			One("EyeClosedLeft", "eyeBlinkLeft"),
			One("EyeLookUpLeft", "eyeLookUpLeft"),
			One("EyeLookDownLeft", "eyeLookDownLeft"),
			One("EyeLookInLeft", "eyeLookInLeft"),
			One("EyeLookOutLeft", "eyeLookOutLeft"),
			One("EyeClosedRight", "eyeBlinkRight"),
			One("EyeLookUpRight", "eyeLookUpRight"),
			One("EyeLookDownRight", "eyeLookDownRight"),
			One("EyeLookInRight", "eyeLookInRight"),
			One("EyeLookOutRight", "eyeLookOutRight"),
		};

		// Curves of the MetaHuman face board, for meshes that carry them as morph targets.
		constexpr PresetRow MetaHuman[] = {
			One("CTRL_expressions_browDownL", "browDownLeft"),
			One("CTRL_expressions_browDownR", "browDownRight"),
			One("CTRL_expressions_browRaiseInL", "browInnerUp"),
			One("CTRL_expressions_browRaiseInR", "browInnerUp"),
			One("CTRL_expressions_browRaiseOuterL", "browOuterUpLeft"),
			One("CTRL_expressions_browRaiseOuterR", "browOuterUpRight"),
			One("CTRL_expressions_eyeBlinkL", "eyeBlinkLeft"),
			One("CTRL_expressions_eyeBlinkR", "eyeBlinkRight"),
			One("CTRL_expressions_eyeWidenL", "eyeWideLeft"),
			One("CTRL_expressions_eyeWidenR", "eyeWideRight"),
			One("CTRL_expressions_eyeSquintInnerL", "eyeSquintLeft"),
			One("CTRL_expressions_eyeSquintInnerR", "eyeSquintRight"),
			One("CTRL_expressions_eyeCheekRaiseL", "cheekSquintLeft"),
			One("CTRL_expressions_eyeCheekRaiseR", "cheekSquintRight"),
			One("CTRL_expressions_eyeLookUpL", "eyeLookUpLeft"),
			One("CTRL_expressions_eyeLookUpR", "eyeLookUpRight"),
			One("CTRL_expressions_eyeLookDownL", "eyeLookDownLeft"),
			One("CTRL_expressions_eyeLookDownR", "eyeLookDownRight"),
			One("CTRL_expressions_eyeLookLeftL", "eyeLookOutLeft"),
			One("CTRL_expressions_eyeLookRightL", "eyeLookInLeft"),
			One("CTRL_expressions_eyeLookLeftR", "eyeLookInRight"),
			One("CTRL_expressions_eyeLookRightR", "eyeLookOutRight"),
			One("CTRL_expressions_noseWrinkleL", "noseSneerLeft"),
			One("CTRL_expressions_noseWrinkleR", "noseSneerRight"),
			One("CTRL_expressions_mouthCheekBlowL", "cheekPuff"),
			One("CTRL_expressions_mouthCheekBlowR", "cheekPuff"),
			One("CTRL_expressions_jawOpen", "jawOpen"),
			One("CTRL_expressions_jawFwd", "jawForward"),
			One("CTRL_expressions_jawLeft", "jawLeft"),
			One("CTRL_expressions_jawRight", "jawRight"),
			One("CTRL_expressions_mouthLeft", "mouthLeft"),
			One("CTRL_expressions_mouthRight", "mouthRight"),
			One("CTRL_expressions_mouthCornerPullL", "mouthSmileLeft"),
			One("CTRL_expressions_mouthCornerPullR", "mouthSmileRight"),
			One("CTRL_expressions_mouthCornerDepressL", "mouthFrownLeft"),
			One("CTRL_expressions_mouthCornerDepressR", "mouthFrownRight"),
			One("CTRL_expressions_mouthDimpleL", "mouthDimpleLeft"),
			One("CTRL_expressions_mouthDimpleR", "mouthDimpleRight"),
			One("CTRL_expressions_mouthStretchL", "mouthStretchLeft"),
			One("CTRL_expressions_mouthStretchR", "mouthStretchRight"),
			One("CTRL_expressions_mouthFunnelUL", "mouthFunnel"),
			One("CTRL_expressions_mouthFunnelUR", "mouthFunnel"),
			One("CTRL_expressions_mouthFunnelDL", "mouthFunnel"),
			One("CTRL_expressions_mouthFunnelDR", "mouthFunnel"),
			One("CTRL_expressions_mouthLipsPurseUL", "mouthPucker"),
			One("CTRL_expressions_mouthLipsPurseUR", "mouthPucker"),
			One("CTRL_expressions_mouthLipsPurseDL", "mouthPucker"),
			One("CTRL_expressions_mouthLipsPurseDR", "mouthPucker"),
			One("CTRL_expressions_mouthPressUL", "mouthPressLeft"),
			One("CTRL_expressions_mouthPressUR", "mouthPressRight"),
			One("CTRL_expressions_mouthPressDL", "mouthPressLeft"),
			One("CTRL_expressions_mouthPressDR", "mouthPressRight"),
			One("CTRL_expressions_mouthLowerLipDepressL", "mouthLowerDownLeft"),
			One("CTRL_expressions_mouthLowerLipDepressR", "mouthLowerDownRight"),
			One("CTRL_expressions_mouthUpperLipRaiseL", "mouthUpperUpLeft"),
			One("CTRL_expressions_mouthUpperLipRaiseR", "mouthUpperUpRight"),
			One("CTRL_expressions_mouthLowerLipRollInL", "mouthRollLower"),
			One("CTRL_expressions_mouthLowerLipRollInR", "mouthRollLower"),
			One("CTRL_expressions_mouthUpperLipRollInL", "mouthRollUpper"),
			One("CTRL_expressions_mouthUpperLipRollInR", "mouthRollUpper"),
			One("CTRL_expressions_tongueOut", "tongueOut"),
		};

		// VRoid Studio's own morph targets.
		constexpr PresetRow Vroid[] = {
			One("Fcl_EYE_Close_L", "eyeBlinkLeft"),
			One("Fcl_EYE_Close_R", "eyeBlinkRight"),
			Mean("Fcl_EYE_Spread", "eyeWideLeft", "eyeWideRight"),
			Mean("Fcl_BRW_Angry", "browDownLeft", "browDownRight"),
			One("Fcl_BRW_Surprised", "browInnerUp"),
			One("Fcl_MTH_A", "jawOpen"),
			One("Fcl_MTH_U", "mouthPucker"),
			One("Fcl_MTH_O", "mouthFunnel"),
			Mean("Fcl_MTH_Fun", "mouthSmileLeft", "mouthSmileRight"),
			Mean("Fcl_MTH_Down", "mouthFrownLeft", "mouthFrownRight"),
		};

		// Expressions of VRM 1 and of VRM 0 where they are called otherwise. Both eyes' "blink" is left to its halves.
		constexpr PresetRow Vrm[] = {
			One("blinkLeft", "eyeBlinkLeft"),
			One("blinkRight", "eyeBlinkRight"),
			One("Blink_L", "eyeBlinkLeft"),
			One("Blink_R", "eyeBlinkRight"),
			Mean("lookUp", "eyeLookUpLeft", "eyeLookUpRight"),
			Mean("lookDown", "eyeLookDownLeft", "eyeLookDownRight"),
			Mean("lookLeft", "eyeLookOutLeft", "eyeLookInRight"),
			Mean("lookRight", "eyeLookInLeft", "eyeLookOutRight"),
			Mood("happy", "happiness"),
			Mood("joy", "happiness"),
			Mood("angry", "anger"),
			Mood("surprised", "surprise"),
			One("aa", "jawOpen"),
			One("ou", "mouthPucker"),
			One("oh", "mouthFunnel"),
		};

		// What an avatar of Ready Player Me has that was downloaded without ARKit's shapes.
		constexpr PresetRow ReadyPlayerMe[] = {
			Mean("eyesClosed", "eyeBlinkLeft", "eyeBlinkRight"),
			Mean("eyesLookUp", "eyeLookUpLeft", "eyeLookUpRight"),
			Mean("eyesLookDown", "eyeLookDownLeft", "eyeLookDownRight"),
			One("mouthOpen", "jawOpen"),
			Mean("mouthSmile", "mouthSmileLeft", "mouthSmileRight"),
		};

		constexpr std::array<Preset, PresetCount> AllPresets = {{
			{"ARKit", Arkit.data(), Arkit.size()},
			{"Unified Expressions", Unified, std::size(Unified)},
			{"MetaHuman", MetaHuman, std::size(MetaHuman)},
			{"VRoid", Vroid, std::size(Vroid)},
			{"VRM", Vrm, std::size(Vrm)},
			{"Ready Player Me", ReadyPlayerMe, std::size(ReadyPlayerMe)},
		}};

		// Names of shapes are ASCII wherever they matter to us; the locale has no say.
		char Lower(char Letter)
		{
			return Letter >= 'A' && Letter <= 'Z' ? static_cast<char>(Letter - 'A' + 'a') : Letter;
		}

		bool IsLetterOrDigit(char Sign)
		{
			const char Letter = Lower(Sign);
			return (Letter >= 'a' && Letter <= 'z') || (Letter >= '0' && Letter <= '9');
		}

		bool AreSame(std::string_view A, std::string_view B, bool bIgnoreCase)
		{
			return A.size() == B.size()
				&& std::equal(A.begin(), A.end(), B.begin(),
					[bIgnoreCase](char X, char Y) { return X == Y || (bIgnoreCase && Lower(X) == Lower(Y)); });
		}
	}

	const Preset& PresetAt(std::size_t Index)
	{
		return AllPresets[std::min(Index, PresetCount - 1)];
	}

	bool IsNamed(std::string_view OnMesh, std::string_view Wanted, const NameRule& Rule)
	{
		if (Wanted.empty() || OnMesh.size() < Wanted.size())
		{
			return false;
		}
		const std::size_t Before = OnMesh.size() - Wanted.size();
		return AreSame(OnMesh.substr(Before), Wanted, Rule.bIgnoreCase)
			&& (Before == 0 || (Rule.bAllowPrefix && !IsLetterOrDigit(OnMesh[Before - 1])));
	}

	std::int16_t FindValue(std::string_view Name)
	{
		for (std::size_t N = At::Weights; N < At::Light; ++N)
		{
			const bool bOffered = N < At::Gaze || N >= At::Emotions;
			if (bOffered && AreSame(Name, ValueTable[N].Name, true))
			{
				return static_cast<std::int16_t>(N);
			}
		}
		return -1;
	}
}
