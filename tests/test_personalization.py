"""The mean neutral image and what is counted from it: equation 2 of the paper, and rest values."""

from typing import Any

import numpy as np
import pytest

from bridge.calibration import NeutralCapture
from bridge.channels import CHANNELS
from bridge.errors import BridgeError
from bridge.frames import Expression, EyePair
from bridge.personalization import Profile

RANDOM = np.random.default_rng(5)


def reading(**channels: float) -> Expression:
    values = np.array([channels.get(channel.name, channel.neutral) for channel in CHANNELS], np.float32)
    return Expression(np.eye(10, dtype=np.float32)[0], np.eye(5, dtype=np.float32)[0], values)


def pair(level: int, seen: tuple[bool, bool] = (True, True), time: float = 0.0) -> EyePair:
    pixels = np.full((96, 192), level, np.uint8)
    for side in (0, 1):
        if not seen[side]:
            pixels[:, side * 96 : (side + 1) * 96] = 0
    return EyePair(pixels, seen, (False, False), time, 0)


def capture(frames: list[tuple[EyePair, Expression]], seconds: float = 5.0) -> NeutralCapture:
    gathering = NeutralCapture(seconds)
    for eyes, face in frames:
        gathering.add(eyes, face)
    return gathering


def test_difference_is_the_image_minus_the_mean_neutral() -> None:
    images = RANDOM.integers(0, 256, (7, 96, 192)).astype(np.uint8)
    pairs = [EyePair(image, (True, True), (False, False), 0.0, 0) for image in images]
    profile = Profile.mean_of(pairs)
    expected = images[3].astype(np.float64) - images.astype(np.float64).mean(0)
    np.testing.assert_allclose(profile.difference(pairs[3]), expected, atol=1e-3)


def test_an_eye_is_averaged_over_the_frames_that_show_it_and_differs_by_nothing_when_unseen() -> None:
    profile = Profile.mean_of([pair(100), pair(200, seen=(True, False))])
    assert profile.neutral[0, 0] == 150.0
    assert profile.neutral[0, -1] == 100.0
    difference = profile.difference(pair(90, seen=(True, False)))
    assert (difference[:, :96] == -60.0).all()
    assert (difference[:, 96:] == 0.0).all()


def test_blinks_and_frames_without_an_eye_stay_out_of_the_mean() -> None:
    frames: list[tuple[EyePair, Expression]] = []
    for i in range(151):
        blinking, nothing = i % 30 == 7, i % 50 == 9
        level = 250 if blinking else 100
        face = reading(lid_openness_left=0.2) if blinking else reading()
        if nothing:
            face = reading(**{channel.name: np.nan for channel in CHANNELS})
        frames.append((pair(0 if nothing else level, time=i / 30), face))
    gathered = capture(frames, seconds=4.5)
    assert gathered.done
    profile = gathered.profile(lambda profile, eyes: reading())
    assert profile.personal
    np.testing.assert_allclose(profile.neutral, 100.0)


def test_time_counts_only_while_an_eye_is_seen() -> None:
    unseen = reading(**{channel.name: np.nan for channel in CHANNELS})
    frames = [(pair(100, time=i / 30), reading() if i < 30 else unseen) for i in range(300)]
    gathered = capture(frames)
    assert not gathered.done
    assert gathered.progress == pytest.approx(1 / 5, abs=0.02)


def test_no_open_eye_is_said() -> None:
    with pytest.raises(BridgeError, match="no open eye was seen long enough"):
        capture([]).profile(lambda profile, eyes: reading())


def test_channels_count_from_the_wearers_rest() -> None:
    rest: dict[str, Any] = {"lid_openness_left": 0.8, "brow_down_left": 0.2, "gaze_yaw_left": 5.0, "pupil_left": 0.5}
    profile = Profile.mean_of([pair(100)]).resting_at([reading(**rest)] * 3)
    at_rest = profile.relative(reading(**rest))
    assert at_rest["lid_openness_left"] == pytest.approx(1.0)
    assert at_rest["brow_down_left"] == pytest.approx(0.0)
    assert at_rest["gaze_yaw_left"] == pytest.approx(0.0)
    assert at_rest["pupil_left"] == pytest.approx(0.5), "a pupil has no rest"
    moved = profile.relative(reading(lid_openness_left=0.4, brow_down_left=1.0, gaze_yaw_left=-5.0))
    assert moved["lid_openness_left"] == pytest.approx(0.5)
    assert moved["brow_down_left"] == pytest.approx(1.0)
    assert moved["gaze_yaw_left"] == pytest.approx(-10.0)


def test_an_absurd_rest_cannot_swallow_the_face() -> None:
    rest = reading(lid_openness_left=0.0, squint_left=1.0, gaze_pitch_left=45.0)
    profile = Profile.mean_of([pair(100)]).resting_at([rest])
    shut = profile.relative(reading(lid_openness_left=0.0, squint_left=1.0, gaze_pitch_left=0.0))
    assert shut["lid_openness_left"] == 0.0
    assert shut["squint_left"] == pytest.approx(1.0)
    assert shut["gaze_pitch_left"] == pytest.approx(-20.0)


def test_the_population_counts_nothing() -> None:
    face = reading(lid_openness_left=0.3, gaze_yaw_left=9.0)
    relative = Profile.population(np.zeros((96, 192), np.uint8)).relative(face)
    np.testing.assert_array_equal(relative.channels, face.channels)


def still(n: int, **channels: float) -> list[tuple[EyePair, Expression]]:
    noise = RANDOM.integers(95, 106, (n, 96, 192)).astype(np.uint8)
    return [(EyePair(noise[i], (True, True), (False, False), i / 30, i), reading(**channels)) for i in range(n)]


def test_motion_and_glances_away_stay_out_of_the_mean_and_are_counted() -> None:
    frames = still(150)
    for i in range(20, 40):
        pixels = frames[i][0].pixels.copy()
        pixels[:48] = 180  # half of the picture is another: the headset is pushed
        frames[i] = (EyePair(pixels, (True, True), (False, False), i / 30, i), frames[i][1])
    for i in range(60, 75):
        frames[i] = (frames[i][0], reading(gaze_yaw_left=15.0, gaze_yaw_right=15.0))
    for i in (100, 101):
        frames[i] = (frames[i][0], reading(lid_openness_left=0.1))
    gathering = capture(frames)
    pairs, kept = gathering.good()
    assert (kept.blinking, kept.away, kept.moving, kept.good) == (2, 15, 20, 113)
    assert kept.sentence == "113 of 150 pictures were used; left out: 2 blinking, 20 moving, 15 looking away"
    assert len(pairs) == 113
    neutral = gathering.profile(lambda profile, eyes: reading()).neutral
    assert abs(neutral - 100.0).max() < 3.0


def test_too_little_good_is_refused_with_its_reason() -> None:
    frames = still(60)
    wandering = [
        (eyes, reading(gaze_yaw_left=x, gaze_yaw_right=x))
        for (eyes, _), x in zip(frames, RANDOM.uniform(-40, 40, 60).tolist(), strict=True)
    ]
    with pytest.raises(BridgeError, match="the eyes wandered too much"):
        capture(wandering).profile(lambda profile, eyes: reading())


def test_a_breath_of_the_light_is_no_motion() -> None:
    frames = [
        (
            EyePair((eyes.pixels + 3.0 * np.sin(i / 5)).astype(np.uint8), eyes.seen, eyes.mirrored, eyes.time, i),
            face,
        )
        for i, (eyes, face) in enumerate(still(100))
    ]
    assert capture(frames).good()[1].moving == 0
