"""The frozen benchmark: 46 rendered people as the paper's 46 real ones, the same pictures on every machine.

23 people with each of two headsets, two sessions each (the headset is taken off and put on again), thirteen holds a
session at 10 Hz: 1,040 pairs a session, 2,080 a person, as in section 3. Written as a data set of `models.dataset`
whose labels.npz has three columns more: hold (row of protocol.HOLDS), second (within it), blinking (0..1).

Its version rises whenever a picture changes, and figures of two versions do not compare: see `models.study.frozen`.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.errors import BridgeError
from bridge.frames import EyeFrame, Image
from bridge.rectification import EYE_SIZE, RectificationOptions, Rectifier
from models.spread import Spread
from models.study.frozen import Frozen, Sample
from models.study.frozen import read as read_frozen
from models.study.protocol import FRAMES, HOLDS, RATE, Ability, Take
from models.synthetic.dataset import save_shard
from models.synthetic.expression import Truth
from models.synthetic.headset import FAMILIES, drift, make_headset
from models.synthetic.participant import make_participant
from models.synthetic.parts import Parts, kept_parts
from models.synthetic.render import Session

SEED: Final = 17070720
PEOPLE: Final = 46
SESSIONS: Final = 2
HEADSETS: Final = ("hmd1", "hmd2")
_RESTING: Final = tuple(range(2, round(5.0 * RATE), 5))
"Frames of the neutral hold whose mean is the neutral image: ten from its first five seconds, whatever the plan."
_BLINKING: Final = 0.2
"Pairs that blink more than this are left out of the mean neutral image."
_SLIP: Final = 1.6
"How far headsets move on the head in a session, over the training renderer's usual."
_CAMERA_SIZE: Final = (160, 160)
_PERSON, _SESSION, _HOLD, _FRAME = 11, 12, 13, 14
_SAMPLED: Final = 30
"The frame of a hold that the frozen sample looks at."


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of the benchmark is rendered: every `every`-th frame of a hold."""

    every: int = 1
    people: int = PEOPLE

    def frames(self) -> list[int]:
        """Frame numbers of a hold."""
        return list(range(self.every // 2, FRAMES, self.every))

    def shards(self) -> list[tuple[int, int]]:
        """(person, session) of every shard. People take turns with the headsets: even ones wear the first."""
        return [(person, session) for person in range(self.people) for session in range(SESSIONS)]


def headset_of(person: int) -> str:
    """The family of the headset that this person wears."""
    return HEADSETS[person % len(HEADSETS)]


def render(out: Path, parts_path: Path, plan: Plan, spread: Spread) -> Iterator[int]:
    """Renders what is missing; yields the pairs of each shard as it is done.

    Raises BridgeError when the folder holds another benchmark, or this program renders another than the frozen one.
    """
    frozen = read_frozen()
    frozen.check(sample(kept_parts(str(parts_path))))
    _claim(out, plan, frozen)
    missing = [shard for shard in plan.shards() if not _folder(out, *shard).is_dir()]
    yield (len(plan.shards()) - len(missing)) * len(HOLDS) * len(plan.frames())
    tasks = [(str(out), str(parts_path), plan, person, session) for person, session in missing]
    yield from spread.map(_render_shard, tasks)


def _folder(out: Path, person: int, session: int) -> Path:
    return out / f"shard-{person:03d}-{session}"


def _claim(out: Path, plan: Plan, frozen: Frozen) -> None:
    about: dict[str, Any] = {
        "format": 1,
        "benchmark": frozen.version,
        "fingerprint": frozen.fingerprint,
        "headset": " and ".join(HEADSETS),
        "seed": SEED,
        **asdict(plan),
        "image": [EYE_SIZE[0], 2 * EYE_SIZE[1]],
        "headsets": list(FAMILIES),
        "channels": list(CHANNEL_NAMES),
        "action_units": list(ACTION_UNIT_NAMES),
        "emotions": list(EMOTION_NAMES),
    }
    file = out / "dataset.json"
    if file.is_file() and json.loads(file.read_text("utf-8")) != about:
        raise BridgeError(f"{out} holds another version or part of the benchmark; give another folder or delete it")
    out.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(about, indent=2) + "\n", "utf-8")


def _render_shard(out: str, parts_path: str, plan: Plan, person: int, session: int) -> int:
    cv2.setNumThreads(1)
    rendered = render_session(kept_parts(parts_path), plan, person, session)
    folder = _folder(Path(out), person, session)
    save_shard(folder, rendered.images, rendered.neutral[None], rendered.labels)
    return len(rendered.images)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One session."""

    images: Image
    "(n, 96, 192)"
    neutral: Image
    "(96, 192)"
    labels: dict[str, np.ndarray[Any, Any]]


def render_session(parts: Parts, plan: Plan, person: int, session: int) -> Rendered:
    """One session of one person: repeatable, whoever renders it."""
    sitting = _Sitting(parts, person, session)
    images, truths, columns = [], [], []
    for number, take in enumerate(sitting.takes):
        for frame in plan.frames():
            pixels, truth = sitting.show(number, frame)
            images.append(pixels)
            truths.append(truth)
            columns.append((number, frame / RATE, take.blink(frame / RATE)))
    hold_, second, blinking = (np.array(column) for column in zip(*columns, strict=True))
    count = len(images)
    labels: dict[str, np.ndarray[Any, Any]] = {
        "action_unit": np.array([truth.action_unit for truth in truths], np.int8),
        "emotion": np.array([truth.emotion for truth in truths], np.int8),
        "strength": np.array([truth.strength for truth in truths], np.float16),
        "channels": np.stack([truth.channels for truth in truths]).astype(np.float16),
        "session": np.zeros(count, np.int32),
        "person": np.full(count, person, np.int32),
        "headset": np.full(count, FAMILIES.index(headset_of(person)), np.uint8),
        "session_key": np.full(count, SESSIONS * person + session, np.int32),
        "hold": hold_.astype(np.uint8),
        "second": second.astype(np.float32),
        "blinking": blinking.astype(np.float32),
    }
    return Rendered(np.stack(images), sitting.neutral(), labels)


class _Sitting:
    """One person with their headset on: any frame of any hold, each by itself."""

    def __init__(self, parts: Parts, person: int, session: int) -> None:
        rng = np.random.default_rng((SEED, _PERSON, person))
        who, self._ability = make_participant(parts, rng), Ability.draw(rng)
        rng = np.random.default_rng((SEED, _SESSION, person, session))
        self._headset = make_headset(headset_of(person), rng, _CAMERA_SIZE)
        self._worn = Session.begin(who, self._headset)
        self._pupil = float(who.eye_look[1] + rng.normal(0, 0.06))
        self._rectify = Rectifier(RectificationOptions(blank_contrast=0.0))
        self._key = (person, session)
        self.takes = [
            Take.draw(hold, np.random.default_rng((SEED, _HOLD, person, session, number)))
            for number, hold in enumerate(HOLDS)
        ]

    def show(self, hold: int, frame: int) -> tuple[Image, Truth]:
        """The (96, 192) pair of a frame, and what it shows."""
        take, noise = self.takes[hold], np.random.default_rng((SEED, _FRAME, *self._key, hold, frame))
        state = take.state(self._ability, frame / RATE, self._pupil)
        progress = (hold + frame / FRAMES) / len(HOLDS)
        moved = drift(self._headset, _SLIP * progress * (1.5 if take.moves_head else 1.0), noise)
        pair = self._rectify(EyeFrame(*self._worn.render(state, moved, noise), 0.0, 0))
        return pair.pixels, self._worn.truth(state)

    def neutral(self) -> Image:
        """(96, 192) mean of the first seconds at rest, without their blinks."""
        resting = [frame for frame in _RESTING if self.takes[0].blink(frame / RATE) < _BLINKING]
        mean = np.mean([self.show(0, frame)[0] for frame in resting], 0)
        return np.asarray(np.rint(mean), np.uint8)


def sample(parts: Parts) -> Sample:
    """One pair of every hold, of the first wearers of both headsets in turn: what `models.study.frozen` compares."""
    sittings = [_Sitting(parts, person, 0) for person in range(len(HEADSETS))]
    shown = [sittings[number % len(sittings)].show(number, _SAMPLED) for number in range(len(HOLDS))]
    return Sample.of(np.stack([pair for pair, _ in shown]), np.stack([truth.channels for _, truth in shown]))
