#include "Eyebridge/Follow.h"

#include "checks.h"
#include "packets.h"

using namespace Eyebridge;
using Packets::MakeFrame;

namespace
{
	constexpr std::int32_t Last = 0x7fffffff;

	float WeightAt(const Follow& Following, double Now)
	{
		return Following.ValuesAt(Now)[At::Weights];
	}
}

TEST(OnlyNewerFramesAreTaken)
{
	Follow Following;
	CHECK(Following.Take(MakeFrame(10), 0.00));
	CHECK(!Following.Take(MakeFrame(10), 0.01));
	CHECK(!Following.Take(MakeFrame(9), 0.01));
	CHECK(Following.Take(MakeFrame(14), 0.02));
	CHECK(Following.Lost() == 3);
	CHECK(!Following.Take(MakeFrame(14 + 0x40000000), 0.03)); // half way round is late
	CHECK(Following.Take(MakeFrame(13 + 0x40000000), 0.03));
}

TEST(TheSequenceGoesRound)
{
	Follow Following;
	CHECK(Following.Take(MakeFrame(Last), 0.0));
	CHECK(Following.Take(MakeFrame(0), 0.01));
	CHECK(!Following.Take(MakeFrame(Last), 0.02));
	CHECK(Following.Lost() == 0);
}

TEST(ASenderThatStartsAgainIsHeardAfterTheTimeoutAndDroppedFramesDoNotPutThatOff)
{
	Follow Following;
	CHECK(Following.Take(MakeFrame(1000), 0.0));
	CHECK(!Following.Take(MakeFrame(0), 0.25));
	CHECK(!Following.Take(MakeFrame(1), 0.499));
	CHECK(Following.Take(MakeFrame(2), 0.5));
	CHECK(Following.Lost() == 0);
}

TEST(TheFaceGlidesFromFrameToFrameByTheirOwnTime)
{
	Follow Following;
	Following.Take(MakeFrame(0, 0.0f), 1.0);
	Following.Take(MakeFrame(1, 1.0f), 1.2); // 8 ms later by the sender's time
	CHECK(WeightAt(Following, 1.2) == 0.0f);
	CHECK(Checks::Near(WeightAt(Following, 1.204), 0.5f));
	CHECK(WeightAt(Following, 1.208) == 1.0f);
	CHECK(WeightAt(Following, 1.3) == 1.0f);
}

TEST(AFrameInMidGlideStartsFromWhatIsShown)
{
	Follow Following;
	Following.Take(MakeFrame(0, 0.0f), 0.0);
	Following.Take(MakeFrame(1, 1.0f), 0.2);
	const float Shown = WeightAt(Following, 0.202);
	Following.Take(MakeFrame(2, 0.0f), 0.202);
	CHECK(WeightAt(Following, 0.202) == Shown);
	CHECK(WeightAt(Following, 0.210) == 0.0f);
}

TEST(WhenFramesStopEverythingEasesToNeutral)
{
	Follow Following;
	Frame Warm = MakeFrame(0, 1.0f);
	Warm.Values[At::Light + 2] = 0.25f;
	Following.Take(Warm, 0.0);
	CHECK(!Following.IsNeutral(0.9));
	CHECK(Following.FlagsAt(0.4) == 3);
	CHECK(WeightAt(Following, 0.5) == 1.0f);
	CHECK(Following.FlagsAt(0.5) == 0);
	CHECK(Checks::Near(WeightAt(Following, 0.75), 0.5f));
	float Before = 1.0f;
	for (double Now = 0.5; Now < 1.0; Now += 0.01)
	{
		const float Weight = WeightAt(Following, Now);
		CHECK(Weight <= Before && Before - Weight < 0.05f); // smoothly
		Before = Weight;
	}
	CHECK(Following.IsNeutral(1.0));
	CHECK(Following.ValuesAt(1.0) == Neutral); // exactly, the light too
}

TEST(AFrameAfterAPauseIsGlidedToFromNeutral)
{
	Follow Following;
	Following.Take(MakeFrame(0, 1.0f), 0.0);
	Following.Take(MakeFrame(5, 1.0f), 9.0);
	CHECK(WeightAt(Following, 9.0) == 0.0f);
	CHECK(Checks::Near(WeightAt(Following, 9.05), 0.5f));
	CHECK(WeightAt(Following, 9.1) == 1.0f);
}

TEST(NothingHeardIsNeutral)
{
	const Follow Following;
	CHECK(Following.IsNeutral(0.0));
	CHECK(Following.ValuesAt(5.0) == Neutral);
}

TEST(AClockThatStandsStillDoesNoHarm)
{
	Follow Following;
	Following.Take(MakeFrame(0, 1.0f), 2.0);
	Frame SameTime = MakeFrame(1, 0.5f);
	SameTime.Time = 0;
	Following.Take(SameTime, 2.0);
	CHECK(WeightAt(Following, 2.0) == 0.5f);
	CHECK(std::isfinite(WeightAt(Following, 1.0)));
}
