import numpy as np
import pytest

from models.synthetic.subdivision import subdivide

SHEET = np.array([[0, 1, 4, 3], [1, 2, 5, 4], [3, 4, 7, 6], [4, 5, 8, 7]], np.int32)
"""Four faces of a 3 x 3 sheet; vertex 4 is the only inner one."""
CORNERS = np.stack([*np.meshgrid(np.arange(3.0), np.arange(3.0)), np.zeros((3, 3))], -1).reshape(9, 3)


def test_a_flat_sheet_stays_as_it_is() -> None:
    finer = subdivide(SHEET, 9)
    points = finer.refine(CORNERS.astype(np.float32))
    assert points.shape == (9 + 12 + 4, 3)
    np.testing.assert_allclose(points[:9], CORNERS, atol=1e-6)
    a, b, c = points[finer.triangles].transpose(1, 0, 2)
    areas = np.cross(b - a, c - a)[:, 2] / 2
    assert areas.sum() == pytest.approx(4.0)
    assert (areas > 0).all(), "all face the way they did"


def test_a_spike_becomes_the_rule_s_hill() -> None:
    """Catmull and Clark, for an inner vertex of n = 4: (F + 2 R + (n - 3) P) / n."""
    spike = CORNERS.astype(np.float32)
    spike[4, 2] = 1.0
    finer = subdivide(SHEET, 9)
    points = finer.refine(spike)
    assert points[4, 2] == pytest.approx((1 / 4 + 2 * (1 / 2) + 1) / 4)
    np.testing.assert_allclose(points[-4:, 2], 1 / 4)  # the faces' points
    assert sorted(points[9:21, 2].tolist()).count(0) == 8  # the border does not move


def test_a_path_goes_over_the_new_vertices_between() -> None:
    finer = subdivide(SHEET, 9)
    path = finer.along([3, 4, 5])
    points = finer.refine(CORNERS.astype(np.float32))[path]
    np.testing.assert_allclose(points[:, 0], [0, 0.5, 1, 1.5, 2], atol=1e-6)
    np.testing.assert_allclose(points[:, 1], 1, atol=1e-6)
