"""A video's face from its landmarks, all frames at once (DeepExp3D, section III-A): identity, expressions, cameras.

The energy is that of a maximum a posteriori estimate. With landmarks p of frame f, a scaled orthographic camera
(s, R, t) and the shape x = mean + U i + V e_f:

    sum over frames and landmarks   rho(|s R x + t - p|^2 / noise^2)       rho: Huber's
    + |i|^2 + frames (g i)^2                                               identities are N(0, 1); g: see below
    + e_1, e_2 given e_1, ...       of a chain whose every part is N(0, C) C: what random ARKit weights give
    + sum over neighbours           what changes of the cameras, over how much of it is usual

One camera does not see how large a face is: a large one far away with small movements is the same picture, and a
prior that counts each frame's expressions would shrink them all by choosing it. So g, the size that an identity has
beyond the mean's, counts once for every frame.

It is minimised by Gauss-Newton steps over everything. The normal equations are an arrow: blocks of one frame's camera
and expression, chained to their neighbours by smoothness, and a border that all frames share, the identity. The chain
is a banded Cholesky factorisation, so that a step is linear in the number of frames.

The cameras are initialised by the same minimisation over a face that does not move (section III-A.2), whose shape is
the model's: identity and one expression are shared, and only cameras differ between frames. Free rigid structure from
motion has nothing to hold on to where a head hardly turns.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cho_solve_banded, cholesky_banded
from scipy.spatial.transform import Rotation

from bridge.face.basis import COEFFICIENTS, ExpressionBasis
from bridge.face.model import FaceModel

Floats = NDArray[np.float64]

_POSE: Final = 6
"Of a camera: log of its scale, three of rotation, two of shift."
_CHUNK: Final = 128
"Frames whose derivatives are held at once."
_JAW: Final = slice(0, 17)


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
    stiff: float = 3.0
    "Noises of a face that is taken for rigid, over those of one that is not: it stands for what it cannot do."
    turn: float = 0.03
    "Radians that a head turns from one frame to the next; its scale and, in widths of a face, its place change alike."
    rounds: int = 12


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A face through f frames."""

    identity: Floats
    "(modes,)"
    coefficients: Floats
    "(f, 28)"
    scale: Floats
    "(f,) pixels a metre"
    rotation: Floats
    "(f, 3, 3)"
    shift: Floats
    "(f, 2) pixels"
    error: float = np.inf
    "Root mean square of the landmarks' errors, pixels."


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """Normal equations: chain of (f, p, p) blocks, (p, p) link between neighbours, (f, p, q) to the (q, q) border."""

    blocks: Floats
    link: Floats
    border: Floats
    shared: Floats
    local: Floats
    "(f, p) minus the gradient, as is"
    common: Floats
    "(q,)"


class BatchFit:
    """Fits one face model to landmarks (f, 68, 2) in pixels x, y (rows downwards)."""

    def __init__(self, model: FaceModel, basis: ExpressionBasis, energy: Energy | None = None) -> None:
        self.energy = energy or Energy()
        marks = model.landmarks
        self.mean: Floats = model.mean[marks]
        self.identity: Floats = model.identity[:, marks]
        self.modes: Floats = basis.modes[:, marks]
        per_weight = basis.coefficients(np.eye(model.expressions.shape[0]))
        usual = self.energy.weight**2 * per_weight.T @ per_weight
        usual += 1e-6 * np.trace(usual) / COEFFICIENTS * np.eye(COEFFICIENTS)
        self.certainty: Floats = np.linalg.inv(usual)
        alone, keep = self.mean - self.mean.mean(0), self.energy.keep
        size = np.einsum("kjx,jx->k", self.identity, alone)
        self._size: Floats = np.asarray(size / np.linalg.norm(size))
        self._each = (1 - keep) / (1 + keep)
        self._next = keep / (1 - keep**2)

    def __call__(self, points: Floats, *, constrained: bool = True) -> Solution:
        """The least energy that Gauss-Newton finds; `constrained=False` leaves out the initial stage."""
        start = self.cameras(np.broadcast_to(self.mean, (len(points), *self.mean.shape)), points)
        if constrained:
            start = self._minimized(start, points, rigid=True)
        return self._minimized(start, points, rigid=False)

    def linear(self, points: Floats) -> Solution:
        """The baseline: each frame alone, the mean identity; a camera, then expressions by linear least squares."""
        fitted = self.cameras(np.broadcast_to(self.mean, (len(points), *self.mean.shape)), points)
        noise = self._noise(points)
        coefficients = np.empty_like(fitted.coefficients)
        for first in range(0, len(points), _CHUNK):
            at = slice(first, first + _CHUNK)
            off, _, expression, _ = self._derivatives(fitted, points, at)
            weighted = expression / noise[at, :, None, None] ** 2
            normal = np.einsum("fjck,fjcl->fkl", weighted, expression, optimize=True) + self.certainty
            coefficients[at] = np.linalg.solve(normal, -np.einsum("fjck,fjc->fk", weighted, off)[..., None])[..., 0]
        fitted = replace(fitted, coefficients=coefficients)
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
        nobody, nothing = np.zeros(len(self.identity)), np.zeros((frames, COEFFICIENTS))
        return Solution(nobody, nothing, scale, rotation, shift * (1.0, -1.0))

    def shapes(self, solution: Solution, at: slice = slice(None)) -> Floats:
        """(f, 68, 3) metres."""
        person = self.mean + np.tensordot(solution.identity, self.identity, 1)
        return np.asarray(person + np.tensordot(solution.coefficients[at], self.modes, 1))

    def projected(self, solution: Solution, at: slice = slice(None)) -> Floats:
        """(f, 68, 2) pixels."""
        seen = np.einsum("frk,fjk->fjr", solution.rotation[at, :2], self.shapes(solution, at)) * (1.0, -1.0)
        return np.asarray(solution.scale[at, None, None] * seen + solution.shift[at, None])

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
                trial = self._stepped(now, *_solved(step, damping), rigid)
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
        expressions = now.coefficients[:1] if rigid else now.coefficients
        each = 1.0 if rigid else self._each
        prior = np.square(now.identity).sum() + len(points) * float(self._size @ now.identity) ** 2
        prior += each * np.einsum("fk,kl,fl->", expressions, self.certainty, expressions)
        change = self._changes(now, rigid)
        return float(data + prior + np.einsum("fk,kl,fl->", change, self._link(points, rigid), change))

    def _changes(self, now: Solution, rigid: bool) -> Floats:
        """(f - 1, p) from each frame to the next."""
        turned = Rotation.from_matrix(now.rotation[1:] @ np.swapaxes(now.rotation[:-1], 1, 2)).as_rotvec()
        parts = [np.diff(np.log(now.scale))[:, None], turned, np.diff(now.shift, axis=0)]
        return np.concatenate([*parts, *([] if rigid else [np.diff(now.coefficients, axis=0)])], 1)

    def _link(self, points: Floats, rigid: bool) -> Floats:
        """(p, p) how much a change counts."""
        width = float(np.median(_widths(points)))
        pose = np.diag(self.energy.turn**-2.0 * np.array([1, 1, 1, 1, width**-2, width**-2]))
        if rigid:
            return pose
        link = np.zeros((_POSE + COEFFICIENTS,) * 2)
        link[:_POSE, :_POSE] = pose
        link[_POSE:, _POSE:] = self._next * self.certainty
        return link

    def _derivatives(self, now: Solution, points: Floats, at: slice) -> tuple[Floats, Floats, Floats, Floats]:
        """Errors (f, 68, 2) of some frames, and their derivatives by pose (.., 6), expression (.., 28), identity."""
        rotation, scale = now.rotation[at], now.scale[at]
        turned = np.einsum("frk,fjk->fjr", rotation, self.shapes(now, at))
        x, y, z = np.moveaxis(turned, -1, 0)
        s = scale[:, None]
        none, one = np.zeros_like(x), np.ones_like(x)
        across = np.stack([s * x, none, s * z, -s * y, one, none], -1)
        down = np.stack([-s * y, s * z, none, -s * x, none, one], -1)
        pose = np.stack([across, down], 2)
        off = np.stack([s * x, -s * y], -1) + now.shift[at, None] - points[at]
        rows = scale[:, None, None] * rotation[:, :2] * np.array([[1.0], [-1.0]])
        expression = np.einsum("frx,kjx->fjrk", rows, self.modes, optimize=True)
        identity = np.einsum("frx,kjx->fjrk", rows, self.identity, optimize=True)
        return off, pose, expression, identity

    def _normal(self, now: Solution, points: Floats, noise: Floats, rigid: bool) -> _Step:
        frames, modes = len(points), len(self.identity)
        p, q = (_POSE, modes + COEFFICIENTS) if rigid else (_POSE + COEFFICIENTS, modes)
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
        known = np.eye(modes) + frames * np.outer(self._size, self._size)
        shared[:modes, :modes] += known
        common[:modes] -= known @ now.identity
        if rigid:
            shared[modes:, modes:] += self.certainty
            common[modes:] -= self.certainty @ now.coefficients[0]
        else:
            blocks[:, _POSE:, _POSE:] += self._each * self.certainty
            local[:, _POSE:] -= self._each * now.coefficients @ self.certainty
        link = self._link(points, rigid)
        pull = self._changes(now, rigid) @ link
        blocks[1:] += link
        blocks[:-1] += link
        local[1:] -= pull
        local[:-1] += pull
        return _Step(blocks, link, border, shared, local, common)

    def _stepped(self, now: Solution, local: Floats, common: Floats, rigid: bool) -> Solution:
        modes = len(self.identity)
        expression = common[None, modes:] if rigid else local[:, _POSE:]
        return Solution(
            now.identity + common[:modes],
            now.coefficients + expression,
            now.scale * np.exp(np.clip(local[:, 0], -1, 1)),
            Rotation.from_rotvec(local[:, 1:4]).as_matrix() @ now.rotation,
            now.shift + local[:, 4:6],
        )


def _widths(points: Floats) -> Floats:
    """(f,) pixels that a face measures; taller or wider, as it is turned."""
    return np.asarray(np.maximum(np.ptp(points, axis=1).max(-1), 1.0))


def _solved(step: _Step, damping: float) -> tuple[Floats, Floats]:
    """The step (f, p) of the frames and (q,) of what they share, each diagonal raised by a share of itself."""
    frames, p, q = step.border.shape
    band = np.zeros((2 * p, frames * p))
    for row in range(p):
        for column in range(p):
            if row >= column:
                grown = 1.0 + damping if row == column else 1.0
                band[row - column, column::p] = step.blocks[:, row, column] * grown
            band[p + row - column, column : (frames - 1) * p : p] = -step.link[row, column]
    sides = np.concatenate([step.local.reshape(-1, 1), step.border.reshape(-1, q)], 1)
    factor: Any = (cholesky_banded(band, lower=True, check_finite=False), True)
    solved = cho_solve_banded(factor, sides, check_finite=False)
    across = step.border.reshape(-1, q)
    rest = step.shared * (1.0 + damping * np.eye(q)) - across.T @ solved[:, 1:]
    common = cho_solve(cho_factor(rest), step.common - across.T @ solved[:, 0])
    return (solved[:, 0] - solved[:, 1:] @ common).reshape(frames, p), common
