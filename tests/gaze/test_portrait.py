from pathlib import Path

import numpy as np
import pytest

from models.gaze.__main__ import main
from models.gaze.faces import open_faces
from models.gaze.portrait import Camera

ASSETS = Path(__file__).parents[3] / "shared/assets"
MIDDLE = np.array([0.0, 2.0, 9.0], np.float32)


@pytest.mark.parametrize(("yaw", "pitch"), [(0.0, 0.0), (0.5, 0.0), (0.0, -0.4), (-0.6, 0.3)])
def test_the_camera_looks_at_the_face_and_is_upright(yaw: float, pitch: float) -> None:
    camera = Camera.before(MIDDLE, yaw, pitch)
    assert camera.rotation @ camera.rotation.T == pytest.approx(np.eye(3), abs=1e-6)
    assert np.linalg.det(camera.rotation) == pytest.approx(-1)  # right, up and forward: a left-handed frame
    assert camera.rotation @ (MIDDLE - camera.position) == pytest.approx([0, 0, 60], abs=1e-4)
    assert camera.rotation[1, 0] == pytest.approx(0, abs=1e-6)  # the head's x has no height in the picture
    assert camera.sees(camera.position - MIDDLE) == pytest.approx([0, 0], abs=1e-6)  # an eye that looks into it


def test_what_the_camera_says_of_a_gaze() -> None:
    camera = Camera.before(MIDDLE, 0.0, 0.0)
    left = np.array([np.sin(0.3), 0.0, np.cos(0.3)])  # the wearer's left is the picture's right
    assert camera.sees(left) == pytest.approx([0.0, -0.3])
    assert camera.sees(np.array([0.0, np.sin(0.2), np.cos(0.2)])) == pytest.approx([0.2, 0.0])
    # a face that is turned to its left and looks where it is turned looks to the picture's right
    turned = Camera.before(MIDDLE, 0.4, 0.0)
    assert turned.sees(np.array([0.0, 0.0, 1.0])) == pytest.approx([0.0, -0.4])


@pytest.mark.skipif(not (ASSETS / "ict_facekit").is_dir(), reason="needs ICT-FaceKit in ../shared/assets")
def test_rendered_irises_are_where_the_gaze_says(tmp_path: Path) -> None:
    given = ["render", str(tmp_path / "set"), "--parts", str(ASSETS), "--people", "3", "--each", "16"]
    assert main(given) == 0
    assert main([*given[:1], str(tmp_path / "again"), *given[2:]]) == 0
    faces = open_faces(tmp_path / "set")
    images, gaze = faces.read(np.arange(48))
    again, _ = open_faces(tmp_path / "again").read(np.arange(48))
    assert np.array_equal(images, again)
    assert np.unique(faces.people, return_counts=True)[1].tolist() == [16, 16, 16]
    assert np.abs(gaze).max() > 0.3
    assert images.std((1, 2, 3)).min() > 8  # nobody is lost in the dark
    # Where an eye shows most contrast, the dark parts lie to the left of the bright ones as the gaze does
    eyes = [images[:, 70:100, columns, 0].astype(float) for columns in (slice(40, 86), slice(138, 184))]
    across = np.arange(46.0)
    lean = []
    for eye in eyes:
        dark = np.clip(0.35 * eye.max((1, 2), keepdims=True) - eye, 0, None).sum(1)
        bright = np.clip(eye - 0.75 * eye.max((1, 2), keepdims=True), 0, None).sum(1)
        lean.append((dark @ across) / (dark.sum(1) + 1e-9) - (bright @ across) / (bright.sum(1) + 1e-9))
    assert np.corrcoef(np.mean(lean, 0), -gaze[:, 1])[0, 1] > 0.4
