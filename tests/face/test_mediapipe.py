"""MediaPipe's own file, on rendered faces: found, followed, told apart, and its left is the wearer's left."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from bridge.blendshapes import ARKIT
from bridge.face.crop import RgbImage
from bridge.face.landmarks import open_landmarker
from bridge.face.model import Floats
from bridge.face.points import FaceLandmarks
from models.deepexp.people import make_person
from models.deepexp.picture import View, make_scene, picture
from models.deepexp.rendering import rigged

TASK = Path(__file__).parents[3] / "shared/peers/mediapipe/face_landmarker_v2_with_blendshapes.task"

pytestmark = pytest.mark.skipif(not TASK.is_file(), reason=f"MediaPipe's face landmarker is not at {TASK}")

SIZE = 400


def face(yaw: float = 0.0, zoom: float = 1500.0, **weights: float) -> tuple[RgbImage, Floats]:
    """The built-in face as somebody with skin and brows, in a picture (400, 400, 3), and its landmarks."""
    rng = np.random.default_rng(11)
    _, _, rig = rigged(None)
    person, scene = make_person(rig, rng), make_scene(rng, easy=True)
    values = np.zeros(len(ARKIT))
    values[[ARKIT.index(name) for name in weights]] = [*weights.values()]
    view = View(yaw, 0.0, 0.0, 0.7, zoom, 0.5 * SIZE, 0.5 * SIZE)
    return picture(rig, person, values, view, scene, (SIZE, SIZE), rng)


def found(image: RgbImage) -> list[FaceLandmarks]:
    return open_landmarker(TASK)(image)


@pytest.mark.parametrize("yaw", [-25.0, 0.0, 25.0])
def test_landmarks_lie_on_the_face(yaw: float) -> None:
    image, marks = face(yaw)
    (seen,) = found(image)
    apart = float(np.linalg.norm(marks[36] - marks[45]))
    off = np.linalg.norm(seen.points - marks, axis=1) / apart
    assert off[17:].mean() < 0.09
    assert off[36:48].mean() < 0.06
    assert seen.score > 0.8
    assert seen.irises is not None
    left, right = seen.irises
    assert np.linalg.norm(left - marks[42:48].mean(axis=0)) < 0.15 * apart
    assert np.linalg.norm(right - marks[36:42].mean(axis=0)) < 0.15 * apart


def test_blendshapes_are_of_the_right_name_and_side() -> None:
    def read(**weights: float) -> dict[str, float]:
        (seen,) = found(face(**weights)[0])
        assert seen.blendshapes is not None
        return dict(zip(ARKIT, seen.blendshapes, strict=True))

    rest, jaw = read(), read(jawOpen=0.8)
    assert jaw["jawOpen"] > rest["jawOpen"] + 0.2
    smile = read(mouthSmileLeft=0.9, mouthSmileRight=0.9)
    assert smile["mouthSmileLeft"] > rest["mouthSmileLeft"] + 0.2
    winks = read(eyeBlinkLeft=1.0), read(eyeBlinkRight=1.0)
    left, right = (wink["eyeBlinkLeft"] - wink["eyeBlinkRight"] for wink in winks)
    assert left > 0.05 > -0.05 > right
    assert rest["tongueOut"] == 0


def test_several_faces_are_told_apart_the_largest_first() -> None:
    both = np.concatenate([face(zoom=1000)[0], face(zoom=1500)[0]], axis=1)
    find = open_landmarker(TASK)
    for _ in range(3):  # found, then followed
        large, small = find(both)
        assert large.points[:, 0].mean() > SIZE > small.points[:, 0].mean()
        assert np.ptp(large.points[:, 0]) > np.ptp(small.points[:, 0])


def test_a_face_is_followed_leaves_and_comes_back() -> None:
    image, _ = face(zoom=1000)
    find = open_landmarker(TASK)
    for shift in (0, 20, 40):
        (seen,) = find(np.roll(image, shift, axis=1))
        assert abs(seen.points[30, 0] - 0.5 * SIZE - shift) < 20
    assert find(np.full((SIZE, SIZE, 3), 90, np.uint8)) == []
    assert len(find(image)) == 1


def test_a_face_that_comes_later_is_found_too() -> None:
    alone = np.concatenate([face()[0], np.full((SIZE, SIZE, 3), 90, np.uint8)], axis=1)
    both = np.concatenate([face()[0], face(zoom=1100)[0]], axis=1)
    find = open_landmarker(TASK)
    assert len(find(alone)) == 1
    assert any(len(find(both)) == 2 for _ in range(40))


def test_tiny_gray_and_turned_pictures_are_survived() -> None:
    image, marks = face()
    find = open_landmarker(TASK)
    assert find(np.asarray(cv2.resize(image, (8, 8)), np.uint8)) == []
    (gray,) = find(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8))
    assert np.linalg.norm(gray.points[30] - marks[30]) < 0.2 * np.linalg.norm(marks[36] - marks[45])
    for turns, way in ((1, -1), (3, 1)):
        (seen,) = found(np.ascontiguousarray(np.rot90(image, turns)))
        across, down = seen.points[45] - seen.points[36]
        assert way * down > 3 * abs(across), "the eyes' line is upright, as the head is not"
