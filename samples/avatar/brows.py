"""Eyebrows: soft, tapered solids that ride on the skin."""

from typing import Final

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from samples.avatar import anatomy
from samples.avatar.face import Face
from samples.avatar.gltf import Material, Part
from samples.avatar.paint import linear
from samples.avatar.parts import both_sides, mirrored_moves, with_targets
from samples.avatar.solids import Array, cast, gradient, unit
from samples.avatar.surfaces import grid_triangles

BROW: Final = Material("Brow", roughness=0.75)
COLOUR = linear("3a211f")

LINE: Final = np.array(
    [[0.0140, 0.0370], [0.0215, 0.0400], [0.0320, 0.0430], [0.0440, 0.0432], [0.0540, 0.0396], [0.0615, 0.0335]]
)
"Side and height of the left brow's middle, from the nose outwards, metres."
HALF_HEIGHT: Final = np.array([0.0026, 0.0037, 0.0038, 0.0031, 0.0020, 0.0005])
"At the points of LINE, metres."


def drop_on_skin(x: Array, y: Array) -> Array:
    """The points of the skin in front at these heights and sides."""
    start = np.column_stack([x, y, np.full(len(x), 0.16)])
    forward = np.broadcast_to([0.0, 0.0, -1.0], start.shape)
    t = cast(lambda p: -anatomy.skin(p), start, np.asarray(forward))
    return np.asarray(start + t[:, None] * forward)


def follow(face: Face, moves: dict[str, Array], points: Array) -> dict[str, Array]:
    """Moves of points that lie on the skin: the mean of the skin's moves around them."""
    distance, near = cKDTree(face.points).query(points, k=6)
    weight = 1.0 / np.square(distance + 5e-4)
    weight /= weight.sum(axis=1, keepdims=True)
    return {name: np.einsum("nk,nkc->nc", weight, move[near]) for name, move in moves.items()}


def brows(face: Face, moves: dict[str, Array]) -> Part:
    length, across = 44, 9
    along, u = np.linspace(0, 1, length), np.linspace(-1, 1, across)
    knots = np.linspace(0, 1, len(LINE))
    line, half = PchipInterpolator(knots, LINE)(along), PchipInterpolator(knots, HALF_HEIGHT)(along)
    half = half * np.sqrt(np.clip(1 - np.square(np.clip(1 - along / 0.10, 0, 1)), 0.02, 1))
    tangent = np.gradient(line, axis=0)
    side = unit(np.column_stack([-tangent[:, 1], tangent[:, 0]]))
    flat = line[:, None] + (half[:, None] * u)[:, :, None] * side[:, None]
    base = drop_on_skin(flat[..., 0].ravel(), flat[..., 1].ravel())

    hairs = np.sin(110 * along[:, None] + 3.0 * u)
    height = 0.36 * half[:, None] * np.sqrt(np.clip(1 - u**2, 0, 1)) * (1.0 + 0.10 * hairs)
    sunk = np.minimum(0.0005, 0.1 * half)[:, None] * u**4
    left = base + (height - sunk).reshape(-1, 1) * unit(gradient(anatomy.skull, base))
    points, triangles = both_sides(left, grid_triangles(length, across)[:, ::-1])
    followed = follow(face, {name: move for name, move in moves.items() if not name.endswith("Right")}, left)
    colours = np.tile((0.95 + 0.15 * hairs).reshape(-1, 1) * COLOUR, (2, 1))
    return with_targets(BROW, points, colours, triangles, mirrored_moves(followed))
