"""Gaze that rests, jumps, hides behind lids and comes back."""

import math
from collections.abc import Iterable

import numpy as np
import pytest

from bridge.gaze_smoothing import Floats, GazeSmoother, GazeSmoothing, OneEuro

OPEN = np.ones(2)
NAN = math.nan


def both(yaw: float, pitch: float = 0.0) -> Floats:
    return np.array([[yaw, pitch], [yaw, pitch]], np.float64)


def shown(
    frames: Iterable[tuple[Floats, Floats]], rate: float = 120.0, smoother: GazeSmoother | None = None, start: float = 0
) -> Floats:
    """(n, 2 eyes, 2) of frames of gaze and openness at a rate."""
    smoother = smoother or GazeSmoother(GazeSmoothing())
    return np.array([smoother(gaze, lids, start + i / rate) for i, (gaze, lids) in enumerate(frames)])


def noisy(gaze: Floats, n: int, seed: int = 3, degrees: float = 0.65) -> list[tuple[Floats, Floats]]:
    random = np.random.default_rng(seed)
    return [(gaze + random.normal(0, degrees, (2, 2)), OPEN) for _ in range(n)]


def closing(gaze: Floats, dip: float, rate: float = 120.0) -> list[tuple[Floats, Floats]]:
    """A blink of 0.28 s as the shipped network reads it: gaze dips before the lids are seen to move, and after."""
    n = round(0.28 * rate)
    phase = np.arange(n) / n
    lids = np.interp(phase, [0, 0.1, 0.2, 0.6, 0.85, 1.0], [1, 0.97, 0.0, 0.0, 0.97, 1])
    dips = np.interp(phase, [0, 0.03, 0.15, 0.9, 1.0], [0, 0.3, 1, 0.7, 0])
    return [(gaze - [0.0, dip * amount], np.full(2, lid)) for amount, lid in zip(dips, lids, strict=True)]


@pytest.mark.parametrize(("yaw", "pitch", "late"), [(15, 0, 1), (-10, 11, 1), (5, -14, 3)])
def test_a_saccade_arrives_within_two_frames_and_downwards_within_25_ms(yaw: float, pitch: float, late: int) -> None:
    after = shown([(both(0, 0), OPEN)] * 60 + [(both(yaw, pitch), OPEN)] * 60)[60:]
    there = np.hypot(after[:, 0, 0] - yaw, after[:, 0, 1] - pitch) < 0.5
    assert there[late:].all()
    assert not there[0], "a single frame may be a mistake"


@pytest.mark.parametrize("rate", [30.0, 60.0, 120.0])
def test_a_single_wild_frame_is_no_saccade(rate: float) -> None:
    frames = [(both(0, 0), OPEN)] * 30
    frames[20] = (both(25, 10), OPEN)
    assert np.abs(shown(frames, rate)).max() < 0.6 * 25


def test_fixation_is_stiller_than_the_one_euro_of_before_and_a_saccade_is_sooner() -> None:
    frames = noisy(both(0, 0), 240) + noisy(both(15, 0), 120, seed=4)
    before, after = OneEuro(1.5, 0.15), shown(frames)
    euro = []
    for i, (gaze, _) in enumerate(frames):
        before = before.step(gaze, i / 120)
        euro.append(before.value)
    old = np.array(euro)
    assert after[60:240].std() < 0.85 * old[60:240].std()
    assert after[242, :, 0].min() > 13.0
    assert old[242, :, 0].min() < 13.0


def test_pursuit_is_followed_without_jumps() -> None:
    path = 20 * np.sin(np.arange(480) / 120 * 2 * math.pi / 4)
    after = shown([(both(yaw), OPEN) for yaw in path])[:, 0, 0]
    assert np.abs(after - path).max() < 3.0
    assert np.abs(np.diff(after)).max() < 1.0


@pytest.mark.parametrize("rate", [30.0, 60.0, 120.0])
@pytest.mark.parametrize("dip", [8.0, 15.0, -8.0])
def test_a_blink_leaves_gaze_where_it_was(rate: float, dip: float) -> None:
    there = both(5, 2)
    frames = [(there, OPEN)] * round(rate) + closing(there, dip, rate) + [(there, OPEN)] * round(rate / 2)
    away = np.abs(shown(frames, rate) - there)
    assert away.max() < 0.45 * abs(dip)
    assert away[-5:].max() < 0.3


def test_gaze_eases_to_where_the_eyes_went_behind_their_lids() -> None:
    frames = [(both(0), OPEN)] * 60 + closing(both(0), 5) + [(both(12), OPEN)] * 40
    yaw = shown(frames)[:, 0, 0]
    opened = len(frames) - 40
    assert abs(yaw[opened - 1]) < 1.5
    assert np.diff(yaw[opened:]).max() < 5.0, "it does not jump"
    assert yaw[-10] == pytest.approx(12, abs=0.5)


def test_an_eye_behind_its_lid_follows_the_other_and_keeps_their_vergence() -> None:
    straight = np.array([[-2.0, 0.0], [2.0, 0.0]])
    wink = np.array([0.0, 1.0])
    frames = [(straight, OPEN)] * 60
    frames += [(np.array([[-30.0, -30.0], straight[1]]), wink)] * 30
    frames += [(np.array([[-30.0, -30.0], [14.0, 5.0]]), wink)] * 30
    after = shown(frames)
    np.testing.assert_allclose(after[80], straight, atol=0.1)
    np.testing.assert_allclose(after[-1], [[10.0, 5.0], [14.0, 5.0]], atol=0.3)


def test_lids_that_always_waver_do_not_freeze_gaze() -> None:
    random = np.random.default_rng(1)
    frames = [(both(0), random.normal(0.85, 0.05, 2)) for _ in range(960)]
    frames += [(both(9), random.normal(0.85, 0.05, 2)) for _ in range(60)]
    assert shown(frames)[-1, :, 0].min() > 8.0


def test_an_eye_that_is_lost_is_nan_and_comes_back_where_it_is_seen() -> None:
    gone = np.array([[NAN, NAN], [3.0, 1.0]])
    smoother = GazeSmoother(GazeSmoothing())
    after = shown([(both(3, 1), OPEN)] * 10 + [(gone, np.array([NAN, 1.0]))] * 10 + [(both(20, 1), OPEN)], 60, smoother)
    assert np.isnan(after[10:20, 0]).all()
    assert not np.isnan(after[10:20, 1]).any()
    np.testing.assert_allclose(after[20, 0], [20.0, 1.0])


def test_both_eyes_gone_and_back_again_behind_lids() -> None:
    nothing = np.full((2, 2), NAN)
    frames = [(both(3), OPEN)] * 5 + [(nothing, np.full(2, NAN))] * 5 + [(both(8), np.zeros(2))] * 5
    np.testing.assert_allclose(shown(frames)[-1], both(8))


@pytest.mark.parametrize("rate", [10.0, 120.0])
def test_an_eye_that_shuts_as_soon_as_it_is_seen_holds_what_was_seen(rate: float) -> None:
    after = shown([(both(7), OPEN), (both(30), np.zeros(2)), (both(-30), np.zeros(2))], rate)
    np.testing.assert_allclose(after, np.tile(both(7), (3, 1, 1)))


def test_new_options_keep_the_state() -> None:
    smoother = GazeSmoother(GazeSmoothing())
    shown([(both(10), OPEN)] * 10, 120, smoother)
    other = smoother.with_options(GazeSmoothing(min_cutoff=0.1))
    np.testing.assert_allclose(other(both(11), OPEN, 0.1), both(10), atol=0.1)


def reference_one_euro(samples: list[float], dt: float, min_cutoff: float, beta: float) -> list[float]:
    """Algorithms 1 and 2 of Casiez et al. (2012), scalar, written as printed there."""

    def alpha(cutoff: float) -> float:
        tau = 1 / (2 * math.pi * cutoff)
        return 1 / (1 + tau / dt)

    filtered, derivative, shown = samples[0], 0.0, [samples[0]]
    for x in samples[1:]:
        derivative += alpha(1.0) * ((x - filtered) / dt - derivative)
        filtered += alpha(min_cutoff + beta * abs(derivative)) * (x - filtered)
        shown.append(filtered)
    return shown


def test_one_euro_follows_the_paper_elementwise_from_time_zero() -> None:
    dt, rng = 1 / 60, np.random.default_rng(0)
    still = rng.normal(0, 0.5, 200)
    saccade = np.where(np.arange(200) < 100, 0, 20) + still
    steps, signals = OneEuro(1.5, 0.1), np.stack((still, saccade), axis=1)
    shown = []
    for i, x in enumerate(signals):
        steps = steps.step(x, i * dt)
        shown.append(steps.value)
    for column, signal in enumerate((still, saccade)):
        expected = reference_one_euro(signal.tolist(), dt, 1.5, 0.1)
        np.testing.assert_allclose(np.array(shown)[:, column], expected, atol=1e-9)


def test_one_euro_step_leaves_the_old_filter_as_it_was() -> None:
    first = OneEuro(1.0, 0.0).step(np.zeros(2), 0.0)
    first.step(np.ones(2), 0.1)
    np.testing.assert_array_equal(first.value, np.zeros(2))
    assert first.time == 0.0
