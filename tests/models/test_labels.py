import numpy as np

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES
from models.labels import (
    MIRRORED_CHANNEL,
    MIRRORED_SIGN,
    MIRRORED_UNIT,
    NONE,
    SIDE_OF_CHANNEL,
    UNIT_WITH_ONE_EYE,
    UNIT_WITH_ONE_EYE_COPIED,
)


def unit(name: str) -> int:
    return ACTION_UNIT_NAMES.index(name)


def test_a_mirror_in_a_mirror_changes_nothing() -> None:
    units, channels = np.array(MIRRORED_UNIT), np.array(MIRRORED_CHANNEL)
    np.testing.assert_array_equal(units[units], np.arange(len(units)))
    np.testing.assert_array_equal(channels[channels], np.arange(len(channels)))
    sign = np.array(MIRRORED_SIGN)
    np.testing.assert_array_equal(sign * sign[channels], 1)


def test_a_mirror_swaps_sides_and_turns_yaw() -> None:
    assert MIRRORED_UNIT[unit("wink_left")] == unit("wink_right")
    assert MIRRORED_UNIT[unit("squint")] == unit("squint")
    for column, name in enumerate(CHANNEL_NAMES):
        assert SIDE_OF_CHANNEL[MIRRORED_CHANNEL[column]] == 1 - SIDE_OF_CHANNEL[column]
        assert MIRRORED_SIGN[column] == (-1 if "yaw" in name else 1)


def test_with_one_eye_its_wink_is_a_closed_eye_and_the_other_side_is_unknown() -> None:
    only_right = UNIT_WITH_ONE_EYE[1]
    assert only_right[unit("wink_right")] == unit("eyes_closed")
    assert only_right[unit("wink_left")] == NONE
    assert only_right[unit("brow_raise_right")] == unit("brow_raise_right")
    assert only_right[unit("brow_raise_left")] == NONE
    assert only_right[unit("cheek_raise")] == unit("cheek_raise")


def test_an_eye_copied_to_both_halves_raises_no_single_brow() -> None:
    only_left = UNIT_WITH_ONE_EYE_COPIED[0]
    assert only_left[unit("wink_left")] == unit("eyes_closed")
    assert only_left[unit("brow_raise_left")] == only_left[unit("brow_raise_right")] == NONE
