"""From people who were recorded to figures: collect's own recordings, measured as rendered people are."""

import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from bridge.channels import ACTION_UNIT_NAMES, EMOTION_NAMES
from bridge.commands.collect import Collect
from bridge.errors import BridgeError
from bridge.network import shipped_networks
from bridge.recording_set import read_set, write_set
from bridge.truth import TRUTH
from models import evaluate, real
from models.augment import Augmentation, Augmenter, batches
from models.dataset import is_held_out, load
from models.labels import NONE
from tests.participants import PACE_FLAGS, write_participant

QUIET = ("--prompts.speech", "off", "--no-prompts.sounds", "--prompts.overlay", "off")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of one participant, and of one whose recordings are broken."""
    folder = tmp_path_factory.mktemp("real")
    write_participant(folder / "obeys")
    words = [str(folder / "obeys"), "--participant", "P1", "--out", str(folder / "set"), "--consent"]
    Collect.read([*words, "--no-realtime", "--quality", "90", *PACE_FLAGS, *QUIET]).execute()
    listed = read_set(folder / "set")
    shutil.copytree(folder / "set" / "P1", folder / "set" / "P2")
    (folder / "set" / "P2" / "session-1" / TRUTH).write_text("frame,action_unit\n1,smirk\n")
    (folder / "set" / "P2" / "session-2" / "recording.json").unlink()
    write_set(folder / "set", listed.with_participant(listed.participants[0].model_copy(update={"name": "P2"})))
    return folder / "set"


def test_recorded_people_are_measured_as_rendered_ones_are(
    collected: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    monkeypatch.setattr(sys, "argv", ["real", str(collected), str(data), "--held-out"])
    real.main()
    said = capsys.readouterr().err
    assert "smirk" in said
    assert "is not a recording" in said
    assert "2 sessions are in" in said

    network = shipped_networks()[0]
    monkeypatch.setattr(sys, "argv", ["evaluate", str(network), "--data", str(data), "--pairs", "150"])
    evaluate.main()
    table = capsys.readouterr().out
    own, population = map(float, re.findall(r"\| AU accuracy +\| +([\d.]+) \| +([\d.]+)", table)[0])
    assert own > 0.7
    assert own > population, "the session's own neutral is the right one"
    assert re.search(r"AU accuracy, headset unknown headset +\|", table)


def test_the_pairs_carry_what_was_asked_and_no_more(collected: Path, tmp_path: Path) -> None:
    left_out = real.write_real(collected, tmp_path / "data", first=7, rate=5.0)
    assert len(left_out) == 2
    pairs = load([tmp_path / "data"], held_out=is_held_out(7))
    assert np.unique(pairs.person).tolist() == [7]
    assert len(pairs.neutrals) == 2
    units = np.unique(pairs.action_unit[pairs.action_unit != NONE]).tolist()
    assert units == list(range(len(ACTION_UNIT_NAMES)))
    assert np.unique(pairs.emotion[pairs.emotion != NONE]).tolist() == list(range(len(EMOTION_NAMES)))
    assert pairs.strength.isnan().all()
    neutral = pairs.images[(pairs.session == 0) & (pairs.action_unit == 0)].float().mean(0)
    assert float((neutral - pairs.neutrals[0].float()).abs().mean()) < 2.0
    (batch,) = batches(pairs, Augmenter(Augmentation.none(), pairs.population_mean()), len(pairs), shuffle=False)
    assert batch.pair.isfinite().all()
    assert np.flatnonzero(batch.known.numpy().any(0)).tolist() == [20, 21], "nothing but which eyes are seen"


def test_what_cannot_be_used_is_said(collected: Path, tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="is no recording set"):
        real.write_real(tmp_path, tmp_path / "data")
    shutil.copytree(collected, tmp_path / "set")
    shutil.rmtree(tmp_path / "set" / "P1")
    with pytest.raises(BridgeError, match="can be used; "):
        real.write_real(tmp_path / "set", tmp_path / "data")
    assert not (tmp_path / "data" / "dataset.json").exists()
