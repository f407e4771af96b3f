"""Two eyes as one look: direction, distance, and what is left when an eye is shut or lost."""

import math

import pytest

from bridge.binocular import Binocular, BinocularOptions
from bridge.frames import Expression, Look
from tests.test_smoothing import expression as any_expression


def expression(**channels: float) -> Expression:
    return any_expression(0, 0, **channels)


QUICK = BinocularOptions(half_life=0.0)


def converging(metres: float, yaw: float = 0.0, pitch: float = 0.0, **channels: float) -> Expression:
    """Both eyes on a point so far away."""
    half = math.degrees(math.atan(0.063 / 2 * math.cos(math.radians(yaw)) / metres))
    angles = {"gaze_yaw_left": yaw - half, "gaze_yaw_right": yaw + half}
    return expression(**angles, gaze_pitch_left=pitch, gaze_pitch_right=pitch, **channels)


def looked(face: Expression, options: BinocularOptions = QUICK) -> Look:
    return Binocular(options)(face, False, 0.0)


@pytest.mark.parametrize("metres", [0.1, 0.3, 1.0, 3.0])
@pytest.mark.parametrize("yaw", [0.0, -20.0, 30.0])
def test_lines_of_sight_meet_where_the_eyes_look(metres: float, yaw: float) -> None:
    look = looked(converging(metres, yaw, 7.0))
    assert look.yaw == pytest.approx(yaw, abs=1e-4)
    assert look.pitch == pytest.approx(7.0)
    assert look.distance == pytest.approx(metres, rel=1e-3)


def test_distances_are_bounded_and_unknown_where_they_make_no_sense() -> None:
    assert looked(converging(0.03)).distance == pytest.approx(0.1)
    assert looked(converging(50.0)).distance == 6.0
    assert looked(expression(gaze_yaw_left=1.0, gaze_yaw_right=-1.0)).distance == 6.0, "a little apart is parallel"
    assert math.isnan(looked(expression(gaze_yaw_left=4.0, gaze_yaw_right=-4.0)).distance)
    assert math.isnan(looked(expression(gaze_pitch_left=5.0, gaze_pitch_right=-5.0)).distance)
    assert looked(converging(2.0), BinocularOptions(half_life=0, interpupillary=0.07)).distance > 2.2


def test_an_eye_that_is_open_and_seen_counts_more() -> None:
    apart = {"gaze_yaw_left": 10.0, "gaze_yaw_right": 12.0}
    assert looked(expression(**apart)).yaw == pytest.approx(11.0)
    assert looked(expression(**apart, lid_openness_left=0.25)).yaw == pytest.approx((0.25 * 10 + 12) / 1.25)
    assert looked(expression(**apart, visible_right=0.5)).yaw == pytest.approx((10 + 0.5 * 12) / 1.5)
    assert looked(expression(**apart, lid_openness_left=0.0, lid_openness_right=0.0)).yaw == pytest.approx(11.0)


def test_a_wink_keeps_the_distance_and_a_lost_eye_has_none() -> None:
    eyes = Binocular(QUICK)
    assert eyes(converging(0.5), False, 0.0).distance == pytest.approx(0.5, rel=1e-3)
    wink = eyes(converging(3.0, 15.0, lid_openness_left=0.05), False, 0.1)
    assert wink.distance == pytest.approx(0.5, rel=0.05)
    lost = eyes(expression(**dict.fromkeys(("gaze_yaw_left", "gaze_pitch_left", "visible_left"), math.nan)), False, 0.2)
    assert lost.yaw == pytest.approx(0.0)
    assert math.isnan(lost.distance)


def test_shut_eyes_look_nowhere_after_half_a_second() -> None:
    eyes = Binocular(QUICK)
    eyes(converging(1.0, 8.0), False, 0.0)
    shut = converging(1.0, 8.0, lid_openness_left=0.0, lid_openness_right=0.0)
    assert eyes(shut, True, 0.3).yaw == pytest.approx(8.0, abs=1e-3)
    assert math.isnan(eyes(shut, True, 0.6).yaw)
    assert eyes(converging(1.0, 9.0), False, 0.7).yaw == pytest.approx(9.0, abs=1e-3)
    assert eyes(shut, True, 0.1).yaw is not None, "a recording that begins again"


def test_the_distance_follows_calmly_and_options_keep_it() -> None:
    eyes = Binocular(BinocularOptions(half_life=0.15))
    eyes(converging(1.0), False, 0.0)
    between = eyes(converging(0.5), False, 0.15).distance
    assert 0.5 < between < 1.0
    later = eyes.with_options(BinocularOptions(half_life=5.0))(converging(0.5), False, 0.16).distance
    assert later == pytest.approx(between, rel=0.01)
