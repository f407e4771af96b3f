"""Checkerboards drawn through known lenses: what the lens did is found and undone."""

from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.checkerboard import MOST, WANTED, Board, Corners, Views, find
from bridge.errors import BridgeError
from bridge.frames import EyeFrame, Image
from bridge.rectification import EyeOptions, RectificationOptions, Rectifier

SIZE = (240, 320)
MATRIX = np.array([[260.0, 0, 166], [0, 258.0, 117], [0, 0, 1]])
BARREL = np.array([-0.32, 0.09, 0.001, -0.002])
BOARD = Board(9, 6)
POSES = [
    ((0.0, 0.0, 0.0), (-4.0, -2.5, 7.6)),
    ((0.45, 0.0, 0.1), (-4.4, -2.0, 8.5)),
    ((-0.45, 0.1, 0.0), (-4.0, -2.6, 9.6)),
    ((0.0, 0.5, -0.1), (-5.2, -2.2, 11.0)),
    ((0.1, -0.5, 0.1), (-3.0, -2.6, 9.5)),
    ((0.3, 0.3, 0.5), (-2.4, -4.2, 10.5)),
    ((-0.3, 0.35, -0.4), (-5.4, -0.3, 12.0)),
    ((0.2, -0.25, 0.0), (-5.6, -3.9, 9.6)),
    ((-0.2, -0.25, 0.0), (-2.2, -3.6, 9.6)),
    ((0.15, 0.2, 0.0), (-5.6, -0.9, 9.6)),
    ((-0.1, 0.3, 0.0), (-3.1, -1.4, 9.8)),
]
"Each board's turn (Rodrigues) and place, in squares."


FINE = 3
"Rays a pixel, each way."


@cache
def rays() -> NDArray[np.float64]:
    """(n, 2) where each pixel's rays go."""
    x, y = np.meshgrid(*((np.arange(side * FINE) - 1) / FINE for side in SIZE[::-1]))
    return straight(np.stack([x, y], 2).reshape(-1, 1, 2)).reshape(-1, 2)


@cache
def drawn(number: int) -> Image:
    """The board as the lens shows it, with a camera's noise: every ray is traced back to the board's plane."""
    turn, place = POSES[number]
    rotation = cv2.Rodrigues(np.array(turn))[0]
    plane = np.linalg.inv(np.column_stack([rotation[:, :2], place]))
    u, v, w = plane @ np.vstack([rays().T, np.ones(len(rays()))])
    u, v = u / w, v / w
    dark = (np.floor(u) + np.floor(v)) % 2 == 0
    inside = (u >= -1) & (u < BOARD.columns) & (v >= -1) & (v < BOARD.rows)
    gray = np.where(inside & dark, 50.0, 190.0).reshape(SIZE[0], FINE, SIZE[1], FINE).mean((1, 3))
    noise = np.random.default_rng(number).normal(0, 2, SIZE)
    return np.asarray((cv2.GaussianBlur(gray, (3, 3), 0) + noise).clip(0, 255), np.uint8)


def straight(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the rays of (n, 1, 2) pixels go that the lens has bent: x / z and y / z."""
    exact = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 40, 1e-9)
    return np.asarray(cv2.undistortPoints(pixels, MATRIX, BARREL, None, None, None, exact), float)


def truth(turn: tuple[float, ...], place: tuple[float, ...], distortion: NDArray[np.float64]) -> Corners:
    """Where a lens shows the corners of a board."""
    corners = np.zeros((BOARD.rows * BOARD.columns, 3))
    corners[:, :2] = np.mgrid[: BOARD.columns, : BOARD.rows].T.reshape(-1, 2)
    return np.asarray(
        cv2.projectPoints(corners, np.array(turn), np.array(place), MATRIX, distortion)[0].reshape(-1, 2), np.float32
    )


@cache
def taken() -> Views:
    views = Views(BOARD, SIZE)
    for number in range(len(POSES)):
        corners = find(drawn(number), BOARD)
        assert corners is not None, f"the board of view {number} is not found"
        views = views.and_also(corners)
    return views


def test_corners_are_found_where_the_lens_shows_them() -> None:
    for pose, corners in zip(POSES, taken().corners, strict=True):
        real = truth(*pose, BARREL)
        away = min(np.linalg.norm(corners - turned, axis=1).max() for turned in (real, real[::-1]))
        assert away < 0.35


def test_the_lens_is_recovered_and_undone_within_half_a_pixel() -> None:
    lens = taken().lens()
    assert lens.error < 0.3
    fx, fy, cx, cy = lens.camera_matrix
    found = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
    y, x = np.mgrid[12 : SIZE[0] - 12 : 9j, 12 : SIZE[1] - 12 : 11j]
    shown = np.stack([x, y], 2).reshape(-1, 1, 2)
    ideal = cv2.convertPointsToHomogeneous(straight(shown))
    again, _ = cv2.projectPoints(ideal, np.zeros(3), np.zeros(3), found, np.array(lens.distortion))
    assert np.linalg.norm(again - shown, axis=2).max() < 0.5
    without, _ = cv2.projectPoints(ideal, np.zeros(3), np.zeros(3), MATRIX, np.zeros(4))
    assert np.linalg.norm(without - shown, axis=2).max() > 5, "a lens that bends nothing needs no finding"


def test_rectification_with_the_lens_makes_the_board_straight() -> None:
    lens = taken().lens()
    options = EyeOptions(camera_matrix=lens.camera_matrix, distortion=lens.distortion)
    frame = EyeFrame(drawn(0), None, 0.0, 0)
    flat, _ = Rectifier(RectificationOptions(left=options)).upright(frame)
    assert frame.left is not None
    assert flat is not None
    assert bow(frame.left) > 2.0
    assert bow(flat) < 0.5


def bow(picture: Image) -> float:
    """How far corners are from the straight line through their row at most, pixels."""
    corners = find(picture, BOARD)
    assert corners is not None
    rows = corners.reshape(BOARD.rows, BOARD.columns, 2)
    return max(float(abs((row - row.mean(0)) @ np.linalg.svd(row - row.mean(0))[2][1]).max()) for row in rows)


def test_only_another_view_teaches_and_it_says_how_many_are_missing() -> None:
    views = Views(BOARD, SIZE).and_also(taken().corners[0])
    assert views.missing == WANTED - 1
    with pytest.raises(BridgeError, match=f"{WANTED - 1} more views"):
        views.lens()
    assert not views.teaches(taken().corners[0] + 1.0)
    assert not views.teaches(taken().corners[0][::-1]), "the same board, found from its other end"
    assert views.teaches(taken().corners[1])
    for _ in range(2 * MOST):
        views = views.and_also(taken().corners[1])
    assert len(views.corners) == MOST


def test_a_board_is_steady_when_its_corners_stay() -> None:
    corners = taken().corners[0]
    assert taken().steady(corners, corners + 0.5)
    assert not taken().steady(corners, corners + 4.0)


def test_views_that_tell_nothing_are_refused() -> None:
    same = Views(BOARD, SIZE)
    flat = np.array(np.mgrid[:9, :6].T.reshape(-1, 2) * 0.0 + 40, np.float32)
    for _ in range(WANTED):
        same = same.and_also(flat)
    with pytest.raises(BridgeError, match="do not tell the lens"):
        same.lens()


@pytest.mark.parametrize("picture", [np.zeros(SIZE, np.uint8), np.full((2, 2), 200, np.uint8)])
def test_where_there_is_no_board_none_is_found(picture: Image) -> None:
    assert find(picture, BOARD) is None


@pytest.mark.parametrize("size", [(2, 6), (9, 21), (0, 0), (-9, 6)])
def test_impossible_boards_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="3 to 20"):
        Board(*size)
