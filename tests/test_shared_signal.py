"""Direct and averted gaze, its duration, and how it goes with the emotion."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.channels import EMOTION_NAMES
from bridge.frames import NO_LOOK, NO_SIGNAL, Look, Signal, Vector
from bridge.shared_signal import SharedSignal, SharedSignalOptions

ahead = Look(0.0, 0.0, 2.0)
aside = Look(40.0, 0.0, 2.0)


def mood(**shares: float) -> Vector:
    return np.array([shares.get(name, 0.0) for name in EMOTION_NAMES], np.float32)


HAPPY = mood(happiness=1.0)


@given(st.floats(-80, 80), st.floats(-80, 80))
def test_the_rule_is_the_papers(yaw: float, pitch: float) -> None:
    """dx = -40 sin(yaw), dy = -40 sin(pitch); direct where the length is below 10 sqrt(5)."""
    length = math.hypot(-40 * math.sin(math.radians(yaw)), -40 * math.sin(math.radians(pitch)))
    if abs(length - 10 * math.sqrt(5)) > 0.01:
        contact = SharedSignal(SharedSignalOptions())(Look(yaw, pitch, 1.0), HAPPY, 0.0).contact
        assert contact == (1.0 if length < 10 * math.sqrt(5) else -1.0)


def test_it_lasts_and_does_not_flicker_at_the_border() -> None:
    signal = SharedSignal(SharedSignalOptions())
    assert signal(ahead, HAPPY, 0.0) == Signal(1.0, 0.0, 1.0, 1.0)
    assert signal(ahead, HAPPY, 0.4).seconds == pytest.approx(0.4)
    assert signal(Look(35.0, 0.0, 2.0), HAPPY, 0.5) == Signal(-1.0, 0.0, 1.0, -1.0)
    wavering = [signal(Look(33.5 + n % 2, 0.0, 2.0), HAPPY, 0.6 + n / 100).contact for n in range(30)]
    assert set(wavering) == {-1.0}
    back = signal(Look(31.0, 0.0, 2.0), HAPPY, 1.0)
    assert (back.contact, back.seconds) == (1.0, 0.0)


def test_a_short_loss_goes_on_and_a_long_one_begins_anew() -> None:
    signal = SharedSignal(SharedSignalOptions())
    for n in range(11):
        signal(ahead, HAPPY, n / 10)
    assert signal(NO_LOOK, HAPPY, 1.2) == NO_SIGNAL or math.isnan(signal(NO_LOOK, HAPPY, 1.2).contact)
    assert signal(ahead, HAPPY, 1.4).seconds == pytest.approx(1.4)
    assert signal(ahead, HAPPY, 2.0).seconds == 0.0
    assert signal(ahead, HAPPY, 0.5).seconds == 0.0, "a recording that begins again"


@pytest.mark.parametrize(
    ("emotions", "options", "approach"),
    [
        (mood(anger=0.6, happiness=0.4), {}, 1.0),
        (mood(neutral=1.0), {}, 1.0),
        (mood(neutral=0.75, surprise=0.25), {"neutral": 0.0}, 0.25),
        (mood(surprise=0.6, closed_eyes=0.4), {}, 0.6),
        (mood(closed_eyes=0.6, neutral=0.4), {}, math.nan),
    ],
)
def test_approach_is_what_the_table_says_of_the_emotions(
    emotions: Vector, options: dict[str, float], approach: float
) -> None:
    found = [SharedSignal(SharedSignalOptions(**options))(look, emotions, 0.0) for look in (ahead, aside)]
    np.testing.assert_allclose([each.approach for each in found], approach, rtol=1e-6)
    np.testing.assert_allclose([each.agreement for each in found], [approach, -approach], rtol=1e-6)


def test_options_change_the_border_and_keep_the_state() -> None:
    signal = SharedSignal(SharedSignalOptions())
    signal(Look(10.0, 0.0, 2.0), HAPPY, 0.0)
    narrow = signal.with_options(SharedSignalOptions(averted_from=8.0))
    assert narrow(Look(7.0, 0.0, 2.0), HAPPY, 0.4) == Signal(1.0, 0.4, 1.0, 1.0)
    assert narrow(Look(10.0, 0.0, 2.0), HAPPY, 0.5).contact == -1.0
