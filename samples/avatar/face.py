"""The skin's mesh: loops around eyes and mouth, an even triangulation between them, one half mirrored.

Vertices are laid out on a chart, the azimuthal equidistant map of directions from a point inside the head (forwards
at its centre, radians), and cast from there onto the solid of `anatomy`.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay

from samples.avatar import anatomy
from samples.avatar.solids import Array, cast, ease, gaussian, unit

Indices: TypeAlias = npt.NDArray[np.int64]

NECK_ANGLE: Final = np.radians(10.0)
BACK_RADIUS: Final = 3.13

EYE_LOOP: Final = 72
EYE_RINGS: Final = np.array([0.0, 0.045, 0.10, 0.16, 0.22, 0.28, 0.34, 0.41, 0.49, 0.58, 0.68, 0.79, 0.90, 1.0])
LID_EDGE: Final = ((1.080, 0.5), (1.040, 0.9), (0.990, 0.9), (0.930, 0.4))
"""The lid's edge from the skin inwards: radius in eye radii, degrees towards the opening."""

LIP_HALF_LOOP: Final = 28
LIP_RINGS: Final = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
AROUND_LIPS: Final = np.array([0.08, 0.18, 0.30, 0.44, 0.60, 0.78, 1.0])
MOUTH_BAG: Final = ((0.0030, 0.0010, 0.98), (0.0080, 0.0060, 0.95), (0.018, 0.0130, 0.90), (0.030, 0.0120, 0.75))
"""Behind the lips: metres back, metres up or down, share of the width."""


@dataclass(frozen=True, slots=True)
class Face:
    """The skin in its neutral pose, with what each vertex knows about the loops it lies on."""

    points: Array
    "(n, 3) metres"
    triangles: Indices
    "(m, 3), counter-clockwise from outside"
    mirror: Indices
    "(n,): the same vertex of the other half"
    lid_angle: Array
    "(n,): place along the lid loop, radians, 0 at the outer corner, upper lid positive; NaN off the loops"
    lid_ring: Array
    "(n,): 0 at the lid's margin, 1 where the lids' influence ends, negative on the lid's edge; NaN off the loops"
    lip_angle: Array
    "(n,): place along the lips, 0 at the corner, upper lip positive; NaN off the lips' loops"
    lip_ring: Array
    "(n,): 0 where the lips meet, 1 at their outline, 2 where the loops end, negative inside the mouth; NaN elsewhere"


def to_chart(p: Array) -> Array:
    d = unit(p - anatomy.RAY_ORIGIN)
    radius = np.arccos(np.clip(d[:, 2], -1.0, 1.0))
    return np.asarray(d[:, :2] * (radius / np.maximum(np.linalg.norm(d[:, :2], axis=-1), 1e-12))[:, None])


def from_chart(q: Array) -> Array:
    """Unit directions from the chart's centre."""
    radius = np.linalg.norm(q, axis=-1)
    sideways = q * np.sinc(radius / np.pi)[:, None]
    return np.column_stack([sideways, np.cos(radius)])


def on_skin(q: Array) -> Array:
    d = from_chart(q)
    return anatomy.RAY_ORIGIN + cast(anatomy.skin, anatomy.RAY_ORIGIN, d)[:, None] * d


def lid_margin(angle: Array) -> tuple[Array, Array]:
    """Azimuth and elevation, degrees about the eye's centre, of the margin at loop angles."""
    azimuth = anatomy.CANTHUS_MIDDLE + anatomy.CANTHUS_REACH * np.cos(angle)
    opening = np.where(np.sin(angle) > 0, anatomy.UPPER_OPEN, -anatomy.LOWER_OPEN)
    return azimuth, anatomy.canthus_line(azimuth) + opening * anatomy.lid_profile(azimuth)


def _eye_loops() -> tuple[list[Array], Array]:
    """Chart positions of the skin's rings around the eye, and the loop angles."""
    angle = np.arange(EYE_LOOP) * 2 * np.pi / EYE_LOOP
    margin = to_chart(anatomy.EYE + anatomy.LID_RADIUS * anatomy.eye_direction(*lid_margin(angle)))
    centre = to_chart(anatomy.EYE[None] + np.array([[0.001, 0.0, anatomy.LID_RADIUS]]))[0]
    reach = np.column_stack([np.full(EYE_LOOP, 0.290), np.where(np.sin(angle) > 0, 0.255, 0.265)])
    outer = centre + reach * np.column_stack([np.cos(angle), np.sin(angle)])
    return [margin + s * (outer - margin) for s in EYE_RINGS], angle


def lip_outline(x: Array, upper: npt.NDArray[np.bool_]) -> Array:
    """Height of the lips' outline above (or below) the line where they meet, metres."""
    c = np.clip(x / anatomy.MOUTH_WIDTH, -1.0, 1.0)
    bow = 0.0078 * (1 - c**2) ** 0.70 - 0.0013 * gaussian(x, 0.0045)
    return np.where(upper, bow, -0.0082 * (1 - c**2) ** 0.62)


def _chart_in_front(x: Array, y: Array) -> Array:
    """Chart positions of the skin's points at these sides and heights on the front of the mouth."""
    z = np.full_like(x, 0.090)
    for _ in range(6):
        q = to_chart(np.column_stack([x, y, z]))
        z = 0.5 * (z + on_skin(q)[:, 2])
    return q


def _lip_loops() -> tuple[list[Array], Array]:
    """Chart positions of the left half of the rings around the mouth, from the lips' meeting line outwards."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 2 * LIP_HALF_LOOP + 1)
    x = anatomy.MOUTH_WIDTH * np.cos(angle)
    x[0] = x[-1] = 0.0
    seam = _chart_in_front(x, anatomy.mouth_line(x))
    edge_y = anatomy.mouth_line(x) + lip_outline(x, angle > 0)
    edge = _chart_in_front(x * 1.01, edge_y)
    reach = np.column_stack([np.full_like(x, 0.375), np.where(angle > 0, 0.125, 0.215)])
    outer = np.array([0.0, -0.318]) + reach * np.column_stack([np.cos(angle), np.sin(angle)])
    loops = [seam + s * (edge - seam) for s in LIP_RINGS] + [edge + s * (outer - edge) for s in AROUND_LIPS]
    for q in loops:
        q[0, 0] = q[-1, 0] = 0.0
    return loops, angle


def _spacing(q: Array) -> Array:
    """Wished edge length on the chart, radians."""
    radius = np.linalg.norm(q, axis=-1)
    base = 0.040 + 0.05 * ease(radius, 0.9, 1.5) + 0.08 * ease(radius, 1.5, 2.4)
    nose = gaussian(np.hypot(q[:, 0] / 1.0, (q[:, 1] + 0.02) / 1.6), 0.17)
    return np.asarray(base - 0.027 * nose)


def _filling(keep_out: list[Array], borders: Array) -> Array:
    """Chart points between the loops: hexagonal lattices, coarser where `_spacing` allows, clear of the borders."""
    found = [borders]
    neck = np.pi / 2 + NECK_ANGLE
    for start, stop in ((-1.13, BACK_RADIUS), (-BACK_RADIUS + 0.12, -neck)):
        midline = [start]
        while midline[-1] < stop:
            midline.append(midline[-1] + float(_spacing(np.array([[0.0, midline[-1]]]))[0]))
        found.append(np.column_stack([np.zeros(len(midline)), midline]))
    for spacing in (0.0135, 0.019, 0.027, 0.038, 0.054, 0.076, 0.108, 0.15):
        rows = np.arange(-3.0, 3.0, spacing * 0.866)
        columns = np.arange(0.0, 3.0, spacing)
        u, v = np.meshgrid(columns, rows)
        u = u + spacing * (0.25 + 0.5 * (np.arange(len(rows)) % 2))[:, None]
        q = np.column_stack([u.ravel(), v.ravel()])
        wish = _spacing(q)
        found.append(q[(wish >= spacing) & (wish < spacing * 1.42) & (q[:, 0] > 0.45 * spacing)])
    candidates = np.concatenate(found[1:])
    inside = np.zeros(len(candidates), dtype=bool)
    for polygon in keep_out:
        inside |= contains(polygon, candidates)
    d = from_chart(candidates)
    inside |= np.arccos(np.clip(-d[:, 1], -1, 1)) < NECK_ANGLE + 0.03
    inside |= np.linalg.norm(candidates, axis=-1) > BACK_RADIUS - 0.06
    candidates = candidates[~inside]
    gap = np.min(np.linalg.norm(candidates[:, None] - borders[None], axis=-1), axis=1)
    return np.asarray(candidates[gap > 0.55 * _spacing(candidates)])


def contains(polygon: Array, q: Array) -> npt.NDArray[np.bool_]:
    """Even-odd test of points against a closed polygon."""
    a, b = polygon, np.roll(polygon, -1, axis=0)
    inside = np.zeros(len(q), dtype=bool)
    for (ax, ay), (bx, by) in zip(a, b, strict=True):
        crosses = (ay > q[:, 1]) != (by > q[:, 1])
        inside ^= crosses & (q[:, 0] < (bx - ax) * (q[:, 1] - ay) / (by - ay + 1e-30) + ax)
    return inside


def _triangulate(q: Array, keep_out: list[Array]) -> Indices:
    triangles = np.asarray(Delaunay(q).simplices, dtype=np.int64)
    middle = q[triangles].mean(axis=1)
    bad = np.zeros(len(triangles), dtype=bool)
    for polygon in keep_out:
        bad |= contains(polygon, middle)
    d = from_chart(middle)
    bad |= np.arccos(np.clip(-d[:, 1], -1, 1)) < NECK_ANGLE * 0.995
    a, b, c = (q[triangles[:, i]] for i in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    triangles[area < 0] = triangles[area < 0][:, ::-1]
    return triangles[~bad & (np.abs(area) > 1e-9)]


def _relaxed(q: Array, fixed: int, keep_out: list[Array]) -> Array:
    """The first `fixed` points stay; the others drift to the middle of their neighbours, the midline stays on it."""
    for _ in range(12):
        t = _triangulate(q, keep_out)
        edges = np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]])
        edges = np.unique(np.concatenate([edges, edges[:, ::-1]]), axis=0)
        total = np.zeros_like(q)
        np.add.at(total, edges[:, 0], q[edges[:, 1]])
        mean = total / np.maximum(np.bincount(edges[:, 0], minlength=len(q)), 1)[:, None]
        midline = q[:, 0] == 0.0
        moved = q + 0.5 * (mean - q)
        moved[midline, 0] = 0.0
        moved[:fixed] = q[:fixed]
        q = moved
    return q


def _bands(rings: list[Indices], closed: bool) -> Indices:
    """Triangles between successive rings of equal length, for rings that run counter-clockwise from inside out."""
    quads = []
    for inner, outer in pairwise(rings):
        if closed:
            inner, outer = np.append(inner, inner[0]), np.append(outer, outer[0])
        a, b, c, d = inner[:-1], outer[:-1], outer[1:], inner[1:]
        quads += [np.column_stack([a, b, c]), np.column_stack([a, c, d])]
    return np.concatenate(quads)


class _Half:
    """Collects the left half's vertices."""

    def __init__(self) -> None:
        self.points: list[Array] = []
        self.notes: list[Array] = []
        self.count = 0

    def add(self, points: Array, **notes: Array | float) -> Indices:
        names = ("lid_angle", "lid_ring", "lip_angle", "lip_ring")
        table = np.column_stack([np.broadcast_to(notes.get(name, np.nan), len(points)) for name in names])
        self.points.append(points)
        self.notes.append(table)
        self.count += len(points)
        return np.arange(self.count - len(points), self.count)


def _borders() -> Array:
    """The neck's and the back's open edges, left half."""
    around = np.linspace(-np.pi / 2, np.pi / 2, 33)
    x = np.sin(NECK_ANGLE) * np.cos(around)
    x[0] = x[-1] = 0.0
    y = np.full_like(x, -np.cos(NECK_ANGLE))
    neck_d = np.column_stack([x, y, np.sin(NECK_ANGLE) * np.sin(around)])
    radius = np.arccos(neck_d[:, 2])
    neck = neck_d[:, :2] * (radius / np.linalg.norm(neck_d[:, :2], axis=-1))[:, None]
    turn = np.linspace(-np.pi / 2, np.pi / 2, 41)
    back = BACK_RADIUS * np.column_stack([np.cos(turn), np.sin(turn)])
    back[0, 0] = back[-1, 0] = 0.0
    return np.concatenate([neck, back])


def _eye(half: _Half, loops: list[Array], angle: Array) -> tuple[list[Indices], Indices]:
    rings = [half.add(on_skin(q), lid_angle=angle, lid_ring=s) for q, s in zip(loops, EYE_RINGS, strict=True)]
    azimuth, elevation = lid_margin(angle)
    inwards = -np.sign(np.sin(angle)) * np.minimum(1.0, 2.5 * np.abs(np.sin(angle)))
    edge = []
    for i, (radius, degrees) in enumerate(LID_EDGE):
        p = anatomy.EYE + radius * anatomy.EYE_RADIUS * anatomy.eye_direction(azimuth, elevation + inwards * degrees)
        edge.append(half.add(p, lid_angle=angle, lid_ring=-1.0 - i))
    return rings, _bands(edge[::-1] + rings, closed=True)


def _mouth(half: _Half, loops: list[Array], angle: Array) -> tuple[list[Indices], Indices]:
    marks = np.concatenate([LIP_RINGS, 1.0 + AROUND_LIPS])
    rings = [half.add(on_skin(q), lip_angle=angle, lip_ring=s) for q, s in zip(loops, marks, strict=True)]
    seam = np.concatenate(half.points)[rings[0]]
    bag = []
    for i, (back, up, width) in enumerate(MOUTH_BAG):
        p = seam * np.array([width, 1.0, 1.0]) - np.array([0.0, 0.0, back])
        p[:, 1] += up * np.sign(angle) * np.abs(np.sin(angle)) ** 0.7
        bag.append(half.add(p, lip_angle=angle, lip_ring=-1.0 - i))
    throat = half.add(np.array([[0.0, anatomy.MOUTH_Y, 0.046]]), lip_angle=0.0, lip_ring=-1.0 - len(MOUTH_BAG))
    last = bag[-1]
    fan = np.column_stack([np.full(len(last) - 1, throat[0]), last[:-1], last[1:]])
    return rings, np.concatenate([_bands(bag[::-1] + rings, closed=False), fan])


def build_face() -> Face:
    half = _Half()
    eye_loops, eye_angle = _eye_loops()
    lip_loops, lip_angle = _lip_loops()
    eye_rings, eye_triangles = _eye(half, eye_loops, eye_angle)
    lip_rings, lip_triangles = _mouth(half, lip_loops, lip_angle)

    keep_out = [eye_loops[-1], lip_loops[-1]]
    borders = np.concatenate([eye_loops[-1], lip_loops[-1], _borders()])
    q = np.concatenate([borders, _filling(keep_out, borders)])
    q = _relaxed(q, len(borders), keep_out)
    between = _triangulate(q, keep_out)
    loops = np.concatenate([eye_rings[-1], lip_rings[-1]])
    added = half.add(on_skin(q[len(loops) :]))
    triangles = np.concatenate([eye_triangles, lip_triangles, np.concatenate([loops, added])[between]])
    return _whole(np.concatenate(half.points), np.concatenate(half.notes), triangles)


def _whole(points: Array, notes: Array, triangles: Indices) -> Face:
    """The left half with its mirror image, sharing the vertices of the midline."""
    midline = np.abs(points[:, 0]) < 1e-9
    points[midline, 0] = 0.0
    other = np.full(len(points), -1)
    other[midline] = np.flatnonzero(midline)
    other[~midline] = len(points) + np.arange(np.count_nonzero(~midline))
    right = points[~midline] * np.array([-1.0, 1.0, 1.0])
    mirror = np.concatenate([other, np.flatnonzero(~midline)])
    all_notes = np.concatenate([notes, notes[~midline]])
    all_triangles = np.concatenate([triangles, other[triangles][:, ::-1]])
    return Face(np.concatenate([points, right]), all_triangles, mirror, *all_notes.T)
