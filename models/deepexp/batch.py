"""A video's face from its landmarks, all frames at once (DeepExp3D, section III-A): identity, expressions, cameras.

The energy is that of a maximum a posteriori estimate. With landmarks p of frame f, a camera (s, R, t) and the shape
x = mean + U i + V w_f:

    sum over frames and landmarks   rho(|s R x n + t - p|^2 / noise^2)     rho: Huber's
    + |i|^2 frames / independent + frames (g i)^2                          identities are N(0, 1); both: see below
    + w_1, w_2 given w_1, ...       of a chain whose every part is N(0, weight^2)
    + sum over neighbours           what changes of the cameras, over how much of it is usual

Expressions are all the model's own, as weights: its 28 modes, which a network says, are best for the whole surface, and
fitted to 68 points they would bend to what the other expressions do there.

The camera is scaled orthographic but for n = 1 / (1 - z / distance): at arm's length a nose is seen larger than ears,
by more than most expressions move anything. The distance is the same in all frames, and found with everything else.

One camera does not see how large a face is: a large one far away with small movements is the same picture, and a
prior that counts each frame's expressions would shrink them all by choosing it. So g, the size that an identity has
beyond the mean's, counts once for every frame. And a detector that puts a brow too high does so in every frame: frames
are independent of each other in what moves, not in what stays, so that after some of them the identity's prior counts
along with the frames.

It is minimised by Gauss-Newton steps over everything; their normal equations are sparse (`arrow.py`), so that a step is
linear in the number of frames.

The cameras are initialised by the same minimisation over a face that does not move (section III-A.2), whose shape is
the model's: identity and one expression are shared, and only cameras differ between frames. Free rigid structure from
motion has nothing to hold on to where a head hardly turns.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from bridge.blendshapes import ARKIT
from bridge.face.model import FaceModel
from models.deepexp.arrow import Arrow

Floats = NDArray[np.float64]

_WEIGHTS: Final = len(ARKIT)
_POSE: Final = 6
"Of a camera: log of its scale, three of rotation, two of shift."
_CHUNK: Final = 128
"Frames whose derivatives are held at once."
_JAW: Final = slice(0, 17)
_NEAR, _NEAR_SPREAD, _NEAREST = 1.3, 0.8, 5.0
"One over metres from face to camera: usual, its standard deviation, and the most."


@dataclass(frozen=True, slots=True)
class Energy:
    """How much each term counts."""

    noise: float = 0.012
    "Standard deviation of a landmark's error, in widths of the face; that of the jaw line, which slides, is twice it."
    huber: float = 2.5
    "Noises beyond which an error counts by its size, not by its square."
    weight: float = 0.25
    "Root mean square of an ARKit weight."
    keep: float = 0.94
    "How much an expression is like that of the frame before (its correlation)."
    rest: float = 0.3
    "How much being at rest counts in each frame: what a detector always gets wrong is no expression that is held."
    stiff: float = 3.0
    "Noises of a face that is taken for rigid, over those of one that is not: it stands for what it cannot do."
    independent: float = 10.0
    "Frames after which a video says no more of who it is: a detector errs alike in all of them."
    turn: float = 0.03
    "Radians that a head turns from one frame to the next; its scale and, in widths of a face, its place change alike."
    rounds: int = 12


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A face through f frames."""

    identity: Floats
    "(modes,)"
    weights: Floats
    "(f, 52) in the order of ARKIT; a fit's may lie a little outside of 0..1."
    scale: Floats
    "(f,) pixels a metre"
    rotation: Floats
    "(f, 3, 3)"
    shift: Floats
    "(f, 2) pixels"
    nearness: float = 0.0
    "One over the camera's distance in metres, the same in all frames; 0: far away, a scaled orthographic camera."
    error: float = np.inf
    "Root mean square of the landmarks' errors, pixels."


class BatchFit:
    """Fits one face model to landmarks (f, 68, 2) in pixels x, y (rows downwards)."""

    def __init__(self, model: FaceModel, energy: Energy | None = None) -> None:
        self.energy = energy or Energy()
        marks = model.landmarks
        self.mean: Floats = model.mean[marks]
        self.identity: Floats = model.identity[:, marks]
        self.expressions: Floats = model.expressions[:, marks]
        self.certainty: Floats = np.eye(_WEIGHTS) / self.energy.weight**2
        alone, keep = self.mean - self.mean.mean(0), self.energy.keep
        size = np.einsum("kjx,jx->k", self.identity, alone)
        self._size: Floats = np.asarray(size / np.linalg.norm(size), np.float64)
        self._next = keep / (1 - keep**2)

    def __call__(self, points: Floats, *, constrained: bool = True) -> Solution:
        """The least energy that Gauss-Newton finds; `constrained=False` leaves out the initial stage."""
        start = self.cameras(np.broadcast_to(self.mean, (len(points), *self.mean.shape)), points)
        start = replace(start, nearness=_NEAR)
        if constrained:
            start = self._minimized(start, points, rigid=True)
        return self._minimized(start, points, rigid=False)

    def linear(self, points: Floats) -> Solution:
        """The baseline: each frame alone, the mean identity; a camera, then expressions by linear least squares."""
        fitted = self.cameras(np.broadcast_to(self.mean, (len(points), *self.mean.shape)), points)
        noise = self._noise(points)
        weights = np.empty_like(fitted.weights)
        for first in range(0, len(points), _CHUNK):
            at = slice(first, first + _CHUNK)
            off, _, expression, _ = self._derivatives(fitted, points, at)
            weighted = expression / noise[at, :, None, None] ** 2
            normal = np.einsum("fjck,fjcl->fkl", weighted, expression, optimize=True) + self.certainty
            weights[at] = np.linalg.solve(normal, -np.einsum("fjck,fjc->fk", weighted, off)[..., None])[..., 0]
        fitted = replace(fitted, weights=weights)
        return replace(fitted, error=self._error(fitted, points))

    def cameras(self, shapes: Floats, points: Floats) -> Solution:
        """Frame by frame the affine camera of least squares and the scaled orthographic one that is nearest to it."""
        flipped = points * (1.0, -1.0)
        centre, middle = shapes.mean(1), flipped.mean(1)
        affine = np.swapaxes(np.linalg.pinv(shapes - centre[:, None]) @ (flipped - middle[:, None]), 1, 2)
        left, sizes, right = np.linalg.svd(affine, full_matrices=False)
        rows = left @ right
        scale = sizes.mean(1)
        rotation = np.concatenate([rows, np.cross(rows[:, 0], rows[:, 1])[:, None]], 1)
        shift = middle - scale[:, None] * np.einsum("frk,fk->fr", rows, centre)
        frames = len(points)
        nobody, nothing = np.zeros(len(self.identity)), np.zeros((frames, _WEIGHTS))
        return Solution(nobody, nothing, scale, rotation, shift * (1.0, -1.0))

    def shapes(self, solution: Solution, at: slice = slice(None)) -> Floats:
        """(f, 68, 3) metres."""
        person = self.mean + np.tensordot(solution.identity, self.identity, 1)
        return np.asarray(person + np.tensordot(solution.weights[at], self.expressions, 1))

    def projected(self, solution: Solution, at: slice = slice(None)) -> Floats:
        """(f, 68, 2) pixels."""
        turned = np.einsum("frk,fjk->fjr", solution.rotation[at], self.shapes(solution, at))
        nearer = 1 / (1 - solution.nearness * turned[..., 2:])
        return np.asarray(
            solution.scale[at, None, None] * turned[..., :2] * (1.0, -1.0) * nearer + solution.shift[at, None]
        )

    def _error(self, solution: Solution, points: Floats) -> float:
        return float(np.sqrt(np.square(self.projected(solution) - points).sum(-1).mean()))

    def _noise(self, points: Floats) -> Floats:
        """(f, 68) pixels."""
        noise = np.repeat(self.energy.noise * _widths(points)[:, None], points.shape[1], 1)
        noise[:, _JAW] *= 2.0
        return noise

    def _minimized(self, now: Solution, points: Floats, *, rigid: bool) -> Solution:
        """Gauss-Newton; a step that does not help is shortened, and three that hardly do are the end."""
        noise = self._noise(points) * (self.energy.stiff if rigid else 1.0)
        value = self._value(now, points, noise, rigid)
        damping = 1e-6
        for _ in range(self.energy.rounds):
            step = self._normal(now, points, noise, rigid)
            for _ in range(6):
                trial = self._stepped(now, *step.solved(damping), rigid)
                found = self._value(trial, points, noise, rigid)
                if found < value:
                    break
                damping *= 10
            else:
                break
            gained, now, value, damping = value - found, trial, found, max(damping / 10, 1e-9)
            if gained < 1e-5 * value:
                break
        return replace(now, error=self._error(now, points))

    def _value(self, now: Solution, points: Floats, noise: Floats, rigid: bool) -> float:
        """The energy."""
        far = np.linalg.norm(self.projected(now) - points, axis=-1) / noise
        k = self.energy.huber
        data = np.where(far < k, far**2, 2 * k * far - k**2).sum()
        expressions = now.weights[:1] if rigid else now.weights
        each = 1.0 if rigid else self.energy.rest
        stays = self._stays(now)
        prior = float(stays @ self._known(len(points)) @ stays)
        prior += each * np.einsum("fk,kl,fl->", expressions, self.certainty, expressions)
        change = self._changes(now, rigid)
        return float(data + prior + np.einsum("fk,kl,fl->", change, self._link(points, rigid), change))

    def _changes(self, now: Solution, rigid: bool) -> Floats:
        """(f - 1, p) from each frame to the next."""
        turned = Rotation.from_matrix(now.rotation[1:] @ np.swapaxes(now.rotation[:-1], 1, 2)).as_rotvec()
        parts = [np.diff(np.log(now.scale))[:, None], turned, np.diff(now.shift, axis=0)]
        return np.concatenate([*parts, *([] if rigid else [np.diff(now.weights, axis=0)])], 1)

    def _link(self, points: Floats, rigid: bool) -> Floats:
        """(p, p) how much a change counts."""
        width = float(np.median(_widths(points)))
        pose = np.diag(self.energy.turn**-2.0 * np.array([1, 1, 1, 1, width**-2, width**-2]))
        if rigid:
            return pose
        link = np.zeros((_POSE + _WEIGHTS,) * 2)
        link[:_POSE, :_POSE] = pose
        link[_POSE:, _POSE:] = self._next * self.certainty
        return link

    def _derivatives(self, now: Solution, points: Floats, at: slice) -> tuple[Floats, Floats, Floats, Floats]:
        """Errors (f, 68, 2) of some frames; their derivatives by pose (.., 6), weights (.., 52), and what all share.

        That is the identity and, last, the nearness.
        """
        rotation, s = now.rotation[at], now.scale[at, None]
        turned = np.einsum("frk,fjk->fjr", rotation, self.shapes(now, at))
        x, y, z = np.moveaxis(turned, -1, 0)
        near = 1 / (1 - now.nearness * z)
        none, one = np.zeros_like(x), np.ones_like(x)
        seen = np.stack([s * near * x, -s * near * y], -1)
        # how a point's picture follows the point, first along the camera's axes and then along the face's
        across = np.stack([s * near, none, now.nearness * near * seen[..., 0]], -1)
        down = np.stack([none, -s * near, now.nearness * near * seen[..., 1]], -1)
        follow = np.stack([across, down], 2)
        turns = np.stack([np.stack([none, -z, y], -1), np.stack([z, none, -x], -1), np.stack([-y, x, none], -1)], -1)
        shifts = np.stack([np.stack([one, none], -1), np.stack([none, one], -1)], -2)
        pose = np.concatenate([seen[..., None], follow @ turns, shifts], -1)
        follow = np.moveaxis(follow @ rotation[:, None], 1, 0)  # (68, f, 2, 3)
        moves = np.concatenate([self.expressions, self.identity]).transpose(1, 2, 0)[:, None]
        both = np.moveaxis(follow @ moves, 0, 1)
        nearer = (seen * (near * z)[..., None])[..., None]
        off = seen + now.shift[at, None] - points[at]
        return (
            off,
            pose,
            both[..., :_WEIGHTS],
            np.concatenate([both[..., _WEIGHTS:], _NEAR_SPREAD * nearer], -1),
        )

    def _normal(self, now: Solution, points: Floats, noise: Floats, rigid: bool) -> Arrow:
        frames, stays = len(points), len(self.identity) + 1
        p, q = (_POSE, stays + _WEIGHTS) if rigid else (_POSE + _WEIGHTS, stays)
        blocks, border, local = np.empty((frames, p, p)), np.empty((frames, p, q)), np.empty((frames, p))
        shared, common = np.zeros((q, q)), np.zeros(q)
        for first in range(0, frames, _CHUNK):
            at = slice(first, min(first + _CHUNK, frames))
            off, pose, expression, identity = self._derivatives(now, points, at)
            far = np.linalg.norm(off, axis=-1) / noise[at]
            trust = np.minimum(1.0, self.energy.huber / np.maximum(far, 1e-9)) / noise[at] ** 2
            root = np.sqrt(trust)[:, :, None, None]
            own = pose if rigid else np.concatenate([pose, expression], -1)
            all_ = np.concatenate([identity, expression], -1) if rigid else identity
            n = at.stop - first
            own, all_ = (root * own).reshape(n, -1, p), (root * all_).reshape(n, -1, q)
            off = (root[..., 0] * off).reshape(n, -1)
            turned = np.swapaxes(own, 1, 2)
            blocks[at], border[at] = turned @ own, turned @ all_
            local[at] = -np.einsum("fnk,fn->fk", own, off)
            flat = all_.reshape(-1, q)
            shared += flat.T @ flat
            common -= flat.T @ off.ravel()
        known = self._known(frames)
        shared[:stays, :stays] += known
        common[:stays] -= known @ self._stays(now)
        if rigid:
            shared[stays:, stays:] += self.certainty
            common[stays:] -= self.certainty @ now.weights[0]
        else:
            blocks[:, _POSE:, _POSE:] += self.energy.rest * self.certainty
            local[:, _POSE:] -= self.energy.rest * now.weights @ self.certainty
        link = self._link(points, rigid)
        pull = self._changes(now, rigid) @ link
        blocks[1:] += link
        blocks[:-1] += link
        local[1:] -= pull
        local[:-1] += pull
        return Arrow(blocks, link, border, shared, local, common)

    def _known(self, frames: int) -> Floats:
        """(modes + 1,) * 2 how much what stays counts against so many frames."""
        alone = max(1.0, frames / self.energy.independent)
        size = np.append(self._size, 0.0)
        return np.asarray(alone * np.eye(len(size)) + frames * np.outer(size, size))

    def _stays(self, now: Solution) -> Floats:
        """(modes + 1,) the identity, and how far the nearness is from the usual one, in units of its spread."""
        return np.append(now.identity, (now.nearness - _NEAR) / _NEAR_SPREAD)

    def _stepped(self, now: Solution, local: Floats, common: Floats, rigid: bool) -> Solution:
        modes = len(self.identity)
        expression = common[None, modes + 1 :] if rigid else local[:, _POSE:]
        return Solution(
            now.identity + common[:modes],
            now.weights + expression,
            now.scale * np.exp(np.clip(local[:, 0], -1, 1)),
            Rotation.from_rotvec(local[:, 1:4]).as_matrix() @ now.rotation,
            now.shift + local[:, 4:6],
            float(np.clip(now.nearness + _NEAR_SPREAD * common[modes], 0.0, _NEAREST)),
        )


def _widths(points: Floats) -> Floats:
    """(f,) pixels that a face measures; taller or wider, as it is turned."""
    return np.asarray(np.maximum(np.ptp(points, axis=1).max(-1), 1.0))
