// What is made of a frame: light, Live Link's curves, names on meshes.
#include "Eyebridge/Curves.h"
#include "Eyebridge/Light.h"
#include "Eyebridge/Mapping.h"

#include "checks.h"
#include "packets.h"

using namespace Eyebridge;

namespace
{
	FrameValues Warm()
	{
		FrameValues Values = Neutral;
		Values[At::Light + 1] = 0.5f;
		Values[At::Light + 2] = 0.25f;
		Values[At::Light + 3] = 1.5f;
		return Values;
	}

	bool AreOwn(const LightFactors& Factors)
	{
		return Factors.Red == 1.0f && Factors.Green == 1.0f && Factors.Blue == 1.0f && Factors.Intensity == 1.0f;
	}
}

TEST(NeutralIsTheArtistsOwnLightExactly)
{
	CHECK(AreOwn(LightOf(Neutral, {})));
	CHECK(AreOwn(LightOf(Neutral, {0.37f, 0.5f, 1.5f})));
	CHECK(AreOwn(LightOf(Warm(), {0.0f, 0.25f, 2.0f})));
}

TEST(TheMoodIsShownAsStronglyAsTheArtistAllows)
{
	const LightFactors Whole = LightOf(Warm(), {});
	CHECK(Whole.Red == 1.0f && Whole.Green == 0.5f && Whole.Blue == 0.25f && Whole.Intensity == 1.5f);
	const LightFactors Half = LightOf(Warm(), {0.5f, 0.25f, 2.0f});
	CHECK(Half.Green == 0.75f && Half.Intensity == 1.25f);
	CHECK(LightOf(Warm(), {1.0f, 0.25f, 1.2f}).Intensity == 1.2f);
	FrameValues Dark = Neutral;
	Dark[At::Light + 3] = 0.0f;
	CHECK(LightOf(Dark, {1.0f, 0.6f, 2.0f}).Intensity == 0.6f);
}

TEST(EyesTurnByRadiansToTheWearersRightAndDown)
{
	FrameValues Values = Neutral;
	Values[At::Gaze + 0] = 90.0f; // the left eye to the wearer's left
	Values[At::Gaze + 3] = -45.0f; // the right eye down
	const CurveValues Curves = CurvesOf(Values);
	CHECK(CurveNames[55] == "LeftEyeYaw" && Checks::Near(Curves[55], -1.5707963f));
	CHECK(CurveNames[59] == "RightEyePitch" && Checks::Near(Curves[59], 0.7853982f));
	CHECK(CurveNames[52] == "HeadYaw" && Curves[52] == 0.0f && Curves[60] == 0.0f);
}

TEST(NamesAreFoundBehindPrefixesAndInAnyCase)
{
	const NameRule Loose;
	const NameRule Strict{false, false};
	CHECK(IsNamed("eyeBlinkLeft", "eyeBlinkLeft", Strict));
	CHECK(!IsNamed("EyeBlinkLeft", "eyeBlinkLeft", Strict));
	CHECK(IsNamed("EyeBlinkLeft", "eyeBlinkLeft", Loose));
	CHECK(!IsNamed("Face.eyeBlinkLeft", "eyeBlinkLeft", Strict));
	CHECK(IsNamed("Face.eyeBlinkLeft", "eyeBlinkLeft", Loose));
	CHECK(IsNamed("Face.M_F00_000_00_Fcl_EYE_Close_L", "Fcl_EYE_Close_L", Loose));
	CHECK(!IsNamed("moveMouthLeft", "mouthLeft", Loose));
	CHECK(!IsNamed("", "", Loose));
	CHECK(!IsNamed("eyeBlink", "eyeBlinkLeft", Loose));
}

TEST(ValuesAreFoundByName)
{
	CHECK(FindValue("EYEBLINKLEFT") == static_cast<std::int16_t>(At::Weights));
	CHECK(FindValue("happiness") == static_cast<std::int16_t>(At::Emotions + 3));
	CHECK(FindValue("left_yaw") == -1); // degrees are not for a morph target
	CHECK(FindValue("") == -1);
}
