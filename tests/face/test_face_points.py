"""The check of landmark detectors: what it counts, with one that sees every bright spot as a face."""

import math
from pathlib import Path

import numpy as np
import pytest

from bridge.frames import Head
from models.deepexp.picture import View
from models.face_points import Row, main, measure, missed, turned
from tests.face.fake import blob_finder


def test_distances_are_over_the_eyes_and_the_jaw_is_apart() -> None:
    truth = np.random.default_rng(1).uniform(0, 100, (68, 2))
    truth[36], truth[45] = (0, 0), (50, 0)
    points = truth + np.array([3, 4])
    points[:17] = truth[:17] + np.array([0, 10])
    assert missed(points, truth) == pytest.approx((0.1, 0.2))
    view = View(10.0, -5.0, 3.0, 0.7, 1500.0, 0.0, 0.0)
    assert turned(Head(12.0, -8.0, 3.0, 0.0, 0.0, 0.0), view) == (2.0, 3.0, 0.0)


def test_pictures_without_a_face_are_counted(tmp_path: Path) -> None:
    row = measure(blob_finder(tmp_path / "blob.onnx"), None, "even", (0, 20), 2, 1)
    assert isinstance(row, Row)
    assert 0 <= row.found <= row.pictures == 2
    assert row.found == 0 or (row.inner > 0 and not math.isnan(row.finding))


def test_a_wrong_file_ends_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "face.jpg"), "--pictures", "1"]) == 2
    assert "neither a .task nor an .onnx" in capsys.readouterr().err.replace("\n", " ")
