"""Which faces of a set count, what may be learnt from them, and who is asked about when."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.blendshapes import ARKIT_BASIS, ARKIT_TWICE
from bridge.face.machines import Floats
from models.emotion.classes import CLASSES, NUMBERS, ORDER
from models.emotion.classifier import Faces
from models.emotion.faces import LEFT_OUT, Face, Listing
from models.emotion.features import Reading
from models.emotion.folds import Ints, folds
from models.emotion.neutrals import Neutrals, neutrals_of
from models.listing import Trouble, counted_once

FOLDS: Final = 10
_NEUTRAL: Final = NUMBERS["neutral"]

TWICE, WEIGHTS, COEFFICIENTS = "twice", "weights", "coefficients"
FITTED, BLENDSHAPES, TRUTH = "fitted", "blendshapes", "truth"
"What may be learnt from."
BASES: Final = {TWICE: ARKIT_TWICE, WEIGHTS: ARKIT_BASIS}
"What the daemon gives a model that was exported: of these the first that is known of every face."
PLAIN, OWN, OTHERS = "plain", "own", "others"
"As it is, minus the same person's neutral, or minus everybody else's, as before the person's own is known."
Row = tuple[str, str]
"One of the former with one of the latter."


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of features."""

    features: Floats
    "(n, d)"
    neutrals: Neutrals | None
    "What stands for a neutral face beside each; None where faces are taken as they are."

    def against(self, which: str) -> Floats:
        """(n, d) the features minus those neutrals."""
        if self.neutrals is None or which == PLAIN:
            return self.features
        return self.features - (self.neutrals.own if which == OWN else self.neutrals.others)


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
    sources: Mapping[str, Source]
    "Of COEFFICIENTS and the others those that are known of every face."
    tests: tuple[Ints, ...]
    "Rows of the parts that are asked about in turn, each after training on all others"
    troubles: tuple[Trouble, ...]
    looked_at: int
    "Files and labels of which the set consists: those that count and those that were left out."
    plain: str
    "Why faces are taken as they are, a sentence; empty where they are also compared with their people's neutral."

    @property
    def known_people(self) -> bool:
        """Whether the set says who is who."""
        return all(face.person for face in self.faces)

    @property
    def best(self) -> Row:
        """What the daemon does."""
        name = next(name for name in BASES if name in self.sources)
        return name, PLAIN if self.plain else OWN

    def learnt_from(self, features: Floats) -> Faces:
        """Features (n, d) of the faces, with their labels."""
        return Faces(features, self.labels, self.groups)

    def questions(self) -> Iterator[tuple[Floats, dict[Row, Floats]]]:
        """Features (n, d) to learn from, and by their row those to be asked with then."""
        for name, source in self.sources.items():
            yield source.features, {(name, PLAIN): source.features}
            if source.neutrals is not None:
                asked = (OWN, OTHERS) if name == self.best[0] else (OWN,)
                yield source.against(OWN), {(name, which): source.against(which) for which in asked}


def study_of(
    listing: Listing, readings: Mapping[str, Reading], truth: Mapping[str, Sequence[float]], compare: bool, seed: int
) -> Study:
    """The faces that could be read, each picture once; everything else is in the troubles.

    `truth`: by the picture's name, the coefficients of rendered faces; `compare`: with everybody's own neutral, too,
    where that is possible. Faces for which there is none are then left out of all rows, so that these ask the same.
    """
    faces, neutrals, troubles = _readable(listing, readings)
    plain = _why_plain(faces, neutrals) if compare else "no neutral was subtracted, as --absolute says"
    if not plain:
        counting = faces
        faces = _comparable(counting, neutrals)
        kept = set(faces)
        left = [face for face in counting if face not in kept]
        troubles += [Trouble("no other neutral", face.name) for face in left]
        neutrals = [*neutrals, *(face for face in left if face.emotion == _NEUTRAL)]
    rows = [*faces, *neutrals] if not plain else faces
    present = [number for number in ORDER if any(face.emotion == number for face in faces)]
    labels = np.array([present.index(face.emotion) for face in faces], np.int64)
    people = {name: number for number, name in enumerate(sorted({face.person or face.name for face in rows}))}
    whose = np.array([people[face.person or face.name] for face in rows], np.int64)
    groups = whose[: len(faces)]
    return Study(
        listing.layout,
        tuple(faces),
        tuple(CLASSES[number] for number in present),
        labels,
        groups,
        _sources(rows, len(faces), whose, readings, truth, not plain),
        tuple(_tests(faces, labels, groups, seed)),
        tuple(troubles),
        len(faces) + sum(trouble.kind in LEFT_OUT for trouble in troubles),
        plain,
    )


def _readable(listing: Listing, readings: Mapping[str, Reading]) -> tuple[list[Face], list[Face], list[Trouble]]:
    """Faces that count, further neutral pictures that are none of these, and troubles."""
    troubles = list(listing.troubles)
    read: list[Face] = []
    for face in listing.faces:
        one = readings[face.name]
        if one.kind:
            troubles.append(Trouble(one.kind, face.name, one.detail))
        else:
            read.append(face)
    faces, doubled = counted_once(read, lambda face: readings[face.name].digest, lambda face: face.emotion)
    troubles += doubled
    for face in faces:
        if readings[face.name].faces > 1:
            troubles.append(Trouble("several faces", face.name, str(readings[face.name].faces)))
    known = {readings[face.name].digest for face in read}
    neutrals: list[Face] = []
    for face in listing.neutrals:
        one = readings.get(face.name, Reading("not read"))
        if not one.kind and one.digest not in known:
            known.add(one.digest)
            neutrals.append(face)
    return faces, neutrals, troubles


def _comparable(faces: Sequence[Face], neutrals: Sequence[Face]) -> list[Face]:
    """The faces of people of whom there is a neutral picture that is another one."""
    count = Counter(face.person for face in (*faces, *neutrals) if face.emotion == _NEUTRAL)
    return [face for face in faces if count[face.person] > (face.emotion == _NEUTRAL)]


def _why_plain(faces: Sequence[Face], neutrals: Sequence[Face]) -> str:
    """A sentence where faces cannot be compared with their people's neutral, else nothing."""
    if not all(face.person for face in faces):
        return "no neutral was subtracted, because the set does not say who is who"
    lost = {face.emotion for face in faces} - {face.emotion for face in _comparable(faces, neutrals)}
    if not lost:
        return ""
    if lost == {_NEUTRAL}:
        return "no neutral was subtracted, because nobody has two neutral pictures, and one is not compared with itself"
    return "no neutral was subtracted, because there are no neutral pictures of the people whom the set shows"


def _sources(
    rows: Sequence[Face],
    asked: int,
    people: Ints,
    readings: Mapping[str, Reading],
    truth: Mapping[str, Sequence[float]],
    compare: bool,
) -> dict[str, Source]:
    """Of the first `asked` rows; the others are neutral pictures that these are compared with."""
    neutral = np.array([face.emotion == _NEUTRAL for face in rows], bool)
    found = {}
    for name in (*BASES, COEFFICIENTS, FITTED, BLENDSHAPES, TRUTH):
        values = [truth.get(face.name, ()) if name == TRUTH else getattr(readings[face.name], name) for face in rows]
        if not values or not all(map(len, values)):
            continue
        features = np.array(values, np.float64)
        neutrals = neutrals_of(features, neutral, people).first(asked) if compare else None
        found[name] = Source(features[:asked], neutrals)
    return found


def _tests(faces: Sequence[Face], labels: Ints, groups: Ints, seed: int) -> list[Ints]:
    """The set's own test part where it has one beside something to learn from, else ten folds."""
    test = np.array([face.part == "test" for face in faces], bool)
    train_part = np.array([face.part == "train" for face in faces], bool)
    if test.any() and train_part.any():
        return [np.flatnonzero(test)]
    return folds(labels, groups, FOLDS, seed) if len(labels) else []
