"""Every training of the study as a task of its own, whose answers are kept: a study that was stopped goes on."""

import functools
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from bridge.files import write_atomically
from models.distributed import joined, world
from models.spread import Spread
from models.study import landmarks, shipped
from models.study.data import LANDMARKS, NAMES, Benchmark, folds, left_out, load
from models.study.methods import BY_KEY, METHODS, PERSONALIZED, PLAIN, VOCABULARIES, Preset, Vocabulary
from models.study.shipped import SHIPPED
from models.study.training import probabilities, trained

SINGLE: Final = -1
"The fold of Table 1: four people of the headset are left out."
BASELINE: Final = "landmarks"


@dataclass(frozen=True, slots=True)
class Task:
    """One method, one vocabulary, one group of people left out."""

    method: str
    vocabulary: Vocabulary
    fold: int

    @property
    def file(self) -> str:
        """Name of the answers' file."""
        fold = "single" if self.fold == SINGLE else f"fold{self.fold}"
        return f"{self.method}-{self.vocabulary}-{fold}.npz"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a trained method says about the people it has not seen."""

    label: NDArray[np.int64]
    "(N,)"
    probabilities: NDArray[np.float32]
    "(N, classes)"
    person: NDArray[np.int64]
    session: NDArray[np.int64]
    "(N,) number of the session, over all people."
    seconds: float
    "Of processor time that learning and asking took."

    @property
    def said(self) -> NDArray[np.int64]:
        """(N,) the most probable class."""
        return np.asarray(self.probabilities.argmax(1), np.int64)


def tasks(preset: Preset) -> list[Task]:
    """All of the study: Table 1's single split, then the cross-validations of Tables 2 to 5."""
    single = [Task(key, "action_unit", SINGLE) for key in (BASELINE, *SHIPPED, *(method.key for method in METHODS))]
    crossed = [
        Task(key, vocabulary, fold)
        for vocabulary in VOCABULARIES
        for key in (BASELINE, *SHIPPED, PLAIN.key, PERSONALIZED.key)
        for fold in range(preset.folds)
    ]
    return single + crossed


def run_all(data: Path, work: Path, preset: Preset, spread: Spread) -> Iterator[Task]:
    """Does what has no answers yet; yields each task as it is done."""
    work.mkdir(parents=True, exist_ok=True)
    missing = []
    for task in tasks(preset):
        if (work / task.file).is_file() and task.method not in SHIPPED:  # which may be another one by now
            yield task
        else:
            missing.append((str(data), str(work), preset, task))
    yield from spread.map(run, missing)


def run(data: str, work: str, preset: Preset, task: Task) -> Task:
    """Trains, asks, and keeps the answers."""
    with joined() as device:
        answers = answer(_loaded(data, preset.every), preset, task, device)
        if world()[0] == 0:
            buffer = io.BytesIO()
            np.savez(buffer, **{name: getattr(answers, name) for name in Answers.__slots__})
            write_atomically(Path(work) / task.file, buffer.getvalue())
    return task


@functools.lru_cache(maxsize=1)
def _loaded(data: str, every: int) -> Benchmark:
    from models.clean import removed_rows

    return load(Path(data), every, removed_rows(Path(data)))


def answer(benchmark: Benchmark, preset: Preset, task: Task, device: torch.device) -> Answers:
    """One task from beginning to end."""
    method = BY_KEY.get(task.method)
    people = benchmark.worn(method.headset if method else PLAIN.headset)
    away = left_out(people) if task.fold == SINGLE else folds(people, preset.folds)[task.fold]
    learnt = benchmark.labelled(task.vocabulary, np.setdiff1d(people, away))
    asked = benchmark.labelled(task.vocabulary, away)
    classes, begun = len(NAMES[task.vocabulary]), time.process_time()
    label = benchmark[task.vocabulary]
    if task.method == BASELINE:
        seen = benchmark["channels"][:, LANDMARKS]
        said = landmarks.classified(seen[learnt], label[learnt], seen[asked], classes)
    elif method is None:
        said = shipped.probabilities(task.method, benchmark.examples(task.vocabulary, asked), task.vocabulary)
    else:
        examples = benchmark.examples(task.vocabulary, learnt)
        net = trained(method, preset, examples, classes, seed=10 * (task.fold + 1), device=device)
        said = probabilities(net, method, preset, benchmark.examples(task.vocabulary, asked), device)
    return Answers(
        label[asked].astype(np.int64),
        said.numpy().astype(np.float32),
        benchmark["person"][asked].astype(np.int64),
        benchmark["session_key"][asked].astype(np.int64),
        time.process_time() - begun,
    )


def answers_of(work: Path, task: Task) -> Answers:
    """What a task's network said. Raises OSError when it has not run."""
    with np.load(work / task.file) as stored:
        return Answers(**{name: stored[name] for name in Answers.__slots__})


def crossed(work: Path, method: str, vocabulary: Vocabulary, preset: Preset) -> Answers:
    """The answers of all folds together: about everybody, by networks that had not seen them."""
    parts = [answers_of(work, Task(method, vocabulary, fold)) for fold in range(preset.folds)]
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("label", "probabilities", "person", "session")
    }
    return Answers(**columns, seconds=float(sum(part.seconds for part in parts)))
