"""From readings to answers: which faces count, and what classifiers say of people they have not seen."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.face.emotion import KIND
from bridge.face.machines import Floats, Machines
from models.emotion.classes import CLASSES, ORDER
from models.emotion.classifier import Faces, Setting, recall, search, train
from models.emotion.faces import LEFT_OUT, Face, Listing
from models.emotion.features import Reading
from models.emotion.folds import Ints, folds
from models.kept import kept, key_of
from models.listing import Trouble, counted_once
from models.spread import Spread

FOLDS: Final = 10
_VERSION: Final = 1
"Of the kept answers; another one does not find those of the last."


@dataclass(frozen=True, slots=True)
class Study:
    """The faces of a set that count, and all that does not."""

    title: str
    faces: tuple[Face, ...]
    names: tuple[str, ...]
    "The classes there are."
    labels: Ints
    "(n,) places in names"
    groups: Ints
    "(n,) persons; everybody is somebody else where the set does not know"
    coefficients: Floats
    "(n, 28)"
    blendshapes: Floats | None
    "(n, 52), None where they are not known of every face"
    tests: tuple[Ints, ...]
    "Rows of the parts that are asked about in turn, each after training on all others"
    troubles: tuple[Trouble, ...]
    looked_at: int
    "Files and labels of which the set consists: those that count and those that were left out."

    @property
    def known_people(self) -> bool:
        """Whether the set says who is who."""
        return all(face.person for face in self.faces)

    def learnt_from(self, features: Floats) -> Faces:
        """Features (n, d) of the faces, with their labels."""
        return Faces(features, self.labels, self.groups)


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


def study_of(listing: Listing, readings: Mapping[str, Reading], seed: int) -> Study:
    """The faces that could be read, each picture once; everything else is in the troubles."""
    troubles = list(listing.troubles)
    read: list[Face] = []
    for face in listing.faces:
        one = readings[face.name]
        if one.kind:
            troubles.append(Trouble(one.kind, face.name, one.detail))
        else:
            read.append(face)
    counting, doubled = counted_once(read, lambda face: readings[face.name].digest, lambda face: face.emotion)
    troubles += doubled
    rows = [readings[face.name] for face in counting]
    troubles += [
        Trouble("several faces", face.name, str(row.faces))
        for face, row in zip(counting, rows, strict=True)
        if row.faces > 1
    ]
    present = [number for number in ORDER if any(face.emotion == number for face in counting)]
    labels = np.array([present.index(face.emotion) for face in counting], np.int64)
    people = {name: number for number, name in enumerate(sorted({face.person or face.name for face in counting}))}
    groups = np.array([people[face.person or face.name] for face in counting], np.int64)
    shapes = [row.blendshapes for row in rows]
    return Study(
        listing.layout,
        tuple(counting),
        tuple(CLASSES[number] for number in present),
        labels,
        groups,
        np.array([row.coefficients for row in rows], np.float64).reshape(len(rows), -1),
        np.array(shapes, np.float64) if shapes and all(shapes) else None,
        tuple(_tests(counting, labels, groups, seed)),
        tuple(troubles),
        len(counting) + sum(trouble.kind in LEFT_OUT for trouble in troubles),
    )


def _tests(faces: Sequence[Face], labels: Ints, groups: Ints, seed: int) -> list[Ints]:
    """The set's own test part where it has one beside something to learn from, else ten folds."""
    test = np.array([face.part == "test" for face in faces], bool)
    train_part = np.array([face.part == "train" for face in faces], bool)
    if test.any() and train_part.any():
        return [np.flatnonzero(test)]
    return folds(labels, groups, FOLDS, seed) if len(labels) else []


def answered(
    study: Study, features: Floats, trials: int, seed: int, folder: Path, spread: Spread
) -> Iterator[tuple[int, Setting, list[int]]]:
    """Of every part, as they are done: its number, the setting that was found, what was said of its faces."""
    faces = study.learnt_from(features)
    digest = hashlib.sha256(features.tobytes() + study.labels.tobytes() + study.groups.tobytes()).hexdigest()
    numbers = {}
    tasks = []
    for number, test in enumerate(study.tests):
        key = key_of(_VERSION, digest, test.tolist(), len(study.names), trials, seed)
        numbers[key] = number
        tasks.append((key, (faces, test, study.names, trials, seed)))
    for key, (setting, found) in kept(answer, tasks, folder, spread):
        yield numbers[key], Setting(**setting), found


def answer(
    faces: Faces, test: Ints, names: tuple[str, ...], trials: int, seed: int
) -> tuple[dict[str, Any], list[int]]:
    """Search, train on all but the test part, and ask about it, in whatever process."""
    rest = faces[np.setdiff1d(np.arange(len(faces.labels)), test)]
    setting = search(rest, len(names), trials, seed)
    machines = train(rest, names, setting, KIND)
    given = {name: getattr(setting, name) for name in Setting.__slots__}
    return given, machines(faces.features[test]).argmax(1).tolist()


def joined(study: Study, parts: Mapping[int, tuple[Setting, list[int]]]) -> Answers:
    """The answers of all parts."""
    found = np.full(len(study.labels), -1, np.int64)
    for number, (_, said) in parts.items():
        found[study.tests[number]] = said
    return Answers(found, study.tests, tuple(parts[number][0] for number in sorted(parts)))


def final(study: Study, trials: int, seed: int, basis: str, card: str) -> Machines:
    """A model of every face of the set, for the daemon."""
    faces = study.learnt_from(study.coefficients)
    setting = search(faces, len(study.names), trials, seed)
    return train(faces, study.names, setting, KIND, basis, card)
