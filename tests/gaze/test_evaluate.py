from pathlib import Path

import numpy as np
import pytest
import torch

from bridge.channels import CHANNEL_NAMES, SIDES
from bridge.errors import BridgeError
from models.augment import Augmentation
from models.dataset import load
from models.gaze.__main__ import main
from models.gaze.evaluate import RINGS, Reader, errors_of
from models.gaze.export import to_onnx
from models.gaze.lessons import EyeLessons
from models.gaze.network import NEAR_EYE, GazeConfig, network_of
from tests.gaze.fake import write_rendered
from tests.models.fake import write

EYENET = Path(__file__).parents[2] / "models/weights/eyenet.onnx"


def test_errors_are_told_by_where_the_eye_looks() -> None:
    gaze = np.radians([[0.0, 5.0], [0.0, 15.0], [15.0, 0.0], [0.0, -25.0]])
    said = gaze + np.radians([[0.0, 1.0], [0.0, 2.0], [4.0, 0.0], [0.0, 8.0]])
    errors = errors_of(said, gaze)
    assert errors.eyes == 4
    assert (errors.mean, errors.median) == pytest.approx((3.75, 3.0))
    assert errors.rings[:3] == pytest.approx((1.0, 3.0, 8.0))
    assert np.isnan(errors.rings[3])
    assert len(errors.rings) == len(RINGS)
    assert errors_of(np.zeros((0, 2)), np.zeros((0, 2))).eyes == 0


def test_eyenet_and_the_near_eye_network_in_one_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "pairs", pairs=4)
    torch.manual_seed(0)
    (tmp_path / "near-eye.onnx").write_bytes(to_onnx(network_of(NEAR_EYE).eval(), {}))
    networks = [str(EYENET), str(tmp_path / "near-eye.onnx")]
    assert main(["compare", *networks, "--data", str(tmp_path / "pairs"), "--strangers", str(tmp_path / "pairs")]) == 0
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in capsys.readouterr().out.splitlines()]
    assert [line[:2] for line in lines[2:]] == [
        ["people held out", "eyenet"],
        ["people held out", "near-eye"],
        ["another head", "eyenet"],
        ["another head", "near-eye"],
    ]
    assert int(lines[3][2].replace(",", "")) < int(lines[2][2].replace(",", ""))
    assert all(float(line[3]) > 0 and int(line[4]) == int(lines[2][4]) > 0 for line in lines[2:])
    assert 0 < float(lines[2][6]) < 90


def test_a_pair_of_eyes_teaches_both_gazes_that_can_be_seen(tmp_path: Path) -> None:
    pairs = load([write(tmp_path / "pairs", pairs=4)], held_out=False)
    lesson = EyeLessons(pairs, pairs.population_mean(), Augmentation.none()).lesson(torch.arange(12))
    labelled = pairs.channels[:12]
    for side, name in enumerate(SIDES):
        pitch, yaw, lid = (CHANNEL_NAMES.index(f"{stem}_{name}") for stem in ("gaze_pitch", "gaze_yaw", "lid_openness"))
        assert torch.allclose(lesson.gaze[:, side, 0].rad2deg(), labelled[:, pitch], atol=1e-3)
        assert torch.allclose(lesson.gaze[:, side, 1].rad2deg(), labelled[:, yaw], atol=1e-3)
        assert torch.equal(lesson.known[:, side], labelled[:, lid] > 0.25)
    assert not lesson.known.all()
    assert lesson.pictures.shape == (12, 2, 96, 192)


def test_faces_are_judged_by_people_held_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rendered(tmp_path / "faces", people=3, each=4)
    net = network_of(GazeConfig(size=64, width=0.125, hidden=32, layers=1)).eval()
    (tmp_path / "face.onnx").write_bytes(to_onnx(net, {}))
    given = ["compare", str(tmp_path / "face.onnx"), "--data", str(tmp_path / "faces"), "--size", "64"]
    assert main([*given, "--hold-out", "person0", "person2"]) == 0
    assert "| faces | face |" in (out := capsys.readouterr().out)
    assert out.splitlines()[2].split("|")[5].strip() == "8"
    assert main(["compare", str(EYENET), *given[1:]]) == 2  # one sees eyes, the other a face
    assert "compare them apart" in " ".join(capsys.readouterr().err.split())


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="cannot read"):
        Reader(tmp_path / "none.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    with pytest.raises(BridgeError, match="is no network of"):
        Reader(tmp_path / "broken.onnx")
