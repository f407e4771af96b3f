"""The guided calibration, and the wearer who goes through it: real steps, a network that misreads, and the way back."""

import itertools

import numpy as np
import pytest

from bridge.channels import CHANNELS
from bridge.errors import BridgeError
from bridge.exercises import EXERCISES, NEUTRAL
from bridge.frames import Expression, EyePair
from bridge.guide import DURATION, STEPS, target
from bridge.personalization import Profile
from bridge.slip import UpkeepOptions
from bridge.wearer import WAITS, Wearer

RATE = 30.0
BY_NAME = {exercise.name: exercise for exercise in (NEUTRAL, *EXERCISES)}
POPULATION = Profile.population(np.full((96, 192), 128, np.uint8))
RANDOM = np.random.default_rng(12)


class Person:
    """Does what the prompt says; the network reads it, with a gain and a bias on the gaze and squints as cheeks."""

    def __init__(self) -> None:
        self.time = 0.0
        self.doing = NEUTRAL.exemplar
        self.moves = True
        self.seen = True

    def read(self, profile: Profile, pair: EyePair) -> Expression:
        channels = self.doing.channels.copy()
        for index, channel in enumerate(CHANNELS):
            if channel.unit == "degrees":
                channels[index] = 0.6 * channels[index] + 4.0
        units = 0.9 * self.doing.action_units + 0.01
        if self.doing.action_unit == "squint":
            units = np.roll(units, 4)
        channels = (channels + RANDOM.normal(0, 0.02, len(channels))).astype(np.float32)
        if not self.seen:
            channels[:] = np.nan
        emotions = 0.95 * self.doing.emotions + 0.01
        return Expression((units / units.sum()).astype(np.float32), emotions.astype(np.float32), channels)

    def pair(self) -> EyePair:
        self.time += 1.0 / RATE
        pixels = RANDOM.integers(90, 110, (96, 192)).astype(np.uint8)
        return EyePair(pixels, (True, True), (False, False), self.time, 0)


def follow(wearer: Wearer, person: Person, seconds: float) -> None:
    """So long, or until no guide asks for anything."""
    for _ in range(round(seconds * RATE)):
        prompt = wearer.prompt
        if prompt is None:
            return
        person.doing = prompt.exemplar if prompt.holding and person.moves else NEUTRAL.exemplar
        pair = person.pair()
        wearer.observe(pair, person.read(wearer.profile, pair))


def begun() -> tuple[Wearer, Person]:
    person = Person()
    wearer = Wearer(UpkeepOptions(), POPULATION, person.read)
    wearer.start_guide()
    return wearer, person


def test_a_guide_later_the_network_knows_the_wearer_and_undo_forgets_it() -> None:
    wearer, person = begun()
    follow(wearer, person, DURATION + 2.0)
    assert wearer.prompt is None
    assert person.time == pytest.approx(DURATION, abs=0.5)
    person.doing = BY_NAME["squint"].exemplar
    pair = person.pair()
    reading = person.read(wearer.profile, pair)
    assert reading.action_unit != "squint"
    assert wearer.profile.personalized(reading).action_unit == "squint"
    person.doing = NEUTRAL.exemplar
    relaxed = wearer.profile.personalized(person.read(wearer.profile, pair))
    assert relaxed["gaze_yaw_left"] == pytest.approx(0.0, abs=1.0)
    (said,) = wearer.take_notices()
    assert "gaze off by" in said
    assert "too weak" not in said
    fitted = wearer.profile
    wearer.undo()
    assert wearer.profile is POPULATION
    with pytest.raises(BridgeError, match="no calibration to undo"):
        wearer.undo()
    assert fitted.fit is not None


def test_a_new_neutral_keeps_the_fit() -> None:
    wearer, person = begun()
    follow(wearer, person, DURATION + 2.0)
    fitted = wearer.profile
    wearer.capture_neutral(1.0)
    while wearer.progress is not None:
        pair = person.pair()
        wearer.observe(pair, person.read(wearer.profile, pair))
    assert wearer.profile is not fitted
    assert wearer.profile.fit is fitted.fit
    wearer.undo()
    assert wearer.profile is fitted


def test_prompts_say_all_that_a_page_or_a_voice_needs() -> None:
    wearer, person = begun()
    seen = []
    for _ in range(round((DURATION + 2.0) * RATE)):
        if wearer.prompt is None:
            break
        seen.append(wearer.prompt)
        follow(wearer, person, 1.0 / RATE)
    assert list(dict.fromkeys(prompt.step for prompt in seen)) == [step.exercise.name for step in STEPS]
    assert all(a.progress <= b.progress for a, b in itertools.pairwise(seen))
    assert seen[-1].progress > 0.98
    for before, after in itertools.pairwise(seen[1:]):  # time begins with the second frame
        if (before.step, before.holding) == (after.step, after.holding):
            assert after.seconds == pytest.approx(before.seconds - 1.0 / RATE, abs=1e-6)
    gazing = [prompt for prompt in seen if prompt.target is not None and prompt.holding]
    path = np.array([prompt.target for prompt in gazing])
    assert {prompt.step for prompt in gazing} == {"gaze"}
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).max() < 2.0, "the target never jumps"
    assert (path.max(0) - path.min(0) > [30.0, 18.0]).all(), "it crosses the field"
    assert gazing[50].exemplar["gaze_yaw_left"] == pytest.approx(gazing[50].target[0])  # type: ignore[index]
    assert not seen[0].skippable
    assert all(prompt.skippable for prompt in seen if prompt.step != "neutral")


@pytest.mark.parametrize(("delay", "letters"), [(0.2, 15.0), (0.6, 10.5)])
def test_no_prompt_is_spoken_into_the_next_even_by_a_slow_voice(delay: float, letters: float) -> None:
    for step in STEPS:
        spoken = delay + len(step.exercise.prompt) / letters
        assert spoken <= step.ready + (step.hold if letters < 14 else 0.0), step.exercise.name
    assert DURATION < 50.0


def test_everything_but_the_neutral_can_be_skipped() -> None:
    wearer, person = begun()
    wearer.skip_step()
    assert wearer.prompt is not None
    assert wearer.prompt.step == "neutral"
    while (prompt := wearer.prompt) is not None:
        if prompt.skippable:
            wearer.skip_step()
        else:
            follow(wearer, person, 1.0 / RATE)
    assert wearer.profile.personal
    assert wearer.profile.fit is None


def test_who_shows_nothing_is_told_so_and_nothing_is_learnt() -> None:
    wearer, person = begun()
    person.moves = False
    follow(wearer, person, DURATION + 2.0)
    assert wearer.profile.personal
    assert wearer.profile.fit is None
    (said,) = wearer.take_notices()
    assert all(exercise.name.replace("_", " ") in said for exercise in EXERCISES)


def test_time_stands_still_while_the_headset_is_off_and_stopping_changes_nothing() -> None:
    wearer, person = begun()
    follow(wearer, person, 8.0)
    before = wearer.prompt
    person.seen = False
    follow(wearer, person, 1.5)
    assert wearer.take_notices() == [], "a moment without eyes is no news"
    follow(wearer, person, 18.5)
    assert wearer.take_notices() == [WAITS], "once"
    assert before is not None
    assert wearer.prompt is not None
    assert wearer.prompt.step == before.step
    assert wearer.prompt.seconds == pytest.approx(before.seconds)
    wearer.undo()
    assert wearer.prompt is None
    assert wearer.profile is POPULATION


def test_a_headset_that_never_rests_has_no_neutral_and_the_guide_ends_with_the_reason() -> None:
    wearer, person = begun()
    said = ""
    while wearer.prompt is not None:
        pair = person.pair()
        shaken = np.full_like(pair.pixels, int(RANDOM.integers(0, 256)))
        try:
            wearer.observe(EyePair(shaken, pair.seen, pair.mirrored, pair.time, 0), person.read(wearer.profile, pair))
        except BridgeError as error:
            said = str(error)
    assert "moved too much" in said
    assert wearer.prompt is None
    assert wearer.profile is POPULATION


def test_the_target_starts_ahead_and_stays_in_reach() -> None:
    path = target(np.linspace(0, 8, 500))
    np.testing.assert_allclose(path[0], 0.0, atol=1e-9)
    assert (np.abs(path).max(0) <= [18.0, 11.0]).all()
