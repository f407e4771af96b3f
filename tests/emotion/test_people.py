"""Rendered people: what is written is what the recipes say, and a second run renders nothing again."""

from pathlib import Path

import cv2
import numpy as np

from models.emotion.faces import Choice
from models.emotion.layouts import find_faces
from models.emotion.people import main
from models.emotion.recipes import Difficulty, acted
from models.emotion.truth import read_truth


def test_one_person(tmp_path: Path) -> None:
    given = [str(tmp_path), "--people", "1", "--size", "96", "--turned", "0"]
    assert main(given) == 0
    truth = read_truth(tmp_path)
    shown = acted(0, 0, Difficulty())
    faces = {face.name: face for face in find_faces(tmp_path, "rendered", Choice()).faces}
    assert faces.keys() == truth.keys()
    assert len(faces) == len(shown) == 14
    assert {face.person for face in faces.values()} == {"person000"}
    for place, (label, _, weights) in enumerate(shown):
        assert np.array_equal(truth[f"person000_{label}_{place}.png"], weights)
    pictures = {name: cv2.imread(str(face.path)) for name, face in faces.items()}
    middles = [picture[30:70, 30:70].astype(float) for picture in pictures.values() if picture is not None]
    assert len(middles) == 14
    assert all(middle.std() > 5 for middle in middles)  # there is a face, not one colour
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.png")}
    assert main(given) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.png")} == before
    assert main([str(tmp_path), "--people", "0"]) == 2
