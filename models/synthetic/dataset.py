"""Renders a data set: shards of rectified pairs with exact labels, by this machine's processes or a Ray cluster's.

What a session shows depends only on the seed and its number. A shard is written beside its place and then renamed, so
a run that was stopped goes on where it ended.
"""

import functools
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.errors import BridgeError
from bridge.frames import EyeFrame, Image
from bridge.rectification import EYE_SIZE, RectificationOptions, Rectifier
from models.spread import Spread
from models.synthetic.expression import Truth
from models.synthetic.headset import FAMILIES, drift, make_headset
from models.synthetic.participant import Participant, make_participant, with_heavy_lashes, with_rising_lids
from models.synthetic.parts import TOPOLOGY, Parts, kept_parts
from models.synthetic.render import Session
from models.synthetic.script import neutral, random_moment, with_gaze

SESSIONS_A_SHARD: Final = 16
SESSIONS_A_PERSON: Final = 2
NEUTRAL_FRAMES: Final = 6
_CAMERA_SIZE: Final = (160, 160)
"Rendered pictures: larger than the network's view, so that shrinking smooths edges."
_PERSON, _SESSION, _FRAME = 1, 2, 3
_STRANGERS: Final = 1_000_000
"The first person of a seed who is in no data set: the pairs of so many would fill hundreds of disks."


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what a data set holds."""

    seed: int
    sessions: int
    frames: int
    "Frames a session, beside its neutral ones."
    headset: str = "any"
    publishable: bool = False
    heavy_lashes: bool = False
    "Whether lashes hang before the eyes like curtains, out of focus; see participant.with_heavy_lashes."

    def shards(self) -> list[list[int]]:
        """The sessions of every shard."""
        numbers = list(range(self.sessions))
        return [numbers[start : start + SESSIONS_A_SHARD] for start in range(0, len(numbers), SESSIONS_A_SHARD)]


@dataclass(frozen=True, slots=True)
class SessionPairs:
    """One rendered session."""

    images: Image
    "(frames, 96, 192)."
    neutral: Image
    "(96, 192) the mean of its neutral frames."
    truths: list[Truth]
    person: int
    headset: int
    "Row of FAMILIES."
    skin: int
    "See Skin.scan."


def begin_session(parts: Parts, plan: Plan, number: int) -> tuple[Session, float]:
    """Session `number` of a plan, and its pupil size."""
    session_rng = np.random.default_rng((plan.seed, _SESSION, number))
    person = _person(parts, plan, number // SESSIONS_A_PERSON)
    headset = make_headset(plan.headset, session_rng, _CAMERA_SIZE)
    pupil = float(person.eye_look[1] + session_rng.normal(0, 0.06))
    if plan.heavy_lashes:
        blur = float(session_rng.gamma(2.0, 7.0))
        headset = replace(headset, optics=replace(headset.optics, lash_blur=blur))
    return Session.begin(person, headset), pupil


def begin_stranger(parts: Parts, seed: int, number: int) -> tuple[Session, float]:
    """A session of stranger `number`, somebody to measure by, and its pupil size: whatever its seed, no data set has so
    many people that one of them is this one."""
    first = SESSIONS_A_PERSON * (_STRANGERS + number)
    return begin_session(parts, Plan(seed, first + 1, 1), first)


@functools.lru_cache(maxsize=1)
def _person(parts: Parts, plan: Plan, number: int) -> Participant:
    """Person `number`; the last one is kept, since sessions of one person follow each other."""
    rng = np.random.default_rng((plan.seed, _PERSON, number))
    person = with_rising_lids(make_participant(parts, rng, plan.publishable), parts, rng)
    return with_heavy_lashes(person, rng) if plan.heavy_lashes else person


def render_session(parts: Parts, plan: Plan, number: int) -> SessionPairs:
    """The pairs of session `number`: repeatable, whoever renders it."""
    session, pupil = begin_session(parts, plan, number)
    rectify = Rectifier(RectificationOptions(blank_contrast=0.0))
    images = np.empty((plan.frames, EYE_SIZE[0], 2 * EYE_SIZE[1]), np.uint8)
    mean = np.zeros(images.shape[1:])
    truths = []
    for index in range(-NEUTRAL_FRAMES, plan.frames):
        rng = np.random.default_rng((plan.seed, _FRAME, number, index + NEUTRAL_FRAMES))
        progress = max(index, 0) / plan.frames
        if index < 0:
            state = with_gaze(neutral(rng, 0.0), rng, pupil, 4.0, 3.0)
        else:
            state = random_moment(rng, session.person.spill, pupil)
        left, right = session.render(state, drift(session.headset, progress, rng), rng)
        pair = rectify(EyeFrame(left, right, 0.0, index)).pixels
        if index < 0:
            mean += pair
            continue
        images[index] = pair
        truths.append(session.truth(state))
    average = np.clip(np.rint(mean / NEUTRAL_FRAMES), 0, 255).astype(np.uint8)
    family = FAMILIES.index(session.headset.family)
    return SessionPairs(images, average, truths, number // SESSIONS_A_PERSON, family, session.person.skin.scan)


def write_shard(folder: Path, sessions: list[SessionPairs], numbers: list[int]) -> None:
    """Writes rendered sessions as one shard, in one step."""
    counts = [len(session.truths) for session in sessions]
    truths = [truth for session in sessions for truth in session.truths]
    labels: dict[str, NDArray[Any]] = {
        "action_unit": np.array([truth.action_unit for truth in truths], np.int8),
        "emotion": np.array([truth.emotion for truth in truths], np.int8),
        "strength": np.array([truth.strength for truth in truths], np.float16),
        "channels": np.stack([truth.channels for truth in truths]).astype(np.float16),
        "session": np.repeat(np.arange(len(sessions), dtype=np.int32), counts),
        "person": np.repeat(np.array([session.person for session in sessions], np.int32), counts),
        "headset": np.repeat(np.array([session.headset for session in sessions], np.uint8), counts),
        "skin": np.repeat(np.array([session.skin for session in sessions], np.int8), counts),
        "session_key": np.repeat(np.array(numbers, np.int32), counts),
    }
    images = np.concatenate([session.images for session in sessions])
    save_shard(folder, images, np.stack([session.neutral for session in sessions]), labels)


def save_shard(folder: Path, images: Image, neutrals: Image, labels: dict[str, NDArray[Any]]) -> None:
    """Writes a shard's files, as models.dataset reads them, beside `folder` and moves them there in one step.

    What a run that was killed leaves has a name that no reader of shards looks for.
    """
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    np.save(part / "images.npy", images)
    np.save(part / "neutral.npy", neutrals)
    np.savez(part / "labels.npz", allow_pickle=False, **labels)
    part.rename(folder)


def write_dataset(out: Path, parts_path: Path, plan: Plan, spread: Spread) -> Iterator[int]:
    """Renders what is missing of a data set; yields the pairs of each shard as it is done.

    Raises BridgeError when the folder holds a data set of another plan.
    """
    parts = kept_parts(str(parts_path))
    _claim(out, plan, parts.topology)
    missing = []
    for shard, numbers in enumerate(plan.shards()):
        folder = out / f"shard-{shard:05d}"
        if folder.is_dir():
            yield len(numbers) * plan.frames
        else:
            missing.append((str(folder), str(parts_path), plan, numbers))
    if len(missing) > 1:
        render_session(parts, Plan(plan.seed, 1, 1), 0)  # compiled code is kept on disk: no process compiles it again
    yield from spread.map(_render_shard, missing)


def _render_shard(folder: str, parts_path: str, plan: Plan, numbers: list[int]) -> int:
    cv2.setNumThreads(1)
    parts = kept_parts(parts_path)
    write_shard(Path(folder), [render_session(parts, plan, number) for number in numbers], numbers)
    return len(numbers) * plan.frames


def _claim(out: Path, plan: Plan, topology: str) -> None:
    about: dict[str, Any] = {
        "format": 1,
        **asdict(plan),
        "topology": topology,
        "image": [EYE_SIZE[0], 2 * EYE_SIZE[1]],
        "headsets": list(FAMILIES),
        "channels": list(CHANNEL_NAMES),
        "action_units": list(ACTION_UNIT_NAMES),
        "emotions": list(EMOTION_NAMES),
    }
    file = out / "dataset.json"
    if file.is_file():
        if {"topology": TOPOLOGY, "heavy_lashes": False} | json.loads(file.read_text(encoding="utf-8")) != about:
            raise BridgeError(f"{out} holds a data set of other settings; give another folder or delete that one")
        return
    out.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
