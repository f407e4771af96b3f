"""The whole command on sets whose answer is known: from pictures to Table III and to a model that the daemon loads."""

import csv
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from bridge.blendshapes import ARKIT, ARKIT_BASIS, ARKIT_TWICE
from bridge.errors import BridgeError
from bridge.face.alignment import SIZE, TEMPLATE
from bridge.face.basis import ExpressionBasis
from bridge.face.crop import RgbImage
from bridge.face.emotion import NAMES, EmotionModel
from bridge.face.model import load
from bridge.face.points import FaceLandmarks
from bridge.face.reader import FaceReader
from models.emotion import features
from models.emotion.__main__ import main
from models.emotion.features import Reader, Tools
from models.emotion.recipes import Difficulty, acted
from models.emotion.truth import write_truth
from tests.emotion.faces import landmark_network, picture, write
from tests.face.fake import ABOUT, face_network

EASY = Difficulty(0.8, 1.0, 0.1, 0.0, 0.02, 0.03, 0.0, 0.0)
PEOPLE = 6


@pytest.fixture(scope="module")
def basis() -> ExpressionBasis:
    return ExpressionBasis(load(None))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def run(folder: Path, layout: str, out: Path, *more: str) -> int:
    network = landmark_network(out.parent / "landmarks.onnx")
    given = [str(folder), "--layout", layout, "--landmarks", str(network), "--out", str(out)]
    return main([*given, "--work", str(out.parent / "work"), "--trials", "1", *more])


def write_people(folder: Path) -> dict[str, Any]:
    """Eight people in KDEF's layout, both sessions alike but for a pixel."""
    codes = {"neutral": "NE", "anger": "AN", "disgust": "DI", "fear": "AF", "happiness": "HA", "sadness": "SA"}
    shown = {}
    for person in range(PEOPLE):
        for place, (_, emotion, weights) in enumerate(acted(person, 0, EASY)):
            name = f"{'AB'[place // 7]}F{person:02d}{codes.get(emotion, 'SU')}S.png"
            shown[name] = weights
            write(folder / name, weights, mark=1 + person * 14 + place)
    return shown


def test_from_pictures_to_a_model(tmp_path: Path, basis: ExpressionBasis) -> None:
    shown = write_people(tmp_path / "kdef")
    first = sorted(path.name for path in (tmp_path / "kdef").iterdir())
    write(tmp_path / "kdef/AF50HAS.png", np.zeros(len(ARKIT)), face=False)
    (tmp_path / "kdef/AF51HAS.png").write_bytes(b"\x89PNG\r\n\x1a\n half of it")
    (tmp_path / "kdef/AF52HAS.jpg").write_bytes((tmp_path / "kdef" / first[0]).read_bytes())
    (tmp_path / "kdef/AF53HAHL.JPG").touch()
    model = tmp_path / "emotion.npz"
    assert run(tmp_path / "kdef", "kdef", tmp_path / "report.html", "--export", str(model)) == 0

    kinds = {row["name"]: row["kind"] for row in read(tmp_path / "report.troubles.csv")}
    assert kinds["AF50HAS.png"] == "no face"
    assert kinds["AF51HAS.png"] == "broken"
    assert kinds["AF53HAHL.JPG"] == "other view"
    assert list(kinds.values()).count("not drawn") == 7 * PEOPLE
    rows = read(tmp_path / "report.csv")
    assert {row["picture"] for row in rows} | set(kinds) == {path.name for path in (tmp_path / "kdef").iterdir()}
    assert np.mean([row["emotion"] == row["said"] for row in rows]) > 0.8
    page = (tmp_path / "report.html").read_text("utf-8")
    shown_there = ("92.24", "71.00", "0.70", "nobody is in two of them", "<svg", "gives no blendshapes", "own neutral")
    for words in shown_there:
        assert words in page

    daemon = EmotionModel.load(model, basis.fingerprint)
    assert daemon.basis == ARKIT_BASIS
    assert daemon.names == NAMES
    assert f"{len(rows)} faces of KDEF" in daemon.card
    assert "minus its own neutral" in daemon.card
    reader = Reader(Tools(tmp_path / "landmarks.onnx", None, None))
    weights = {name: np.array(reader.picture(image_of(tmp_path / "kdef" / name)).weights) for name in shown}
    told = [daemon(*seen(row["picture"], weights)).argmax() for row in rows if row["picture"] in weights]
    assert np.mean([NAMES[one] == row["emotion"] for one, row in zip(told, rows, strict=False)]) > 0.8
    EmotionModel.load(model, "0" * 16)  # weights are the same with every face model


def image_of(path: Path) -> RgbImage:
    return np.asarray(cv2.cvtColor(np.asarray(cv2.imread(str(path)), np.uint8), cv2.COLOR_BGR2RGB), np.uint8)


def seen(name: str, shown: dict[str, Any]) -> tuple[Any, Any]:
    """A face's weights, and those of the same person's neutral face in the first session."""
    return shown[name], shown[f"A{name[1:4]}NES.png"]


def test_a_set_that_says_who_learns(tmp_path: Path) -> None:
    """RAF-DB: its own parts, the mean of the classes, and a picture that is there twice under two labels."""
    lines = []
    for person in range(PEOPLE):
        for place, (_, emotion, weights) in enumerate(acted(person, 0, EASY)):
            part = "test" if person % 4 == 0 else "train"
            name = f"{part}_{person * 14 + place:04d}"
            write(tmp_path / f"basic/Image/aligned/{name}_aligned.png", weights, mark=1 + person * 14 + place)
            number = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral").index(emotion) + 1
            lines.append(f"{name}.png {number}")
    pictures = tmp_path / "basic/Image/aligned"
    (pictures / "train_9000_aligned.png").write_bytes((pictures / "train_0014_aligned.png").read_bytes())
    lines.append("train_9000.png 1")
    (tmp_path / "basic/EmoLabel").mkdir()
    (tmp_path / "basic/EmoLabel/list_patition_label.txt").write_text("\n".join(lines))
    assert run(tmp_path, "raf-db", tmp_path / "report.html") == 0
    rows = read(tmp_path / "report.csv")
    assert len(rows) == 14 * PEOPLE - 1
    asked = [row for row in rows if row["said"]]
    assert len(asked) == 28
    assert all("test_" in row["picture"] for row in asked)
    means = np.mean([np.mean([row["said"] == name for row in asked if row["emotion"] == name]) for name in NAMES])
    page = (tmp_path / "report.html").read_text("utf-8")
    assert f"<b>{100 * means:.2f}</b>" in page
    assert "83.27" in page
    assert "the set does not say who is who" in page
    assert [row["kind"] for row in read(tmp_path / "report.troubles.csv")] == ["labelled twice", "labelled twice"]


def test_rendered_people_are_called_so_and_a_second_run_does_nothing_again(tmp_path: Path) -> None:
    truth = {}
    for person in range(3):
        for place, (label, _, weights) in enumerate(acted(person, 0, EASY)):
            name = f"person{person:03d}_{label}_{place}.png"
            write(tmp_path / "faces" / name, weights, mark=1 + person * 14 + place)
            truth[name] = weights
    write_truth(tmp_path / "faces", truth)
    assert run(tmp_path / "faces", "rendered", tmp_path / "report.html") == 0
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "These people are <b>rendered</b>" in page
    assert "no camera sees" in page
    assert "DeepExp3D (the paper)" not in page
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()}
    assert "the person's own neutral".replace("'", "&#x27;") in page
    assert run(tmp_path / "faces", "rendered", tmp_path / "again.html") == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()} == kept
    assert read(tmp_path / "again.csv") == read(tmp_path / "report.csv")
    (tmp_path / "faces/truth.npz").write_bytes(b"PK\x03\x04")
    assert run(tmp_path / "faces", "rendered", tmp_path / "again.html") == 2


def test_what_a_reader_reads(tmp_path: Path, basis: ExpressionBasis) -> None:
    landmarks = landmark_network(tmp_path / "landmarks.onnx")
    reader = Reader(Tools(landmarks, None, None))
    rng = np.random.default_rng(0)
    weights = np.zeros(len(ARKIT))
    weights[[ARKIT.index(name) for name in ("jawOpen", "browInnerUp", "mouthSmileLeft", "mouthSmileRight")]] = 0.6
    one = reader.picture(picture(weights)[..., ::-1])
    true = basis.coefficients(weights)
    assert np.linalg.norm(np.array(one.coefficients) - true) < 0.4 * np.linalg.norm(true)
    assert reader.picture(picture(weights, face=False)[..., ::-1]).kind == "no face"
    # a picture has nothing to do with the one before it
    reader.picture(picture(rng.uniform(0, 1, len(ARKIT)))[..., ::-1])
    assert reader.picture(picture(weights)[..., ::-1]) == one

    network = face_network(tmp_path / "face.onnx", about=ABOUT | {"basis": basis.fingerprint})
    by_network = Reader(Tools(landmarks, network, None)).picture(picture(weights)[..., ::-1])
    assert len(set(by_network.coefficients)) == 1  # it answers with the mean of the aligned face
    with pytest.raises(BridgeError, match="another face model"):
        Reader(Tools(landmarks, face_network(tmp_path / "other.onnx"), None))


class Shapes:
    """A landmark detector that finds one face and says itself what it does, as MediaPipe does."""

    def __init__(self, weights: Any) -> None:
        self._found = FaceLandmarks(TEMPLATE.astype(float), 0.9, None, weights)

    def __call__(self, image: RgbImage) -> list[FaceLandmarks]:
        return [self._found]


def test_a_model_learns_from_what_the_daemon_will_give_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes, image = np.linspace(0, 0.9, len(ARKIT)), np.zeros((SIZE, SIZE, 3), np.uint8)
    monkeypatch.setattr(features, "open_landmarker", lambda path: Shapes(shapes))
    read = Reader(Tools(tmp_path, None, None)).picture(image)
    live = FaceReader(Shapes(shapes), load(None))(image, 0.0)
    assert live is not None
    assert read.coefficients == pytest.approx(live.coefficients.tolist(), abs=1e-5)
    assert read.blendshapes == pytest.approx(shapes.tolist())
    assert read.fitted != pytest.approx(read.coefficients), "the fit is there to compare with"
    assert live.second is None
    assert not read.twice

    network = face_network(tmp_path / "face.onnx", about=ABOUT | {"basis": ExpressionBasis(load(None)).fingerprint})
    twice = Reader(Tools(tmp_path, network, None)).picture(image).twice
    live = FaceReader(Shapes(shapes), load(None), network)(image, 0.0)
    assert live is not None
    told = live.told_in(ARKIT_TWICE)
    assert told is not None
    assert twice == pytest.approx(told.tolist(), abs=1e-5)
    assert twice[len(ARKIT) :] == pytest.approx(shapes.tolist())
    assert twice[: len(ARKIT)] != pytest.approx(shapes.tolist())


@pytest.mark.parametrize("what", ["folder", "landmarks", "network", "few", "trials"])
def test_what_the_user_must_change_is_one_sentence(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, more = tmp_path / "faces", []
    write(folder / "person000_anger_0.png", np.zeros(len(ARKIT)))
    match what:
        case "folder":
            folder = tmp_path / "none"
        case "landmarks":
            more = ["--landmarks", str(tmp_path / "none.task")]
        case "network":
            more = ["--network", str(tmp_path / "none.onnx")]
        case "trials":
            more = ["--trials", "0"]
    assert run(folder, "rendered", tmp_path / "report.html", *more) == 2
    assert not (tmp_path / "report.html").exists()
    assert "Traceback" not in capsys.readouterr().err
