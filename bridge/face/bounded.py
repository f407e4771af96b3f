"""Least squares with weights in 0..1."""

from typing import Final

import numpy as np
from scipy.optimize import nnls

from bridge.face.model import Floats

_TURNS: Final = 50
_BEYOND: Final = 1e-9
"How far a weight may be outside by rounding."


def within_one(matrix: Floats, target: Floats) -> Floats:
    """(k,) the weights in 0..1 that bring a matrix (n, k) of full rank nearest to a target (n,).

    By non-negative least squares: a weight that wants above 1 is counted from 1 downwards instead, until none does.
    """
    full = np.zeros(matrix.shape[1], bool)
    if not full.size:  # nnls would end the process
        return np.zeros(0)
    for _ in range(_TURNS):
        sign = np.where(full, -1.0, 1.0)
        found, _residual = nnls(matrix * sign, target - matrix[:, full].sum(axis=1), maxiter=1000)
        weights = np.where(full, 1.0 - found, found)
        outside = (weights < -_BEYOND) | (weights > 1.0 + _BEYOND)
        if not outside.any():
            break
        full ^= outside
    return np.asarray(weights.clip(0.0, 1.0))
