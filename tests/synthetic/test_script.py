"""Labels of a data set's moments, and of a recording's, say what the face does."""

import numpy as np
import pytest

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES
from models.synthetic.expression import ACTIONS, EyeState, FaceState, shape_weights, truth_of
from models.synthetic.parts import SHAPES
from models.synthetic.recording import DURATION, protocol_states
from models.synthetic.script import random_moment

SOME_GAZE = {"yaw", "pitch", "pupil"}


@pytest.fixture(scope="module")
def moments() -> list[FaceState]:
    rng = np.random.default_rng(1)
    return [random_moment(rng, spill=0.3, pupil=0.4) for _ in range(3000)]


def movements(eye: EyeState) -> dict[str, float]:
    return {action: getattr(eye, action) for action in ACTIONS}


def test_moments_cover_every_class_and_stay_in_the_channels_ranges(moments: list[FaceState]) -> None:
    assert {m.action_unit for m in moments} == {*ACTION_UNIT_NAMES, None}
    assert {m.emotion for m in moments} == {*EMOTION_NAMES, None}
    low, high = (np.array([getattr(c, end) for c in CHANNELS]) for end in ("low", "high"))
    values = np.stack([truth_of(m, (1.0, 1.0)).channels for m in moments])
    assert (values >= low).all()
    assert (values <= high).all()


def test_a_neutral_moment_is_the_resting_face_with_any_gaze(moments: list[FaceState]) -> None:
    resting = [m for m in moments if m.action_unit == "neutral"]
    assert all(not any(movements(eye).values()) for m in resting for eye in (m.left, m.right))
    assert np.std([m.left.yaw for m in resting]) > 5


@pytest.mark.parametrize(("side", "other"), [("left", "right"), ("right", "left")])
def test_one_sided_classes_move_their_own_side(moments: list[FaceState], side: str, other: str) -> None:
    winks = [m for m in moments if m.action_unit == f"wink_{side}"]
    raises = [m for m in moments if m.action_unit == f"brow_raise_{side}"]
    assert winks
    assert raises
    assert all(getattr(m, side).blink == 1 and getattr(m, other).blink < 0.3 for m in winks)
    assert all(getattr(m, side).brow_outer_up > 2.5 * getattr(m, other).brow_outer_up for m in raises)


def test_truth_stands_in_the_order_of_the_channels() -> None:
    state = FaceState(EyeState(yaw=5, squint=0.25), EyeState(pitch=-7), "squint", None, 0.5, (True, False))
    truth = truth_of(state, (0.75, 0.5))
    named = dict(zip(CHANNEL_NAMES, truth.channels, strict=True))
    assert named["lid_openness_left"] == 0.75
    assert named["squint_left"] == 0.25
    assert named["gaze_yaw_left"] == 5
    assert named["gaze_pitch_right"] == -7
    assert (named["visible_left"], named["visible_right"]) == (1, 0)
    assert (ACTION_UNIT_NAMES[truth.action_unit], truth.emotion) == ("squint", -1)


def test_a_shut_lid_takes_over_from_gaze_and_squint() -> None:
    shut = dict(zip(SHAPES, shape_weights(EyeState(blink=1, pitch=-25, yaw=20, squint=1), {}, {}), strict=True))
    assert shut["eyeBlink"] == 1
    assert shut["eyeLookDown"] == shut["eyeSquint"] == 0


def test_the_recording_shows_every_class_and_rests_between() -> None:
    states = list(protocol_states(seed=1, pupil=0.4, rate=30))
    assert len(states) == round(DURATION * 30)
    assert {s.action_unit for s in states} == {*ACTION_UNIT_NAMES, None}
    assert {s.emotion for s in states} == {*EMOTION_NAMES, None}
    changes = [
        s.action_unit for s, before in zip(states[1:], states, strict=False) if s.action_unit != before.action_unit
    ]
    named = [name for name in changes if name]
    assert all("neutral" in pair for pair in zip(named[1:], named, strict=False))


def test_blinks_close_faster_than_they_open_and_count_as_no_class() -> None:
    states = list(protocol_states(seed=1, pupil=0.4, rate=200))[: 4 * 200]
    lids = np.array([s.left.blink for s in states])
    moving = np.flatnonzero(lids > 0.01)
    first, last = moving[0], moving[-1]
    shut = np.flatnonzero(lids > 0.99)
    assert 0.15 < (last - first) / 200 < 0.35
    assert shut[0] - first < last - shut[-1]
    assert all(states[i].action_unit is None for i in range(shut[0], shut[-1]))
    assert abs(np.diff(lids)).max() < 0.12
