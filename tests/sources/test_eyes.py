from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.sources.eyes import EyesOptions, EyeSplitter

Eyes = Literal["auto", "both", "left", "right"]


def seen(options: EyesOptions, height: int, width: int) -> tuple[float | None, float | None]:
    """What becomes of a picture whose left half is 10 and whose right half is 20: the eyes' mean values."""
    picture = np.full((height, width), 10, np.uint8)
    picture[:, width // 2 :] = 20
    left, right = EyeSplitter(options).split(picture)
    return None if left is None else float(left.mean()), None if right is None else float(right.mean())


@pytest.mark.parametrize(
    ("eyes", "swap", "size", "expected"),
    [
        ("both", False, (40, 40), (10, 20)),
        ("both", True, (40, 40), (20, 10)),
        ("left", False, (40, 80), (15, None)),
        ("left", True, (40, 80), (None, 15)),
        ("right", False, (40, 80), (None, 15)),
        ("auto", False, (40, 80), (10, 20)),
        ("auto", False, (40, 72), (10, 20)),
        ("auto", False, (40, 70), (15, None)),
    ],
)
def test_the_wearers_left_eye_is_in_the_left_half(
    eyes: Eyes, swap: bool, size: tuple[int, int], expected: tuple[float | None, float | None]
) -> None:
    assert seen(EyesOptions(eyes=eyes, swap=swap), *size) == expected


@given(st.integers(2, 50), st.integers(4, 99))
def test_halves_are_of_one_size_even_where_the_width_is_odd(height: int, width: int) -> None:
    left, right = EyeSplitter(EyesOptions(eyes="both")).split(np.zeros((height, width), np.uint8))
    assert left is not None
    assert right is not None
    assert left.shape == right.shape == (height, width // 2)


def test_too_narrow_for_two_eyes() -> None:
    with pytest.raises(ValueError, match="a picture of 1 x 8 pixels"):
        EyeSplitter(EyesOptions(eyes="both")).split(np.zeros((8, 3), np.uint8))


def test_a_camera_of_12_bits_does_not_flicker_with_its_own_brightness() -> None:
    splitter = EyeSplitter(EyesOptions(eyes="left"))
    values = []
    for brightness in (4000, 900, 200, 4000, 900):
        left, _ = splitter.split(np.full((4, 4), brightness, np.uint16))
        assert left is not None
        values.append(int(left[0, 0]))
    assert values == [249, 56, 12, 249, 56]
