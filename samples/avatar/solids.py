"""Signed distance fields and their smooth blends: the clay the head is made of.

A field maps points (n, 3) in metres to distances (n,), negative inside. Blends follow the polynomial smooth minimum,
so they are distances only near the surface; `cast` therefore takes short steps.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Field: TypeAlias = Callable[[Array], Array]


def ellipsoid(p: Array, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Array:
    q = p - np.array(centre)
    k0 = np.linalg.norm(q / np.array(radii), axis=-1)
    k1 = np.linalg.norm(q / np.array(radii) ** 2, axis=-1)
    return np.asarray(k0 * (k0 - 1.0) / np.maximum(k1, 1e-9))


def sphere(p: Array, centre: tuple[float, float, float], radius: float) -> Array:
    return np.asarray(np.linalg.norm(p - np.array(centre), axis=-1) - radius)


def cone(
    p: Array, a: tuple[float, float, float], b: tuple[float, float, float], radius_a: float, radius_b: float
) -> Array:
    """A capsule whose radius runs from `radius_a` at `a` to `radius_b` at `b`."""
    start, axis = np.array(a), np.array(b) - np.array(a)
    h = np.clip((p - start) @ axis / (axis @ axis), 0.0, 1.0)
    return np.asarray(np.linalg.norm(p - start - h[..., None] * axis, axis=-1) - (radius_a + h * (radius_b - radius_a)))


def join(a: Array, b: Array, blend: float) -> Array:
    """Smooth union; `blend` is the width of the fillet, metres."""
    h = np.maximum(blend - np.abs(a - b), 0.0) / blend
    return np.asarray(np.minimum(a, b) - h * h * blend * 0.25)


def carve(a: Array, b: Array, blend: float) -> Array:
    """Smooth subtraction of `b` from `a`."""
    return -join(-a, b, blend)


def gaussian(distance: Array, width: float) -> Array:
    return np.asarray(np.exp(-np.square(distance / width)))


def ease(x: Array, low: float, high: float) -> Array:
    """Smootherstep: 0 below `low`, 1 above `high` (or the other way round if low > high)."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * t * (t * (6.0 * t - 15.0) + 10.0))


def gradient(field: Field, p: Array, step: float = 2e-4) -> Array:
    offsets = np.eye(3) * step
    return np.stack([field(p + o) - field(p - o) for o in offsets], axis=-1) / (2.0 * step)


def unit(v: Array) -> Array:
    return np.asarray(v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12))


def cast(field: Field, origin: Array, direction: Array, start: float = 0.0, reach: float = 0.4) -> Array:
    """Distances along rays that start inside the solid to its surface."""
    t = np.full(len(direction), start)
    for _ in range(90):
        step = 0.7 * field(origin + t[:, None] * direction)
        t = np.clip(t - step, start, reach)
        if np.max(np.abs(step)) < 1e-9:
            break
    return t


def fall(field: Field, p: Array, rounds: int = 6) -> Array:
    """The points moved onto the surface along the field's gradient."""
    for _ in range(rounds):
        g = gradient(field, p)
        p = p - field(p)[:, None] * g / np.maximum(np.sum(g * g, axis=-1, keepdims=True), 0.25)
    return p


def ambient_occlusion(field: Field, p: Array, normal: Array, reach: float = 0.03) -> Array:
    """1 where the surroundings are open, towards 0 in hollows."""
    shade = np.zeros(len(p))
    steps = np.linspace(0.15, 1.0, 6) * reach
    for h in steps:
        shade += np.clip(h - field(p + h * normal), 0.0, None) / h
    return np.asarray(np.clip(1.0 - shade / len(steps), 0.0, 1.0))
