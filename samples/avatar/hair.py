"""Hair as sculpted locks over a close cap: each lock is a tapered, grooved tube that runs along the skull."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.interpolate import CubicSpline

from samples.avatar import anatomy
from samples.avatar.face import Indices
from samples.avatar.gltf import Material, Part
from samples.avatar.paint import linear, mix
from samples.avatar.solids import Array, cast, ease, unit
from samples.avatar.surfaces import grid_triangles, vertex_normals

HAIR: Final = Material("Hair", roughness=0.42)
ROOT, TIP = linear("2a1719"), linear("6b3a2e")
CENTRE: Final = np.array([0.0, 0.030, -0.010])

HAIRLINE: Final = np.array(
    [[0.0, 43.0], [25.0, 42.0], [45.0, 34.0], [60.0, 18.0], [72.0, -4.0], [84.0, -8.0], [100.0, -6.0], [125.0, -30.0], [180.0, -42.0]]
)
"""Azimuth from the face's middle and elevation of the hair's edge, degrees seen from CENTRE."""


def direction(azimuth: Array, elevation: Array) -> Array:
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.stack([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)], axis=-1)


def on_skull(d: Array, above: Array | float) -> Array:
    """Points above the skull in these directions, metres."""
    t = cast(anatomy.skull, np.broadcast_to(CENTRE, d.shape), d, 0.02, 0.25)
    return CENTRE + (t + above)[:, None] * d


@dataclass(frozen=True, slots=True)
class Lock:
    path: tuple[tuple[float, float], ...]
    "(azimuth, elevation) the lock runs through, root to tip"
    width: float
    thickness: float
    lift: tuple[float, float, float]
    "metres above the skull at root, middle and tip"


def lock_surface(lock: Lock, rows: int = 20, around: int = 14) -> tuple[Array, Array]:
    """Grid points (rows * around, 3) and each one's place along the lock, 0..1."""
    knots = direction(*np.array(lock.path).T)
    stations = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    s = 1.0 - (1.0 - np.linspace(0.0, 1.0, rows)) ** 1.25
    d = unit(CubicSpline(stations / stations[-1], knots)(s))
    lift = CubicSpline([0.0, 0.5, 1.0], lock.lift)(s)
    middle = on_skull(d, lift)
    along = unit(np.gradient(middle, axis=0))
    aside = unit(np.cross(along, d))
    up = np.cross(aside, along)
    swell = np.sqrt(np.clip(1.0 - (1.0 - np.clip(s / 0.30, 0, 1)) ** 2, 0.06, 1)) * np.clip(1.0 - s**3.0, 0.0, 1) ** 0.8
    phi = np.arange(around) * 2 * np.pi / around
    groove = 1.0 + 0.10 * np.cos(5.0 * phi + 0.6)
    flat = np.sign(np.cos(phi)) * np.abs(np.cos(phi)) ** 0.9 * groove
    high = np.sin(phi) * groove
    points = (
        middle[:, None]
        + (lock.width * swell)[:, None, None] * flat[:, None] * aside[:, None]
        + (lock.thickness * (0.25 + 0.75 * swell) * (1 - s**6))[:, None, None] * high[:, None] * up[:, None]
    )
    return points.reshape(-1, 3), np.repeat(s, around)


def style() -> list[Lock]:
    """A side parting on the character's left; a fringe swept to the right; short at the sides and the nape."""
    random = np.random.default_rng(11)
    locks = []

    def add(path: list[tuple[float, float]], width: float, thickness: float, lift: tuple[float, float, float]) -> None:
        jitter = random.uniform(-2.5, 2.5, (len(path), 2))
        jitter[0] *= 0.4
        bent = tuple((a + j, e + k) for (a, e), (j, k) in zip(path, jitter, strict=True))
        locks.append(Lock(bent, width * random.uniform(0.9, 1.12), thickness, lift))

    for i in np.linspace(0, 1, 7):  # nape and back, lowest layer first
        for side in (-1, 1):
            a = side * (106 + 70 * i)
            add([(a, 20), (a * 1.0, -8), (a - side * 4, -30), (a - side * 6, -46 - 6 * i)], 0.017, 0.007, (0.006, 0.008, 0.002))
    for i in np.linspace(0, 1, 8):
        for side in (-1, 1):
            a = side * (96 + 82 * i)
            add([(a, 62), (a, 36), (a, 8), (a - side * 4, -22 - 8 * i)], 0.019, 0.008, (0.010, 0.015, 0.006))
    for i in np.linspace(0, 1, 5):  # the left side falls from the parting
        a = 34 + 58 * i
        add([(30 + 30 * i, 58 + 14 * i), (a + 8, 40), (a + 18, 18), (a + 24, -4 - 8 * i)], 0.016, 0.007, (0.008, 0.013, 0.003))
    for i in np.linspace(0, 1, 6):  # the right side
        a = -(52 + 46 * i)
        add([(a + 6, 60), (a, 38), (a - 6, 14), (a - 12, -8 - 6 * i)], 0.016, 0.007, (0.010, 0.014, 0.003))
    for i in np.linspace(1, 0, 9):  # the top, from the crown to the forehead, swept to the right
        root = (26 + 60 * i**1.5, 54 + 26 * i)
        add(
            [root, (0 - 40 * i, 62 + 14 * i), (-48 - 28 * i, 48 + 6 * i), (-74 - 24 * i, 16 + 4 * i)],
            0.019, 0.010, (0.008, 0.027, 0.008),
        )
    add([(27, 52), (4, 57), (-32, 45), (-60, 24), (-70, 4)], 0.018, 0.010, (0.006, 0.024, 0.006))
    add([(28, 50), (14, 53), (-16, 43), (-44, 30), (-58, 14)], 0.015, 0.009, (0.006, 0.021, 0.006))
    add([(29, 49), (22, 48), (0, 40), (-22, 34), (-36, 24)], 0.011, 0.007, (0.005, 0.017, 0.007))
    add([(29, 51), (40, 48), (56, 34), (66, 12)], 0.013, 0.007, (0.006, 0.015, 0.004))
    return locks


def _cap() -> tuple[Array, Indices]:
    azimuth = np.linspace(-180, 180, 97)[:-1]
    edge = np.interp(np.abs(azimuth), HAIRLINE[:, 0], HAIRLINE[:, 1])
    s = np.linspace(0.0, 1.0, 24)
    elevation = edge + (89.5 - edge) * s[:, None]
    above = np.repeat(-0.0015 + 0.0075 * ease(s, 0.0, 0.22), len(azimuth))
    points = on_skull(direction(np.broadcast_to(azimuth, elevation.shape), elevation).reshape(-1, 3), above)
    return points, grid_triangles(len(s), len(azimuth), wrap=True)


def build_hair() -> Part:
    points, triangles = _cap()
    all_points, all_triangles = [points], [triangles]
    colours = [np.broadcast_to(ROOT, points.shape)]
    count = len(points)
    random = np.random.default_rng(5)
    for lock in style():
        grid, s = lock_surface(lock)
        faces = grid_triangles(20, 14, wrap=True)
        all_triangles.append(faces[:, ::-1] + count)
        all_points.append(grid)
        tint = mix(ROOT, TIP, 0.85 * ease(s, -0.1, 0.9) + random.uniform(-0.06, 0.06))
        colours.append(np.clip(tint, 0, 1))
        count += len(grid)
    p, t = np.concatenate(all_points), np.concatenate(all_triangles)
    return Part(HAIR, p, vertex_normals(p, t), np.concatenate(colours), t)
