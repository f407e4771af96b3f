"""The correction of the gaze, fitted to eyes that follow a moving target."""

import numpy as np
import pytest

from bridge.channels import CHANNEL_NAMES, CHANNELS
from bridge.gaze_calibration import Floats, corrected, fit_gaze

RANDOM = np.random.default_rng(8)
YAW, PITCH = ([CHANNEL_NAMES.index(f"gaze_{axis}_{side}") for side in ("left", "right")] for axis in ("yaw", "pitch"))
TIMES = np.arange(0.0, 8.0, 1 / 30)


def target(times: Floats) -> Floats:
    return np.stack([18 * np.sin(np.pi / 2 * times), 11 * np.sin(3 * np.pi / 4 * times)], -1)


def read(yaw: Floats, pitch: Floats) -> Floats:
    """What a network with a bias, a wrong gain and a little curvature says of true angles."""
    channels = np.tile([channel.neutral for channel in CHANNELS], (len(yaw), 1))
    for side in range(2):
        channels[:, YAW[side]] = 0.7 * yaw + 3.0 - 0.004 * yaw * pitch + RANDOM.normal(0, 0.6, len(yaw))
        channels[:, PITCH[side]] = 0.8 * pitch - 4.0 + 0.01 * yaw**2 + RANDOM.normal(0, 0.6, len(yaw))
    return channels


def error(channels: Floats, goal: Floats) -> float:
    return float(
        np.median([np.hypot(channels[:, YAW[s]] - goal[:, 0], channels[:, PITCH[s]] - goal[:, 1]) for s in (0, 1)])
    )


def test_bias_gain_and_curvature_go_and_a_late_eye_does_not_matter() -> None:
    followed = target(TIMES - 0.2)
    outcome = fit_gaze(TIMES, read(*followed.T), target)
    assert outcome.coefficients is not None
    assert outcome.lag == pytest.approx(0.2, abs=0.021)
    assert outcome.before > 4.0
    assert outcome.after < 1.8
    looks = RANDOM.uniform((-18, -11), (18, 11), (200, 2))
    fresh = read(*looks.T)
    after = np.array([corrected(each.astype(np.float32), outcome.coefficients) for each in fresh], np.float64)
    assert error(after, looks) < 1.8 < error(fresh, looks)


@pytest.mark.parametrize(
    ("gain", "curve", "shift", "model"),
    [(1.0, 0.0, 0.0, "none"), (1.0, 0.0, 5.0, "shift"), (0.7, 0.0, 2.0, "affine"), (0.8, 0.02, 2.0, "polynomial")],
)
def test_each_eye_gets_the_simplest_model_that_does(gain: float, curve: float, shift: float, model: str) -> None:
    goal = target(TIMES - 0.13)
    channels = np.tile([channel.neutral for channel in CHANNELS], (len(TIMES), 1))
    channels[:, YAW] = (gain * goal[:, 0] + shift + curve * goal[:, 1] ** 2)[:, None]
    channels[:, PITCH] = (gain * goal[:, 1] - shift + curve * goal[:, 0] ** 2)[:, None]
    channels[:, [YAW[1], PITCH[1]]] = goal + 2.0
    channels += np.random.default_rng(5).normal(0, 0.5, channels.shape)
    outcome = fit_gaze(TIMES, channels, target)
    assert outcome.models == (model, "shift")
    assert outcome.lag == pytest.approx(0.13, abs=0.021)
    assert outcome.after <= outcome.before


def test_blinks_and_glances_away_do_not_matter() -> None:
    channels = read(*target(TIMES).T)
    channels[::9, YAW] = 40.0
    channels[40:60] = np.nan
    outcome = fit_gaze(TIMES, channels, target)
    assert outcome.coefficients is not None
    assert outcome.after < 3.5 < outcome.before


def test_eyes_that_do_not_follow_teach_nothing() -> None:
    elsewhere = RANDOM.normal(0, 3, (len(TIMES), 2))
    assert fit_gaze(TIMES, read(*elsewhere.T), target).coefficients is None
    assert fit_gaze(TIMES[:5], read(*target(TIMES[:5]).T), target).coefficients is None
    assert fit_gaze(TIMES, np.full((len(TIMES), len(CHANNELS)), np.nan), target).coefficients is None


def test_good_eyes_are_left_alone() -> None:
    goal = target(TIMES)
    channels = np.tile([channel.neutral for channel in CHANNELS], (len(TIMES), 1))
    channels[:, YAW], channels[:, PITCH] = goal[:, :1], goal[:, 1:]
    channels += RANDOM.normal(0, 0.5, channels.shape)
    assert fit_gaze(TIMES, channels, target).coefficients is None


def test_one_eye_is_fitted_alone() -> None:
    channels = read(*target(TIMES).T)
    channels[:, [YAW[1], PITCH[1]]] = np.nan
    outcome = fit_gaze(TIMES, channels, target)
    assert outcome.coefficients is not None
    after = corrected(channels[100].astype(np.float32), outcome.coefficients)
    assert after[YAW[0]] == pytest.approx(target(TIMES[100:101])[0, 0], abs=3.0)
    assert np.isnan(after[YAW[1]])
