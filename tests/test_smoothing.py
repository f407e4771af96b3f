import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES
from bridge.frames import Expression
from bridge.smoothing import ClassSmoothing, Smoother, SmoothingOptions

AU_COUNT, EMOTION_COUNT = len(ACTION_UNIT_NAMES), len(EMOTION_NAMES)


def expression(action_unit: int = 0, emotion: int = 0, **channels: float) -> Expression:
    """A relaxed face with the named channels set, one sure class each."""
    values = [channels.pop(channel.name, channel.neutral) for channel in CHANNELS]
    assert not channels, f"no such channel: {channels}"
    return Expression(
        np.eye(AU_COUNT, dtype=np.float32)[action_unit],
        np.eye(EMOTION_COUNT, dtype=np.float32)[emotion],
        np.array(values, np.float32),
    )


def test_half_life_is_in_seconds_at_any_frame_rate() -> None:
    options = SmoothingOptions(classes=ClassSmoothing(half_life=0.2))
    whole, halves = Smoother(options), Smoother(options)
    for smoother in (whole, halves):
        smoother(expression(action_unit=0), 0.0)
    after = whole(expression(action_unit=3), 0.2)
    halves(expression(action_unit=3), 0.1)
    twice = halves(expression(action_unit=3), 0.2)
    assert after.action_units[3] == pytest.approx(0.5)
    np.testing.assert_allclose(twice.action_units, after.action_units, atol=1e-7)


@given(st.lists(st.tuples(st.integers(0, AU_COUNT - 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_probabilities_stay_a_distribution(frames: list[tuple[int, float]]) -> None:
    smoother, time = Smoother(SmoothingOptions()), 0.0
    for action_unit, dt in frames:
        time += dt
        smooth = smoother(expression(action_unit, action_unit % EMOTION_COUNT), time)
        for probabilities in (smooth.action_units, smooth.emotions):
            assert probabilities.sum() == pytest.approx(1, abs=1e-5)
            assert probabilities.min() >= 0


@pytest.mark.parametrize("start", [0.0, 1e6])
def test_a_blink_of_three_frames_at_60_hz_reaches_full_closure_and_opens_calmly(start: float) -> None:
    smoother = Smoother(SmoothingOptions())
    trace = [1.0] * 10 + [0.5, 0.0, 0.0, 0.5] + [1.0] * 20
    shown = [
        smoother(expression(lid_openness_left=lid), start + i / 60)["lid_openness_left"] for i, lid in enumerate(trace)
    ]
    assert shown[9] == 1.0
    assert min(shown) < 0.01, "the avatar's eye never shuts"
    steepest_close = max(a - b for a, b in pairwise(shown))
    steepest_open = max(b - a for a, b in pairwise(shown))
    assert steepest_open < 0.7 * steepest_close
    assert shown[-1] > 0.99


def test_an_eye_that_vanishes_is_nan_and_comes_back_at_the_measured_value() -> None:
    smoother = Smoother(SmoothingOptions())
    gone = {name: math.nan for name in CHANNEL_NAMES if name.endswith("_left")}
    smoother(expression(brow_down_left=1, gaze_yaw_left=-20), 0.0)
    lost = smoother(expression(0, 0, **gone), 0.02)
    for name in CHANNEL_NAMES:
        assert math.isnan(lost[name]) == name.endswith("_left")
    back = smoother(expression(brow_down_left=0.3, gaze_yaw_left=15), 0.04)
    assert back["brow_down_left"] == pytest.approx(0.3)
    assert back["gaze_yaw_left"] == pytest.approx(15)


@pytest.mark.parametrize("time", [0.51, -0.001])
def test_a_gap_and_time_running_backwards_start_afresh(time: float) -> None:
    smoother = Smoother(SmoothingOptions())
    smoother(expression(action_unit=0), 0.0)
    fresh = smoother(expression(action_unit=5, gaze_yaw_left=30, cheek_raise_right=1), time)
    assert fresh.action_units[5] == 1
    assert fresh["gaze_yaw_left"] == 30
    assert fresh["cheek_raise_right"] == 1


def test_two_frames_of_one_moment_do_not_move_what_is_shown() -> None:
    smoother = Smoother(SmoothingOptions())
    first = smoother(expression(gaze_yaw_left=1), 2.0)
    again = smoother(expression(action_unit=4, gaze_yaw_left=30), 2.0)
    np.testing.assert_array_equal(again.channels, first.channels)
    np.testing.assert_array_equal(again.action_units, first.action_units)


def test_new_options_keep_the_state() -> None:
    smoother = Smoother(SmoothingOptions())
    smoother(expression(action_unit=0, gaze_yaw_left=10), 0.0)
    slow = smoother.with_options(SmoothingOptions(classes=ClassSmoothing(half_life=1.0)))
    shown = slow(expression(action_unit=3, gaze_yaw_left=10), 0.1)
    assert shown.action_units[3] == pytest.approx(1 - 2**-0.1)
    assert shown["gaze_yaw_left"] == pytest.approx(10)


def test_smoothing_off_passes_measurements_through() -> None:
    off = SmoothingOptions.model_validate(
        {"classes": {"half_life": 0}, "channels": {"half_life": 0}, "lids": {"close_half_life": 0, "open_half_life": 0}}
    )
    smoother = Smoother(off)
    smoother(expression(), 0.0)
    shown = smoother(expression(action_unit=7, squint_left=0.4, lid_openness_right=0.2), 1 / 120)
    assert shown.action_units[7] == 1
    assert shown["squint_left"] == pytest.approx(0.4)
    assert shown["lid_openness_right"] == pytest.approx(0.2)


def test_a_face_camera_is_steadied_at_rest_and_quick_in_speech_and_starts_afresh() -> None:
    smoother, rng = Smoother(SmoothingOptions()), np.random.default_rng(3)

    def shown(value: float, time: float) -> float:
        face = smoother(replace(expression(), face=np.full(52, value, np.float32)), time).face
        assert face is not None
        return float(face[0])

    noise = rng.normal(0.3, 0.02, 90)
    calm = [shown(value, i / 30) for i, value in enumerate(noise)][30:]
    assert np.std(calm) < 0.5 * np.std(noise[30:])
    opened = [shown(1.0, 3 + i / 30) for i in range(4)]
    assert opened[2] > 0.9, "a mouth that opens is shown within a tenth of a second"
    assert smoother(expression(), 3.2).face is None
    assert shown(0.0, 3.3) == 0.0, "a face that is back does not come from where it left"
