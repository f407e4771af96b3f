"""Faces to landmarks: MediaPipe's face landmarker, or any network that gives the 68 points.

A network of one's own is an .onnx file that takes one picture, float32 (1, 3, h, h) RGB 0..1, square, and answers
(1, 68, 2) or (1, 136): x and y of every point, 0..1 of that picture. A second output of one number is its certainty,
0..1. It has no detector: it first sees the middle square of the whole picture, and afterwards the square around the
points it gave last, half as large again; so it must know faces of both sizes.
"""

from pathlib import Path
from typing import Final

import numpy as np

from bridge.errors import BridgeError
from bridge.face.crop import RgbImage, Square, as_rgb
from bridge.face.mediapipe import MediaPipe
from bridge.face.points import FaceLandmarks, Landmarker
from bridge.sessions import REFUSED, first_line, open_session, read_network

__all__ = ["FaceLandmarks", "Landmarker", "Network68", "open_landmarker"]

_REMEDY: Final = "give MediaPipe's face_landmarker.task, or a network as bridge/face/landmarks.py describes it"
_SIZES: Final = range(32, 513)
_POINTS: Final = 68
_MARGIN: Final = 1.5
_SURE: Final = 0.5
_LEAST: Final = 0.08
"Of the square's side: points closer together are no face."
_OUTSIDE: Final = 0.25
"Of the square's side: how far outside of it points may lie."


def open_landmarker(path: Path) -> Landmarker:
    """A detector of one's own thread and camera, by its file. Raises BridgeError when that is none."""
    match path.suffix.lower():
        case ".task":
            return MediaPipe(path)
        case ".onnx":
            return Network68(path)
    raise BridgeError(f"{path} is neither a .task nor an .onnx file: {_REMEDY}")


class Network68:
    """Any network of the 68 points. It follows one face."""

    def __init__(self, path: Path) -> None:
        """Raises BridgeError when the file is missing, damaged or another network."""
        self._session = open_session(path, read_network(path, _REMEDY), 1, _REMEDY)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        size = inputs[0].shape[-1] if len(inputs) == 1 else None
        if not isinstance(size, int) or size not in _SIZES or list(inputs[0].shape[1:]) != [3, size, size]:
            found = [given.shape for given in inputs]
            raise BridgeError(f"the network {path} takes {found}, not one picture (1, 3, h, h): {_REMEDY}")
        self._size = size
        self._names = [given.name for given in outputs[:2]]
        self._input = inputs[0].name
        self._square: Square | None = None
        try:
            answers = self._session.run(self._names, {self._input: np.zeros((1, 3, size, size), np.float32)})
        except REFUSED as error:
            raise BridgeError(f"the network {path} does not run ({first_line(error)}): {_REMEDY}") from error
        if answers[0].size != 2 * _POINTS or (len(answers) == 2 and answers[1].size != 1):
            found = [answer.shape for answer in answers]
            raise BridgeError(f"the network {path} answers {found}, not 68 points: {_REMEDY}")

    def __call__(self, image: RgbImage) -> list[FaceLandmarks]:
        """The face, if there is one; see points.Landmarker."""
        image = as_rgb(image)
        height, width = image.shape[:2]
        square = self._square or Square(0.5 * width, 0.5 * height, min(height, width), 0.0)
        self._square = None
        if not square.shows(image):
            return []
        picture = square.cut(image, self._size).transpose(2, 0, 1)[None].astype(np.float32) / 255.0
        answers = self._session.run(self._names, {self._input: picture})
        points = np.asarray(answers[0], np.float64).reshape(_POINTS, 2)
        score = float(answers[1].item()) if len(answers) == 2 else 1.0
        if not np.isfinite(points).all() or not score >= _SURE:
            return []
        beyond = max(-points.min(), points.max() - 1.0)
        if np.ptp(points, axis=0).max() < _LEAST or beyond > _OUTSIDE:
            return []
        found = square.back(points)
        self._square = Square.around(found, _MARGIN)
        return [FaceLandmarks(found, min(score, 1.0), None, None)]
