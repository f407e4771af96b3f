"""A picture of a face to a reading: the whole path, with a network that finds three dots, and each choice alone."""

import logging
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.face.basis import ExpressionBasis
from bridge.face.camera import Camera, Lens, turned
from bridge.face.crop import RgbImage
from bridge.face.model import Floats, load
from bridge.face.points import FaceLandmarks
from bridge.face.reader import FaceReader
from bridge.frames import FaceReading
from bridge.pictures import to_rgb
from tests import dot_face
from tests.face.fake import ABOUT, face_network

FACE = load(None).sparse()
BLACK = np.zeros((480, 640, 3), np.uint8)
LENS = Lens.of(640, 480, 60)
EYES = ((42, 45), (36, 39))


@pytest.fixture(scope="module")
def dots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dot_face.network(tmp_path_factory.mktemp("dots") / "dots.onnx")


class Faces:
    """A landmarker that finds what it is told to."""

    def __init__(self, *faces: FaceLandmarks) -> None:
        self.faces = list(faces)

    def __call__(self, image: RgbImage) -> list[FaceLandmarks]:
        return self.faces


def face(x: float = 320.0, scale: float = 1500.0, yaw: float = 0.0, weights: Floats | None = None) -> FaceLandmarks:
    """Somebody at a place in the picture, as MediaPipe finds them."""
    shapes = np.zeros(len(ARKIT)) if weights is None else weights
    camera = Camera(scale, turned(yaw, 0.0, 0.0), np.array([x, 200.0]), LENS)
    points = camera.project(FACE.mean + np.tensordot(shapes, FACE.expressions, 1))
    return FaceLandmarks(points, 0.9, None, shapes)


def read(*faces: FaceLandmarks) -> FaceReading:
    found = FaceReader(Faces(*faces), load(None))(BLACK, 1.5)
    assert found is not None
    return found


def test_dots_are_a_face_with_its_jaw_its_turn_and_its_place(dots: Path) -> None:
    reader = FaceReader.open(dots, None, None, 20.0)
    found = [
        reader(to_rgb(dot_face.picture(jaw=jaw, roll=roll)), time)
        for time, (jaw, roll) in enumerate([(0.0, 0.0), (0.0, 0.0), (0.6, 0.0), (0.6, 10.0)])
    ]
    _, closed, opened, rolled = found
    assert closed is not None
    assert opened is not None
    assert rolled is not None
    assert closed.blendshapes.max() < 0.05
    assert opened.blendshapes[ARKIT.index("jawOpen")] == pytest.approx(0.6, abs=0.08)
    assert rolled.head.roll == pytest.approx(10, abs=0.5)
    assert abs(rolled.head.yaw) < 1
    assert closed.head.x == pytest.approx(0.0, abs=0.005)
    assert closed.head.y > 0.02, "above the middle of the picture"
    assert -1.25 < closed.head.z < -1.0, "50 pixels between the eyes, of 320 that are 20 degrees"
    assert (opened.time, opened.quality) == (2, 1)
    basis = ExpressionBasis(load(None))
    assert opened.basis == basis.fingerprint
    np.testing.assert_allclose(opened.coefficients, basis.coefficients(opened.blendshapes), atol=1e-4)
    assert reader(np.zeros((240, 320, 3), np.uint8), 5.0) is None


def test_what_a_detector_says_itself_is_believed_and_its_face_is_turned() -> None:
    weights = np.zeros(len(ARKIT))
    weights[ARKIT.index("mouthSmileLeft")] = 0.7
    found = read(face(weights=weights, yaw=20))
    assert found.blendshapes[ARKIT.index("mouthSmileLeft")] == np.float32(0.7)
    assert found.head.yaw == pytest.approx(20, abs=0.1)
    assert found.head.z == pytest.approx(-0.5 * 640 / math.tan(math.radians(30)) / 1500, abs=0.01)


@pytest.mark.parametrize("yaw", [0.0, 25.0])
@pytest.mark.parametrize(("left", "right"), [((0, 0), (0, 0)), ((15, -8), (12, -8)), ((-20, 10), (-26, 10))])
def test_pupils_between_the_corners_are_the_gaze(
    yaw: float, left: tuple[float, float], right: tuple[float, float]
) -> None:
    """Eyeballs put before a turned camera, and what is made of their pupils."""
    camera = Camera(1500.0, turned(yaw, 0.0, 0.0), np.array([320.0, 200.0]), LENS)
    seen = face(yaw=yaw)
    pupils = []
    for corners, (turn, up) in zip(EYES, (left, right), strict=True):
        y, p = np.radians((turn, up))
        look = np.array([np.sin(y) * np.cos(p), np.sin(p), np.cos(y) * np.cos(p)])
        ahead = FACE.mean[list(corners)].mean(0) + np.array([0.0, 0.0, 0.005])
        pupils.append(camera.project(ahead + 0.0105 * (look - (0.0, 0.0, 1.0))))
    gaze = read(replace(seen, irises=np.array(pupils))).gaze
    assert (gaze.left_yaw, gaze.left_pitch, gaze.right_yaw, gaze.right_pitch) == pytest.approx((*left, *right), abs=0.5)


def test_without_pupils_the_gaze_is_what_lids_and_eyes_look_like() -> None:
    weights = np.zeros(len(ARKIT))
    for name in ("eyeLookOutLeft", "eyeLookInRight", "eyeLookDownLeft"):
        weights[ARKIT.index(name)] = 0.5
    gaze = read(face(weights=weights)).gaze
    assert (gaze.left_yaw, gaze.left_pitch, gaze.right_yaw, gaze.right_pitch) == (15, -15, 15, 0)


def test_pupils_outside_of_any_eye_are_survived() -> None:
    gaze = read(replace(face(), irises=np.array([[5000.0, 200.0], [320.0, -900.0]]))).gaze
    assert max(map(abs, (gaze.left_yaw, gaze.left_pitch, gaze.right_yaw, gaze.right_pitch))) < 60


def test_of_several_faces_the_largest_is_read_and_stays_and_that_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    mine, passing, close = face(x=200, scale=1500), face(x=480, scale=1300), face(x=480, scale=1900)
    nearest = face(x=480, scale=2600)
    landmarker = Faces(passing, mine)
    reader = FaceReader(landmarker, load(None))
    with caplog.at_level(logging.WARNING):
        places = []
        for faces in ((passing, mine), (close, mine), (nearest, mine), (mine, nearest), (mine,)):
            landmarker.faces = list(faces)
            found = reader(BLACK, 0.0)
            assert found is not None
            places.append("left" if found.head.x < 0 else "right")
    assert places == ["left", "left", "right", "right", "left"], "a somewhat larger face does not take over"
    assert [record.getMessage() for record in caplog.records] == [
        "there are 2 faces before the face camera; the largest is yours"
    ]


def test_points_on_one_spot_are_no_face() -> None:
    nothing = FaceLandmarks(np.full((68, 2), 100.0), 0.9, None, np.zeros(len(ARKIT)))
    assert FaceReader(Faces(nothing), load(None))(BLACK, 0.0) is None


def test_a_face_network_is_asked_and_one_of_another_face_refused(tmp_path: Path) -> None:
    basis = ExpressionBasis(load(None))
    own = face_network(tmp_path / "own.onnx", weight=0.5, about=ABOUT | {"basis": basis.fingerprint})
    reader = FaceReader(Faces(face()), load(None), own)
    found = reader(np.full((480, 640, 3), 255, np.uint8), 0.0)
    assert found is not None
    assert found.coefficients == pytest.approx(np.full(28, found.coefficients[0]))
    assert found.coefficients[0] > 0.1
    np.testing.assert_allclose(found.blendshapes, basis.weights(found.coefficients.astype(float)), atol=1e-4)
    other = face_network(tmp_path / "other.onnx")
    with pytest.raises(BridgeError, match="another face model"):
        FaceReader(Faces(face()), load(None), other)
