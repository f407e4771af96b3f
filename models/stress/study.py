"""Stress or none of each frame, by machines that never saw its person: DeepExp3D's section IV-B.

Each phase by itself, as its own neutral tasks are the ones its stressful tasks can be compared with: five folds of
people, ten times with other folds. The paper counts single frames, and so does this.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bridge.face.machines import Floats, Machines
from bridge.face.stress import KIND, NAMES
from models.emotion.classifier import Faces, recall, search, train
from models.emotion.features import Reading
from models.emotion.folds import Ints, folds
from models.kept import kept, key_of
from models.listing import Trouble
from models.spread import Spread
from models.stress.recordings import PHASES, Listing, Recording

FOLDS: Final = 5
REPEATS: Final = 10
_SEARCHED: Final = 600
"Frames that a search looks at: neighbours of one recording are much alike."
_VERSION: Final = 1
"Of the kept answers; another one does not find those of the last."


@dataclass(frozen=True, slots=True)
class Frames:
    """All frames with a face, of all phases."""

    features: Floats
    "(n, 28)"
    stress: Ints
    "(n,) 0 or 1, by the task"
    people: Ints
    "(n,)"
    phases: Ints
    "(n,) places in PHASES"
    troubles: tuple[Trouble, ...]
    recordings: int
    "That count."

    def of(self, phase: int) -> Faces:
        """The frames of one phase, to learn from."""
        chosen = self.phases == phase
        return Faces(self.features[chosen], self.stress[chosen], self.people[chosen])


@dataclass(frozen=True, slots=True)
class Score:
    """How well one phase's frames were recognised, in each repeat."""

    phase: str
    accuracy: Floats
    "(repeats,) share of right answers"
    recall: Floats
    "(repeats,) mean of the accuracies of frames with stress and without: 0.5 is chance, whatever there is more of"
    frequent: float
    "Accuracy of always saying what there is more of."
    frames: int
    people: int


def frames_of(listing: Listing, readings: Mapping[str, Sequence[Reading]]) -> Frames:
    """The frames that could be read; everything else is in the troubles."""
    troubles = list(listing.troubles)
    rows: list[tuple[Recording, Reading]] = []
    counting = 0
    for recording in listing.recordings:
        read = readings[recording.name]
        seen = [one for one in read if not one.kind]
        broken = next((one for one in read if one.kind == "broken"), None)
        if broken or not seen:
            troubles.append(Trouble("broken" if broken else "no face", recording.name, broken.detail if broken else ""))
            continue
        counting += 1
        if len(seen) < len(read):
            troubles.append(Trouble("faceless frames", recording.name, f"{len(read) - len(seen)} of {len(read)}"))
        rows += [(recording, one) for one in seen]
    people = {name: number for number, name in enumerate(sorted({one.person for one, _ in rows}))}
    return Frames(
        np.array([one.coefficients for _, one in rows], np.float64).reshape(len(rows), -1),
        np.array([one.task.stress for one, _ in rows], np.int64),
        np.array([people[one.person] for one, _ in rows], np.int64),
        np.array([PHASES.index(one.task.phase) for one, _ in rows], np.int64),
        tuple(troubles),
        counting,
    )


def phases_of(frames: Frames) -> list[int]:
    """The phases that can be asked about: both kinds of frames, of two people at least."""
    asked = [frames.of(phase) for phase in range(len(PHASES))]
    return [
        phase
        for phase, faces in enumerate(asked)
        if len(set(faces.labels.tolist())) == 2 and len(set(faces.groups.tolist())) >= 2
    ]


def repeated(
    frames: Frames, repeats: int, trials: int, folder: Path, spread: Spread
) -> Iterator[tuple[int, int, list[int]]]:
    """Phase, repeat, and what was said of each of its frames, as they are done."""
    tasks, of = [], {}
    for phase in phases_of(frames):
        faces = frames.of(phase)
        parts = (faces.features, faces.labels, faces.groups)
        digest = hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
        for seed in range(repeats):
            key = key_of(_VERSION, digest, trials, seed)
            of[key] = phase, seed
            tasks.append((key, (faces, trials, seed)))
    for key, found in kept(answer, tasks, folder, spread):
        yield *of[key], found


def answer(faces: Faces, trials: int, seed: int) -> list[int]:
    """What machines say of every frame that did not see its person, in whatever process."""
    found = np.zeros_like(faces.labels)
    for test in folds(faces.labels, faces.groups, FOLDS, seed):
        rest = faces[np.setdiff1d(np.arange(len(faces.labels)), test)]
        machines = train(rest, NAMES, search(rest, len(NAMES), trials, seed, _SEARCHED), KIND)
        found[test] = machines(faces.features[test]).argmax(1)
    return [int(one) for one in found]


def scores(frames: Frames, answers: Mapping[tuple[int, int], Sequence[int]]) -> list[Score]:
    """Of each phase, from what was said in each (phase, repeat)."""
    scored = []
    for phase in phases_of(frames):
        faces = frames.of(phase)
        said = [np.array(found) for (of, _), found in sorted(answers.items()) if of == phase]
        scored.append(
            Score(
                PHASES[phase],
                np.array([(one == faces.labels).mean() for one in said]),
                np.array([recall(faces.labels, one, len(NAMES)) for one in said]),
                float(np.bincount(faces.labels).max() / len(faces.labels)),
                len(faces.labels),
                len(set(faces.groups.tolist())),
            )
        )
    return scored


def final(frames: Frames, trials: int, basis: str, card: str) -> Machines:
    """A model of all frames, for the daemon's slow channel."""
    faces = Faces(frames.features, frames.stress, frames.people)
    return train(faces, NAMES, search(faces, len(NAMES), trials, 0, _SEARCHED), KIND, basis, card)
