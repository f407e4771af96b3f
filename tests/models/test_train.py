import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bridge.network import Network
from models import evaluate, export, train
from models.augment import Augmentation, Augmenter, batches
from models.dataset import load
from models.training import read_checkpoint
from tests.models import fake


def options(folder: Path, out: Path) -> train.Options:
    return train.Options(
        data=(folder,),
        out=out,
        minutes=0.01,
        batch=8,
        rate=2e-3,
        decay=0.05,
        pairs=64,
        seed=1,
        commit="abc1234",
        resume=False,
        compile=False,
        device="cpu",
    )


def test_it_learns_drawn_eyes(tmp_path: Path) -> None:
    folder = fake.write(tmp_path / "set", people=4, pairs=8)
    pairs = load([folder], held_out=False)
    torch.manual_seed(0)
    run = train.Run(replace(options(folder, tmp_path / "net.pt"), minutes=60.0), pairs.population_mean(), len(pairs))
    run.seconds = 60.0 * 60.0 * train.WARM_UP  # begin at the highest learning rate
    augment = Augmenter(Augmentation.none(), run.population_mean)
    seen = [float(run.learn(batch)) for _ in range(8) for batch in batches(pairs, augment, 16, shuffle=True)]
    assert sum(seen[-4:]) < 0.6 * sum(seen[:4])


def test_from_pairs_to_the_file_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, checkpoint, onnx = fake.write(tmp_path / "set"), tmp_path / "net.pt", tmp_path / "net.onnx"
    train.train(options(folder, checkpoint))
    steps = torch.load(checkpoint, weights_only=True)["step"]
    assert steps > 0
    train.train(replace(options(folder, checkpoint), resume=True))  # its time is already over
    assert torch.load(checkpoint, weights_only=True)["step"] == steps

    monkeypatch.setattr(sys, "argv", ["export", str(checkpoint), str(onnx)])
    export.main()
    network = Network(onnx)
    assert network.card.name == "net"
    assert "abc1234" in network.card.trained

    card = tmp_path / "net.md"
    card.write_text("# net\n<!-- figures -->\nold\n<!-- end of figures -->\nend\n", "utf-8")
    monkeypatch.setattr(
        sys, "argv", ["evaluate", str(onnx), "--data", str(folder), "--pairs", "16", "--card", str(card)]
    )
    evaluate.main()
    assert "AU accuracy, headset drawn" in capsys.readouterr().out
    text = card.read_text("utf-8")
    assert "own neutral" in text
    assert "old" not in text
    assert text.endswith("end\n")


SCRIPT = """
import os, sys
from pathlib import Path
import torch
from dataclasses import replace
from tests.models.test_train import options
from models.train import train
folder, out = map(Path, sys.argv[1:])
run = train(replace(options(folder, out / "net.pt"), minutes=0.05))
torch.save([run.step, *run.net.parameters()], out / f"process{os.environ['RANK']}.pt")
"""


def test_two_processes_learn_one_network(tmp_path: Path) -> None:
    """Each from its own pairs: without the other's gradients their weights would differ."""
    folder, script = fake.write(tmp_path / "set"), tmp_path / "script.py"
    script.write_text(SCRIPT, "utf-8")
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone", str(script)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.getcwd()}
    subprocess.run([*command, str(folder), str(tmp_path)], check=True, timeout=300, env=environment)
    one, two = (torch.load(tmp_path / f"process{rank}.pt", weights_only=False) for rank in range(2))
    assert one[0] == two[0] > 1
    for ours, theirs in zip(one[1:], two[1:], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
    assert read_checkpoint(tmp_path / "net.pt")["step"] == one[0]
