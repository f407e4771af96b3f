"""Kernels on shapes whose picture is known."""

from dataclasses import replace

import numpy as np
import pytest

from models.synthetic.eyeball import draw_eyeball
from models.synthetic.headset import make_headset
from models.synthetic.optics import develop, nothing_seen
from models.synthetic.parts import Float
from models.synthetic.raster import draw_hairs, project
from models.synthetic.triangles import draw_skin

SIZE = 64
CAMERA = np.array([0, 0, 10], np.float32)
TURN = np.array([[1, 0, 0], [0, 1, 0], [0, 0, -1]], np.float32)
LENS = np.array([100, (SIZE - 1) / 2, (SIZE - 1) / 2], np.float32)


def canvas() -> tuple[Float, Float]:
    return np.zeros((SIZE, SIZE), np.float32), np.zeros((SIZE, SIZE), np.float32)


def triangle(z: float, turned: bool = False) -> Float:
    corners = [[-2, -2, z], [2, -2, z], [0, 2, z]]
    return np.array(corners[::-1] if turned else corners, np.float32)


def paint(points: Float, brightness: float, image: Float, depth: Float) -> None:
    light = np.zeros((len(points), 4), np.float32)
    light[:, 0] = brightness
    skin = np.full((8, 8, 4), (255, 128, 128, 255), np.uint8)
    no_creases = np.empty((0, 0, 3), np.float32)
    corners = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
    screen = project(points, CAMERA, TURN, LENS)
    draw_skin(image, depth, screen, np.ones((len(points), 2), np.float32), light, corners, skin, no_creases, 0, 0.1, 0)


@pytest.mark.parametrize("first", [0, 1])
def test_the_nearer_skin_hides_the_farther_in_any_order(first: int) -> None:
    image, depth = canvas()
    for z, brightness in [(0.0, 0.25), (1.0, 0.75)][:: 1 if first else -1]:
        paint(triangle(z), brightness, image, depth)
    assert image[32, 32] == pytest.approx(0.75)
    assert 1 / depth[32, 32] == pytest.approx(9)


def test_skin_seen_from_behind_or_behind_the_camera_is_not_drawn() -> None:
    image, depth = canvas()
    paint(triangle(0.0, turned=True), 1.0, image, depth)
    paint(triangle(12.0), 1.0, image, depth)
    assert not image.any()
    assert not depth.any()


def test_a_hair_shows_before_skin_and_not_behind_it() -> None:
    hair = np.linspace([-1, 0, 1], [1, 0, 1], 6, dtype=np.float32)[None]
    for z, seen in ((0.0, True), (2.0, False)):
        image, depth = canvas()
        paint(triangle(z), 1.0, image, depth)
        points = project(hair[0], CAMERA, TURN, LENS)[None]
        draw_hairs(image, depth, points, np.array([30], np.float32), np.zeros(1, np.float32), 0.01, 0.0)
        assert (image[28:36, 32].min() < 0.3) == seen


def pupil_place(yaw: float, pitch: float) -> tuple[float, float]:
    """(column, row) of the pupil's middle."""
    image, depth = canvas()
    gaze = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    right = np.array([np.cos(yaw), 0, -np.sin(yaw)])
    axes = np.stack([right, np.cross(gaze, right), gaze]).astype(np.float32)
    look = np.array([0.55, 0.5, 0.5, 0.0, 0.0, 0.9, 0.05, 1e-3, 0.0, 0.0, 0.9, 0.0, 0.4], np.float32)
    lids = np.tile(np.array([3, -3], np.float32), (33, 1))
    lids[-1] = -3, 3
    iris, dark = np.full((64, 256), 128, np.uint8), np.zeros((0, 4), np.float32)
    draw_eyeball(image, depth, CAMERA, TURN, LENS, np.zeros(3, np.float32), 1.5, axes, iris, look, lids, dark, 1.0)
    rows, columns = np.nonzero((image < 0.1) & (depth > 0))
    return float(columns.mean()), float(rows.mean())


def test_the_pupil_goes_where_the_eye_looks() -> None:
    column, row = pupil_place(0, 0)
    assert [column, row] == pytest.approx([31.5, 31.5], abs=0.6)
    assert pupil_place(0.3, 0)[0] > column + 3
    assert pupil_place(0, 0.3)[1] < row - 3


def test_a_lens_bends_towards_the_edge_and_not_in_the_middle() -> None:
    """A grid of dots: pushed outwards or inwards the more the farther out they are."""
    light = np.zeros((65, 65), np.float32)
    light[32, 32] = light[32, 48] = 1.0
    rng = np.random.default_rng(0)
    bare = replace(make_headset("hmd1", rng).optics, gamma=1.0, blur=0.0, noise=0.0, jpeg=0, veil=0.0)
    plain = replace(
        bare, vignette=0.0, barrel=0.0, bloom=0.0, glasses=np.zeros((0, 6), np.float32), rim=np.zeros(5, np.float32)
    )
    for distortion, towards_the_edge in ((-0.15, True), (0.2, True), (0.0, False)):
        seen = develop(light, replace(plain, distortion=distortion), 1.0, False, rng).astype(float)
        columns = np.arange(65)
        middle, outer = (np.average(columns[part], weights=seen[:, part].sum(0)) for part in (slice(41), slice(41, 65)))
        assert middle == pytest.approx(32, abs=0.6)
        assert (outer > 48.3) == towards_the_edge


def test_pictures_without_an_eye_differ_and_repeat() -> None:
    pictures = [nothing_seen((48, 64), np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] != pictures[2]).any()
