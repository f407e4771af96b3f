"""The trunk that stands in for ImageNet's weights: made of drawn eyes, and begun with."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bridge.errors import BridgeError
from models.study import start
from models.study.methods import BY_KEY, PRESETS
from tests.models.fake import write

CPU = torch.device("cpu")
_LAST = "Mixed_7c.branch1x1.conv.weight"


def test_a_trunk_learns_lids_and_gaze_and_every_inception_begins_with_it(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    data, file = write(tmp_path / "pairs"), tmp_path / "start.pt"
    tiny = PRESETS["tiny"]
    words = list(start.write_start(file, [data], tiny, 80, CPU))
    assert len(words) == 81
    learnt = float(words[-1].split("%")[0].rsplit(" ", 1)[1])
    assert learnt > 5.0, words[-1]
    stored = torch.load(file, weights_only=True)
    for key in ("hmd2", "towers"):
        net = replace(tiny, start=file).network(BY_KEY[key], 10)
        trunk = net.get_submodule("tower") if key == "towers" else net
        assert torch.equal(
            trunk.state_dict()["Mixed_7c.branch1x1.conv.weight"], stored["Mixed_7c.branch1x1.conv.weight"]
        )
    with pytest.raises(BridgeError, match="another width"):
        replace(PRESETS["small"], start=file).network(BY_KEY["hmd2"], 10)
