"""One step of Catmull and Clark's subdivision ("Recursively generated B-spline surfaces", 1978) as a matrix, so that
shapes and movements of a coarse mesh are refined like the mesh itself. Borders stay where they are."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, eye_array, vstack

from models.synthetic.parts import Float, Int

Sparse = Any  # scipy's arrays have no types


@dataclass(frozen=True, slots=True)
class Subdivided:
    """V old vertices, then a vertex for each of E edges, then one for each face."""

    matrix: Sparse
    "(V + E + F, V)"
    triangles: Int
    "(8 F, 3)"
    edges: Int
    "(E, 2) ascending vertices."

    def refine(self, values: Float) -> Float:
        """(V, 3) values of the old vertices -> (V + E + F, 3)."""
        return np.asarray(self.matrix @ values, np.float32)

    def along(self, path: list[int]) -> Int:
        """The vertices of a path along old edges, with those that now lie between them."""
        place = {(int(a), int(b)): row for row, (a, b) in enumerate(self.edges)}
        finer = path[:1]
        for a, b in itertools.pairwise(path):
            finer += [self.matrix.shape[1] + place[min(a, b), max(a, b)], b]
        return np.array(finer, np.int32)


def subdivide(quads: Int, count: int) -> Subdivided:
    """`quads` (F, 4) of `count` vertices, each of them in use."""
    faces = len(quads)
    sides = np.sort(np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2), 1)
    edges, edge_of, uses = np.unique(sides, axis=0, return_inverse=True, return_counts=True)
    edge_of = edge_of.reshape(-1)
    face_of = np.repeat(np.arange(faces), 4)
    face_points = _table(face_of, quads.reshape(-1), (faces, count)) / 4
    middles = _table(np.repeat(np.arange(len(edges)), 2), edges.reshape(-1), (len(edges), count)) / 2

    inner = (uses == 2).astype(np.float64)
    beside = _table(edge_of, face_of, (len(edges), faces)) @ face_points / 2
    edge_points = diags_array(1 - inner / 2) @ middles + diags_array(inner / 2) @ beside

    valence = np.bincount(edges.reshape(-1), minlength=count)
    free = np.ones(count)
    free[edges[inner == 0].reshape(-1)] = 0
    corners = diags_array(1 / np.bincount(quads.reshape(-1), minlength=count)) @ _table(
        quads.reshape(-1), face_of, (count, faces)
    )
    spokes = diags_array(1 / valence) @ _table(
        edges.reshape(-1), np.repeat(np.arange(len(edges)), 2), (count, len(edges))
    )
    moved = corners @ face_points + 2 * spokes @ middles + diags_array(valence - 3.0)
    vertices = diags_array(free / valence) @ moved + diags_array(1 - free) @ eye_array(count)

    ahead = edge_of.reshape(faces, 4)
    middle = np.broadcast_to(np.arange(faces)[:, None] + count + len(edges), quads.shape)
    corner = np.stack([quads, count + ahead, middle, count + np.roll(ahead, 1, 1)], -1).reshape(-1, 4)
    triangles = np.concatenate([corner[:, [0, 1, 2]], corner[:, [0, 2, 3]]])
    return Subdivided(
        csr_array(vstack([vertices, edge_points, face_points])),
        np.ascontiguousarray(triangles, np.int32),
        edges.astype(np.int32),
    )


def _table(rows: NDArray[np.integer[Any]], columns: NDArray[np.integer[Any]], shape: tuple[int, int]) -> Sparse:
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
