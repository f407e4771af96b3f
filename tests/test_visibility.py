"""What is known about an eye that is not seen: nothing."""

import numpy as np
import pytest

from bridge.channels import CHANNELS
from bridge.frames import Expression, EyePair
from bridge.visibility import seen_in, trusted


def reading(**channels: float) -> Expression:
    values = np.array([channels.get(channel.name, channel.neutral) for channel in CHANNELS], np.float32)
    units, emotions = np.full(10, 0.02, np.float32), np.full(5, 0.05, np.float32)
    units[6], emotions[4] = 0.82, 0.8
    return Expression(units, emotions, values)


def pair(seen: tuple[bool, bool], mirrored: tuple[bool, bool] = (False, False)) -> EyePair:
    return EyePair(np.zeros((96, 192), np.uint8), seen, mirrored, 0.0, 0)


def test_two_seen_eyes_pass_unchanged() -> None:
    face = reading(visible_left=0.7, visible_right=0.9)
    known, quality = trusted(face, pair((True, True)))
    assert known is face
    assert quality == pytest.approx(0.9)


def test_a_missing_eye_has_no_channels() -> None:
    known, quality = trusted(reading(), pair((True, False)))
    assert quality == 1.0
    for channel, value in zip(CHANNELS, known.channels, strict=True):
        assert np.isnan(value) == (channel.side == "right"), channel.name


def test_which_eyes_a_reading_knows_of() -> None:
    for seen in ((True, True), (True, False), (False, True), (False, False)):
        assert seen_in(trusted(reading(), pair(seen))[0]) == seen


def test_without_any_eye_the_face_is_neutral_and_quality_zero() -> None:
    for nothing in (pair((False, False)), pair((True, True))):
        known, quality = trusted(reading(visible_left=0.1, visible_right=0.2), nothing)
        assert quality == 0.0
        assert known.action_unit == known.emotion == "neutral"
        assert np.isnan(known.channels).all()


def test_a_mirrored_eye_looks_where_its_original_looks() -> None:
    face = reading(gaze_yaw_left=12.0, gaze_pitch_left=-4.0, gaze_yaw_right=-12.0, gaze_pitch_right=3.0)
    known, _ = trusted(face, pair((True, True), (False, True)))
    assert known["gaze_yaw_right"] == known["gaze_yaw_left"] == 12.0
    assert known["gaze_pitch_right"] == -4.0
