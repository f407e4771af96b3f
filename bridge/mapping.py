"""From what the face does to what an avatar receives: a rig table, compiled to arrays once.

What the eyes' channels move goes through the table; what only a face camera sees is blendshapes already.

The table is a file (see `bridge/rigs/arkit.csv`); reading it happens when a Mapper is made, never between frames.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.blendshapes import ARKIT
from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES
from bridge.fading import Fade
from bridge.frames import Expression, Gaze, Vector, Weights
from bridge.fusion import LEFT_FREE
from bridge.rigs import CURVES, INPUTS, Rig, load_rig, rig_path

Floats = NDArray[np.float64]

_GUESS: Final = "mouth_guess"

# The gain that scales a blendshape, by how its name begins.
_GROUPS: Final = {
    "eyeLook": "gaze",
    "eye": "eyelids",
    "brow": "brows",
    "cheek": "cheeks",
    "nose": "cheeks",
    "mouth": "mouth",
    "jaw": "mouth",
    "tongue": "mouth",
}

# A shut lid can neither squint nor be wide: these fade as the blink of their side grows.
_FADING: Final = ("eyeSquintLeft", "eyeWideLeft", "eyeSquintRight", "eyeWideRight")
_FADING_AT: Final = np.array([ARKIT.index(name) for name in _FADING])
_BLINK_AT: Final = np.array(
    [ARKIT.index("eyeBlinkLeft" if name.endswith("Left") else "eyeBlinkRight") for name in _FADING]
)

# left yaw, left pitch, right yaw, right pitch: as in Gaze
_GAZE: Final = ("gaze_yaw_left", "gaze_pitch_left", "gaze_yaw_right", "gaze_pitch_right")
_GAZE_AT: Final = np.array([INPUTS.index(name) for name in _GAZE])
_OTHER_EYE_AT: Final = np.roll(_GAZE_AT, 2)
_GAZE_LIMIT: Final = CHANNELS[CHANNEL_NAMES.index(_GAZE[0])].high

# What stands in for a value that is not seen: a sure neutral class, each channel's neutral.
_NEUTRAL: Final = np.array(
    [
        *(float(name == "neutral") for name in ACTION_UNIT_NAMES + EMOTION_NAMES),
        *(channel.neutral for channel in CHANNELS),
    ]
)


_SHAPES: Final = len(ARKIT)
_REST: Final = np.zeros(_SHAPES + len(_GAZE))

# (3, 56): what belongs to the left eye, to the right eye (the middle belongs to both) and to a face camera, of all
# blendshapes and the gaze.
_OF_PART: Final = np.array(
    [
        *([not name.endswith((other, other.lower())) for name in ARKIT + _GAZE] for other in ("Right", "Left")),
        [*LEFT_FREE, *(False for _ in _GAZE)],
    ]
)


def _gain(what: str) -> float:
    gain: float = Field(
        default=1.0,
        ge=0,
        le=2,
        description=f"Strength of {what}; 1 is the rig's own",
        json_schema_extra={"slider": [0, 2, 0.05]},
    )
    return gain


class Gains(BaseModel, frozen=True, extra="forbid"):
    eyelids: float = _gain("blink, squint and widening")
    brows: float = _gain("the brows")
    cheeks: float = _gain("cheeks and nose")
    gaze: float = _gain("the eyes' turning")
    mouth: float = _gain("the mouth, where a face camera, a rig or the guess moves it")


class MappingOptions(BaseModel, frozen=True, extra="forbid"):
    """Which avatar, how strongly."""

    rig: str = Field(default="arkit", description="Rig table: a bundled one by name, or the path of a .csv file")
    guess_mouth: bool = Field(
        default=False,
        description="Guess a modest mouth from a happy, surprised or angry class, where no camera sees the mouth",
    )
    gains: Gains = Field(default=Gains(), description="Strength of each part of the face")
    relax_half_life: float = Field(
        default=0.25,
        ge=0,
        le=10,
        description="How fast the avatar eases to neutral while no eye or no face is seen, half-life in seconds",
        json_schema_extra={"slider": [0, 2, 0.05]},
    )


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rig as arrays: rows sorted by curve, so that each curve is computed once over a slice."""

    inputs: NDArray[np.intp]
    "(rows,) index into INPUTS"
    scale: Floats
    "(rows,) input * scale + shift is 0 at low and 1 at high"
    shift: Floats
    curves: tuple[tuple[str, slice], ...]
    mixing: Floats
    "(52, rows) gains"


def _compile(rig: Rig, gains: Gains) -> _Compiled:
    rows = sorted(rig.rows, key=lambda row: row.curve)
    spans = np.array([row.high - row.low for row in rows])
    mixing = np.zeros((len(ARKIT), len(rows)))
    for column, row in enumerate(rows):
        mixing[ARKIT.index(row.blendshape), column] = row.gain * _group_gain(row.blendshape, gains)
    curves = [row.curve for row in rows]
    return _Compiled(
        inputs=np.array([INPUTS.index(row.input) for row in rows], dtype=np.intp),
        scale=np.array([row.sign for row in rows]) / spans,
        shift=np.array([row.offset - row.low for row in rows]) / spans,
        curves=tuple(
            (curve, slice(curves.index(curve), curves.index(curve) + curves.count(curve)))
            for curve in CURVES
            if curve in curves and curve != "linear"
        ),
        mixing=mixing,
    )


def _group_gain(blendshape: str, gains: Gains) -> float:
    group = next(group for prefix, group in _GROUPS.items() if blendshape.startswith(prefix))
    gain: float = getattr(gains, group)
    return gain


def _face_gains(gains: Gains) -> Vector:
    """(52,) gains of a face camera's blendshapes; NaN for those that the rig makes of the eyes' channels."""
    found = [_group_gain(name, gains) if free else math.nan for name, free in zip(ARKIT, LEFT_FREE, strict=True)]
    return np.array(found, np.float32)


class Mapper:
    """Expressions in, weights out. Raises BridgeError when its rig cannot be read or is wrong."""

    def __init__(self, options: MappingOptions, rig: Rig | None = None) -> None:
        """`rig` stands in for the files that the options name."""
        self._options = options
        self._rig = _load(options) if rig is None else rig
        self._compiled = _compile(self._rig, options.gains)
        self._face_gains = _face_gains(options.gains)

    def with_options(self, options: MappingOptions) -> "Mapper":
        """The same under other options; files are read again only when the options name others."""
        same = (options.rig, options.guess_mouth) == (self._options.rig, self._options.guess_mouth)
        return Mapper(options, self._rig if same else None)

    def __call__(self, expression: Expression) -> Weights:
        """Maps one frame. An eye that is not seen is neutral and looks where the other one looks."""
        values: Floats = np.concatenate(
            (expression.action_units, expression.emotions, expression.channels), dtype=np.float64
        )
        if np.isnan(values).any():
            values = _without_gaps(values)
        rig = self._compiled
        moved = (values[rig.inputs] * rig.scale + rig.shift).clip(0.0, 1.0)
        for curve, part in rig.curves:
            moved[part] = CURVES[curve](moved[part])
        weights = (rig.mixing @ moved).clip(0.0, 1.0)
        weights[_FADING_AT] *= 1.0 - weights[_BLINK_AT]
        if expression.face is not None:
            face = (expression.face * self._face_gains).clip(0.0, 1.0)
            weights = np.where(np.isnan(face), weights, face)
        turned = (values[_GAZE_AT] * self._options.gains.gaze).clip(-_GAZE_LIMIT, _GAZE_LIMIT)
        return Weights(weights.astype(np.float32), Gaze(*turned.tolist()))


def _without_gaps(values: Floats) -> Floats:
    """An eye that is not seen looks where the other one looks; everything else not seen is neutral."""
    values = values.copy()
    values[_GAZE_AT] = np.where(np.isnan(values[_GAZE_AT]), values[_OTHER_EYE_AT], values[_GAZE_AT])
    return np.where(np.isnan(values), _NEUTRAL, values)


def _load(options: MappingOptions) -> Rig:
    rig = load_rig(rig_path(options.rig))
    return rig + load_rig(rig_path(_GUESS)) if options.guess_mouth else rig


class Relax:
    """Lets the avatar ease to neutral when an eye or the face is no longer seen, and back when it is.

    Whenever an eye comes or goes, what its side showed stays, and the difference to what it should show fades away; so
    does what belongs to a face camera. A camera that misses a single frame so leaves the face where it was, and the
    side of the other eye does not notice.
    """

    def __init__(self, options: MappingOptions) -> None:
        self._half_life = options.relax_half_life
        self._seen: tuple[bool, bool, bool] | None = None
        self._fade = Fade.at(_REST)
        self._time = -math.inf

    def with_options(self, options: MappingOptions) -> "Relax":
        """The same state under other options."""
        other = Relax(options)
        other._seen, other._fade, other._time = self._seen, self._fade, self._time
        return other

    def __call__(self, weights: Weights, seen: tuple[bool, bool, bool], time: float) -> Weights:
        """`seen` says whether the left eye, the right eye and a face camera's face are at `time`, seconds.

        Starts afresh when time runs backwards.
        """
        aim = _flat(weights) if any(seen) else _REST
        if self._seen is None or time < self._time:
            self._fade = Fade.at(aim)
        else:
            changed = np.any(_OF_PART[[now != before for now, before in zip(seen, self._seen, strict=True)]], axis=0)
            self._fade = self._fade.step(aim, changed, time - self._time, self._half_life)
        self._seen, self._time = seen, time
        faces, gaze = self._fade.shown[:_SHAPES].clip(0.0, 1.0), self._fade.shown[_SHAPES:]
        return Weights(faces.astype(np.float32), Gaze(*gaze.tolist()))


def _flat(weights: Weights) -> Floats:
    gaze = weights.gaze
    angles = (gaze.left_yaw, gaze.left_pitch, gaze.right_yaw, gaze.right_pitch)
    return np.concatenate((weights.blendshapes, angles), dtype=np.float64)
