"""Rectification: geometry a person can check by eye, and eyes that are missing or dark."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from bridge.frames import EyeFrame, Image
from bridge.rectification import EYE_SIZE, EyeOptions, RectificationOptions, Rectifier

HEIGHT, WIDTH = EYE_SIZE


def ramp(rows: int = 240, columns: int = 320) -> Image:
    """Brightness grows to the right and, half as much, downwards: every flip and turn shows."""
    x, y = np.meshgrid(np.linspace(0, 160, columns), np.linspace(0, 80, rows))
    return (x + y).astype(np.uint8)


def view(picture: Image, **options: object) -> NDArray[np.int_]:
    """One picture as the left half shows it."""
    rectify = Rectifier(RectificationOptions(left=EyeOptions.model_validate(options)))
    return rectify(EyeFrame(picture, None, 0.0, 0)).pixels[:, :WIDTH].astype(int)


def test_left_eye_fills_the_left_half_and_time_passes_through() -> None:
    result = Rectifier(RectificationOptions())(EyeFrame(ramp(), None, time=1.5, index=3))
    assert result.pixels.shape == (HEIGHT, 2 * WIDTH)
    assert (result.time, result.index) == (1.5, 3)
    assert result.seen == (True, False)
    assert result.pixels[:, :WIDTH].std() > 10
    assert not result.pixels[:, WIDTH:].any(), "a missing eye is black, not invented"


def test_a_missing_eye_is_mirrored_only_when_asked_for() -> None:
    result = Rectifier(RectificationOptions(mirror_missing=True))(EyeFrame(None, ramp(), 0.0, 0))
    assert result.seen == (True, True)
    assert result.mirrored == (True, False)
    np.testing.assert_array_equal(result.pixels[:, :WIDTH], result.pixels[:, WIDTH:][:, ::-1])


def test_a_dark_picture_is_not_an_eye_and_is_not_replaced_by_the_other() -> None:
    dark = np.full((240, 320), 7, np.uint8)
    result = Rectifier(RectificationOptions(mirror_missing=True))(EyeFrame(ramp(), dark, 0.0, 0))
    assert result.seen == (True, False)
    assert result.mirrored == (False, False)


def test_mirror_rotation_and_crop_do_what_they_say() -> None:
    plain = view(ramp())
    mirrored = view(ramp(), mirror=True)
    np.testing.assert_allclose(mirrored, plain[:, ::-1], atol=1)
    half_turn = view(ramp(), rotation=180.0)
    np.testing.assert_allclose(half_turn, plain[::-1, ::-1], atol=2)
    quarter = view(ramp(200, 200), rotation=90.0)
    np.testing.assert_allclose(quarter, np.rot90(view(ramp(200, 200))), atol=3)
    right_end = view(ramp(), crop=(0.5, 0.0, 0.5, 1.0))
    assert right_end.mean() > plain.mean() + 25


def test_swapped_eyes_change_places_and_each_place_keeps_its_view() -> None:
    dim, bright = ramp() // 2, ramp()
    options = RectificationOptions(left=EyeOptions(rotation=180.0), swap=True)
    swapped = Rectifier(options)(EyeFrame(dim, bright, 0.0, 0)).pixels
    np.testing.assert_array_equal(swapped[:, :WIDTH], view(bright, rotation=180.0))
    np.testing.assert_array_equal(swapped[:, WIDTH:], view(dim))
    only_right = Rectifier(options)(EyeFrame(dim, None, 0.0, 0))
    assert only_right.seen == (False, True)


def test_the_crop_is_a_part_of_the_upright_picture() -> None:
    """A person draws it there, so what lies in it must be what the network is given."""
    eye = EyeOptions(rotation=90.0, mirror=True, crop=(0.25, 0.25, 0.3, 0.4))
    rectify = Rectifier(RectificationOptions(right=eye))
    frame = EyeFrame(None, ramp(200, 320), 0.0, 0)
    left, right = rectify.upright(frame)
    assert left is None
    assert right is not None
    assert right.shape == (200, 320)
    np.testing.assert_allclose(right[:, 60:260], ramp(200, 320)[:, 60:260].T[::-1, ::-1], atol=2)
    drawn = view(right[50:130, 88:168])  # 80 rows from 50; of 96 columns from 80, the middle 80
    np.testing.assert_allclose(rectify(frame).pixels[:, WIDTH:], drawn, atol=1)


def test_undistortion_straightens_what_the_lens_bent() -> None:
    """Pictures of a line through a barrel lens: bent before, straight to a third of a pixel after."""
    rows, columns, focal, k1 = 240, 320, 200.0, -0.3
    y, x = np.mgrid[0:rows, 0:columns].astype(float)
    dx, dy = (x - 160) / focal, (y - 120) / focal
    ux, uy = dx.copy(), dy.copy()
    for _ in range(20):  # where the undistorted ray of each distorted pixel points
        scale = 1 + k1 * (ux**2 + uy**2)
        ux, uy = dx / scale, dy / scale
    bent = (255 * np.exp(-(((uy - 0.35) * focal / 4) ** 2))).astype(np.uint8)

    def bow(image: NDArray[np.int_]) -> float:
        centres = (image * np.arange(HEIGHT)[:, None]).sum(0) / image.sum(0)
        return float(np.ptp(centres))

    calibrated: dict[str, object] = {"camera_matrix": (focal, focal, 160.0, 120.0), "distortion": (k1, 0.0, 0.0, 0.0)}
    assert bow(view(bent)) > 2.0
    assert bow(view(bent, **calibrated)) < 0.34


@given(rows=st.integers(1, 64), columns=st.integers(1, 64))
@settings(max_examples=40, deadline=None)
def test_any_picture_size_gives_a_pair(rows: int, columns: int) -> None:
    assert view(np.zeros((rows, columns), np.uint8)).shape == (HEIGHT, WIDTH)


@pytest.mark.parametrize(
    "options",
    [
        {"crop": (0.6, 0.0, 0.6, 1.0)},
        {"crop": (0.0, 0.0, 0.01, 1.0)},
        {"distortion": (0.1, 0.0, 0.0, 0.0)},
        {"turn": 3},
    ],
)
def test_impossible_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        EyeOptions.model_validate(options)
