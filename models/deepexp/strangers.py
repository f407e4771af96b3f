"""Landmarks of people whom nobody rendered, and what their faces say: drawn anew for each lesson, at hardly any cost.

Who somebody is bends landmarks as much as what the face does. The few thousand people of a set are learnt by heart; of
these nobody comes twice. Landmarks err as those of a detector do on the clips' rendered faces, where it was asked
(`detect`): alike on alike heads, which no independent noise is; else independently.
"""

from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from bridge.face.alignment import SIZE, TEMPLATE, brought
from bridge.face.basis import ExpressionBasis
from bridge.face.camera import turned
from bridge.face.model import FaceModel
from models.deepexp.clips import Clip
from models.deepexp.lessons import JITTER, OF_DETECTOR
from models.deepexp.picture import MIDDLE
from models.deepexp.rendering import FARTHEST, NEAREST, WIDEST

Floats = NDArray[np.float64]

_ALIKE: Final = 0.02
"Of a detector's errors, sorted by how far the head was turned: one is taken from this much to either side."
_WILD: Final = 40.0
"Pixels of the aligned face: a detector that errs by more did not see the face."


class Strangers:
    """An endless crowd that does what the people of some clips do."""

    def __init__(self, model: FaceModel, basis: ExpressionBasis, clips: list[Clip]) -> None:
        """`model`: whose people they are; `basis`: in which what they express is said."""
        sparse = model.sparse()
        self._mean, self._identity, self._expressions = sparse.mean - MIDDLE, sparse.identity, sparse.expressions
        self._weights = np.concatenate([clip.truth.weights for clip in clips])
        self._coefficients = basis.coefficients(self._weights)
        self._turns, self._errors = _errors(clips)

    def lesson(self, count: int, rng: Generator) -> tuple[Tensor, Tensor]:
        """(count, 68, 2) landmarks as AlignedFace.offsets, and (count, 28) coefficients."""
        rows = rng.integers(0, len(self._weights), count)
        who = rng.normal(0, 1, (count, len(self._identity))) * rng.uniform(0.5, 1.0, (count, 1))
        shape = self._mean + np.tensordot(who, self._identity, 1)
        shape += np.tensordot(self._weights[rows], self._expressions, 1)
        angles = rng.uniform([-most for most in WIDEST], WIDEST, (count, 3))
        seen = shape @ np.stack([turned(*each) for each in angles]).transpose(0, 2, 1)
        away = rng.uniform(NEAREST, FARTHEST, (count, 1))
        points = seen[..., :2] * (away / (away - seen[..., 2]))[..., None] * (1.0, -1.0)
        points = brought(points)
        noise = rng.normal(0, 1, points.shape) * np.ptp(points, axis=1).max(1)[:, None, None]
        noise *= rng.uniform(*JITTER, (count, 1, 1))
        detected = np.flatnonzero(rng.random(count) < OF_DETECTOR) if len(self._errors) else np.zeros(0, np.intp)
        noise[detected] = self._errors[self._alike(np.radians(angles[detected, 0]), rng)]
        offsets = (brought(points + noise) - TEMPLATE) / SIZE
        return torch.from_numpy(offsets).float(), torch.from_numpy(self._coefficients[rows]).float()

    def _alike(self, turns: Floats, rng: Generator) -> NDArray[np.intp]:
        """(n,) for each turn of a head the row of an error that was made on one turned alike."""
        reach = max(1, round(_ALIKE * len(self._turns)))
        rows = np.searchsorted(self._turns, turns) + rng.integers(-reach, reach + 1, len(turns))
        return np.asarray(rows.clip(0, len(self._turns) - 1), np.intp)


def _errors(clips: list[Clip]) -> tuple[Floats, Floats]:
    """(n,) yaw of heads, radians and sorted, and (n, 68, 2) by how many pixels of the aligned face a detector erred."""
    turns, errors = [np.zeros(0)], [np.zeros((0, 68, 2))]
    for clip in clips:
        if clip.detected is not None:
            truth = clip.truth.landmarks
            error = brought(clip.detected, by=truth) - brought(truth)
            fine = np.linalg.norm(error, axis=-1).max(-1) < _WILD  # and not NaN
            errors.append(error[fine])
            turns.append(np.arctan2(clip.truth.rotation[fine, 0, 2], clip.truth.rotation[fine, 2, 2]))
    every = np.concatenate(turns)
    order = np.argsort(every)
    return every[order], np.concatenate(errors)[order]
