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
ROOT, TIP = linear("41231f"), linear("743d2e")
ROWS: Final = 15
AROUND: Final = 12
CENTRE: Final = np.array([0.0, 0.030, -0.010])

HAIRLINE: Final = np.array(
    [
        [0.0, 41.0],
        [25.0, 40.0],
        [45.0, 32.0],
        [58.0, 18.0],
        [70.0, -4.0],
        [84.0, -8.0],
        [100.0, -6.0],
        [125.0, -30.0],
        [180.0, -42.0],
    ]
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


def lock_surface(lock: Lock, rows: int = ROWS, around: int = AROUND) -> tuple[Array, Array]:
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
    swell = np.sqrt(np.clip(1.0 - (1.0 - np.clip(s / 0.30, 0, 1)) ** 2, 0.01, 1)) * np.clip(1.0 - s**3.0, 0.0, 1) ** 0.8
    phi = np.arange(around) * 2 * np.pi / around
    groove = 1.0 + 0.10 * np.cos(3.0 * phi + 0.6)
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
            add(
                [(a, 20), (a * 1.0, -8), (a - side * 4, -30), (a - side * 6, -46 - 6 * i)],
                0.017,
                0.007,
                (0.006, 0.008, 0.002),
            )
    for i in np.linspace(0, 1, 8):
        for side in (-1, 1):
            a = side * (96 + 82 * i)
            add([(a, 62), (a, 36), (a, 8), (a - side * 4, -22 - 8 * i)], 0.019, 0.008, (0.010, 0.015, 0.006))
    for a in np.linspace(-56, 58, 26):  # the hairline, growing up and under the rest
        e = float(np.interp(abs(a), HAIRLINE[:, 0], HAIRLINE[:, 1])) - 3.0
        add([(a + 4, e), (a, e + 8), (a - 8, e + 15), (a - 20, e + 20)], 0.013, 0.0040, (0.0002, 0.0062, 0.0110))
    for i in np.linspace(0, 1, 6):  # the right side
        a = -(54 + 44 * i)
        add([(a + 6, 60), (a, 38), (a - 4, 14), (a - 10, -10 - 8 * i)], 0.016, 0.007, (0.010, 0.014, 0.003))
    for i in np.linspace(1, 0, 9):  # the top, from the crown to the forehead, swept to the right
        root = (34 + 70 * i**1.5, 50 + 26 * i)
        path = [root, (4 - 40 * i, 62 + 14 * i), (-46 - 28 * i, 48 + 6 * i), (-74 - 24 * i, 14 + 4 * i)]
        add(path, 0.019, 0.010, (0.004, 0.027, 0.008))
    for i in np.linspace(1, 0, 7):  # the left side falls from the parting, over the roots of the top
        root = (20 + 75 * i**1.5, 55 + 27 * i)
        a = 46 + 50 * i
        add([root, (a - 4, 46 + 8 * i), (a + 10, 22), (a + 16, -6 - 8 * i)], 0.0165, 0.008, (0.013, 0.021, 0.003))
    add([(27, 51), (4, 56), (-32, 45), (-60, 22), (-72, 0)], 0.018, 0.010, (0.009, 0.024, 0.006))
    add([(28, 49), (12, 52), (-18, 42), (-46, 28), (-60, 10)], 0.016, 0.010, (0.009, 0.022, 0.006))
    add([(29, 48), (20, 48), (-4, 38), (-26, 30), (-42, 20)], 0.013, 0.008, (0.008, 0.019, 0.006))
    add([(27, 50), (36, 47), (52, 36), (62, 20), (66, 4)], 0.015, 0.008, (0.010, 0.018, 0.005))
    add([(25, 50), (30, 44), (40, 36), (46, 27)], 0.010, 0.006, (0.010, 0.014, 0.006))
    add([(28, 42), (10, 46), (-16, 39), (-40, 26), (-54, 10)], 0.0125, 0.007, (0.004, 0.014, 0.006))
    add([(26, 42), (16, 44), (-2, 40), (-20, 33), (-32, 26)], 0.010, 0.006, (0.004, 0.011, 0.005))
    add([(26, 42), (37, 42), (50, 34), (59, 20), (63, 6)], 0.0125, 0.007, (0.004, 0.012, 0.004))
    for turn in (0, 14):  # across the crown
        add([(168, 60), (140, 77), (-60 - turn, 80), (-100 - turn, 58)], 0.020, 0.008, (0.010, 0.016, 0.010))
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
        faces = grid_triangles(ROWS, AROUND, wrap=True)
        all_triangles.append(faces[:, ::-1] + count)
        all_points.append(grid)
        tint = mix(ROOT, TIP, 0.25 + 0.65 * ease(s, -0.1, 0.9) + random.uniform(-0.06, 0.06))
        colours.append(np.clip(tint, 0, 1))
        count += len(grid)
    p, t = np.concatenate(all_points), np.concatenate(all_triangles)
    return Part(HAIR, p, vertex_normals(p, t), np.concatenate(colours), t)
