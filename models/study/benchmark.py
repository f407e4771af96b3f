"""The frozen benchmark: 46 rendered people as the paper's 46 real ones, the same pictures on every machine.

23 people with each of two headsets, two sessions each (the headset is taken off and put on again), thirteen holds a
session at 10 Hz: 1,040 pairs a session, 2,080 a person, as in section 3. Written as a data set of `models.dataset`
whose labels.npz has three columns more: hold (row of protocol.HOLDS), second (within it), blinking (0..1).

`VERSION` rises whenever a picture changes; figures of two versions do not compare. FINGERPRINT is the check: rendering
stops when the first session is not the one it was.
"""

import functools
import json
import shutil
import zlib
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
from models.study.protocol import FRAMES, HOLDS, RATE, Ability, Take
from models.study.spread import Spread
from models.synthetic.headset import FAMILIES, drift, make_headset
from models.synthetic.participant import make_participant
from models.synthetic.parts import Parts, open_parts
from models.synthetic.render import Session

VERSION: Final = 1
SEED: Final = 17070720
PEOPLE: Final = 46
SESSIONS: Final = 2
HEADSETS: Final = ("hmd1", "hmd2")
NEUTRAL_SECONDS: Final = 5.0
"The mean neutral image is that of the first so many seconds of the neutral hold."
_BLINKING: Final = 0.2
"Pairs that blink more than this are left out of the mean neutral image."
_SLIP: Final = 1.6
"How far headsets move on the head in a session, over the training renderer's usual."
_CAMERA_SIZE: Final = (160, 160)
_PERSON, _SESSION, _HOLD, _FRAME = 11, 12, 13, 14


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

    Raises BridgeError when the folder holds another benchmark.
    """
    _claim(out, plan)
    missing = [shard for shard in plan.shards() if not _folder(out, *shard).is_dir()]
    yield (len(plan.shards()) - len(missing)) * len(HOLDS) * len(plan.frames())
    tasks = [(str(out), str(parts_path), plan, person, session) for person, session in missing]
    yield from spread.map(_render_shard, tasks)


def _folder(out: Path, person: int, session: int) -> Path:
    return out / f"shard-{person:03d}-{session}"


def _claim(out: Path, plan: Plan) -> None:
    about: dict[str, Any] = {
        "format": 1,
        "benchmark": VERSION,
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
    rendered = render_session(_parts(parts_path), plan, person, session)
    folder = _folder(Path(out), person, session)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    np.save(part / "images.npy", rendered.images)
    np.save(part / "neutral.npy", rendered.neutral[None])
    np.savez(part / "labels.npz", allow_pickle=False, **rendered.labels)
    part.rename(folder)
    return len(rendered.images)


_parts: Final = functools.lru_cache(maxsize=1)(lambda path: open_parts(Path(path)))


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
    rng = np.random.default_rng((SEED, _PERSON, person))
    who, ability = make_participant(parts, rng), Ability.draw(rng)
    rng = np.random.default_rng((SEED, _SESSION, person, session))
    headset = make_headset(headset_of(person), rng, _CAMERA_SIZE)
    worn = Session.begin(who, headset)
    pupil = float(who.eye_look[1] + rng.normal(0, 0.06))
    rectify = Rectifier(RectificationOptions(blank_contrast=0.0))
    images, truths, columns = [], [], []
    for number, hold in enumerate(HOLDS):
        take = Take.draw(hold, np.random.default_rng((SEED, _HOLD, person, session, number)))
        for frame in plan.frames():
            seconds = frame / RATE
            noise = np.random.default_rng((SEED, _FRAME, person, session, number, frame))
            state = take.state(ability, seconds, pupil)
            progress = (number + frame / FRAMES) / len(HOLDS)
            moved = drift(headset, _SLIP * progress * (1.5 if take.moves_head else 1.0), noise)
            images.append(rectify(EyeFrame(*worn.render(state, moved, noise), 0.0, 0)).pixels)
            truths.append(worn.truth(state))
            columns.append((number, seconds, take.blink(seconds)))
    hold_, second, blinking = (np.array(column) for column in zip(*columns, strict=True))
    pixels = np.stack(images)
    resting = (hold_ == 0) & (second < NEUTRAL_SECONDS) & (blinking < _BLINKING)
    count = len(pixels)
    labels: dict[str, np.ndarray[Any, Any]] = {
        "action_unit": np.array([truth.action_unit for truth in truths], np.int8),
        "emotion": np.array([truth.emotion for truth in truths], np.int8),
        "strength": np.array([truth.strength for truth in truths], np.float16),
        "channels": np.stack([truth.channels for truth in truths]).astype(np.float16),
        "session": np.zeros(count, np.int32),
        "person": np.full(count, person, np.int32),
        "headset": np.full(count, FAMILIES.index(headset.family), np.uint8),
        "session_key": np.full(count, SESSIONS * person + session, np.int32),
        "hold": hold_.astype(np.uint8),
        "second": second.astype(np.float32),
        "blinking": blinking.astype(np.float32),
    }
    return Rendered(pixels, np.rint(pixels[resting].mean(0)).astype(np.uint8), labels)


def fingerprint(parts: Parts) -> int:
    """A number of the benchmark's first pictures: another one, another benchmark."""
    few = render_session(parts, Plan(every=FRAMES), 0, 0)
    return zlib.crc32((few.images // 8).tobytes())
