"""Normal equations of a video, an arrow: blocks of each frame's own unknowns, chained, and a border.

The border is what all frames share. The chain is a banded matrix, whose Cholesky factor takes time linear in the
frames; what is shared is then solved for by what the chain leaves of it (the Schur complement).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cho_solve_banded, cholesky_banded

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Arrow:
    """f frames of p unknowns, and q that they share."""

    blocks: Floats
    "(f, p, p) each frame's own."
    link: Floats
    "(p, p) minus what stands between a frame and the next, the same everywhere."
    border: Floats
    "(f, p, q)"
    shared: Floats
    "(q, q)"
    local: Floats
    "(f, p) right-hand side of the frames,"
    common: Floats
    "(q,) and of what they share."

    def solved(self, damping: float) -> tuple[Floats, Floats]:
        """(f, p) and (q,), with each diagonal raised by a share of itself (the frames') or of one (what is shared)."""
        frames, p, q = self.border.shape
        band = np.zeros((2 * p, frames * p))
        for row in range(p):
            for column in range(p):
                if row >= column:
                    grown = 1.0 + damping if row == column else 1.0
                    band[row - column, column::p] = self.blocks[:, row, column] * grown
                band[p + row - column, column : (frames - 1) * p : p] = -self.link[row, column]
        across = self.border.reshape(-1, q)
        sides = np.concatenate([self.local.reshape(-1, 1), across], 1)
        factor: Any = (cholesky_banded(band, lower=True, check_finite=False), True)
        chain = cho_solve_banded(factor, sides, check_finite=False)
        rest = self.shared + damping * np.eye(q) - across.T @ chain[:, 1:]
        common = cho_solve(cho_factor(rest), self.common - across.T @ chain[:, 0])
        return (chain[:, 0] - chain[:, 1:] @ common).reshape(frames, p), common
