"""Parts that move and parts that come in pairs."""

import numpy as np

from samples.avatar.face import Indices
from samples.avatar.gltf import Material, Part
from samples.avatar.solids import Array
from samples.avatar.surfaces import vertex_normals


def with_targets(
    material: Material, points: Array, colours: Array, triangles: Indices, moves: dict[str, Array]
) -> Part:
    """A part whose normals follow its moves."""
    rest = vertex_normals(points, triangles)
    targets = {name: (move, vertex_normals(points + move, triangles) - rest) for name, move in moves.items()}
    return Part(material, points, rest, colours, triangles, targets)


def both_sides(points: Array, triangles: Indices) -> tuple[Array, Indices]:
    """A left half and its mirror image, as one."""
    flipped = points * np.array([-1.0, 1.0, 1.0])
    return np.concatenate([points, flipped]), np.concatenate([triangles, triangles[:, ::-1] + len(points)])


def mirrored_moves(left: dict[str, Array]) -> dict[str, Array]:
    """Moves of the left copy of a doubled part -> moves of both copies; sided names move one copy only."""
    moves = {}
    for name, move in left.items():
        nothing, flipped = np.zeros_like(move), move * np.array([-1.0, 1.0, 1.0])
        if name.endswith("Left"):
            moves[name] = np.concatenate([move, nothing])
            moves[name.replace("Left", "Right")] = np.concatenate([nothing, flipped])
        else:
            moves[name] = np.concatenate([move, flipped])
    return moves
