"""What the program knows about one wearer: the mean neutral image and the resting values of each channel.

Eyemotion (arXiv 1707.07204), section 4.2, equation 2: P(I) = I - mean of the wearer's neutral images, one for each
person and session, taken from the first five seconds. Nothing is retrained.

Beside the image, the relaxed face also has its own resting numbers: one person's open eye reads 0.8, another's brow 0.1
down. `Profile.relative` counts every graded channel from there, because a change from the wearer's own neutral carries
over between cameras and faces far better than an absolute value. What a guided calibration has fitted comes on top. A
face camera's blendshapes and the head's pose count from the same rest.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.channels import CHANNELS
from bridge.fewshot import Fit
from bridge.frames import NO_HEAD, Expressed, Expression, EyePair, FaceReading, Head, Image, Vector

_NEUTRAL: Final = np.array([channel.neutral for channel in CHANNELS], np.float32)
_GAZE: Final = np.array([channel.unit == "degrees" for channel in CHANNELS])
_OPENNESS: Final = np.array([channel.name.startswith("lid_openness") for channel in CHANNELS])
_MOVEMENT: Final = np.array([channel.unit == "ratio" and channel.neutral == 0.0 for channel in CHANNELS])

_LOWEST_OPEN: Final = 0.3
"No relaxed eye reads less open than this; below it the neutral was taken with the lids half shut."
_HIGHEST_REST: Final = 0.5
"No resting movement counts for more than this, so that the full range never shrinks below half."
FARTHEST_REST_DEGREES: Final = 20.0
"No straight-ahead look is farther than this from the camera's own idea of it."


class PersonalizationOptions(BaseModel, frozen=True, extra="forbid"):
    """How the wearer's neutral is found."""

    automatic: bool = Field(True, description="take the neutral from the first seconds when no profile is loaded")
    seconds: float = Field(5.0, ge=1.0, le=30.0, description="how long a neutral is collected, seconds")
    profile: str | None = Field(None, description="name of a saved profile to start with (see: eyebridge calibrate)")
    headset: str = Field("default", description="name of the headset; a profile made with another one is refused")
    glasses: bool = Field(False, description="glasses are worn; a profile made without them is refused, and vice versa")


@dataclass(frozen=True, slots=True)
class FaceRest(Expressed):
    """How a wearer's relaxed face reads to a face camera: blendshapes that it did not see are 0."""

    head: Head
    "How it is held meanwhile."

    @classmethod
    def of(cls, faces: Sequence[FaceReading]) -> "FaceRest":
        """The median of at least one reading."""
        heads = np.median([astuple(face.head) for face in faces], 0)
        basis = faces[-1].basis
        seconds = [face.second for face in faces if face.second is not None]
        return cls(
            _median(np.array([face.blendshapes for face in faces]), 0.0),
            _median(np.array([face.coefficients for face in faces if face.basis == basis]), math.nan),
            basis,
            Head(*heads.tolist()),
            second=_median(np.array(seconds), 0.0) if seconds else None,
        )

    def relative(self, blendshapes: Vector) -> Vector:
        """(52,) weights counted from the rest: a relaxed face is 0, full movements stay 1."""
        rest = np.minimum(self.blendshapes, np.float32(_HIGHEST_REST))
        return ((blendshapes - rest) / (1.0 - rest)).clip(0.0, 1.0)

    def turned(self, head: Head) -> Head:
        """A head's pose counted from the rest."""
        return Head(*(now - rest for now, rest in zip(astuple(head), astuple(self.head), strict=True)))


@dataclass(frozen=True, slots=True)
class Profile:
    """One wearer in one session."""

    neutral: NDArray[np.float32]
    "(h, 2 w) mean neutral image in gray levels; the population's mean while the wearer's own is unknown."
    resting: Vector
    "(len(CHANNELS),) what the network reads on the relaxed face."
    personal: bool
    "False for the population's mean."
    fit: Fit | None = None
    "What a guided calibration has found; it outlives a new neutral."
    face: FaceRest | None = None
    "The same rest as a face camera sees it; None where there was none."

    @classmethod
    def population(cls, mean: Image) -> "Profile":
        """The profile of nobody in particular: subtracts the mean neutral image of everyone the network learnt from."""
        return cls(mean.astype(np.float32), _NEUTRAL, personal=False)

    @classmethod
    def mean_of(cls, pairs: Sequence[EyePair]) -> "Profile":
        """The wearer's mean neutral image; each eye is averaged over the pairs in which it was seen, the face too."""
        images = np.stack([pair.pixels for pair in pairs])
        seen = np.stack([pair.seen for pair in pairs]).astype(np.float32)
        halves = [
            np.tensordot(seen[:, side], half, 1) / max(float(seen[:, side].sum()), 1.0)
            for side, half in enumerate(np.split(images, 2, axis=2))
        ]
        faces = [pair.face for pair in pairs if pair.face is not None]
        rest = FaceRest.of(faces) if faces else None
        return cls(np.hstack(halves).astype(np.float32), _NEUTRAL, personal=True, face=rest)

    def resting_at(self, readings: Sequence[Expression]) -> "Profile":
        """The same profile with its rest at the median of what the network reads on the relaxed face."""
        return replace(self, resting=_median(np.array([reading.channels for reading in readings]), _NEUTRAL))

    def fitted(self, fit: Fit | None) -> "Profile":
        """The same profile with what a guide has found."""
        return replace(self, fit=fit)

    def pictured(self, otherwise: NDArray[np.float32]) -> "Profile":
        """The same profile, with another neutral image where it was taken without any picture of an eye."""
        return self if self.neutral.any() else replace(self, neutral=otherwise)

    def difference(self, pair: EyePair) -> NDArray[np.float32]:
        """P(I) of the paper: (h, 2 w) gray levels; 0 where an eye is not seen."""
        result: NDArray[np.float32] = pair.pixels - self.neutral
        width = result.shape[1] // 2
        for side, seen in enumerate(pair.seen):
            if not seen:
                result[:, side * width : (side + 1) * width] = 0.0
        return result

    def personalized(self, expression: Expression) -> Expression:
        """What a reading means for this wearer: counted from their rest, and corrected by their fit."""
        relative = self.relative(expression)
        return relative if self.fit is None else self.fit(relative)

    def relative(self, expression: Expression) -> Expression:
        """Channels counted from the wearer's rest: relaxed lids are open 1, a relaxed brow is 0, ahead is 0 degrees."""
        values = expression.channels.copy()
        values[_OPENNESS] /= np.maximum(self.resting[_OPENNESS], _LOWEST_OPEN)
        rest = np.minimum(self.resting[_MOVEMENT], _HIGHEST_REST)
        values[_MOVEMENT] = (values[_MOVEMENT] - rest) / (1.0 - rest)
        values[_GAZE] -= np.clip(self.resting[_GAZE], -FARTHEST_REST_DEGREES, FARTHEST_REST_DEGREES)
        ratio = _OPENNESS | _MOVEMENT
        values[ratio] = values[ratio].clip(0.0, 1.0)
        face = None if expression.face is None else self.shown(expression.face)
        return Expression(expression.action_units, expression.emotions, values, face)

    def shown(self, blendshapes: Vector) -> Vector:
        """(52,) a face camera's blendshapes, counted from the wearer's rest where it is known."""
        return blendshapes if self.face is None else self.face.relative(blendshapes)

    def rest_in(self, basis: str) -> Vector | None:
        """What the wearer's relaxed face reads as in a basis, as Expressed.told_in; None where it is not known."""
        return None if self.face is None else self.face.told_in(basis)

    def head(self, face: FaceReading | None) -> Head:
        """The pose that a face camera sees, counted from the wearer's rest where it is known."""
        if face is None:
            return NO_HEAD
        return face.head if self.face is None else self.face.turned(face.head)


def _median(values: NDArray[np.float32], unknown: NDArray[np.floating] | float) -> Vector:
    """(n, k) -> (k,) medians of what is known; `unknown` where nothing is."""
    never = np.isnan(values).all(0)
    return np.where(never, unknown, np.nanmedian(np.where(never, 0.0, values), 0)).astype(np.float32)
