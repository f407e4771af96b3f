"""Teeth and tongue; the lower teeth and the tongue follow the jaw."""

from typing import Final

import numpy as np

from samples.avatar.expressions import jaw_moves
from samples.avatar.face import Indices
from samples.avatar.gltf import Material, Part
from samples.avatar.paint import linear
from samples.avatar.parts import with_targets
from samples.avatar.solids import Array, ease, gaussian
from samples.avatar.surfaces import grid_triangles

TEETH: Final = Material("Teeth", roughness=0.25)
TONGUE: Final = Material("Tongue", roughness=0.35)

PROFILE: Final = np.array(
    [[0.0, 0.0], [0.0008, 0.35], [0.0006, 0.85], [-0.0004, 1.0], [-0.0022, 1.0], [-0.0034, 0.7], [-0.0036, 0.0]]
)
"A tooth cut lengthwise from its front over its edge to its back: metres outwards, share of the way from gum to edge."


def _row(gum: float, edge: float, radius: float) -> tuple[Array, Indices, Array]:
    """Points, triangles and shade of an arch of teeth between two heights, metres."""
    turn = np.linspace(-1.15, 1.15, 81)
    tooth = np.abs(np.sin(turn / 1.15 * 3.0 * np.pi))
    points = []
    for out, down in PROFILE:
        r = radius + out - 0.0004 * (1 - tooth**0.35)
        y = gum + (edge - gum) * down - np.sign(edge - gum) * 0.0007 * (1 - tooth**0.5) * down
        points.append(np.column_stack([r * np.sin(turn), y, 0.0575 + r * np.cos(turn)]))
    shade = np.tile(1.0 - 0.35 * gaussian(tooth, 0.12), len(PROFILE))
    triangles = grid_triangles(len(PROFILE), len(turn))
    return np.concatenate(points), triangles if edge > gum else triangles[:, ::-1], shade


def teeth() -> Part:
    upper, upper_triangles, upper_shade = _row(-0.0540, -0.0645, 0.0215)
    lower, lower_triangles, lower_shade = _row(-0.0755, -0.0660, 0.0200)
    points = np.concatenate([upper, lower])
    triangles = np.concatenate([upper_triangles, lower_triangles + len(upper)])
    shade = np.concatenate([upper_shade, lower_shade]) * ease(points[:, 2], 0.050, 0.078) ** 0.5
    still = np.zeros_like(upper)
    moves = {name: np.concatenate([still, move]) for name, move in jaw_moves(lower).items()}
    return with_targets(TEETH, points, shade[:, None] * linear("f3ece0"), triangles, moves)


def tongue() -> Part:
    rows, around = 22, 24
    s = np.linspace(0.0, 1.0, rows)
    phi = np.arange(around) * 2 * np.pi / around
    width = 0.0150 * np.sqrt(np.clip(1 - s**3.2, 0, 1)) + 1e-5
    thick = 0.0050 * np.sqrt(np.clip(1 - s**4, 0, 1)) + 1e-5
    ring = np.stack([width[:, None] * np.cos(phi), thick[:, None] * np.sin(phi), np.zeros((rows, around))], axis=-1)
    ring[..., 1] -= 0.0016 * gaussian(ring[..., 0], 0.004) * (np.sin(phi) > 0) * ease(s, 1.0, 0.7)[:, None]
    zero = np.zeros(rows)
    middle = np.column_stack([zero, -0.0700 + 0.002 * np.sin(np.pi * s), 0.036 + 0.040 * s])
    middle_out = np.column_stack([zero, -0.0675 - 0.018 * ease(s, 0.55, 1.1), 0.040 + 0.070 * s - 0.006 * s**3])
    points = (middle[:, None] + ring).reshape(-1, 3)
    out = (middle_out[:, None] + ring * np.array([0.88, 0.72, 1.0])).reshape(-1, 3)
    moves = jaw_moves(points) | {"tongueOut": out - points}
    colours = np.broadcast_to(linear("c8605f"), points.shape)
    return with_targets(TONGUE, points, colours, grid_triangles(rows, around, wrap=True), moves)
