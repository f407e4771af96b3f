"""The shortest way along a mesh's edges: a lid's margin from landmark to landmark."""

import itertools
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from models.synthetic.parts import Float, Int


def shortest_way(points: Float, faces: Int, landmarks: Sequence[int]) -> list[int]:
    """The vertices from landmark to landmark; `points` (V, 3), `faces` (F, 3 or 4)."""
    edges = np.stack([faces, np.roll(faces, -1, 1)], -1).reshape(-1, 2)
    length = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
    graph = csr_matrix((length, (edges[:, 0], edges[:, 1])), shape=(len(points), len(points)))
    path = [landmarks[0]]
    for start, end in itertools.pairwise(landmarks):
        _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        stretch = [end]
        while stretch[-1] != start:
            stretch.append(int(before[stretch[-1]]))
        path += stretch[-2::-1]
    return path
