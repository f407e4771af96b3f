"""Triangle surfaces: normals, closed solids by surface nets, and grids of points."""

import numpy as np

from samples.avatar.face import Indices
from samples.avatar.solids import Array, Field, fall, unit


def vertex_normals(points: Array, triangles: Indices) -> Array:
    """Unit normals, each triangle weighted by its area."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    n = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for i in range(3):
        for axis in range(3):
            total[:, axis] += np.bincount(triangles[:, i], n[:, axis], len(points))
    return unit(total)


def grid_triangles(rows: int, columns: int, wrap: bool = False) -> Indices:
    """Triangles of a row-major grid of points; `wrap` joins the last column to the first."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns if wrap else columns - 1), indexing="ij")
    k = (j + 1) % columns
    a, b, c, d = i * columns + j, i * columns + k, (i + 1) * columns + k, (i + 1) * columns + j
    return np.concatenate(
        [np.column_stack([a.ravel(), b.ravel(), c.ravel()]), np.column_stack([a.ravel(), c.ravel(), d.ravel()])]
    )


def surface_net(field: Field, low: Array, high: Array, cell: float) -> tuple[Array, Indices]:
    """The field's zero surface: one vertex a cell that it crosses, drawn onto the surface afterwards."""
    axes = [np.arange(a, b + cell, cell) for a, b in zip(low, high, strict=True)]
    shape = tuple(len(a) for a in axes)
    corners = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = (np.concatenate([field(part) for part in np.array_split(corners, 64)]) < 0).reshape(shape)

    count = np.zeros(tuple(n - 1 for n in shape), dtype=np.int64)
    for dx in (0, 1):
        for dy in (0, 1):
            for dz in (0, 1):
                count += inside[dx : shape[0] - 1 + dx, dy : shape[1] - 1 + dy, dz : shape[2] - 1 + dz]
    crossed = (count > 0) & (count < 8)
    number = np.full(crossed.shape, -1)
    number[crossed] = np.arange(np.count_nonzero(crossed))
    where = np.argwhere(crossed)
    points = np.stack([axes[i][where[:, i]] for i in range(3)], axis=-1) + cell / 2

    quads = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        a, b = [slice(None)] * 3, [slice(None)] * 3
        a[axis], b[axis] = slice(None, -1), slice(1, None)
        starts, ends = inside[tuple(a)], inside[tuple(b)]
        at = np.argwhere(starts != ends)
        at = at[(at[:, u] > 0) & (at[:, v] > 0) & (at[:, u] < shape[u] - 1) & (at[:, v] < shape[v] - 1)]
        outwards = starts[tuple(at.T)]
        around = []
        for du, dv in ((-1, -1), (0, -1), (0, 0), (-1, 0)):
            q = at.copy()
            q[:, u] += du
            q[:, v] += dv
            around.append(number[tuple(q.T)])
        quad = np.column_stack(around)
        quad[~outwards] = quad[~outwards][:, ::-1]
        quads.append(quad)
    quad = np.concatenate(quads)
    points = fall(field, points, rounds=4)
    return points, np.concatenate([quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]])
