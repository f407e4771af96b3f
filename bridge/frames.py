"""The values that pass from stage to stage: one frozen type for each boundary of the line.

    EyeFrame -> EyePair -> Expression -> (Weights, Look, Signal, AmbientLight) -> Result

Arrays inside are never written to after construction. Left and right are the wearer's own. Times are in seconds on the
source's monotonic clock.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.blendshapes import ARKIT_BASIS, ARKIT_TWICE
from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES

Image = NDArray[np.uint8]
Vector = NDArray[np.float32]

_CHANNEL_INDEX: Final = {name: i for i, name in enumerate(CHANNEL_NAMES)}


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where the eyes look, in degrees from straight ahead; positive yaw to the wearer's left, positive pitch up."""

    left_yaw: float
    left_pitch: float
    right_yaw: float
    right_pitch: float


@dataclass(frozen=True, slots=True)
class Head:
    """How the head is held; NaN where nobody knows."""

    yaw: float
    "Degrees, positive to the wearer's left."
    pitch: float
    "Degrees, positive up."
    roll: float
    "Degrees, positive towards the wearer's right shoulder."
    x: float
    "Metres, positive to the wearer's left."
    y: float
    "Metres, positive up."
    z: float
    "Metres, positive forward, towards the camera."


NO_HEAD: Final = Head(math.nan, math.nan, math.nan, math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Expressed:
    """What a face expresses, in every way in which it was read."""

    blendshapes: Vector
    "(52,) weights 0..1 in the order of blendshapes.ARKIT; NaN where a headset hides that part of the face."
    coefficients: Vector
    "(28,) of the expression basis (bridge/face/basis.py); NaN where they were not read."
    basis: str
    "That basis's fingerprint."
    second: Vector | None = field(default=None, kw_only=True)
    "(52,) a second opinion, the landmark detector's, where the blendshapes are a face network's; None without one."

    def told_in(self, basis: str) -> Vector | None:
        """The same in a basis, by its fingerprint or ARKIT_BASIS or ARKIT_TWICE; None where it was not read in that."""
        if basis == ARKIT_BASIS:
            return self.blendshapes
        if basis == ARKIT_TWICE:
            return None if self.second is None else np.concatenate([self.blendshapes, self.second])
        return self.coefficients if basis == self.basis else None


@dataclass(frozen=True, slots=True)
class FaceReading(Expressed):
    """What a face camera's picture says about the whole face at one moment."""

    gaze: Gaze
    head: Head
    "From the camera's own position and axes."
    quality: float
    "0..1: how surely there is a face."
    time: float
    "Capture time, seconds, monotonic."


@dataclass(frozen=True, slots=True)
class EyeFrame:
    """What a source saw at one moment."""

    left: Image | None
    "(h, w) uint8 gray picture of the wearer's left eye as the camera delivers it; None where that eye is missing."
    right: Image | None
    "The wearer's right eye, likewise; the two may differ in size."
    time: float
    "Capture time, seconds, monotonic."
    index: int
    "Counts the source's frames from 0; a gap is a dropped frame."
    face: FaceReading | None = None
    "What a face camera said last; None without one, and where no face is before it."


@dataclass(frozen=True, slots=True)
class EyePair:
    """Both eyes rectified and laid side by side: what networks see and what a neutral image is made of."""

    pixels: Image
    "(h, 2 w) uint8 gray; the wearer's left eye in the left half. A missing eye's half is black."
    seen: tuple[bool, bool]
    "Whether the (left, right) half holds an image: False for a missing eye and for a picture with nothing in it."
    mirrored: tuple[bool, bool]
    "Whether the (left, right) half is the other eye, mirrored, because the user asked for it."
    time: float
    index: int
    face: FaceReading | None = None
    "What a face camera said last, as in the frame."


@dataclass(frozen=True, slots=True)
class Expression:
    """What the face does, in the words of `channels`."""

    action_units: Vector
    "(10,) probabilities in the order of ACTION_UNITS; they sum to 1."
    emotions: Vector
    "(5,) probabilities in the order of EMOTIONS; they sum to 1."
    channels: Vector
    "Graded channels in the order of CHANNELS, in each one's own unit; NaN for an eye that is not seen."
    face: Vector | None = None
    "(52,) blendshapes as a face camera sees them, in the order of blendshapes.ARKIT; NaN where it does not see them."

    @property
    def action_unit(self) -> str:
        """The most probable action unit's name."""
        return ACTION_UNIT_NAMES[int(self.action_units.argmax())]

    @property
    def emotion(self) -> str:
        """The most probable emotion's name."""
        return EMOTION_NAMES[int(self.emotions.argmax())]

    def __getitem__(self, channel: str) -> float:
        """A channel by name, in its own unit. Raises KeyError for a name that is not in CHANNELS."""
        return float(self.channels[_CHANNEL_INDEX[channel]])


@dataclass(frozen=True, slots=True)
class Weights:
    """What an avatar receives."""

    blendshapes: Vector
    "(52,) weights 0..1 in the order of blendshapes.ARKIT."
    gaze: Gaze


@dataclass(frozen=True, slots=True)
class AmbientLight:
    """The light of the scene."""

    red: float
    "Linear sRGB, 0..1, of a light at full intensity."
    green: float
    blue: float
    intensity: float
    "0..2, where 1 is the scene's own brightness."
    temperature: float
    "Correlated colour temperature, kelvin."


@dataclass(frozen=True, slots=True)
class Look:
    """Where both eyes look together; NaN where nobody knows."""

    yaw: float
    "Degrees from straight ahead, positive to the wearer's left."
    pitch: float
    "Degrees, positive up."
    distance: float
    "Metres to where the lines of sight meet, never more than the settings' farthest."


@dataclass(frozen=True, slots=True)
class Signal:
    """What the look may signal to whoever is before the wearer's avatar (see shared_signal.py); NaN where unknown."""

    contact: float
    "1 for direct gaze, -1 for averted gaze."
    seconds: float
    "For how long it has been so."
    approach: float
    "-1..1: avoidance or approach in the recognised emotion; 0 says nothing."
    agreement: float
    "-1..1: whether gaze goes with that, direct with approach and averted with avoidance."


NO_LOOK: Final = Look(math.nan, math.nan, math.nan)
NO_SIGNAL: Final = Signal(math.nan, math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Result:
    """One frame's whole answer: what sinks, recorder and preview receive."""

    pair: EyePair
    expression: Expression
    "Personalized and smoothed."
    weights: Weights
    light: AmbientLight
    quality: float
    "0..1: how far this answer can be trusted; 0 when neither an eye nor a face is seen."
    personalized: bool
    "Whether the wearer's own neutral image was subtracted."
    blink: bool
    "Whether every eye that is seen is shut now."
    look: Look = NO_LOOK
    signal: Signal = NO_SIGNAL
    head: Head = NO_HEAD
    "Turned and moved from how it was held for the wearer's neutral, or from the camera's axes before there is one."
    stress: float = math.nan
    "0..1, the slow channel of bridge/face/stress.py; NaN while it is off or knows nothing. No diagnosis."

    @property
    def time(self) -> float:
        """Capture time of the eye images, seconds, monotonic."""
        return self.pair.time

    @property
    def index(self) -> int:
        """The source's frame number."""
        return self.pair.index

    @property
    def seen(self) -> tuple[bool, bool]:
        """Which eyes, (left, right), are seen: each by a camera of its own, or both by a face camera."""
        face = self.pair.face
        known = face is not None and not math.isnan(face.gaze.left_yaw)
        left, right = self.pair.seen
        return left or known, right or known
