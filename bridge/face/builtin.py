"""The face that needs no file: an average grown-up's, made by code, so that everything runs with no download.

A mesh in front view is given depth by a smooth surface through the landmarks; people differ and faces move by the
tables of `builtin_moves`. Millimetres here; the proportions are round numbers of adult anthropometry (62 mm between the
eyes' middles, a nose of 47 mm, a mouth of 51 mm), not those of any one scan.
"""

from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.spatial import Delaunay

from bridge.face.builtin_moves import IDENTITY, MIDDLE, SIDED, Floats, Table, fields, jaw_turn

# The wearer's left half of the 68-point scheme, x, y, z; the right half is its mirror image
_JAW: Final = ((72, -2, -58), (71, -22, -54), (68, -42, -47), (63, -62, -37), (54, -81, -24), (41, -96, -8))
_CHIN: Final = ((29, -106, 6), (15, -111, 16), (0, -113, 20))
_BROW: Final = ((12, 21, 20), (23, 25, 19), (35, 26, 14), (46, 23, 6), (55, 16, -4))
_BRIDGE: Final = ((0, 2, 20), (0, -10, 28), (0, -21, 36), (0, -33, 42))
_NOSTRILS: Final = ((0, -45, 27), (6, -45, 26), (14, -43, 20))
_EYE: Final = ((17, -2.5, 9), (26.5, 4, 12), (37, 4, 10), (45, -0.5, 2.5), (37.5, -4.8, 8.5), (26.5, -5.2, 10.5))
_UPPER_LIP: Final = ((0, -61, 31), (6.5, -60, 30.5), (16, -64, 26), (25.5, -69, 17))
_LOWER_LIP: Final = ((18, -75, 24), (9.5, -78.5, 27.5), (0, -79.5, 28.5))
_UPPER_SEAM: Final = ((0, -68.6, 27.5), (10, -68.7, 26), (22, -69, 18))
_LOWER_SEAM: Final = ((10, -69.6, 25.8), (0, -69.7, 27))

# where no landmark is: forehead, temples, cheeks, chin and the sides of the nose
_DEPTHS: Final = (
    *((0, 45, 23), (0, 66, 16), (0, 84, 2), (26, 44, 19), (24, 68, 11), (24, 86, -6), (48, 40, 2), (46, 62, -5)),
    *((46, 82, -20), (62, 30, -18), (64, 52, -28), (70, 18, -45), (32, -18, 11), (48, -20, 0), (60, -22, -18)),
    *((30, -34, 15), (46, -42, 2), (58, -48, -18), (30, -54, 16), (42, -66, -3), (12, -26, 20), (8, -10, 18)),
    *((12, 10, 13), (20, 10, 12), (32, 12, 13), (46, 8, 5), (54, -2, -5), (0, -53, 28), (0, -87, 24), (0, -100, 25)),
    *((14, -96, 19), (28, -88, 10), (32, -12, 9.5), (10, -50, 26), (20, -48, 19)),
)
_RIM: Final = ((72, -2), (73, 20), (71, 42), (64, 64), (50, 82), (30, 92), (0, 96))
"Of the face, from the ear over the temple to the top of the forehead: x, y."

_SPACING: Final = 4.2
"Between vertices."
_FINE: Final = 2.4
"The same along lids and lips."
_CLEAR: Final = 0.62
"How much of a spacing a lattice point keeps from curves."
_METRES: Final = 1e-3


def arrays() -> dict[str, NDArray[Any]]:
    """The face as model.py documents a face model's file."""
    landmarks = _landmarks()
    flat, triangles = _mesh(landmarks)
    points = np.column_stack([flat, _depth(landmarks, flat)])
    points[: len(landmarks)] = landmarks
    mirror = _mirror(flat)
    places = fields(points)
    moves = {name: _moved(places, table) for name, table in SIDED.items()}
    moves |= {name.replace("Left", "Right"): _mirrored(move, mirror) for name, move in moves.items()}
    moves |= {name: _both(_moved(places, table), mirror) for name, table in MIDDLE.items()}
    opening = jaw_turn(points)
    moves["jawOpen"] = opening * places["whole jaw"][:, None]
    # with the jaw open, the lips meet a quarter of the way down
    moves["mouthClose"] = opening * (places["lips"] * (0.25 - places["whole jaw"]))[:, None]
    people = [_both(_moved(places, table), mirror) for table in IDENTITY.values()]
    return {
        "mean": points * _METRES,
        "identity": np.stack(people) * _METRES,
        "expressions": np.stack([*moves.values()]) * _METRES,
        "expression_names": np.array([*moves]),
        "triangles": triangles,
        "landmarks": np.arange(len(landmarks)),
    }


def _landmarks() -> Floats:
    """(68, 3) in the scheme's order, which begins at the wearer's right."""
    jaw = [_flip(p) for p in (*_JAW, *_CHIN[:2])] + [*reversed((*_JAW, *_CHIN))]
    brows = [_flip(p) for p in reversed(_BROW)] + [*_BROW]
    nose = [*_BRIDGE, *(_flip(p) for p in reversed(_NOSTRILS[1:])), *_NOSTRILS]
    inner, up_in, up_out, outer, low_out, low_in = _EYE
    eyes = [_flip(p) for p in (outer, up_out, up_in, inner, low_in, low_out)] + [*_EYE]
    upper = [_flip(p) for p in reversed(_UPPER_LIP[1:])] + [*_UPPER_LIP]
    lower = [*_LOWER_LIP, *(_flip(p) for p in reversed(_LOWER_LIP[:-1]))]
    upper_seam = [_flip(p) for p in reversed(_UPPER_SEAM[1:])] + [*_UPPER_SEAM]
    lower_seam = [*_LOWER_SEAM, _flip(_LOWER_SEAM[0])]
    return np.array([*jaw, *brows, *nose, *eyes, *upper, *lower, *upper_seam, *lower_seam], np.float64)


def _flip(point: tuple[float, float, float]) -> tuple[float, float, float]:
    return -point[0], point[1], point[2]


def _mesh(landmarks: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """(n, 2) vertices seen from in front, the landmarks first, mirror images of each other; (t, 3) triangles."""
    flat = landmarks[:, :2]
    eye = _loop(flat[42:48])
    lips = _loop(flat[48:60])
    seam = np.concatenate([_line(flat[60:65]), _line(flat[[64, 65, 66, 67, 60]])[1:-1]])
    jaw = _line(flat[8:17], _SPACING)
    rim = _line(np.array(_RIM, np.float64), _SPACING)
    halves = [curve[curve[:, 0] > -1e-6] for curve in (eye, lips, seam, jaw, rim)]
    curves = np.concatenate([flat, *halves])
    outline = np.concatenate([jaw, rim[1:]])
    outline = np.concatenate([outline, outline[-2::-1] * (-1, 1)])
    points = _apart(np.concatenate([curves, curves[68:] * (-1, 1)]))
    points = np.concatenate([points, _lattice(points, outline, [eye, seam])])
    triangles = np.asarray(Delaunay(points).simplices, np.int64)
    middle = points[triangles].mean(1)
    holes = _inside(eye, middle) | _inside(eye * (-1, 1), middle) | _inside(seam, middle)
    return points, _outwards(points, triangles[_inside(outline, middle) & ~holes])


def _loop(corners: Floats) -> Floats:
    return _line(np.concatenate([corners, corners[:1]]))[:-1]


def _line(corners: Floats, spacing: float = _FINE) -> Floats:
    """A polyline through corners, each side cut into equal parts of about a spacing."""
    parts = [
        a + (b - a) * np.linspace(0, 1, _cuts(a, b, spacing), endpoint=False)[:, None] for a, b in pairwise(corners)
    ]
    return np.concatenate([*parts, corners[-1:]])


def _cuts(a: Floats, b: Floats, spacing: float) -> int:
    return max(1, round(float(np.linalg.norm(b - a)) / spacing))


def _apart(points: Floats) -> Floats:
    """Without those that lie on an earlier one."""
    gap = np.linalg.norm(points[:, None] - points[None], axis=2)
    earlier = np.tril(gap < 0.3, -1).any(axis=1)
    earlier[:68] = False
    return np.asarray(points[~earlier])


def _lattice(points: Floats, outline: Floats, holes: list[Floats]) -> Floats:
    """The vertices between the curves, mirror images of each other; the middle line has its own."""
    rows = np.arange(-120.0, 100.0, _SPACING * 0.866)
    columns = np.arange(0.0, 80.0, _SPACING)
    x, y = np.meshgrid(columns, rows)
    x = x + np.where(np.arange(len(rows)) % 2, 0.5 * _SPACING, 0.0)[:, None]
    lattice = np.column_stack([x.ravel(), y.ravel()])
    near = np.linalg.norm(lattice[:, None] - points[None], axis=2).min(axis=1)
    keep = _inside(outline, lattice) & (near > _CLEAR * _SPACING)
    for hole in holes:
        keep &= ~_inside(hole, lattice)
    half = lattice[keep]
    return np.concatenate([half, half[half[:, 0] > 0] * (-1, 1)])


def _inside(polygon: Floats, points: Floats) -> NDArray[np.bool_]:
    """Even-odd test of points against a closed polygon."""
    (ax, ay), (bx, by) = polygon.T[:, None], np.roll(polygon, -1, axis=0).T[:, None]
    x, y = points[:, :1], points[:, 1:]
    crosses = (ay > y) != (by > y)
    at = (bx - ax) * (y - ay) / np.where(by == ay, 1.0, by - ay) + ax
    return np.asarray((crosses & (x < at)).sum(axis=1) % 2 == 1)


def _outwards(points: Floats, triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    a, b, c = (points[triangles[:, i]] for i in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return np.where(area[:, None] < 0, triangles[:, ::-1], triangles)[np.abs(area) > 1e-6]


def _depth(landmarks: Floats, flat: Floats) -> Floats:
    """(n,) of vertices seen from in front: a thin plate through everything known."""
    known = np.concatenate([landmarks, np.array(_DEPTHS, np.float64), np.array(_DEPTHS, np.float64) * (-1, 1, 1)])
    _, first = np.unique(known[:, :2].round(3), axis=0, return_index=True)
    known = known[np.sort(first)]
    return np.asarray(RBFInterpolator(known[:, :2], known[:, 2], smoothing=0.5)(flat), np.float64)


def _mirror(flat: Floats) -> NDArray[np.int64]:
    """(n,) every vertex's mirror image."""
    return np.asarray(np.linalg.norm(flat[:, None] * (-1, 1) - flat[None], axis=2).argmin(axis=1))


def _moved(places: dict[str, Floats], table: Table) -> Floats:
    return np.asarray(sum(places[name][:, None] * np.array(move) for name, move in table.items()), np.float64)


def _mirrored(move: Floats, mirror: NDArray[np.int64]) -> Floats:
    return np.asarray(move[mirror] * (-1, 1, 1))


def _both(left: Floats, mirror: NDArray[np.int64]) -> Floats:
    return left + _mirrored(left, mirror)
