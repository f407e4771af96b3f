"""Face models: the built-in one is a face, and files that are none are refused in a sentence."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.face import builtin, model
from bridge.face.model import FaceModel, load

MOVES_ON = {name: number for number, name in enumerate(ARKIT)}
UPPER_LIP, LOWER_LIP, LEFT_CORNER, LEFT_LID, LEFT_LOWER_LID, LEFT_BROW = 62, 66, 54, 43, 47, 23


@pytest.fixture(scope="module")
def face() -> FaceModel:
    return load(None)


@pytest.fixture(scope="module")
def arrays() -> dict[str, Any]:
    return builtin.arrays()


def landmark(face: FaceModel, name: str, number: int) -> NDArray[np.float64]:
    """Millimetres that a landmark moves at full strength."""
    return np.asarray(1e3 * face.expressions[MOVES_ON[name], face.landmarks[number]])


def test_the_builtin_face_is_symmetric_and_whole(face: FaceModel) -> None:
    points = face.mean[face.landmarks]
    eyes, mouth = [*range(36, 48)], [48, 54, 51, 57]
    assert 1000 <= len(face.mean) <= 2500
    assert len(face.identity) >= 10
    assert points[16, 0] > 0 > points[0, 0], "the scheme begins at the wearer's right"
    assert np.allclose(points[:17] * (-1, 1, 1), points[16::-1], atol=1e-9)
    assert points[eyes, 1].mean() > points[30, 1] > points[mouth, 1].mean() > points[8, 1]
    assert points[30, 2] == points[:, 2].max(), "the nose is in front"
    used = np.unique(face.triangles)
    assert len(used) == len(face.mean), "no vertex is left out"
    a, b, c = (face.mean[face.triangles[:, corner]] for corner in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all(), "triangles face outwards"


def test_twins_are_mirror_images(face: FaceModel) -> None:
    flipped = face.mean * (-1, 1, 1)
    mirror = np.linalg.norm(flipped[:, None] - face.mean[None], axis=2).argmin(axis=1)
    for name, left in MOVES_ON.items():
        if name.endswith("Left"):
            right = face.expressions[MOVES_ON[name.replace("Left", "Right")]]
            assert np.allclose(right, face.expressions[left][mirror] * (-1, 1, 1), atol=1e-9), name


def test_movements_go_where_their_names_say(face: FaceModel) -> None:
    assert landmark(face, "jawOpen", LOWER_LIP)[1] < -10 < -1 < landmark(face, "jawOpen", UPPER_LIP)[1]
    smile = landmark(face, "mouthSmileLeft", LEFT_CORNER)
    assert min(smile[:2]) > 3
    assert landmark(face, "browInnerUp", LEFT_BROW)[1] > 2
    assert landmark(face, "jawLeft", 8)[0] > 5 > -5 > landmark(face, "mouthRight", 51)[0]
    shut = np.zeros(len(ARKIT))
    shut[MOVES_ON["eyeBlinkLeft"]] = 1.0
    blinking = face.shape(np.zeros(0), shut)[face.landmarks]
    assert abs(blinking[LEFT_LID, 1] - blinking[LEFT_LOWER_LID, 1]) < 1e-3, "lids meet"
    closed = np.zeros(len(ARKIT))
    closed[[MOVES_ON["jawOpen"], MOVES_ON["mouthClose"]]] = 1.0
    lips = face.shape(np.zeros(0), closed)[face.landmarks]
    assert lips[UPPER_LIP, 1] - lips[LOWER_LIP, 1] < 3e-3, "lips meet on an open jaw"
    assert not face.expressions[MOVES_ON["tongueOut"]].any()


def test_the_sparse_face_is_the_same_at_its_landmarks(face: FaceModel) -> None:
    rng = np.random.default_rng(1)
    person, weights = rng.normal(size=len(face.identity)), rng.random(len(ARKIT))
    assert np.allclose(face.sparse().shape(person, weights), face.shape(person, weights)[face.landmarks])


def test_a_file_of_ones_own_is_read_as_documented(tmp_path: Path, arrays: dict[str, Any]) -> None:
    kept = [name for name in arrays["expression_names"] if name != "jawForward"]
    at = [list(arrays["expression_names"]).index(name) for name in kept]
    fewer = {"expression_names": np.array(kept), "expressions": arrays["expressions"][at].astype(np.float32)}
    np.savez(tmp_path / "mine.npz", **arrays | fewer)
    mine = load(tmp_path / "mine.npz")
    assert mine.name == "mine"
    assert np.allclose(mine.expressions[MOVES_ON["jawOpen"]], load(None).expressions[MOVES_ON["jawOpen"]], atol=1e-8)
    assert not mine.expressions[MOVES_ON["jawForward"]].any()


def spoilt(**changes: Any) -> Any:
    return lambda arrays: arrays | {name: change(arrays[name]) for name, change in changes.items()}


def put(place: Any, value: Any) -> Any:
    def change(array: NDArray[Any]) -> NDArray[Any]:
        array = array.copy()
        array[place] = value
        return array

    return change


WRONG = {
    "not finite": (spoilt(mean=put((3, 1), np.nan)), "metres of a face"),
    "centimetres": (spoilt(mean=lambda a: a * 100), "metres"),
    "mirrored": (spoilt(mean=lambda a: a * (-1, 1, 1)), r"left is not \+x"),
    "unknown expression": (spoilt(expression_names=put(0, "eyeWink")), "no expression eyeWink"),
    "one twice": (spoilt(expression_names=lambda a: np.array([a[1], *a[1:]])), "named twice"),
    "too few vertices": (spoilt(identity=lambda a: a[:, :-1]), "identity is"),
    "no such vertex": (spoilt(triangles=put((0, 0), 10**6)), "not there"),
    "below 0": (spoilt(landmarks=put(5, -1)), "not there"),
    "67 landmarks": (spoilt(landmarks=lambda a: a[1:]), "landmarks"),
    "text for numbers": (spoilt(mean=lambda a: a.astype(str)), "where points"),
    "no triangles": (lambda arrays: {k: v for k, v in arrays.items() if k != "triangles"}, "has no triangles"),
    "objects": (lambda arrays: arrays | {"expression_names": np.array([{}], object)}, "not a face model"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_files_are_refused_with_the_reason(tmp_path: Path, arrays: dict[str, Any], wrong: str) -> None:
    spoil, reason = WRONG[wrong]
    np.savez(tmp_path / "wrong.npz", **spoil(arrays))
    with pytest.raises(BridgeError, match=reason) as refused:
        load(tmp_path / "wrong.npz")
    assert "\n" not in str(refused.value)


def test_what_is_no_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BridgeError, match="cannot read"):
        load(tmp_path / "nowhere.npz")
    for name, content in {"empty.npz": b"", "text.npz": b"a face", "cut.npz": b"PK\x03\x04" + bytes(40)}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BridgeError, match="not a face model"):
            load(tmp_path / name)
    monkeypatch.setattr(model, "_BYTES", 1 << 16)
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mean.npy", bytes(1 << 20))
    with pytest.raises(BridgeError, match="more than any needs"):
        load(tmp_path / "bomb.npz")


ICT = Path(__file__).parents[3] / "shared/assets/ict_facekit/ict_facekit_light.npz"


@pytest.mark.skipif(not ICT.is_file(), reason=f"ICT-FaceKit is not at {ICT}")
def test_ict_facekit_is_the_same_kind_of_face(face: FaceModel) -> None:
    ict = load(ICT)
    assert ict.name == "ict"
    assert len(ict.identity) == 100
    still = [name for name, move in zip(ARKIT, ict.expressions, strict=True) if not move.any()]
    assert still == ["tongueOut"]
    apart = np.linalg.norm(ict.mean[ict.landmarks] - face.mean[face.landmarks], axis=1)
    assert apart.mean() < 0.005, "both are grown-ups, in metres, between the eyes, in the scheme's order"
    for name in ("jawOpen", "jawLeft", "mouthRight", "mouthSmileLeft", "eyeBlinkRight", "browInnerUp", "mouthPucker"):
        moves = [m.expressions[MOVES_ON[name], m.landmarks].ravel() for m in (ict, face)]
        alike = moves[0] @ moves[1] / np.linalg.norm(moves[0]) / np.linalg.norm(moves[1])
        assert alike > 0.6, name


def test_arrays_that_only_look_like_ict_facekit_are_refused(tmp_path: Path) -> None:
    points = np.zeros((100, 3), np.float32)
    arrays: dict[str, Any] = {
        "neutral": points,
        "identity": points[None],
        "expression": points[None],
        "triangles": np.zeros((1, 3), int),
    }
    arrays |= {"expression_names": np.array(["jawOpen"]), "landmark68": np.zeros(68, int)}
    np.savez(tmp_path / "short.npz", **arrays)
    with pytest.raises(BridgeError, match="26719 vertices"):
        load(tmp_path / "short.npz")
    del arrays["landmark68"]
    np.savez(tmp_path / "less.npz", **arrays)
    with pytest.raises(BridgeError, match="has no landmark68"):
        load(tmp_path / "less.npz")
