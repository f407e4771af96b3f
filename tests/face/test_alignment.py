"""Alignment: the same face at any place, size and turn is the same picture."""

import cv2
import numpy as np
import pytest

from bridge.face.alignment import SIZE, TEMPLATE, aligned, brought
from bridge.face.camera import Camera, turned
from bridge.face.model import load

FACE = load(None)


def test_every_face_at_rest_lies_inside() -> None:
    assert TEMPLATE.min() > 10
    assert TEMPLATE.max() < SIZE - 10
    assert TEMPLATE[45, 0] > TEMPLATE[36, 0], "the wearer's left is at the right"
    assert TEMPLATE[8, 1] > TEMPLATE[27, 1]


@pytest.mark.parametrize(("scale", "roll"), [(600, 0), (2500, 30), (1500, 90), (1500, -170)])
def test_a_turned_and_scaled_face_is_brought_back(scale: int, roll: float) -> None:
    points = Camera(scale, turned(0, 0, roll), np.array([400.0, 300.0])).project(FACE.mean[FACE.landmarks])
    picture = np.zeros((600, 800, 3), np.uint8)
    for number, colour in ((30, (255, 0, 0)), (36, (0, 255, 0)), (45, (0, 0, 255))):
        cv2.circle(picture, np.round(points[number]).astype(int).tolist(), max(2, scale // 250), colour, -1)
    face = aligned(picture, points)
    assert np.allclose(face.points, TEMPLATE, atol=1e-6)
    assert np.allclose(face.offsets(), 0, atol=1e-6)
    assert np.allclose(brought(np.stack([points, 2 * points + 7])), TEMPLATE, atol=1e-6)
    off = brought(points + np.array([1.0, 0.0]), by=points) - brought(points)
    assert np.linalg.norm(off, axis=1) == pytest.approx(1180 / scale)
    rows, columns = np.mgrid[:SIZE, :SIZE]
    for number, channel in ((30, 0), (36, 1), (45, 2)):
        light = face.picture[..., channel].astype(float)
        place = (light * columns).sum() / light.sum(), (light * rows).sum() / light.sum()
        assert np.allclose(place, TEMPLATE[number], atol=2.5)


@pytest.mark.parametrize("points", [np.zeros((68, 2)), np.full((68, 2), np.inf)])
def test_points_without_a_face_are_refused(points: np.ndarray) -> None:
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="cannot be aligned"):
        aligned(np.zeros((10, 10, 3), np.uint8), points)


def test_a_large_face_is_averaged() -> None:
    points = Camera(9000, turned(0, 0, 0), np.array([1000.0, 500.0])).project(FACE.mean[FACE.landmarks])
    picture = np.zeros((1700, 2000, 3), np.uint8)
    picture[:, ::2] = 200
    small = aligned(picture, points, SIZE // 2).picture
    assert small.shape == (112, 112, 3)
    assert np.abs(small[8:-8, 8:-8].astype(int) - 100).max() <= 20
    whole = aligned(picture, points)
    assert np.allclose(whole.points, aligned(picture, points, SIZE // 2).points)


def test_a_face_beside_the_picture_is_black() -> None:
    points = TEMPLATE + 5000
    assert not aligned(np.full((200, 200, 3), 255, np.uint8), points).picture.any()
    assert not aligned(np.full((200, 200, 3), 255, np.uint8), points - 9000).picture.any()
