"""Face networks: a file says what it is, and one that is something else is refused in a sentence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from bridge.errors import BridgeError
from bridge.face.alignment import TEMPLATE
from bridge.face.network import FaceNetwork
from models.deepexp.acting import moment
from models.deepexp.people import make_person
from models.deepexp.picture import View, make_scene, picture
from models.deepexp.rendering import rigged
from tests.face.fake import ABOUT, blob_finder, face_network

GRAY = np.full((900, 900, 3), 102, np.uint8)
FACE = GRAY, 1.5 * TEMPLATE + 200.0


def test_an_aligned_face_gives_28_coefficients(tmp_path: Path) -> None:
    network = FaceNetwork.load(face_network(tmp_path / "face.onnx", weight=2.0), ABOUT["basis"])
    assert np.allclose(network(*FACE), np.full(28, 0.8), atol=1e-3)
    assert network.basis == ABOUT["basis"]
    assert network.card.name == "made by a test"
    assert "0000000" in network.card.trained


def test_a_network_may_look_at_the_landmarks_too(tmp_path: Path) -> None:
    network = FaceNetwork.load(face_network(tmp_path / "both.onnx", points=True))
    assert np.allclose(network(*FACE), 0.4, atol=1e-3)
    bowed = FACE[1].copy()
    bowed[8, 1] += 1.5 * 224  # one number of 136 is a whole side off
    assert np.allclose(network(GRAY, bowed), 0.4 + 1 / 136, atol=1e-4)


def test_numbers_that_are_not_finite_are_no_reading(tmp_path: Path) -> None:
    assert np.isnan(FaceNetwork.load(face_network(tmp_path / "nan.onnx", weight=float("nan")))(*FACE)).all()


def test_a_network_of_another_basis_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="another face model"):
        FaceNetwork.load(face_network(tmp_path / "face.onnx"), "f" * 16)


def test_the_network_that_ships_reads_faces_of_a_kind_it_never_met() -> None:
    """Forty rendered moments of the built-in face, which it did not learn from; landmarks as a good detector's."""
    _, basis, rig = rigged(None)
    network = FaceNetwork.load(Path("face"), basis.fingerprint)
    rng = np.random.default_rng(77)
    truth, said = [], []
    for _ in range(8):
        person = make_person(rig, rng)
        for _ in range(5):
            weights = moment(rng)
            view = View(float(rng.uniform(-20, 20)), 0.0, 0.0, 0.8, 900.0, 100.0, 100.0)
            image, points = picture(rig, person, weights, view, make_scene(rng, easy=True), (200, 200), rng)
            truth.append(basis.coefficients(weights))
            said.append(network(image, points + 170 * rng.normal(0, 0.01, points.shape)))
    error = np.square(np.stack(said) - np.stack(truth)).sum()
    assert error < 0.5 * np.square(np.stack(truth)).sum()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "format": ({"format": 2}, "wrong at format"),
    "size": ({"size": 96}, "wrong at size"),
    "other size": ({"size": 224}, "does not describe"),
    "basis": ({"basis": "../../etc"}, "wrong at basis"),
    "trained": ({"trained": None}, "wrong at trained"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_metadata_is_refused(tmp_path: Path, wrong: str) -> None:
    change, reason = WRONG[wrong]
    with pytest.raises(BridgeError, match=reason) as refused:
        FaceNetwork.load(face_network(tmp_path / "wrong.onnx", about=ABOUT | change))
    assert "\n" not in str(refused.value)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no network")
    silent = onnx.load(face_network(tmp_path / "silent.onnx"))
    silent.metadata_props[0].value = json.dumps("no object")
    onnx.save(silent, tmp_path / "silent.onnx")
    wrong = {
        tmp_path / "nowhere.onnx": "there is no network",
        tmp_path / "text.onnx": "not a working ONNX network",
        tmp_path / "silent.onnx": "wrong at the text",
        blob_finder(tmp_path / "landmarks.onnx"): "not exported for eyebridge",
        face_network(tmp_path / "few.onnx", outputs=27): "does not give 28 coefficients",
    }
    for path, reason in wrong.items():
        with pytest.raises(BridgeError, match=reason):
            FaceNetwork.load(path)
