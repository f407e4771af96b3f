import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from models.gaze.__main__ import main
from models.gaze.faces import open_faces, split
from models.gaze.lessons import FaceLessons, Lesson
from models.gaze.network import GazeConfig
from models.gaze.training import Recipe, Run, l1, rate_at
from models.training import keep_learning
from tests.gaze.fake import write_rendered

SMALL = GazeConfig(size=64, width=0.125, hidden=32, layers=2, dropout=0.0)
QUICK = Recipe(rate=3e-3, batch=32, epochs=9, warm_up=1, step=6)


def test_the_papers_recipe_is_the_default() -> None:
    paper = Recipe()
    assert (paper.rate, paper.batch, paper.epochs, paper.warm_up, paper.step, paper.gamma) == (
        5e-4,
        512,
        100,
        5,
        60,
        0.5,
    )
    rates = [rate_at(epoch, paper) for epoch in (0, 2.5, 5, 64.9, 65, 99)]
    assert rates == pytest.approx([0, 2.5e-4, 5e-4, 5e-4, 2.5e-4, 2.5e-4])


def test_the_loss_is_of_what_is_known() -> None:
    gaze = torch.tensor([[[0.1, 0.2], [9.0, 9.0]]])
    lesson = Lesson(torch.empty(0), gaze, torch.tensor([[True, False]]))
    assert float(l1(torch.tensor([[[0.2, 0.0], [0.0, 0.0]]]), lesson)) == pytest.approx(0.15)
    blind = Lesson(torch.empty(0), gaze, torch.tensor([[False, False]]))
    assert float(l1(gaze, blind)) == 0.0


def lessons_at(folder: Path) -> FaceLessons:
    faces = open_faces(folder)
    return FaceLessons(faces, split(faces)[0], SMALL.size)


def test_it_learns_and_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    write_rendered(tmp_path / "faces", people=4, each=32)
    lessons, losses = lessons_at(tmp_path / "faces"), list[float]()
    whole = Run(SMALL, QUICK, lessons, {})
    assert keep_learning(whole, whole.lessons_left(), tmp_path / "whole.pt", lambda loss: losses.append(float(loss)))
    assert len(losses) == whole.steps
    assert np.mean(losses[-6:]) < 0.17  # saying 0 whatever is shown gives 0.25

    first, second = (Run(SMALL, QUICK, lessons, {}) for _ in range(2))

    def stop(loss: torch.Tensor) -> None:
        if first.step == first.steps // 2:
            raise KeyboardInterrupt

    assert not keep_learning(first, first.lessons_left(), tmp_path / "half.pt", stop)
    second.resume(tmp_path / "half.pt")
    assert second.step == whole.steps // 2
    assert keep_learning(second, second.lessons_left(), tmp_path / "half.pt", lambda loss: None)
    elsewhere = Run(SMALL, QUICK, lessons, {}, "meta")  # stands for a GPU: what Adam remembers must lie there, too
    with warnings.catch_warnings(action="ignore"):  # it has no memory to copy weights into
        elsewhere.resume(tmp_path / "half.pt")
    assert {kept["exp_avg"].device.type for kept in elsewhere.optimizer.state.values()} == {"meta"}
    for name, value in whole.net.state_dict().items():
        assert torch.allclose(value, second.net.state_dict()[name], atol=1e-4), name


def test_the_command_trains_and_exports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rendered(tmp_path / "faces")
    out, onnx = tmp_path / "gaze.pt", tmp_path / "gaze.onnx"
    size = ["--size", "64", "--width", "0.125", "--batch", "16", "--epochs", "1"]
    given = ["train", "--data", str(tmp_path / "faces"), "--out", str(out), *size]
    assert main(given) == 0
    assert main(["export", str(out), str(onnx)]) == 0
    assert "largest difference" in capsys.readouterr().out
    assert main([*given, "--resume", "--width", "0.25"]) == 2  # another network
    assert main(["train", "--data", str(tmp_path), "--out", str(out)]) == 2
    assert main([*given, "--hold-out", "nobody"]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert all(words in error for words in ("another network", "no set of faces", "nobody is called nobody"))


def test_two_processes_train_one_network(tmp_path: Path) -> None:
    write_rendered(tmp_path / "faces", each=16)
    out = tmp_path / "gaze.pt"
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]
    size = ["--size", "64", "--width", "0.125", "--batch", "16", "--epochs", "2"]
    options = ["models.gaze", "train", "--data", str(tmp_path / "faces"), "--out", str(out), *size]
    done = subprocess.run([*torchrun, *options], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("wrote") == 1
    state = torch.load(out, weights_only=True)
    assert state["step"] == 6
    assert json.loads(json.dumps(state["trained"]))["pictures"] == 48
