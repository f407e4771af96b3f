"""What is known about an eye that is not seen: nothing."""

import numpy as np
import pytest

from bridge.channels import CHANNELS
from bridge.frames import Expression, EyePair
from bridge.visibility import Returning, seen_in, trusted


def reading(**channels: float) -> Expression:
    values = np.array([channels.get(channel.name, channel.neutral) for channel in CHANNELS], np.float32)
    units, emotions = np.full(10, 0.02, np.float32), np.full(5, 0.05, np.float32)
    units[6], emotions[4] = 0.82, 0.8
    return Expression(units, emotions, values)


def pair(seen: tuple[bool, bool], mirrored: tuple[bool, bool] = (False, False), time: float = 0.0) -> EyePair:
    return EyePair(np.zeros((96, 192), np.uint8), seen, mirrored, time, 0)


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


def returning(visible: list[float], camera: list[bool] | None = None) -> list[bool]:
    """Whether the left eye is held back, at ten pictures a second; the right eye is there all the time."""
    held, back = [], Returning()
    for number, (level, there) in enumerate(zip(visible, camera or [True] * len(visible), strict=True)):
        held.append(back(reading(visible_left=level), pair((there, True), time=number / 10)))
    assert not any(right for _, right in held)
    return [left for left, _ in held]


def test_an_eye_that_was_away_must_stay_a_moment_before_it_counts() -> None:
    on, off = [1.0] * 5, [0.1] * 15
    assert returning(on + off + on) == [False] * 20 + [True, True, False, False, False]
    assert returning([1.0] * 25, [True] * 5 + [False] * 15 + [True] * 5) == [False] * 20 + [True, True] + [False] * 3
    assert (
        returning(on + off + [1.0] + off[:3] + on) == [False] * 20 + [True] + [False] * 3 + [True, True] + [False] * 3
    )


@pytest.mark.parametrize(
    ("visible", "camera"),
    [
        ([1.0] * 5 + [0.1] * 9 + [1.0] * 3, None),
        ([1.0] * 20, [True] * 5 + [False] * 9 + [True] * 6),
        ([1.0] * 4, None),
    ],
    ids=["a moment unseen", "a camera that stalled", "the first pictures"],
)
def test_other_eyes_count_at_once(visible: list[float], camera: list[bool] | None) -> None:
    assert not any(returning(visible, camera))


def test_an_eye_that_is_held_back_is_not_seen() -> None:
    known, quality = trusted(reading(), pair((True, True)), (True, True))
    assert seen_in(known) == (False, False)
    assert quality == 0.0
    assert seen_in(trusted(reading(), pair((True, True)), (True, False))[0]) == (False, True)


def test_time_that_begins_anew_holds_no_eye_back() -> None:
    back = Returning()
    for time, level in ((0.0, 1.0), (0.5, 0.1), (5.0, 0.1), (60.0, 1.0), (8.0, 1.0), (8.1, 1.0), (8.25, 1.0)):
        held = back(reading(visible_left=level), pair((True, True), time=time))
    assert held == (False, False)
