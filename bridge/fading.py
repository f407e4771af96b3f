"""What is shown on its way to what should be: where that jumps, what was shown stays, and the difference fades away."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fade:
    """Numbers at one moment; `step` returns those of the next."""

    shown: Floats
    "(n,)"
    left: Floats
    "(n,) what of them is still shown beside what should be."

    @classmethod
    def at(cls, aim: Floats) -> "Fade":
        """Shows what should be, and nothing else."""
        return cls(aim, np.zeros_like(aim))

    def step(self, aim: Floats, jumped: NDArray[np.bool_] | bool, passed: float, half_life: float) -> "Fade":
        """`aim`, (n,), is what should be now; it jumped where it is about something else than before. Seconds."""
        kept = 0.5 ** (passed / half_life) if half_life > 0 else 0.0
        left = np.where(jumped, self.shown - aim, self.left) * kept
        return Fade(aim + left, left)
