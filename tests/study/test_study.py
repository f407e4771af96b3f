"""The whole study at its smallest: every method trained, every table written; and what its parts promise."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats

from bridge.channels import CHANNEL_NAMES
from bridge.errors import BridgeError
from models.spread import Spread
from models.study import landmarks
from models.study.data import folds, load
from models.study.methods import BY_KEY, METHODS, PRESETS
from models.study.protocol import HOLDS, Ability, Take
from models.study.report import PAPER, confusion, gain, table
from models.study.runs import SINGLE, Answers, Task, answers_of, run_all, tasks
from models.study.training import pictures
from tests.apart import run_apart
from tests.study.fake import TINY_EVERY, write_benchmark

TINY = PRESETS["tiny"]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "benchmark"
    write_benchmark(folder)
    return folder


def strangers(folder: Path) -> list[str]:
    """Files as models.evaluate --json writes them."""
    files = []
    for name, accuracy in (("benchmark", 0.9), ("person", 0.8), ("skin", 0.7), ("head", 0.65)):
        figures = {"pairs": 9, "action_units": {"accuracy": accuracy}, "emotions": {"accuracy": 0.9}}
        figures |= {"people": {"worst": 0.5}, "gaze_degrees": {"median": 4.0}}
        figures |= {"mean_error": {channel.rpartition("_")[0]: 0.1 for channel in CHANNEL_NAMES}}
        files.append(folder / f"{name}.json")
        files[-1].write_text(json.dumps({"own neutral": figures}))
    return [str(file) for file in files]


def test_one_command_writes_every_table_and_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    work, out = tmp_path / "work", tmp_path / "RESULTS.md"
    command = [sys.executable, "-m", "models.study", "run", str(data), "--preset", "tiny"]
    command += ["--work", str(work), "--out", str(out), "--strangers", *strangers(tmp_path)]
    subprocess.run(command, check=True, timeout=500, capture_output=True, env=ENVIRONMENT)
    text = out.read_text("utf-8")
    for number in range(1, 6):
        assert f"Table {number}" in text
    for method in METHODS:
        assert method.title in text
    assert "nan" not in text
    assert "| action units | ≥ 88 % | 90.0% | 80.0% | 70.0% | 65.0% |" in text
    assert "-15.0 points" in text
    assert len(list((tmp_path / "results").glob("*.png"))) == 6

    folder = next(work.iterdir())
    answers = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert sorted(answers) == sorted(task.file for task in tasks(TINY))
    (folder / "hmd2-emotion-fold0.npz").unlink()
    subprocess.run(command, check=True, timeout=500, capture_output=True, env=ENVIRONMENT)
    again = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    changed = {name for name in again if again[name] != answers[name]}
    assert {name for name in changed if not name.startswith("eyenet")} == {"hmd2-emotion-fold0.npz"}


def test_two_workers_of_ray_do_what_one_process_does(data: Path, tmp_path: Path) -> None:
    few = [Task("landmarks", "action_unit", SINGLE), Task("hmd2", "emotion", 0)]
    alone, spread = tmp_path / "alone", tmp_path / "ray"
    for work in (alone, spread):
        work.mkdir()
        for task in tasks(TINY):
            if task not in few:
                (work / task.file).touch()
    assert {*run_all(data, alone, TINY, Spread())} == {*tasks(TINY)}
    code = (
        "import sys; from pathlib import Path; from models.study.methods import PRESETS\n"
        "from models.study.runs import run_all; from models.spread import Spread\n"
        "list(run_all(Path(sys.argv[1]), Path(sys.argv[2]), PRESETS['tiny'], Spread(workers=2, ray='local')))\n"
    )
    run_apart(tmp_path, code, data, spread, seconds=500)
    for task in few:
        one, other = answers_of(alone, task), answers_of(spread, task)
        np.testing.assert_array_equal(one.label, other.label)
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-2)


def test_nobody_is_asked_about_who_was_learnt_from(data: Path) -> None:
    benchmark = load(data, TINY_EVERY)
    people = benchmark.worn("hmd2")
    groups = folds(people)
    assert sorted(np.concatenate(groups).tolist()) == people.tolist()
    assert set(benchmark.worn("hmd1").tolist()).isdisjoint(people.tolist())
    with pytest.raises(BridgeError, match="no benchmark"):
        load(data.parent)


def test_a_personalized_picture_is_the_difference_to_the_own_neutral(data: Path) -> None:
    benchmark = load(data, TINY_EVERY)
    rows = benchmark.labelled("action_unit", benchmark.worn("hmd2"))[:4]
    examples = benchmark.examples("action_unit", rows)
    method, all_rows, cpu = BY_KEY["eyemotion"], torch.arange(4), torch.device("cpu")
    seen = pictures(examples, all_rows, method, 75, False, cpu)
    assert seen.shape == (4, 3, 75, 75)
    assert seen[0].abs().max() == 0.0  # the fake neutral is the first picture
    varied = pictures(examples, all_rows, method, 75, True, cpu)
    assert 0 < (varied - seen).abs().mean() < 0.2
    assert pictures(examples, all_rows, BY_KEY["towers"], 75, False, cpu).shape == (4, 3, 75, 150)


def test_landmarks_learn_what_depends_on_them_alone() -> None:
    rng = np.random.default_rng(1)
    seen = rng.random((600, 4))
    label = (seen[:, 0] * seen[:, 1] > 0.25).astype(int) + 2 * (seen[:, 2] > 0.5)
    said = landmarks.classified(seen[:500], label[:500], seen[500:], 4)
    assert (said.argmax(1).numpy() == label[500:]).mean() > 0.85


def answers(label: np.ndarray, said: np.ndarray, person: np.ndarray) -> Answers:
    return Answers(label, np.eye(10, dtype=np.float32)[said], person, person * 2, 0.0)


def test_tables_are_those_of_a_known_answer() -> None:
    label = np.array([0, 0, 0, 1, 1, 2])
    said = np.array([0, 0, 1, 1, 1, 0])
    figures = table(answers(label, said, np.array([0, 0, 0, 1, 1, 1])), "action_unit")
    first = next(iter(figures.rows.values()))
    assert [first.precision, first.recall, first.support] == pytest.approx([2 / 3, 2 / 3, 3])
    assert figures.accuracy == pytest.approx(4 / 6)
    assert figures.balanced == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert figures.people.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert confusion(answers(label, said, label), "action_unit")[0, 1] == pytest.approx(1 / 3)
    assert all(len(rows) in (5, 10) for rows in PAPER.values())


def test_the_gain_is_tested_over_people_and_not_over_pairs() -> None:
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(12), 100)
    label = rng.integers(0, 10, len(person))
    wrong = (label + 1) % 10
    chance = 0.4 + 0.02 * (person % 5)
    plain = np.where(rng.random(len(person)) < chance, label, wrong)
    better = np.where(rng.random(len(person)) < chance + 0.15, label, wrong)
    found = gain(answers(label, plain, person), answers(label, better, person))
    assert found.people == 12
    assert found.p < 0.01 < 0.05 < gain(answers(label, better, person), answers(label, plain, person)).p
    assert found.mean == pytest.approx(0.15, abs=0.06)
    assert np.isfinite(stats.t.sf(found.t, 11))


def test_people_do_what_they_are_asked_as_far_as_they_can() -> None:
    raises = {hold.name: hold for hold in HOLDS}
    for seed in range(30):
        ability = Ability.draw(np.random.default_rng(seed))
        left, right = ability.performed(raises["brow_raise_left"], 1.0)
        assert (right["brow_outer_up"] < 0.5 * left["brow_outer_up"]) == (ability.brow == "one")
        take = Take.draw(raises["squint"], np.random.default_rng(seed))
        state = take.state(ability, 1.0, 0.4)
        assert state.action_unit == "squint"
        assert abs(state.left.yaw) <= 16
        assert not Take.draw(raises["eyes_closed"], np.random.default_rng(seed)).blinks
