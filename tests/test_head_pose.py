import math

import numpy as np
import pytest

from bridge.frames import NO_HEAD, Head
from bridge.head_pose import HeadOptions, HeadPose

TURNED = Head(20.0, -10.0, 5.0, 0.1, 0.02, -0.5)


def test_a_head_at_rest_is_steadier_than_its_camera_and_a_turning_one_follows() -> None:
    hold, rng = HeadPose(HeadOptions()), np.random.default_rng(1)
    noise = rng.normal(0, 0.5, 90)
    shown = [hold(Head(yaw, 0.0, 0.0, 0.0, 0.0, 0.0), i / 30).yaw for i, yaw in enumerate(noise)]
    assert np.std(shown[30:]) < 0.5 * np.std(noise[30:])
    turning = [hold(Head(60.0, 0.0, 0.0, 0.0, 0.0, 0.0), 3 + i / 30).yaw for i in range(7)]
    assert turning[-1] > 50, "a quick turn is shown within a quarter of a second"


def test_a_head_that_nobody_sees_eases_to_rest_and_then_nothing_is_known() -> None:
    hold = HeadPose(HeadOptions(relax_half_life=0.2))
    assert hold(TURNED, 0.0) == pytest.approx(TURNED)
    half = hold(NO_HEAD, 0.2)
    assert (half.yaw, half.z) == pytest.approx((10.0, -0.25))
    back = hold(TURNED, 0.4)
    assert back.yaw == pytest.approx(20 - 10 / 2), "it comes from where it was"
    times = [0.5 + i / 10 for i in range(40)]
    gone = [hold(NO_HEAD, time) for time in times]
    assert math.isnan(gone[-1].yaw)
    yaws = [head.yaw for head in gone if not math.isnan(head.yaw)]
    assert yaws == sorted(yaws, reverse=True)
    assert 0 < yaws[-1] < 0.3


def test_nothing_is_known_of_a_head_before_the_first_face_and_time_may_begin_again() -> None:
    hold = HeadPose(HeadOptions())
    assert math.isnan(hold(NO_HEAD, 5.0).yaw)
    hold(TURNED, 6.0)
    assert math.isnan(hold(NO_HEAD, 0.0).yaw), "a recording that begins again knows nothing of its end"
