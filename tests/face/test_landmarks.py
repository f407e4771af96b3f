"""Landmark networks: a face is followed, and files that are none are refused in a sentence."""

import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from bridge.errors import BridgeError
from bridge.face import mediapipe
from bridge.face.crop import RgbImage, Square, as_rgb
from bridge.face.landmarks import Network68, open_landmarker
from bridge.face.mediapipe_tables import BLENDSHAPE_POINTS, POINTS_68
from tests.face.fake import blob_finder, face_network

TASK = Path(__file__).parents[3] / "shared/peers/mediapipe/face_landmarker_v2_with_blendshapes.task"


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return blob_finder(tmp_path_factory.mktemp("finder") / "blob.onnx")


def blob(x: float, y: float, width: int = 640, height: int = 480) -> RgbImage:
    picture = np.zeros((height, width, 3), np.uint8)
    return np.asarray(cv2.ellipse(picture, (round(x), round(y)), (60, 80), 0, 0, 360, (255, 255, 255), -1), np.uint8)


def test_a_face_that_moves_is_followed_out_of_the_first_square(finder: Path) -> None:
    find = open_landmarker(finder)
    for x, y in zip(range(320, 541, 20), range(240, 184, -5), strict=True):
        (face,) = find(blob(x, y))
        assert np.abs(face.points.mean(axis=0) - (x, y)).max() < 6
        assert face.points[45, 0] > face.points[36, 0]
        assert face.irises is None
        assert face.blendshapes is None
    (whole,) = open_landmarker(finder)(blob(540, 185))
    assert np.abs(whole.points.mean(axis=0) - (540, 185)).max() > 6, "unfollowed, it would be half outside"


def test_a_face_that_leaves_is_gone_and_found_again(finder: Path) -> None:
    find = Network68(finder)
    assert len(find(blob(500, 240))) == 1
    assert find(np.zeros((480, 640, 3), np.uint8)) == []
    assert len(find(blob(320, 240))) == 1


@pytest.mark.parametrize("shape", [(8, 8, 3), (1, 1, 3), (3, 900, 3), (480, 640)])
def test_tiny_long_and_gray_pictures_are_survived(finder: Path, shape: tuple[int, ...]) -> None:
    find = Network68(finder)
    for picture in (np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8), np.zeros(shape, np.uint8)):
        assert all(np.isfinite(face.points).all() for face in find(picture))


@pytest.mark.parametrize(
    "square",
    [
        Square(320, 240, 7.9, 0),
        Square(320, 240, 1e6, 0),
        Square(-1, 240, 90, 0),
        Square(320, float("nan"), 90, 0),
        Square(320, 240, float("nan"), 0),
    ],
)
def test_squares_that_show_nothing_are_not_looked_at(square: Square) -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    assert Square(320, 240, 90, 0).shows(picture)
    assert not square.shows(picture)


@pytest.mark.parametrize(
    "picture", [np.zeros((8, 8, 4), np.uint8), np.zeros((0, 8, 3), np.uint8), np.zeros((8, 8, 3), np.float32)]
)
def test_what_is_no_picture_is_said(picture: RgbImage) -> None:
    with pytest.raises(BridgeError, match="not RGB"):
        as_rgb(picture)


def test_other_networks_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no network")
    wrong = {
        tmp_path / "face.jpg": "neither a .task nor an .onnx",
        tmp_path / "nowhere.onnx": "there is no network",
        tmp_path / "text.onnx": "not a working ONNX network",
        blob_finder(tmp_path / "few.onnx", points=67): "not 68 points",
        face_network(tmp_path / "coefficients.onnx"): "not 68 points",
        tmp_path / "nowhere.task": "cannot read",
    }
    for path, reason in wrong.items():
        with pytest.raises(BridgeError, match=reason) as refused:
            open_landmarker(path)
        assert "\n" not in str(refused.value)


def packed(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_other_task_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["face_detector.tflite", "face_landmarks_detector.tflite", "face_blendshapes.tflite"]
    (tmp_path / "text.task").write_text("no archive")
    wrong = {
        tmp_path / "text.task": "not a MediaPipe task file",
        packed(tmp_path / "hands.task", {"hand_detector.tflite": b""}): "has no face_detector.tflite",
        packed(tmp_path / "text_inside.task", dict.fromkeys(names, b"not a network")): "not a network of LiteRT",
        packed(tmp_path / "cut.task", dict.fromkeys(names, bytes(4) + b"TFL3")): "face_detector.tflite in",
    }
    for path, reason in wrong.items():
        with pytest.raises(BridgeError, match=reason):
            open_landmarker(path)
    monkeypatch.setattr(mediapipe, "_BYTES", 1 << 16)
    with pytest.raises(BridgeError, match="larger than any such network"):
        open_landmarker(packed(tmp_path / "bomb.task", dict.fromkeys(names, bytes(1 << 20))))


def test_without_litert_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    with pytest.raises(BridgeError, match=r"eyebridge\[face\]"):
        open_landmarker(tmp_path / "any.task")


def test_the_table_of_points_is_symmetric() -> None:
    """MediaPipe's canonical face is symmetric, so both sides of the scheme must use as many points."""
    twins = [*zip(range(8), range(16, 8, -1), strict=True), *zip(range(17, 22), range(26, 21, -1), strict=True)]
    twins += [(31, 35), (32, 34), (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46), (48, 54), (60, 64)]
    assert len(POINTS_68) == 68
    assert all(len(POINTS_68[right]) == len(POINTS_68[left]) for right, left in twins)
    assert len(set(POINTS_68)) == 68
    assert max(number for group in POINTS_68 for number in group) < 468
    assert len(set(BLENDSHAPE_POINTS)) == 146


def test_a_turned_square_is_cut_out_and_found_again() -> None:
    points = np.random.default_rng(0).uniform(40, 160, (30, 2))
    square = Square.around(points, 1.5, angle=0.7)
    inside = np.array([[0.5, 0.5], [0.0, 0.0], [1.0, 0.25]])
    assert np.allclose(square.back(inside)[0], (square.x, square.y))
    picture = np.zeros((200, 200, 3), np.uint8)
    x, y = square.back(np.array([[0.75, 0.4]]))[0]
    cv2.circle(picture, (round(x), round(y)), 3, (255, 255, 255), -1)
    light = square.cut(picture, 100).astype(float)[..., 0]
    rows, columns = np.mgrid[:100, :100]
    assert abs((light * columns).sum() / light.sum() - 75) < 2
    assert abs((light * rows).sum() / light.sum() - 40) < 2
    assert square.holds(square.x, square.y)
    assert not square.holds(square.x + square.side, square.y)
