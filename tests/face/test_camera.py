"""The camera: what was projected is found again, with perspective, and turns are counted as frames.Head says."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.face.camera import FAR, Camera, Lens, fitted, turned
from bridge.face.model import Floats, load

FACE = load(None).sparse()
WEBCAM = Lens.of(640, 480, 60)
CLOSE = Camera(1200, turned(20, -10, 30), np.array([420.0, 130.0]), WEBCAM)


def pinhole(x: float, y: float, away: float, rotation: Floats) -> Floats:
    """(68, 2) where a pinhole camera of 640 x 480 pixels and 60 degrees sees the mean face, metres right and up."""
    points = FACE.mean @ rotation.T + (x, y, -away)
    focal = 320 / math.tan(math.radians(30))
    return np.stack([320 - focal * points[:, 0] / points[:, 2], 240 + focal * points[:, 1] / points[:, 2]], axis=1)


@settings(deadline=None, max_examples=40)
@given(st.floats(-60, 60), st.floats(-40, 40), st.floats(-170, 170), st.floats(50, 5000))
def test_a_camera_far_away_is_found_again(yaw: float, pitch: float, roll: float, scale: float) -> None:
    camera = Camera(scale, turned(yaw, pitch, roll), np.array([300.0, 200.0]))
    found = fitted(FACE.mean, camera.project(FACE.mean))
    head = found.head()
    assert np.allclose((head.yaw, head.pitch), (yaw, pitch), atol=1e-6)
    assert abs((head.roll - roll + 180) % 360 - 180) < 1e-6
    assert found.scale == pytest.approx(scale)
    assert np.allclose(found.shift, camera.shift)
    assert np.isnan((head.x, head.y, head.z)).all(), "nothing is known of its lens"


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.floats(-45, 45), st.floats(-25, 25), st.floats(-90, 90)),
    st.tuples(st.floats(-0.15, 0.15), st.floats(-0.1, 0.1), st.floats(0.4, 3.0)),
)
def test_a_face_before_a_webcam_is_found_where_it_is(
    turn: tuple[float, float, float], place: tuple[float, float, float]
) -> None:
    points = pinhole(*place, turned(*turn))
    head = fitted(FACE.mean, points, lens=WEBCAM).head()
    assert (head.yaw, head.pitch, head.roll) == pytest.approx(turn, abs=1.0)
    x, y, away = place
    assert (head.x, head.y, head.z) == pytest.approx((x, y, -away), abs=0.03 * away)


def test_a_pinhole_cameras_picture_is_the_same() -> None:
    camera = Camera(WEBCAM.focal / 0.5, turned(20, -10, 30), np.array([320 + 0.1 * WEBCAM.focal / 0.5, 240]), WEBCAM)
    np.testing.assert_allclose(camera.project(FACE.mean), pinhole(0.1, 0.0, 0.5, turned(20, -10, 30)))


@pytest.mark.parametrize("camera", [CLOSE, Camera(1200, CLOSE.rotation, CLOSE.shift)])
def test_what_moves_a_little_is_followed(camera: Camera) -> None:
    step = 1e-6
    axes = [(camera.project(FACE.mean + at) - camera.project(FACE.mean - at)) / (2 * step) for at in step * np.eye(3)]
    np.testing.assert_allclose(camera.follow(FACE.mean), np.stack(axes, axis=-1), atol=1e-4)


def test_a_face_larger_than_any_is_a_part_of_a_wider_picture() -> None:
    """It is seen as one at 0.3 m, however large it is."""
    camera = Camera(1e5, np.eye(3), np.zeros(2), Lens(500.0))
    assert camera.larger(FACE.mean) == pytest.approx(1 / (1 - FACE.mean[:, 2] / 0.3))
    assert np.isfinite(camera.project(100 * FACE.mean)).all()
    assert (Camera(1e5, np.eye(3), np.zeros(2), FAR).larger(FACE.mean) == 1).all()


def test_turns_go_where_they_should() -> None:
    """The wearer's left is at the picture's right."""
    nose, chin, crown = FACE.mean[30], FACE.mean[8], FACE.mean[27]

    def seen(yaw: float = 0, pitch: float = 0, roll: float = 0) -> Floats:
        return Camera(1000, turned(yaw, pitch, roll), np.zeros(2)).project(np.stack([nose, chin, crown]))

    assert seen(yaw=20)[0, 0] > 5 + seen()[0, 0]
    assert seen(pitch=20)[0, 1] < seen()[0, 1] - 5
    assert seen(roll=20)[1, 0] > 5 + seen()[1, 0], "the chin swings to the left when the head tilts to the right"
