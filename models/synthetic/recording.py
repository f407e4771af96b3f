"""A recording of a rendered person over time: rest, every action unit and emotion, blinks and sweeps of the gaze.

The protocol is a table; movements begin and end smoothly, blinks close faster than they open, and the eyes rest on
points and jump between them. Every frame carries its truth.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from bridge.channels import ACTION_UNIT_NAMES, EMOTION_NAMES
from bridge.frames import EyeFrame
from bridge.recording import RecordingWriter
from bridge.truth import FrameTruth, write_truth
from models.synthetic.expression import ACTIONS, EyeState, FaceState, Truth
from models.synthetic.headset import Optics, Slip, make_headset
from models.synthetic.participant import make_participant
from models.synthetic.parts import Float, Parts
from models.synthetic.render import Session

Movements = dict[str, float]

ONSET: Final = 0.35
"Seconds from rest to the full movement, and back."
REST: Final = 0.6
"Seconds of resting face between two movements."
_NAMED_FROM: Final = 0.5
"A class is named from this share of its movement on, and rest below _REST_BELOW; between them a frame has no class."
_REST_BELOW: Final = 0.06
_CLOSING, _SHUT, _OPENING = 0.08, 0.05, 0.15


@dataclass(frozen=True, slots=True)
class _Act:
    """One line of the protocol."""

    seconds: float
    action_unit: str = ""
    emotion: str = ""
    left: Movements | None = None
    right: Movements | None = None
    blinks: tuple[float, ...] = ()
    "When blinks begin, seconds into the act."
    sweep: tuple[float, float] = (0.0, 0.0)
    "Reach of a smooth sweep of the gaze to both sides: degrees of yaw and pitch."


def _both(seconds: float, action_unit: str = "", emotion: str = "", **movements: float) -> _Act:
    return _Act(seconds, action_unit, emotion, movements, movements)


_RAISED: Final[Movements] = {"brow_inner_up": 0.85, "brow_outer_up": 1.0}
_WINKED: Final[Movements] = {"blink": 1.0, "squint": 0.3, "cheek_raise": 0.35, "brow_down": 0.2}
_OTHER_EYE: Final[Movements] = {"squint": 0.1}
PROTOCOL: Final = (
    _Act(6.0, blinks=(2.2, 4.7)),
    _Act(2.0, "brow_raise_left", left=_RAISED),
    _Act(2.0, "brow_raise_right", right=_RAISED),
    _both(2.0, "brow_lower", brow_down=1.0, squint=0.08),
    _both(2.0, "upper_lid_raise", widen=1.0),
    _both(2.0, "squint", squint=1.0),
    _both(2.0, "eyes_closed", "closed_eyes", blink=1.0),
    _Act(2.0, "wink_left", left=_WINKED, right=_OTHER_EYE),
    _Act(2.0, "wink_right", left=_OTHER_EYE, right=_WINKED),
    _both(2.0, "cheek_raise", cheek_raise=1.0, smile=0.25),
    _Act(2.0, blinks=(0.2, 1.2)),
    _both(2.6, emotion="anger", brow_down=1.0, squint=0.6, sneer=0.7),
    _both(2.6, emotion="surprise", brow_inner_up=0.9, brow_outer_up=1.0, widen=0.85),
    _both(2.6, emotion="happiness", cheek_raise=1.0, smile=0.9, squint=0.2),
    _both(1.8, "eyes_closed", "closed_eyes", blink=1.0, cheek_raise=0.2),
    _Act(3.0, sweep=(22.0, 0.0)),
    _Act(3.0, sweep=(0.0, 16.0)),
    _Act(2.0, blinks=(0.3, 0.9, 1.5)),
)
DURATION: Final = sum(act.seconds + REST for act in PROTOCOL)
"Seconds."


def write_recording(out: Path, parts: Parts, seed: int, family: str, rate: float, quality: int) -> int:
    """Writes a recording folder with its truth; returns the number of frames. Raises BridgeError as its writer does."""
    truths = []
    note = "A rendered person; labels in truth.csv. Made by python -m models.synthetic recording."
    with RecordingWriter(out, rate=rate, quality=quality, note=note) as writer:
        for frame, truth in demo_frames(parts, seed, family, rate):
            writer.write(frame)
            truths.append(_line(frame.index, truth))
    write_truth(out, truths)
    return len(truths)


def demo_frames(parts: Parts, seed: int, family: str = "hmd1", rate: float = 30.0) -> Iterator[tuple[EyeFrame, Truth]]:
    """The protocol, `rate` frames a second, shown by the publishable person of a seed in a headset of a family."""
    rng = np.random.default_rng((seed, 4))
    person = make_participant(parts, rng, publishable=True)
    headset = replace(make_headset(family, rng), optics=_clear_optics())
    session = Session.begin(person, headset, supersampling=2)
    for index, state in enumerate(protocol_states(seed, float(person.eye_look[1]), rate)):
        left, right = session.render(state, _sway(index / rate), rng)
        yield EyeFrame(left, right, index / rate, index), session.truth(state)


def protocol_states(seed: int, pupil: float, rate: float) -> Iterator[FaceState]:
    """What the face does in each frame of the protocol; `pupil` is its mean size over the iris."""
    looks = _fixations(np.random.default_rng((seed, 5)))
    for index in range(round(DURATION * rate)):
        time = index / rate
        yield _moment(time, _fixated(looks, time), pupil + 0.03 * math.sin(0.9 * time))


def _line(index: int, truth: Truth) -> FrameTruth:
    return FrameTruth(
        index,
        ACTION_UNIT_NAMES[truth.action_unit] if truth.action_unit >= 0 else "",
        EMOTION_NAMES[truth.emotion] if truth.emotion >= 0 else "",
        truth.strength,
        truth.channels,
    )


def _moment(time: float, look: tuple[float, float], pupil: float) -> FaceState:
    """The face at a time into the protocol."""
    act, into = _act_at(time)
    share = _smooth(into / ONSET) * _smooth((act.seconds - into) / ONSET)
    blink = max((_blink(into - start) for start in act.blinks), default=0.0)
    eyes = []
    for movements in (act.left or {}, act.right or {}):
        values = {name: share * movements.get(name, 0.0) for name in ACTIONS}
        eyes.append(EyeState(**values | {"blink": max(values["blink"], blink), "pupil": pupil}))
    action_unit, emotion, strength = _classes(act, share, blink)
    state = FaceState(eyes[0], eyes[1], action_unit, emotion, strength)
    if any(act.sweep):
        swing = math.sin(2 * math.pi * into / act.seconds) if into < act.seconds else 0.0
        return state.looking(act.sweep[0] * swing, act.sweep[1] * swing, 1.0)
    return state.looking(*look, 1.5)


def _act_at(time: float) -> tuple[_Act, float]:
    """The act of a time and the seconds into it; its rest comes after it."""
    for act in PROTOCOL:
        if time < act.seconds + REST:
            return act, time
        time -= act.seconds + REST
    return PROTOCOL[-1], PROTOCOL[-1].seconds


def _classes(act: _Act, share: float, blink: float) -> tuple[str | None, str | None, float]:
    """Action unit, emotion and strength; a blink and a movement on its way have no class."""
    if blink > _REST_BELOW:
        return None, None, 0.0
    if not (act.action_unit or act.emotion) or share < _REST_BELOW:
        return "neutral", "neutral", 0.0
    if share < _NAMED_FROM:
        return None, None, share
    return act.action_unit or None, act.emotion or None, share


def _smooth(x: float) -> float:
    x = min(max(x, 0.0), 1.0)
    return x * x * (3 - 2 * x)


def _blink(since: float) -> float:
    """Closure at a time since the blink began: fast down, a moment shut, slower up."""
    if since < 0:
        return 0.0
    return _smooth(since / _CLOSING) * _smooth((_CLOSING + _SHUT + _OPENING - since) / _OPENING)


def _fixations(rng: np.random.Generator) -> Float:
    """(n, 3) beginning, yaw and pitch of where the eyes rest; near straight ahead while the neutral is taken."""
    starts = np.cumsum(rng.uniform(0.5, 1.4, int(DURATION / 0.5)))
    reach = np.where(starts < PROTOCOL[0].seconds, 0.4, 1.0)
    looks = np.c_[starts, rng.normal(0, 5.5, len(starts)) * reach, rng.normal(0, 3.5, len(starts)) * reach]
    return np.asarray(looks, np.float32)


def _fixated(looks: Float, time: float) -> tuple[float, float]:
    """Yaw and pitch at a time: a jump takes 50 ms."""
    now = int(np.searchsorted(looks[:, 0], time, side="right")) - 1
    if now < 0:
        return 0.0, 0.0
    before = looks[now - 1, 1:] if now else np.zeros(2)
    yaw, pitch = before + _smooth((time - looks[now, 0]) / 0.05) * (looks[now, 1:] - before)
    return float(yaw), float(pitch)


def _sway(time: float) -> Slip:
    """A headset that sits well: it gives by tenths of a millimetre."""
    return Slip(
        (0.012 * math.sin(0.7 * time), 0.015 * math.sin(0.43 * time + 1) + 0.0006 * time, 0.01 * math.sin(0.31 * time)),
        (0.2 * math.sin(0.27 * time), 0.15 * math.sin(0.37 * time), 0.2 * math.sin(0.23 * time)),
    )


def _clear_optics() -> Optics:
    """A good camera, so that the recording stays small and pleasant to look at."""
    return Optics(
        brightness=0.6,
        gamma=0.8,
        vignette=0.15,
        barrel=0.0,
        veil=0.0,
        blur=4.0,
        noise=0.002,
        jpeg=0,
        background=0.02,
        distortion=0.0,
        adaptation=0.0,
        bloom=0.0,
        lash_blur=0.0,
        glasses=np.zeros((0, 6), np.float32),
        rim=np.zeros(5, np.float32),
    )
