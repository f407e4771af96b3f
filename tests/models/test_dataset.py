import json
from pathlib import Path

import numpy as np
import pytest
import torch

from bridge.channels import ACTION_UNIT_NAMES
from bridge.errors import BridgeError
from models.clean import LIST
from models.dataset import HELD_OUT_SKINS, is_held_out, load
from tests.models import fake

WINKS = [ACTION_UNIT_NAMES.index(name) for name in ("wink_left", "wink_right")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fake.write(tmp_path_factory.mktemp("drawn") / "set", people=25, pairs=8)


def test_nobody_is_on_both_sides(folder: Path) -> None:
    ours, theirs = load([folder], held_out=False), load([folder], held_out=True)
    assert len(ours) + len(theirs) == 25 * 8
    assert not set(ours.person.tolist()) & set(theirs.person.tolist())
    assert all(is_held_out(person) for person in theirs.person.tolist())


def test_a_skin_is_held_out_whoever_wears_it(tmp_path: Path) -> None:
    folder = fake.write(tmp_path / "set", people=10, pairs=4)
    file = folder / "shard-00000" / "labels.npz"
    stored = dict(np.load(file))
    worn = np.where(stored["person"] % 2, HELD_OUT_SKINS[0], -1)
    np.savez(file, **stored, skin=worn.astype(np.int8))
    strange = load([folder], held_out=True, skins=True)
    assert set(strange.person.tolist()) == {1, 3, 5, 7, 9}
    assert not set(load([folder], held_out=False).person.tolist()) & {1, 3, 5, 7, 9}


def test_everybody_of_another_head_or_of_the_benchmark_is_held_out(tmp_path: Path) -> None:
    folder = fake.write(tmp_path / "set", people=10, pairs=4)
    about = json.loads((folder / "dataset.json").read_text("utf-8"))
    (folder / "dataset.json").write_text(json.dumps(about | {"topology": "makehuman"}), "utf-8")
    assert len(load([folder], held_out=True)) == 40
    with pytest.raises(BridgeError, match="to train on"):
        load([folder], held_out=False)
    (folder / "dataset.json").write_text(json.dumps(about | {"benchmark": 1}), "utf-8")
    assert len(load([folder], held_out=True)) == 40


def test_what_was_removed_is_left_out_of_its_own_set_alone(folder: Path, tmp_path: Path) -> None:
    cleaned = fake.write(tmp_path / "set", people=25, pairs=8)
    whole = load([folder], held_out=False)
    people = torch.cat(
        [torch.from_numpy(np.load(shard / "labels.npz")["person"]) for shard in sorted(cleaned.glob("s*"))]
    )
    (train, *_), last = [row for row in range(200) if not is_held_out(int(people[row]))], 199
    (cleaned / LIST).write_text(f"row,action_unit\n{train},\n{last},\n")
    trained = 1 + (not is_held_out(int(people[last])))
    assert len(load([cleaned], held_out=False)) == len(whole) - trained
    assert len(load([folder, cleaned], held_out=False)) == 2 * len(whole) - trained
    (cleaned / LIST).write_text("row\n200\n")
    with pytest.raises(BridgeError, match="is not this data set's"):
        load([cleaned], held_out=False)


def test_two_sets_have_different_people_and_one_set_twice_the_same(folder: Path, tmp_path: Path) -> None:
    other = fake.write(tmp_path / "other", people=25, pairs=8)
    once, both = load([folder], held_out=True), load([folder, other, folder], held_out=True)
    people = len(torch.unique(once.person))
    assert people
    assert len(torch.unique(both.person)) == 2 * people
    torch.testing.assert_close(both.person[-len(once) :], once.person)


def test_a_tenth_of_all_people_is_held_out() -> None:
    assert sum(map(is_held_out, range(5000))) == pytest.approx(500, rel=0.15)


def test_a_pair_keeps_its_labels_and_its_own_neutral(folder: Path) -> None:
    pairs = load([folder, folder], held_out=True)  # twice the same: sessions must be renumbered
    half = len(pairs) // 2
    torch.testing.assert_close(pairs.channels[:half], pairs.channels[half:])
    corner = pairs.images[:, 0, 0]
    torch.testing.assert_close(pairs.neutrals[pairs.session][:, 0, 0], corner)
    row = int(torch.argmax(pairs.person))
    shard = np.load(folder / "shard-00002" / "labels.npz")
    first = int(np.argmax(shard["person"] == int(pairs.person[row])))
    picture = np.load(folder / "shard-00002" / "images.npy")[first]
    np.testing.assert_array_equal(pairs.images[row].numpy(), picture)


def test_the_population_mean_has_no_side(folder: Path) -> None:
    mean = load([folder], held_out=False).population_mean()
    assert mean.shape == (96, 192)
    assert (mean.int() - mean.flip(-1).int()).abs().max() <= 1


def test_a_limit_thins_out_evenly(folder: Path) -> None:
    everyone = load([folder], held_out=False)
    some = load([folder], held_out=False, limit=60)
    assert 60 <= len(some) <= 66
    assert set(some.person.tolist()) == set(everyone.person.tolist())


def test_a_wink_without_an_emotion_is_a_gesture(tmp_path: Path) -> None:
    folder = fake.write(tmp_path / "set", people=3, pairs=12)
    file = folder / "shard-00000" / "labels.npz"
    stored = dict(np.load(file))
    np.savez(file, **(stored | {"emotion": np.full(36, -1, np.int8)}))
    pairs = load([folder], held_out=False)
    winks = (pairs.action_unit == WINKS[0]) | (pairs.action_unit == WINKS[1])
    assert winks.any()
    assert (pairs.emotion == torch.where(winks, 0, -1)).all()


def test_a_folder_without_a_data_set_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match=r"models\.synthetic"):
        load([tmp_path], held_out=False)


def test_arrays_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    folder = fake.write(tmp_path / "set", people=3, pairs=4)
    np.save(folder / "shard-00000" / "images.npy", np.zeros((5, 96, 192), np.uint8))
    with pytest.raises(BridgeError, match="shard-00000"):
        load([folder], held_out=False)
