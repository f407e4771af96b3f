"""Data sets are repeatable, resumable and of one plan."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bridge.channels import CHANNEL_NAMES
from bridge.errors import BridgeError
from models.spread import Spread
from models.synthetic.dataset import (
    SESSIONS_A_SHARD,
    Plan,
    begin_session,
    begin_stranger,
    render_session,
    write_dataset,
)
from models.synthetic.parts import Parts, open_parts
from tests.apart import run_apart

PLAN = Plan(seed=5, sessions=SESSIONS_A_SHARD + 2, frames=2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, baked: Path) -> Path:
    """A data set of two shards, by two processes."""
    out = tmp_path_factory.mktemp("pairs") / "set"
    assert sum(write_dataset(out, baked, PLAN, Spread(workers=2))) == PLAN.sessions * PLAN.frames
    return out


def test_a_ray_cluster_renders_what_this_machine_does(made: Path, baked: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from models.synthetic.__main__ import main\n"
        "sys.exit(main(['dataset', sys.argv[1], '--parts', sys.argv[2], '--sessions', '18', '--frames', '2',\n"
        "    '--seed', '5', '--workers', '2', '--ray', 'local']))\n"
    )
    run_apart(tmp_path, code, tmp_path / "ray", baked)
    for file in ("images.npy", "neutral.npy"):
        for shard in ("shard-00000", "shard-00001"):
            there, here = (np.load(folder / shard / file) for folder in (tmp_path / "ray", made))
            np.testing.assert_array_equal(there, here)


def test_a_data_set_has_the_shape_training_reads(made: Path) -> None:
    about = json.loads((made / "dataset.json").read_text())
    assert (about["format"], about["image"], about["channels"]) == (1, [96, 192], list(CHANNEL_NAMES))
    images = np.load(made / "shard-00001" / "images.npy")
    neutral = np.load(made / "shard-00001" / "neutral.npy")
    assert (images.shape, images.dtype, neutral.shape) == ((4, 96, 192), np.uint8, (2, 96, 192))
    with np.load(made / "shard-00001" / "labels.npz") as labels:
        assert labels["channels"].shape == (4, len(CHANNEL_NAMES))
        assert labels["session"].tolist() == [0, 0, 1, 1]
        assert labels["session_key"].tolist() == [16, 16, 17, 17]
        assert labels["person"].tolist() == [8] * 4
        assert (labels["action_unit"] >= -1).all()
        assert set(labels["skin"].tolist()) <= set(range(-1, 20))


def test_a_session_is_the_same_whoever_renders_it(made: Path, parts: Parts) -> None:
    here = render_session(parts, PLAN, SESSIONS_A_SHARD + 1)
    assert (np.load(made / "shard-00001" / "images.npy")[2:] == here.images).all()
    assert (np.load(made / "shard-00001" / "neutral.npy")[1] == here.neutral).all()


def test_who_is_measured_by_is_in_no_data_set(parts: Parts) -> None:
    measured, again = (begin_stranger(parts, PLAN.seed, 0)[0].person for _ in range(2))
    learnt_from = begin_session(parts, PLAN, 0)[0].person
    np.testing.assert_array_equal(measured.eye_look, again.eye_look)
    assert not np.array_equal(measured.eye_look, learnt_from.eye_look)


def test_heavy_lashes_hang_before_the_same_person_s_eyes(parts: Parts) -> None:
    """The face, what it does and where the camera is stay as they were."""
    usual = render_session(parts, Plan(seed=5, sessions=1, frames=8, headset="close"), 0)
    heavy = render_session(parts, Plan(seed=5, sessions=1, frames=8, headset="close", heavy_lashes=True), 0)
    assert [truth.channels.tolist() for truth in heavy.truths] == [truth.channels.tolist() for truth in usual.truths]
    differs = np.abs(heavy.images.astype(int) - usual.images).mean((1, 2))
    assert (differs > 2).all()


def test_a_stopped_run_goes_on_where_it_ended(made: Path, baked: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"
    shutil.copytree(made, out)
    before = np.load(out / "shard-00001" / "images.npy")
    shutil.rmtree(out / "shard-00001")
    (out / ".shard-00001.part").mkdir()
    kept = (out / "shard-00000" / "images.npy").stat().st_mtime_ns
    assert sum(write_dataset(out, baked, PLAN, Spread())) == PLAN.sessions * PLAN.frames
    assert (np.load(out / "shard-00001" / "images.npy") == before).all()
    assert (out / "shard-00000" / "images.npy").stat().st_mtime_ns == kept
    assert not (out / ".shard-00001.part").exists()


def test_another_plan_in_the_same_folder_is_refused(made: Path, baked: Path) -> None:
    with pytest.raises(BridgeError, match="other settings"):
        list(write_dataset(made, baked, Plan(seed=6, sessions=1, frames=1), Spread()))


def test_parts_that_are_not_there_are_named_with_where_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match=r"ICT-VGL/ICT-FaceKit"):
        open_parts(tmp_path / "parts.npz")
    with pytest.raises(BridgeError, match="No face model"):
        open_parts(tmp_path)
