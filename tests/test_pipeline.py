"""The line from eye pictures to weights and light, with the shipped network and the bundled recording."""

import dataclasses

import numpy as np
import pytest

from bridge import shipped
from bridge.blendshapes import ARKIT
from bridge.channels import EMOTION_NAMES
from bridge.config import Config, adjusted
from bridge.errors import BridgeError
from bridge.frames import EyeFrame, Result
from bridge.pipeline import Pipeline
from bridge.recording import RecordingReader
from bridge.truth import read_truth

RECORDING = shipped.demo_recording()


@pytest.fixture(scope="module")
def frames() -> list[EyeFrame]:
    with RecordingReader(RECORDING) as reader:
        return list(reader)


@pytest.fixture(scope="module")
def results(frames: list[EyeFrame]) -> list[Result]:
    """The recording as the daemon gives it, the neutral taken from its first five seconds."""
    pipeline = Pipeline(Config(), Config().network.open())
    pipeline.capture_neutral(5.0)
    return [pipeline(frame) for frame in frames]


def weights(result: Result) -> dict[str, float]:
    return dict(zip(ARKIT, result.weights.blendshapes.tolist(), strict=True))


def held(name: str) -> list[int]:
    """Frames of the recording that are labelled so."""
    return [frame for frame, truth in read_truth(RECORDING).items() if name in (truth.action_unit, truth.emotion)]


@pytest.mark.parametrize(
    ("label", "more", "less"),
    [
        ("wink_left", "eyeBlinkLeft", "eyeBlinkRight"),
        ("wink_right", "eyeBlinkRight", "eyeBlinkLeft"),
        ("brow_raise_left", "browOuterUpLeft", "browOuterUpRight"),
        ("brow_raise_right", "browOuterUpRight", "browOuterUpLeft"),
        ("brow_lower", "browDownLeft", "browOuterUpLeft"),
        ("eyes_closed", "eyeBlinkLeft", "eyeWideLeft"),
        ("upper_lid_raise", "eyeWideLeft", "eyeSquintLeft"),
        ("squint", "eyeSquintRight", "eyeWideRight"),
        ("cheek_raise", "cheekSquintLeft", "browDownLeft"),
        ("surprise", "browInnerUp", "browDownLeft"),
        ("anger", "browDownRight", "browInnerUp"),
    ],
)
def test_the_avatar_does_what_the_person_does(results: list[Result], label: str, more: str, less: str) -> None:
    here = [weights(results[frame]) for frame in held(label)[4:]]
    assert np.median([each[more] for each in here]) > np.median([each[less] for each in here]) + 0.2


def test_the_light_follows_the_mood(results: list[Result]) -> None:
    angry, happy = (results[held(mood)[-1]].light for mood in ("anger", "happiness"))
    assert angry.red > 2 * max(angry.green, angry.blue)
    assert happy.red > happy.green > happy.blue


def test_nothing_to_see_is_neutral_with_quality_zero(frames: list[EyeFrame]) -> None:
    pipeline = Pipeline(Config(), Config().network.open())
    blank = EyeFrame(np.zeros((200, 200), np.uint8), None, 0.0, 0)
    for index in range(90):
        result = pipeline(dataclasses.replace(blank, time=index / 30, index=index))
    assert result.quality == 0.0
    assert not result.blink
    assert result.expression.action_unit == "neutral"
    assert result.weights.blendshapes.max() == 0.0


def test_an_eye_that_goes_dark_is_no_wink(frames: list[EyeFrame]) -> None:
    pipeline = Pipeline(Config(), Config().network.open())
    pipeline.capture_neutral(5.0)
    for frame in frames[:110]:
        pipeline(frame)
    assert pipeline.profile.personal
    dark = np.zeros_like(frames[0].right)
    result = pipeline(dataclasses.replace(frames[110], right=dark))
    assert result.pair.seen == (True, False)
    assert weights(result)["eyeBlinkRight"] < 0.1
    assert np.isnan(result.expression["lid_openness_right"])


def test_a_neutral_without_eyes_is_refused_and_the_line_goes_on(frames: list[EyeFrame]) -> None:
    pipeline = Pipeline(Config(), Config().network.open())
    pipeline.capture_neutral(5.0)
    with pytest.raises(BridgeError, match="no open eye"):
        pipeline.finish_capture()
    assert pipeline.capture_progress is None
    assert not pipeline(frames[0]).personalized


def test_settings_change_between_two_frames_without_a_jump(frames: list[EyeFrame]) -> None:
    pipeline = Pipeline(Config(), Config().network.open())
    for frame in frames[:40]:
        before = pipeline(frame)
    pipeline.reconfigure(adjusted(Config(), "mapping.gains.brows", 0.0))
    after = pipeline(frames[40])
    assert weights(after)["browInnerUp"] == 0.0
    np.testing.assert_allclose(after.light.intensity, before.light.intensity, atol=0.05)
    lids = [weights(result)["eyeBlinkLeft"] for result in (before, after)]
    assert abs(lids[0] - lids[1]) < 0.2


def test_forgetting_the_neutral_goes_back_to_the_population(frames: list[EyeFrame]) -> None:
    pipeline = Pipeline(Config(), Config().network.open())
    pipeline.capture_neutral(2.0)
    for frame in frames[:60]:
        pipeline(frame)
    assert pipeline.profile.personal
    pipeline.forget_neutral()
    assert not pipeline(frames[60]).personalized


@pytest.mark.parametrize("wink", ["wink_left", "wink_right"])
def test_both_eyes_agree_while_one_is_shut(results: list[Result], wink: str) -> None:
    for gaze in (results[frame].weights.gaze for frame in held(wink)[4:]):
        assert abs(gaze.left_yaw - gaze.right_yaw) < 4.0
        assert abs(gaze.left_pitch - gaze.right_pitch) < 4.0


def test_looks_and_signals_come_with_every_result_but_those_of_shut_eyes(results: list[Result]) -> None:
    angry = results[held("anger")[-1]]
    assert angry.signal.contact == 1.0
    assert angry.signal.approach == pytest.approx(1.0 - angry.expression.emotions[EMOTION_NAMES.index("closed_eyes")])
    assert angry.signal.agreement == angry.signal.approach
    assert abs(angry.look.yaw - (angry.weights.gaze.left_yaw + angry.weights.gaze.right_yaw) / 2) < 2.0
    assert 0.1 <= angry.look.distance <= 6.0
    shut = results[held("eyes_closed")[-1]]
    assert np.isnan([shut.look.yaw, shut.signal.contact, shut.signal.agreement]).all()
