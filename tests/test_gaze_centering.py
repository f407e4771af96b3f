"""Straight ahead set anew: for one eye and two, with and without a fit, kept and undone."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.channels import CHANNEL_NAMES
from bridge.errors import BridgeError
from bridge.fewshot import Fit
from bridge.frames import Expression, EyePair
from bridge.gaze_calibration import SHAPE
from bridge.gaze_centering import GazeCentering
from bridge.guide import target
from bridge.personalization import Profile
from bridge.slip import UpkeepOptions
from bridge.wearer import Wearer
from tests.test_smoothing import expression

NOBODY = Profile.population(np.full((4, 8), 128, np.uint8))
OWN = replace(NOBODY, personal=True)
RANDOM = np.random.default_rng(2)


def face(yaw: float, pitch: float, **channels: float) -> Expression:
    gaze = {
        f"gaze_{axis}_{side}": angle for side in ("left", "right") for axis, angle in (("yaw", yaw), ("pitch", pitch))
    }
    return expression(0, 0, **{**gaze, **channels})


def taken(readings: list[Expression], profile: Profile = OWN) -> Profile:
    centering = GazeCentering(1.0)
    for n, reading in enumerate(readings):
        centering.add(reading, n / 30)
    assert centering.done
    return centering.profile(profile)


def jittering(yaw: float, pitch: float, size: float = 0.6, **channels: float) -> list[Expression]:
    return [face(*RANDOM.normal((yaw, pitch), size), **channels) for _ in range(31)]


@pytest.mark.parametrize("profile", [NOBODY, OWN])
def test_what_the_eyes_show_now_is_straight_ahead_and_the_rest_is_as_it_was(profile: Profile) -> None:
    readings = jittering(6.0, -4.0)
    readings[10:14] = [face(0.0, -40.0, lid_openness_left=0.0, lid_openness_right=0.0)] * 4
    after = taken(readings, profile)
    now = after.personalized(face(6.0, -4.0, brow_down_left=0.5))
    for name in CHANNEL_NAMES:
        wanted = 0.0 if name.startswith("gaze") else profile.personalized(face(6.0, -4.0, brow_down_left=0.5))[name]
        assert now[name] == pytest.approx(wanted, abs=0.4), name
    assert after.personal is profile.personal
    assert after.neutral is profile.neutral


def test_it_goes_through_what_a_guide_has_fitted() -> None:
    fitted = np.zeros(SHAPE, np.float32)
    fitted[:, 0] = (3.0, -2.0)
    fitted[:, 1, 0], fitted[:, 2, 1], fitted[:, 3, 1] = 6.0, 5.0, 2.0
    own = OWN.fitted(replace(Fit.nothing(), gaze=fitted))
    assert abs(own.personalized(face(0.0, 0.0))["gaze_yaw_left"]) > 2.0
    after = taken(jittering(9.0, 5.0, 0.0), own)
    ahead = after.personalized(face(9.0, 5.0))
    assert [ahead[f"gaze_{axis}_{side}"] for axis in ("yaw", "pitch") for side in ("left", "right")] == pytest.approx(
        [0.0] * 4, abs=1e-3
    )
    assert after.personalized(face(19.0, 5.0))["gaze_yaw_left"] == pytest.approx(13.0, abs=0.5), "its gain stays"


def test_an_eye_that_is_not_seen_stays_as_it_is() -> None:
    gone = dict.fromkeys((name for name in CHANNEL_NAMES if name.endswith("_right")), np.nan)
    after = taken(jittering(5.0, 5.0, **gone))
    assert after.personalized(face(5.0, 5.0))["gaze_yaw_left"] == pytest.approx(0.0, abs=0.4)
    assert after.personalized(face(5.0, 5.0))["gaze_yaw_right"] == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("readings", "why"),
    [
        ([face(0.0, 0.0, lid_openness_left=np.nan, lid_openness_right=np.nan)] * 31, "no open eye"),
        ([face(20.0 * (n % 2), 0.0) for n in range(31)], "looked about"),
    ],
)
def test_eyes_that_show_nothing_are_refused_with_a_reason(readings: list[Expression], why: str) -> None:
    with pytest.raises(BridgeError, match=why):
        taken(readings)


class Eyes:
    """A wearer whose eyes a network reads 30 % too small and 4 degrees to the left."""

    def __init__(self) -> None:
        self.wearer = Wearer(UpkeepOptions(), NOBODY, lambda profile, pair: self.reading)
        self.reading = face(0.0, 0.0)
        self.time = 0.0

    def look(self, yaw: float, pitch: float) -> None:
        self.time += 1 / 30
        self.reading = face(0.7 * yaw + 4.0 + RANDOM.normal(0, 0.4), 0.7 * pitch + RANDOM.normal(0, 0.4))
        self.wearer.observe(
            EyePair(np.zeros((4, 8), np.uint8), (True, True), (False, False), self.time, 0), self.reading
        )

    def error(self, yaw: float, pitch: float) -> float:
        said = self.wearer.profile.personalized(face(0.7 * yaw + 4.0, 0.7 * pitch))
        return float(np.hypot(said["gaze_yaw_left"] - yaw, said["gaze_pitch_left"] - pitch))


def test_the_wearer_centers_follows_the_dot_and_takes_both_back() -> None:
    eyes = Eyes()
    eyes.wearer.center_gaze(1.0)
    while eyes.wearer.progress is not None:
        eyes.look(0.0, 0.0)
    assert eyes.error(0.0, 0.0) < 0.4
    assert eyes.error(15.0, 0.0) > 4.0
    eyes.wearer.start_guide(only_gaze=True)
    while (prompt := eyes.wearer.prompt) is not None:
        assert (prompt.step, prompt.of) == ("gaze", 1)
        seconds = np.array([max(0.0, prompt.length - prompt.seconds - 0.15)])
        eyes.look(*(target(seconds)[0] if prompt.holding else (0.0, 0.0)))
    assert eyes.wearer.guided is not None
    assert eyes.wearer.guided.gaze.models == ("affine", "affine")
    assert eyes.error(15.0, 0.0) < 1.0
    assert eyes.error(-10.0, 8.0) < 1.0
    eyes.wearer.undo()
    assert eyes.error(15.0, 0.0) > 4.0
    eyes.wearer.undo()
    assert eyes.wearer.profile is NOBODY


def test_eyes_that_ignore_the_dot_change_nothing() -> None:
    eyes = Eyes()
    eyes.wearer.start_guide(only_gaze=True)

    def wait() -> None:
        while eyes.wearer.progress is not None:
            eyes.look(0.0, 0.0)

    with pytest.raises(BridgeError, match="did not follow the dot"):
        wait()
    assert eyes.wearer.profile is NOBODY
    assert eyes.wearer.progress is None
