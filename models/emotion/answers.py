"""What classifiers say of people they have not seen, and the one that learns from everybody."""

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.face.emotion import KIND
from bridge.face.machines import Floats, Machines
from models.emotion.classifier import Faces, Setting, recall, search, train
from models.emotion.folds import Ints
from models.emotion.study import BASES, Study
from models.kept import kept, key_of
from models.spread import Spread

_VERSION: Final = 3
"Of the kept answers; another one does not find those of the last."


@dataclass(frozen=True, slots=True)
class Answers:
    """What the classifiers of all parts said."""

    found: Ints
    "(n,) places in names; -1 for faces that are in no test part"
    parts: tuple[Ints, ...]
    settings: tuple[Setting, ...]

    def accuracy(self, labels: Ints) -> tuple[float, float]:
        """Share of right answers, mean over the parts, and its spread from part to part (0 for one)."""
        each = [float((self.found[part] == labels[part]).mean()) for part in self.parts]
        return float(np.mean(each)), float(np.std(each))

    def recall(self, labels: Ints, classes: int) -> tuple[float, float]:
        """Mean accuracy of the classes: of all test faces together, and its spread from part to part."""
        asked = self.found >= 0
        each = [recall(labels[part], self.found[part], classes) for part in self.parts]
        return recall(labels[asked], self.found[asked], classes), float(np.std(each))

    def confusion(self, labels: Ints, classes: int) -> Ints:
        """(k, k) counts: rows are labels, columns what was said."""
        table = np.zeros((classes, classes), np.int64)
        asked = self.found >= 0
        np.add.at(table, (labels[asked], self.found[asked]), 1)
        return table


def answered(
    study: Study, learnt: Floats, asked: Sequence[Floats], trials: int, seed: int, folder: Path, spread: Spread
) -> Iterator[tuple[int, Setting, list[list[int]]]]:
    """Of every part, as they are done: its number, the setting that was found, what was said of its faces.

    `learnt`: features (n, d); `asked`: those that the parts are asked with, each in turn.
    """
    faces = study.learnt_from(learnt)
    arrays = (learnt, study.labels, study.groups, *asked)
    digest = hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
    numbers = {}
    tasks = []
    for number, test in enumerate(study.tests):
        key = key_of(_VERSION, digest, test.tolist(), len(study.names), trials, seed)
        numbers[key] = number
        tasks.append((key, (faces, asked, test, study.names, trials, seed)))
    for key, (setting, found) in kept(answer, tasks, folder, spread):
        yield numbers[key], Setting(**setting), found


def answer(
    faces: Faces, asked: Sequence[Floats], test: Ints, names: tuple[str, ...], trials: int, seed: int
) -> tuple[dict[str, Any], list[list[int]]]:
    """Search, train on all but the test part, and ask about it, in whatever process."""
    rest = faces[np.setdiff1d(np.arange(len(faces.labels)), test)]
    setting = search(rest, len(names), trials, seed)
    machines = train(rest, names, setting, KIND)
    given = {name: getattr(setting, name) for name in Setting.__slots__}
    return given, [machines(features[test]).argmax(1).tolist() for features in asked]


def joined(study: Study, parts: Mapping[int, tuple[Setting, list[int]]]) -> Answers:
    """The answers of all parts."""
    found = np.full(len(study.labels), -1, np.int64)
    for number, (_, said) in parts.items():
        found[study.tests[number]] = said
    return Answers(found, study.tests, tuple(parts[number][0] for number in sorted(parts)))


def final(study: Study, trials: int, seed: int, card: str) -> Machines:
    """A model of every face of the set, for the daemon."""
    name, against = study.best
    source = study.sources[name]
    faces = study.learnt_from(source.against(against))
    setting = search(faces, len(study.names), trials, seed)
    machines = train(faces, study.names, setting, KIND, BASES[name], card)
    return machines if source.neutrals is None else dataclasses.replace(machines, neutral=source.neutrals.everybody)
