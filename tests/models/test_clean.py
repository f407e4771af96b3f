"""Closed eyes are found where their class wants open ones, listed, and left out of the study."""

from pathlib import Path

import numpy as np
import pytest
import torch

from bridge.channels import ACTION_UNIT_NAMES
from bridge.errors import BridgeError
from models.clean import Found, clean, read, removed_rows, wanted_open, write_list
from models.study.data import load
from tests.models.fake import draw
from tests.study.fake import TINY_EVERY, write_benchmark

UNITS = {name: index for index, name in enumerate(ACTION_UNIT_NAMES)}


def drawn(names: list[str], blinks: set[int]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of those classes, of which some blink; and their classes."""
    rng = np.random.default_rng(5)
    shut = {"eyes_closed": (0.0, 0.0), "wink_left": (0.0, 1.0), "wink_right": (1.0, 0.0)}
    images = []
    for row, name in enumerate(names):
        lids = np.array(shut.get(name, (1.0, 1.0))) * rng.uniform(0.7, 1.0)
        images.append(draw(0 * lids if row in blinks else lids, rng.uniform(-20, 20, 2), rng.uniform(60, 160)))
    return np.stack(images), np.array([UNITS[name] for name in names])


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def test_blinks_are_found_and_winks_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    names = 40 * ["neutral"] + 40 * ["eyes_closed"] + 12 * ["squint"] + 6 * ["wink_left"] + 6 * ["wink_right"]
    blinks = {81, 85, 95, 101}
    monkeypatch.setattr("models.clean.STEPS", 120)
    images, unit = drawn(names, blinks)
    found = clean(images, unit, np.full(len(unit), -1))
    assert {one.row for one in found} == blinks
    assert all(max(one.shut) > 0.5 for one in found)
    with pytest.raises(BridgeError, match="only be learnt"):
        clean(images[:40], unit[:40], np.full(40, -1))


def test_only_classes_with_open_eyes_want_them_open() -> None:
    unit = np.array([UNITS["eyes_closed"], UNITS["wink_left"], UNITS["squint"], -1, -1])
    emotion = np.array([4, -1, -1, 1, -1])
    assert wanted_open(unit, emotion).tolist() == [[0, 0], [0, 1], [1, 1], [1, 1], [0, 0]]


def test_the_list_is_written_read_and_obeyed(tmp_path: Path) -> None:
    folder = tmp_path / "benchmark"
    write_benchmark(folder, people=2)
    assert removed_rows(folder) is None
    images, units, emotions = read(folder)
    found = [Found(row, int(units[row]), int(emotions[row]), (0.9, 0.1)) for row in (3, 40)]
    write_list(folder, found, images)
    rows = removed_rows(folder)
    assert rows is not None
    assert rows.tolist() == [3, 40]
    assert (folder / "removed.png").stat().st_size > 0
    assert len(load(folder, TINY_EVERY, rows).images) == len(images) - 2
    (folder / "removed.csv").write_text("row\nnone\n")
    with pytest.raises(BridgeError, match="is damaged"):
        removed_rows(folder)
    with pytest.raises(BridgeError, match="no data set"):
        read(tmp_path)
