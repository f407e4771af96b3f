"""The expression basis: 28 orthonormal modes of a face model's named expressions, and the exact way back to ARKit.

DeepExp3D's network answers with coefficients of such a basis (section III, U_exp); avatars want ARKit weights. The
modes are the principal components of the named expressions, each taken at the same size: a blink moves few vertices by
little and says as much as a jaw that opens. The mean is not taken off, so that the face at rest is 0 in both.
"""

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.face import COEFFICIENTS
from bridge.face.bounded import within_one
from bridge.face.model import FaceModel, Floats

_LEAST: Final = 1e-6
"Of the largest singular value: below, a mode is rounding and not a movement."
_REST: Final = 1e-10
"How much a weight counts against meeting the coefficients, both squared: it only chooses among what meets them."


class ExpressionBasis:
    """U_exp of one face model. Safe for several threads: nothing changes after it is made."""

    def __init__(self, model: FaceModel) -> None:
        """Raises BridgeError when the model has too few different expressions."""
        moves = model.expressions.reshape(len(ARKIT), -1)
        size = np.linalg.norm(moves, axis=1)
        scaled = moves[size > 0] / size[size > 0, None]
        values, vectors = np.linalg.eigh(scaled @ scaled.T)
        values, vectors = values[::-1][:COEFFICIENTS], vectors[:, ::-1][:, :COEFFICIENTS]
        if len(values) < COEFFICIENTS or values[-1] < _LEAST**2 * values[0]:
            raise BridgeError(
                f"the face model {model.name} has fewer than {COEFFICIENTS} different expressions: give one with more"
            )
        modes = _upright(vectors).T @ scaled / np.sqrt(values)[:, None]
        self.modes: Floats = modes.reshape(COEFFICIENTS, *model.mean.shape)
        "(28, n, 3), orthonormal over n * 3."
        self._matrix = modes @ moves.T  # (28, 52): what each weight adds to the coefficients
        self.fingerprint = _fingerprint(model, self._matrix)
        "Names model and basis: a network that learnt another one must not be read with this one."
        scale = np.sqrt(np.square(self._matrix).sum() / len(ARKIT))
        rest = np.sqrt(_REST) * scale * np.eye(len(ARKIT))
        rotation, self._triangle = np.linalg.qr(np.concatenate([self._matrix, rest]))
        self._rotation = rotation[:COEFFICIENTS].T

    def coefficients(self, weights: NDArray[np.floating]) -> Floats:
        """(..., 52) ARKit weights -> (..., 28)."""
        return np.asarray(weights @ self._matrix.T, np.float64)

    def weights(self, coefficients: NDArray[np.floating]) -> Floats:
        """(28,) -> (52,) ARKit weights in 0..1: what comes nearest to the coefficients; of all that, nearest to rest.

        Coefficients that are not finite give rest.
        """
        if not np.isfinite(coefficients).all():
            return np.zeros(len(ARKIT))
        return within_one(self._triangle, self._rotation @ np.asarray(coefficients, np.float64))


def _upright(vectors: Floats) -> Floats:
    """Each mode's sign chosen by the first of its strongest expressions, so that every machine has the same basis."""
    size = np.abs(vectors)
    first = (size > (1 - 1e-6) * size.max(axis=0)).argmax(axis=0)
    return np.asarray(vectors * np.sign(vectors[first, np.arange(vectors.shape[1])]))


def _fingerprint(model: FaceModel, matrix: Floats) -> str:
    """Sixteen letters of a digest of what a coefficient means; rounded, so that rounding errors do not matter."""
    rounded = np.round(matrix / np.abs(matrix).max(), 5) + 0.0  # no negative zeros
    landmarks = np.round(model.mean[model.landmarks], 5) + 0.0
    return hashlib.sha256(rounded.tobytes() + landmarks.tobytes()).hexdigest()[:16]
