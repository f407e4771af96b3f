"""Fits a face model to one picture's landmarks: what the daemon does without a face network.

The camera, who it is and what the face does are found together, by Gauss-Newton rounds: what people differ in is
N(0, 1) (the prior of DeepExp3D, section III-B), weights stay within 0..1 and cost a little. The points of the jaw count
less, the less the further the head is turned, for there a detector follows the silhouette, which slides over the face.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.blendshapes import ARKIT
from bridge.face.bounded import within_one
from bridge.face.camera import Camera, fitted
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
_ROUNDS: Final = 6
_STILL: Final = 1e-3


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


class LandmarkFit:
    """Fits one model. Safe for several threads: nothing changes after it is made."""

    def __init__(self, model: FaceModel) -> None:
        sparse = model.sparse()
        self._mean = sparse.mean
        self._identity = sparse.identity[:_MODES]
        self._expressions = sparse.expressions
        moving = np.abs(sparse.expressions).max(axis=(1, 2)) > 0
        self._moving = np.flatnonzero(moving)

    def __call__(self, points: Floats, identity: Floats | None = None) -> Fitted:
        """Fit (68, 2) pixels; a person's identity, where it is known, is kept as it is given.

        Raises ValueError where the points lie on one spot or are not finite.
        """
        person = np.zeros(len(self._identity)) if identity is None else np.asarray(identity, np.float64)
        known = self._identity[: len(person)]
        free = known if identity is None else known[:0]
        weights = np.zeros(len(ARKIT))
        camera = fitted(self._shape(person, weights), points, np.square(certainty(0.0)))
        for _ in range(_ROUNDS):
            shape = self._shape(person, weights)
            step, change, weights = self._round(camera, shape, points, person[: len(free)], weights, free)
            camera = camera.moved(step)
            person = person + change if len(free) else person
            if np.abs(step[:4]).max() < _STILL:
                break
        off = camera.project(self._shape(person, weights))[_INNER:] - points[_INNER:]
        return Fitted(person, weights, camera, float(np.sqrt(np.square(off).sum(axis=1).mean())))

    def _shape(self, person: Floats, weights: Floats) -> Floats:
        moved = np.tensordot(person, self._identity[: len(person)], 1)
        return self._mean + moved + np.tensordot(weights, self._expressions, 1)

    def _round(
        self, camera: Camera, shape: Floats, points: Floats, person: Floats, weights: Floats, free: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """A step of the camera (6,), a change of the person (k,), and the new weights (52,), all found together."""
        counts = np.repeat(certainty(camera.angles().yaw), 2) / camera.scale
        off = (points - camera.project(shape)).ravel() * counts
        view = camera.scale * camera.rotation[:2] * np.array([[1.0], [-1.0]])
        moves = self._expressions[self._moving]
        rows = np.concatenate([_steps(camera, shape), _seen(free, view), _seen(moves, view)]).T * counts[:, None]
        start = weights[self._moving]
        inner, outer = 6 + len(free), len(start)
        # columns: camera and person, weights, what is to be explained
        system = np.zeros((2 * LANDMARKS + len(free) + outer, inner + outer + 1))
        system[: 2 * LANDMARKS, :-1] = rows
        system[: 2 * LANDMARKS, -1] = off + rows[:, inner:] @ start
        at = 2 * LANDMARKS + np.arange(len(free))
        system[at, 6 + np.arange(len(free))] = 1.0
        system[at, -1] = -person
        at = 2 * LANDMARKS + len(free) + np.arange(outer)
        system[at, inner + np.arange(outer)] = 1.0 / _SPREAD
        system[at, -1] = _LEAN / _SPREAD
        triangle = np.asarray(np.linalg.qr(system, mode="r"))
        found = within_one(triangle[inner : inner + outer, inner:-1], triangle[inner : inner + outer, -1])
        rest = triangle[:inner, -1] - triangle[:inner, inner:-1] @ found
        solved = np.linalg.solve(triangle[:inner, :inner], rest)
        new = np.zeros(len(ARKIT))
        new[self._moving] = found
        return solved[:6], solved[6:], new


class PersonFit:
    """Fits one person's pictures, in their order: who it is, is learnt from the first of them and then kept.

    For one camera and thread.
    """

    def __init__(self, model: FaceModel) -> None:
        self._fit = LandmarkFit(model)
        self._met: list[Floats] = []
        self._person: Floats | None = None

    def __call__(self, points: Floats) -> Fitted:
        """Fit (68, 2) pixels. Raises ValueError where the points lie on one spot or are not finite."""
        found = self._fit(points, self._person)
        if self._person is None and abs(found.camera.angles().yaw) < _FACING:
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


def _seen(moves: Floats, view: Floats) -> Floats:
    """(k, 136) pixels that moves (k, 68, 3) make."""
    return np.asarray((moves @ view.T).reshape(len(moves), 2 * LANDMARKS))


def _steps(camera: Camera, shape: Floats) -> Floats:
    """(6, 136) pixels that each step of Camera.moved makes, a unit of it."""
    x, y, z = camera.scale * camera.rotation @ shape.T
    zero, one = np.zeros_like(x), np.ones_like(x)
    # turned about the camera's right, up and forward; y is downwards in the picture
    pairs = ((zero, z), (z, zero), (-y, -x), (x, -y), (one, zero), (zero, one))
    return np.stack([np.stack(pair, axis=1).ravel() for pair in pairs])
