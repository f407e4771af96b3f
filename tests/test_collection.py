"""A sitting of a data collection: what is asked when, what is recorded, and what skips, pauses and break-offs keep."""

import itertools
from collections import Counter

import pytest

from bridge.channels import ACTION_UNIT_NAMES, EMOTION_NAMES
from bridge.collection import EXPRESSIONS, SETTLE, STILL, PaceOptions, Request, Sitting, described, remaining

STEP = 0.05
PACE = PaceOptions(fit=2.0, practice=1.0, hold=3.0)


def sitting(session: int = 1) -> Sitting:
    return Sitting(EXPRESSIONS, session, PACE)


def asked(person: Sitting) -> Request:
    request = person.request
    assert request is not None
    return request


class Clock:
    """Frames, one after the other."""

    def __init__(self) -> None:
        self.frame = 0

    def run(self, person: Sitting, seconds: float) -> list[int]:
        """So long, or until it is done; the frames that belong into the recording."""
        kept = []
        for _ in range(round(seconds / STEP)):
            self.frame += 1
            if person.add(self.frame, self.frame * STEP):
                kept.append(self.frame)
        return kept


def test_every_class_of_the_paper_is_asked_once() -> None:
    units = [exercise.action_unit for exercise in EXPRESSIONS if exercise.action_unit]
    assert units == list(ACTION_UNIT_NAMES)
    assert {exercise.emotion for exercise in EXPRESSIONS if exercise.emotion} == set(EMOTION_NAMES)
    words = [described(exercise) for exercise in EXPRESSIONS]
    assert words[1].startswith("Left Brow Raise (AU1+2L); left: inner brow raised (AU1)")
    assert "lids meet" in described(EXPRESSIONS[6])
    assert len(set(words)) == len(EXPRESSIONS)


def test_what_is_held_is_recorded_and_labelled() -> None:
    person, clock = sitting(), Clock()
    kept = clock.run(person, 120.0)
    assert person.done
    assert person.request is None
    assert person.held == [exercise.name for exercise in EXPRESSIONS]
    assert list(person.labels) == kept
    counts = Counter(exercise.name for exercise in person.labels.values())
    assert counts.pop("neutral") == pytest.approx((PACE.hold + STILL) / STEP, abs=2)
    assert all(count == pytest.approx(PACE.hold / STEP, abs=2) for count in counts.values())


def test_each_step_says_what_to_do() -> None:
    person, clock = sitting(), Clock()
    seen = []
    while (request := person.request) is not None:
        clock.run(person, STEP)
        seen.append(request)
    assert [phase for phase, _ in itertools.groupby(request.phase for request in seen)][:3] == [
        "fit",
        "practice",
        "hold",
    ]
    assert seen[0].text == "Session 1: put the headset on"
    assert seen[0].seconds == PACE.fit
    neutral = [request for request in seen if request.phase == "hold" and request.exercise.name == "neutral"]
    assert "straight ahead" in neutral[0].text
    assert "straight ahead" not in neutral[-1].text
    spots = [request.target for request in seen if request.target]
    assert len(set(spots)) > 100
    assert all(abs(yaw) < 20 and abs(pitch) < 15 for yaw, pitch in spots)


def test_gaze_and_head_change_places_in_the_second_session() -> None:
    def followed(session: int) -> set[str]:
        person, clock, names = sitting(session), Clock(), set()
        while (request := person.request) is not None:
            clock.run(person, STEP)
            if request.target:
                names.add(request.exercise.name)
        return names

    first, second = followed(1), followed(2)
    assert not first & second
    assert first | second == {exercise.name for exercise in EXPRESSIONS} - {"eyes_closed"}
    assert "take the headset off" in asked(sitting(2)).text


def test_enter_ends_getting_ready_but_no_hold() -> None:
    person, clock = sitting(), Clock()
    person.go_on()
    person.go_on()
    assert asked(person).phase == "hold"
    person.go_on()
    clock.run(person, PACE.hold)
    assert person.held == []
    clock.run(person, SETTLE + STILL + 2 * STEP)
    assert person.held == ["neutral"]


def test_a_skipped_expression_leaves_no_label() -> None:
    person, clock = sitting(), Clock()
    person.skip()  # nothing to skip while the headset is put on
    clock.run(person, PACE.fit + PACE.practice + 1.0)
    person.skip()  # nor the neutral
    clock.run(person, 2 * PACE.practice + PACE.hold + STILL)
    assert asked(person).exercise.name == "brow_raise_left"
    person.skip()
    clock.run(person, 120.0)
    assert person.skipped == ["brow_raise_left"]
    assert person.held == [exercise.name for exercise in EXPRESSIONS if exercise.name != "brow_raise_left"]
    assert "brow_raise_left" not in {exercise.name for exercise in person.labels.values()}


def test_a_pause_stops_time_and_a_hold_begins_again() -> None:
    person, clock = sitting(), Clock()
    clock.run(person, PACE.fit + PACE.practice + 2.0)
    assert asked(person).phase == "hold"
    person.pause()
    assert clock.run(person, 60.0) == []
    request = asked(person)
    assert (request.phase, request.paused, request.seconds) == ("practice", True, PACE.practice)
    person.go_on()
    assert asked(person).phase == "practice"
    person.pause()
    clock.run(person, PACE.practice + SETTLE + STILL + PACE.hold + 4 * STEP)
    assert person.held == ["neutral"]


def test_what_was_broken_off_has_no_label_and_is_asked_again_with_a_new_neutral() -> None:
    person, clock = sitting(), Clock()
    while person.held != ["neutral", "brow_raise_left"]:
        clock.run(person, STEP)
    clock.run(person, PACE.practice + SETTLE + 1.0)
    assert {exercise.name for exercise in person.labels.values()} == {"neutral", "brow_raise_left"}
    rest = [exercise.name for exercise in remaining(person.held)]
    assert rest == ["neutral", *(exercise.name for exercise in EXPRESSIONS[2:])]
    assert remaining([exercise.name for exercise in EXPRESSIONS]) == ()
    assert remaining(()) == EXPRESSIONS


def test_a_camera_that_stalled_or_turned_its_clock_back_holds_nobody_up() -> None:
    person = sitting()
    for frame, time in enumerate((0.0, 900.0, 900.1, 3.0, 3.1)):
        person.add(frame, time)
    assert asked(person).seconds == pytest.approx(PACE.fit - 0.7)
