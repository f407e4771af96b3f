"""Each trouble does to a pair what its name says, and a table of all of them comes out."""

import sys
from pathlib import Path

import pytest
import torch

from models import robustness
from models.dataset import load
from models.robustness import TROUBLES, troubled
from tests.models import fake


def test_each_trouble_changes_what_it_should(tmp_path: Path) -> None:
    pairs = load([fake.write(tmp_path / "set", people=4, pairs=6)], held_out=False, limit=16)
    mean = pairs.population_mean()
    shown = {name: next(troubled(pairs, mean, trouble)).pair for name, trouble in TROUBLES.items()}
    image, neutral = pairs.images[: len(shown["nothing"])] / 255, pairs.neutrals[pairs.session] / 255
    torch.testing.assert_close(shown["nothing"][:, 1], image)
    torch.testing.assert_close(shown["nothing"][:, 0], image - neutral[: len(image)], atol=1e-6, rtol=0)
    for name, pair in shown.items():
        assert pair.isfinite().all()
        assert pair[:, 1].min() >= 0
        assert pair[:, 1].max() <= 1
        assert (name == "nothing") == torch.allclose(pair, shown["nothing"], atol=1e-5)
    torch.testing.assert_close(shown["slip since the neutral"][:, 1].mean(), image.mean(), atol=0.1, rtol=0)
    dark = torch.stack(shown["one eye only"][:, 1].chunk(2, -1), 1).amax((2, 3)) == 0
    assert not dark.all(1).any(), "an eye is left"


def test_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    folder = fake.write(tmp_path / "set")
    fake.network(tmp_path / "net.onnx")
    command = ["robustness", str(tmp_path / "net.onnx"), "--data", str(folder), "--pairs", "8"]
    monkeypatch.setattr(sys, "argv", command)
    robustness.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == list(TROUBLES)
