"""Fits a face model to one picture's landmarks: what the daemon does without a face network.

The camera, who it is and what the face does are found together, by Gauss-Newton rounds: what people differ in is
N(0, 1) (the prior of DeepExp3D, section III-B), weights stay within 0..1 and cost a little. The points of the jaw count
less, the less the further the head is turned, for there a detector follows the silhouette, which slides over the face.

With a lens that is known even roughly the camera has perspective, which costs no further unknown: see camera.py.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from bridge.blendshapes import ARKIT
from bridge.face.bounded import within_one
from bridge.face.camera import FAR, Camera, Lens, fitted
from bridge.face.model import LANDMARKS, FaceModel, Floats

_NOISE: Final = (
    (range(17), 7.0),
    (range(6, 11), 5.0),
    (range(17, 27), 3.0),
    (range(27, 36), 2.5),
    (range(36, 68), 1.8),
)
"Millimetres by which a detector's points miss the model's: along jaw, chin and brows they slide, elsewhere less."
_INNER: Final = 17
"Where the points of the jaw end, which follow the silhouette."
_TURNED: Final = 25.0
"Degrees of yaw at which those miss by twice as much."
_SPREAD: Final = 0.4
_LEAN: Final = -0.15
"Weights are as if N(-0.15, 0.4) between 0 and 1: rest unless the points say otherwise."
_MODES: Final = 40
"More than points can tell apart are not asked for."
_MEETINGS: Final = 90
"Pictures, some seconds of them, after which a person is known."
_FACING: Final = 30.0
"Degrees of yaw up to which a face says who it is."
_TURNING: Final = np.cross(np.eye(3)[:, None], np.eye(3))
"(3, 3, 3) points @ this: how they go when they are turned about each axis."
_ROUNDS: Final = 6
_STILL: Final = 3e-3
"Radians, or parts of the size: the next step would be far smaller."


@dataclass(frozen=True, slots=True)
class Fitted:
    """What one picture's landmarks say."""

    identity: Floats
    "(k,) coefficients of the model's first modes."
    weights: Floats
    "(52,) 0..1 in the order of blendshapes.ARKIT."
    camera: Camera
    error_px: float
    "Root mean square distance of the points that are not of the jaw, pixels."


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What is looked for beside the camera: k numbers, who it is (unless that is known) and then what the face does."""

    changes: Floats
    "(68, 3, k) metres that each makes."
    people: int
    "How many of them say who it is."
    certain: Floats
    "(6 + k,) one over the variance of each before anything is seen; 0 for the camera, of which anything may be."
    usual: Floats
    "(6 + k,) what each is then."

    @staticmethod
    def of(identity: Floats, expressions: Floats) -> "_Asked":
        """By modes (people, 68, 3) and expressions (k - people, 68, 3)."""
        people, weights = len(identity), len(expressions)
        changes = np.concatenate([identity, expressions]).transpose(1, 2, 0)
        certain = np.repeat((0.0, 1.0, _SPREAD**-2), (6, people, weights))
        return _Asked(np.ascontiguousarray(changes), people, certain, np.repeat((0.0, _LEAN), (6 + people, weights)))


class LandmarkFit:
    """Fits one model. Safe for several threads: nothing changes after it is made."""

    def __init__(self, model: FaceModel) -> None:
        sparse = model.sparse()
        self._mean = sparse.mean
        self._identity = sparse.identity[:_MODES]
        self._moving = np.flatnonzero(np.abs(sparse.expressions).max(axis=(1, 2)) > 0)
        moves = sparse.expressions[self._moving]
        self._anyone, self._someone = _Asked.of(self._identity, moves), _Asked.of(self._identity[:0], moves)

    def __call__(self, points: Floats, identity: Floats | None = None, lens: Lens = FAR) -> Fitted:
        """Fit (68, 2) pixels; a person's identity, where it is known, is kept as it is given.

        Raises ValueError where the points lie on one spot or are not finite.
        """
        person = np.zeros(0) if identity is None else np.asarray(identity, np.float64)
        face = self._mean + np.tensordot(person, self._identity[: len(person)], 1)
        asked = self._anyone if identity is None else self._someone
        found = np.zeros(asked.changes.shape[2])
        camera = fitted(face, points, np.square(certainty(0.0)), lens)
        for _ in range(_ROUNDS):
            step, found = _round(camera, face + asked.changes @ found, points, asked, found)
            camera = camera.moved(step)
            if np.abs(step[:4]).max() < _STILL:
                break
        off = camera.project(face + asked.changes @ found)[_INNER:] - points[_INNER:]
        weights = np.zeros(len(ARKIT))
        weights[self._moving] = found[asked.people :]
        who = found[: asked.people] if identity is None else person
        return Fitted(who, weights, camera, float(np.sqrt(np.square(off).sum(axis=1).mean())))


def _round(camera: Camera, shape: Floats, points: Floats, asked: _Asked, found: Floats) -> tuple[Floats, Floats]:
    """A step of the camera (6,), and what is asked for (k,) anew after it was `found` last, all found together."""
    counts = (certainty(camera.head().yaw) / camera.scale)[:, None]
    follow = camera.follow(shape)
    turning = follow @ (shape @ _TURNING).transpose(1, 2, 0) @ camera.rotation.T
    sliding = camera.larger(shape)[:, None, None] * np.eye(2)
    moves = np.concatenate([turning, follow @ shape[..., None], sliding, follow @ asked.changes], axis=2)
    rows = (moves * counts[..., None]).reshape(2 * LANDMARKS, -1)
    wanted = ((points - camera.project(shape)) * counts).ravel() + rows[:, 6:] @ found
    # the camera and the person are free, weights stay within 0..1: a triangle lets these be found first
    triangle = cholesky(rows.T @ rows + np.diag(asked.certain), check_finite=False)
    target = solve_triangular(triangle, rows.T @ wanted + asked.certain * asked.usual, trans="T", check_finite=False)
    free = 6 + asked.people
    weights = within_one(triangle[free:, free:], target[free:])
    rest = target[:free] - triangle[:free, free:] @ weights
    solved = solve_triangular(triangle[:free, :free], rest, check_finite=False)
    return solved[:6], np.concatenate([solved[6:], weights])


class PersonFit:
    """Fits one person's pictures, in their order: who it is, is learnt from the first of them and then kept.

    For one camera and thread.
    """

    def __init__(self, model: FaceModel) -> None:
        self._fit = LandmarkFit(model)
        self._met: list[Floats] = []
        self._person: Floats | None = None

    def __call__(self, points: Floats, lens: Lens = FAR) -> Fitted:
        """Fit (68, 2) pixels. Raises ValueError where the points lie on one spot or are not finite."""
        found = self._fit(points, self._person, lens)
        if self._person is None and abs(found.camera.head().yaw) < _FACING:
            self._met.append(found.identity)
            if len(self._met) == _MEETINGS:
                self._person = np.mean(self._met, axis=0)
        return found

    def forget(self) -> None:
        """Somebody else may come."""
        self._met, self._person = [], None


def certainty(yaw: float) -> Floats:
    """(68,) one over the metres by which each point misses, on a head that is turned by degrees."""
    missed = np.empty(LANDMARKS)
    for points, millimetres in _NOISE:
        missed[points] = 1e-3 * millimetres
    missed[:_INNER] *= 1.0 + (yaw / _TURNED) ** 2
    return np.asarray(1.0 / missed)
