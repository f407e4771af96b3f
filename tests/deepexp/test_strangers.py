"""Faces without pictures, and what a detector made of those with pictures."""

from pathlib import Path

import numpy as np
import pytest

from bridge.face.alignment import SIZE, TEMPLATE, AlignedFace
from bridge.face.basis import ExpressionBasis
from bridge.face.model import load
from models.deepexp.__main__ import main
from models.deepexp.clips import DETECTED, clips_of
from models.deepexp.lessons import MIRRORED_POINTS, Lessons, mirrored
from models.deepexp.strangers import Strangers
from tests.face.fake import blob_finder

MODEL = load(None)
BASIS = ExpressionBasis(MODEL)


def _fit(points: np.ndarray, wanted: np.ndarray) -> float:
    """Share of the variance of coefficients that a line through landmarks explains in people left out."""
    known = np.column_stack([points.reshape(len(points), -1), np.ones(len(points))])
    half = len(known) // 2
    line = np.linalg.lstsq(known[:half], wanted[:half], rcond=None)[0]
    return float(1 - np.square(known[half:] @ line - wanted[half:]).sum() / np.square(wanted[half:]).sum())


def test_strangers_show_in_their_landmarks_what_their_coefficients_say(clips: Path) -> None:
    strangers = Strangers(MODEL, BASIS, clips_of(clips, BASIS.fingerprint))
    points, wanted = (given.numpy() for given in strangers.lesson(3000, np.random.default_rng(1)))
    assert points.shape == (3000, 68, 2)
    assert wanted.shape == (3000, 28)
    again = strangers.lesson(3000, np.random.default_rng(1))[0].numpy()
    assert np.array_equal(points, again)
    assert len(np.unique(points[:, 0, 0])) == 3000, "nobody comes twice"
    shuffled = wanted[np.random.default_rng(2).permutation(3000)]
    assert _fit(points, wanted) > 0.5 > 0.3 > _fit(points, shuffled)


def test_a_detector_is_asked_once_and_its_errors_are_learnt(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "clips"
    for clip in clips_of(clips, BASIS.fingerprint):
        (own / clip.path.name).mkdir(parents=True)
        for file in clip.path.iterdir():
            (own / clip.path.name / file.name).write_bytes(file.read_bytes())
    finder = blob_finder(tmp_path / "finder.onnx")
    assert main(["detect", str(own), "--landmarks", str(finder)]) == 0
    assert "of 24 faces were not found" in capsys.readouterr().out
    assert main(["detect", str(own), "--landmarks", str(finder)]) == 0
    assert "0 of 0" in capsys.readouterr().out
    clip = clips_of(own, BASIS.fingerprint)[0]
    assert clip.detected is not None
    # a detector that sees every face a twentieth of its width too far down, but one that it misses
    wrong = clip.truth.landmarks.copy()
    wrong[..., 1] += 0.05 * np.ptp(wrong[..., 0])
    wrong[:, 8, 1] += 6.0  # and the chin lower still
    wrong[0] = np.nan
    np.save(own / clip.path.name / DETECTED, wrong.astype(np.float32))
    clip = clips_of(own, BASIS.fingerprint)[0]
    chins = {}
    for name, people in (("as detected", [clip]), ("as they are", [clips_of(clips, BASIS.fingerprint)[0]])):
        offsets = Strangers(MODEL, BASIS, people).lesson(2000, np.random.default_rng(0))[0].numpy()
        lessons = Lessons(people, BASIS, 112)
        seen = [lessons.lesson(np.array([1]), np.random.default_rng(k)).points[0, 8, 1].item() for k in range(40)]
        chins[name] = float(offsets[:, 8, 1].mean()), float(np.mean(seen))
    for low, usual in zip(chins["as detected"], chins["as they are"], strict=True):
        assert low > usual + 0.01
    (own / clip.path.name / DETECTED).write_bytes(b"no array")
    assert main(["train", "--data", str(own), "--out", str(tmp_path / "net.pt"), "--steps", "1", "--batch", "4"]) == 2
    assert "detect again" in capsys.readouterr().err


def test_a_mirror_swaps_the_sides_of_landmarks() -> None:
    assert MIRRORED_POINTS[[0, 8, 36, 45, 48, 54, 30]].tolist() == [16, 8, 45, 36, 54, 48, 30]
    assert sorted(MIRRORED_POINTS) == list(range(68))
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    row, column = TEMPLATE[36].round().astype(int)[::-1]
    picture[row, column] = 255
    face = mirrored(AlignedFace(picture, TEMPLATE))
    seen = np.argwhere(face.picture[..., 0])[0][::-1]
    assert seen == pytest.approx(face.points[45], abs=1.0)
    assert np.allclose(mirrored(face).points, TEMPLATE)


def test_the_built_in_basis_is_learnt_from_any_model_s_faces(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "face.pt"
    arguments = ["train", "--data", str(clips), "--out", str(out), "--steps", "2", "--batch", "8", "--built-in"]
    assert main(arguments) == 0
    assert main(["export", str(out), str(tmp_path / "face.onnx")]) == 0
