"""A slow channel, 0..1: how much a face over the last seconds resembles those of people at stressful tasks (IV-B).

Off by default, and no model comes with eyebridge: train one with `python -m models.stress` on recordings you have.

What this is not: a diagnosis, a measurement of the body, or knowledge about a person. Models learn from one study's
few people at a handful of set tasks in a laboratory, where "stressed" means "was given the stressful task", whether it
did stress or not. A face at work, talking, laughing or in bad light may read as either. Show it to its wearer alone, as
a toy, and decide nothing by it about anybody: European law (AI Act, article 5) forbids to infer emotions at work
and in education.
"""

import math
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.errors import BridgeError
from bridge.face.machines import Machines, OwnBasis

KIND: Final = "stress"
NAMES: Final = ("calm", "stress")
_GAP: Final = 5.0
"Seconds without a face after which nothing is known any more."
_LONGEST_STEP: Final = 0.5
"Seconds that one frame may count for, so that the first one after a pause does not decide by itself."
_ENOUGH: Final = 0.5 / math.log(2)
"Of the half-life: the weight of good frames, one after another, for one half-life."


class StressOptions(BaseModel, frozen=True, extra="forbid"):
    """The slow stress channel of a face camera: off unless a model is given. No diagnosis; for its wearer alone."""

    model: Path | None = Field(
        None, description="a stress model (.npz of python -m models.stress); the channel is off without one"
    )
    half_life: float = Field(
        10.0,
        ge=1,
        le=300,
        description="How slowly the channel follows, half-life in seconds",
        json_schema_extra={"slider": [1, 120, 1]},
    )

    def open(self, basis: str | None = None) -> "StressChannel | None":
        """None where no model is given. Raises BridgeError when the file is none or of another basis."""
        return None if self.model is None else StressChannel(Machines.load(self.model, KIND, basis), self)


class StressChannel:
    """Coefficients of every frame in, one slow number out; one for each wearer."""

    def __init__(self, machines: Machines, options: StressOptions) -> None:
        if machines.names != NAMES:
            raise BridgeError(f"the stress model names {', '.join(machines.names)[:80]}, not {' and '.join(NAMES)}")
        self._machines, self._options = machines, options
        self.basis = machines.basis
        "Fingerprint of the expression basis whose coefficients it reads."
        self._sum = self._weight = 0.0
        self._time = math.nan
        self.reads = OwnBasis(self.basis, KIND, "there is no stress channel")
        "What it wants of a face's reading; None where that means nothing to it."

    def with_options(self, options: StressOptions) -> "StressChannel":
        """The same state under other options; the model stays."""
        other = StressChannel(self._machines, options)
        other._sum, other._weight, other._time = self._sum, self._weight, self._time
        other.reads = self.reads
        return other

    def __call__(self, coefficients: NDArray[np.floating] | None, time: float, quality: float = 1.0) -> float:
        """One frame: (28,) coefficients or None for no face, seconds, and how far they can be trusted, 0..1.

        The mean of what the frames say, half as much weight for every half-life that has passed; NaN until a half-life
        of frames has been seen, and again once no face has been seen for five seconds.
        """
        if coefficients is None or not np.isfinite(coefficients).all() or not quality > 0:
            return self._known(time)
        step = time - self._time
        if not 0 <= step <= _GAP:
            self._sum = self._weight = step = 0.0
        self._time = time
        kept = 0.5 ** (step / self._options.half_life)
        count = min(quality, 1.0) * min(step, _LONGEST_STEP)
        says = float(self._machines(coefficients)[NAMES.index("stress")])
        self._sum, self._weight = kept * self._sum + count * says, kept * self._weight + count
        return self._known(time)

    def _known(self, time: float) -> float:
        if not time - self._time <= _GAP or self._weight < _ENOUGH * self._options.half_life:
            return math.nan
        return self._sum / self._weight
