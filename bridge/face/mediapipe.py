"""MediaPipe's face landmarker, a .task file, by LiteRT alone: detector, landmarks, irises and blendshapes.

The steps are those of mediapipe/tasks/cc/vision/face_landmarker: BlazeFace finds a face and its eyes; the square around
it, turned by the eyes and half as large again, goes to the landmark network; the next picture's square comes from this
picture's landmarks, so that the detector runs only now and then. The squares of several faces are followed alike.
"""

import importlib.util
import math
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.face.crop import RgbImage, Square, as_rgb
from bridge.face.mediapipe_tables import BLENDSHAPE_POINTS, EYES, IRISES, NEUTRAL, POINTS_68
from bridge.face.model import Floats
from bridge.face.points import FaceLandmarks
from bridge.sessions import first_line

_PARTS: Final = {
    "face_detector.tflite": ((1, 128, 128, 3), (14336, 896)),
    "face_landmarks_detector.tflite": ((1, 256, 256, 3), (1434, 1, 1)),
    "face_blendshapes.tflite": ((1, len(BLENDSHAPE_POINTS), 2), (52,)),
}
"Of the file: the input of each network, and how many numbers each output has."
_BYTES: Final = 1 << 26
"No part is larger: 64 MiB."
_TFLITE: Final = b"TFL3"
"What such a network's bytes 4 to 8 are."
_REMEDY: Final = "give MediaPipe's face_landmarker.task, as its documentation offers it"

_NAMES: Final = (NEUTRAL, *sorted(name for name in ARKIT if name != "tongueOut"))
_ROWS: Final = np.array([_NAMES.index(name) if name in _NAMES else 0 for name in ARKIT])
_KNOWN: Final = np.array([name in _NAMES for name in ARKIT])
_FIRST: Final = np.array([group[0] for group in POINTS_68])
_LAST: Final = np.array([group[-1] for group in POINTS_68])

_DETECTOR: Final = 128
_CROP: Final = 256
_GRIDS: Final = ((16, 2), (8, 6))
"Of BlazeFace at short range: cells across, and boxes in each."
_SURE: Final = 0.5
_OVERLAP: Final = 0.3
_MARGIN: Final = 1.5
"How much larger than the face a square is."
_SPREAD: Final = (0.1, 3.0)
"Of the square's side, how far apart the points of a face lie."
_FACES: Final = 3
"More are not followed; each costs milliseconds."
_AGAIN: Final = 30
"Pictures after which the detector looks for faces that came meanwhile."


class MediaPipe:
    """A landmarker of MediaPipe's own file. For one camera and one thread: it follows faces from picture to picture."""

    def __init__(self, path: Path) -> None:
        """Raises BridgeError when the file is not MediaPipe's, or LiteRT is not installed."""
        contents = _read(path)
        detector, landmarks, blendshapes = (_Part(path, name, contents[name]) for name in _PARTS)
        self._detector, self._landmarks, self._blendshapes = detector, landmarks, blendshapes
        self._anchors = _anchors()
        self._squares: list[Square] = []
        self._since = 0

    def __call__(self, image: RgbImage) -> list[FaceLandmarks]:
        """Every face, the largest first; see points.Landmarker."""
        image = as_rgb(image)
        squares = self._squares
        self._since += 1
        if not squares or self._since >= _AGAIN:
            self._since = 0
            squares = [*squares, *self._detect(image)]
        faces: list[FaceLandmarks] = []
        self._squares = []
        for square in sorted(squares, key=lambda square: -square.side):
            known = any(followed.holds(square.x, square.y) for followed in self._squares)
            if known or len(faces) == _FACES or not square.shows(image):
                continue
            mesh, score = self._look(image, square)
            if score >= _SURE:
                faces.append(self._read(mesh, score))
                right, left = mesh[list(EYES)]
                angle = math.atan2(left[1] - right[1], left[0] - right[0])
                self._squares.append(Square.around(mesh, _MARGIN, angle))
        return faces

    def _detect(self, image: RgbImage) -> list[Square]:
        """Where BlazeFace sees faces: squares as the landmark network wants them, the surest first."""
        height, width = image.shape[:2]
        whole = Square(0.5 * width, 0.5 * height, max(height, width), 0.0)
        boxes, logits = self._detector(whole.cut(image, _DETECTOR).astype(np.float32) / 127.5 - 1.0)
        scores = _sigmoid(logits.ravel())
        at = np.flatnonzero(scores >= _SURE)
        at = at[np.argsort(-scores[at])]
        values = boxes.reshape(-1, 8, 2)[at] / _DETECTOR
        values[:, [0, 2, 3]] += self._anchors[at][:, None]
        return [_square(whole, box) for box in _distinct(values, scores[at])]

    def _look(self, image: RgbImage, square: Square) -> tuple[Floats, float]:
        """(478, 2) pixels of the picture, and how sure it is that a face is there."""
        numbers, logit, _ = self._landmarks(square.cut(image, _CROP).astype(np.float32) / 255.0)
        mesh = numbers.reshape(-1, 3)[:, :2].astype(np.float64) / _CROP
        score = float(_sigmoid(logit.ravel())[0])
        spread = float(np.ptp(mesh, axis=0).max())  # NaN where a number is not finite
        return square.back(mesh), score if _SPREAD[0] <= spread <= _SPREAD[1] else 0.0

    def _read(self, mesh: Floats, score: float) -> FaceLandmarks:
        (answers,) = self._blendshapes(mesh[list(BLENDSHAPE_POINTS)].astype(np.float32))
        weights = np.where(_KNOWN, np.nan_to_num(answers.ravel()[_ROWS]), 0.0).clip(0.0, 1.0).astype(np.float64)
        return FaceLandmarks(0.5 * (mesh[_FIRST] + mesh[_LAST]), score, mesh[list(IRISES)], weights)


class _Part:
    """One of the networks. Raises BridgeError where it is not what its place in the file needs."""

    def __init__(self, path: Path, name: str, content: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter  # an extra; _read has said so where it is missing

        shape, sizes = _PARTS[name]
        if content[4:8] != _TFLITE:
            raise BridgeError(f"{name} in {path} is not a network of LiteRT: {_REMEDY}")
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
            given, answers = self._interpreter.get_input_details(), self._interpreter.get_output_details()
            found = [tuple(int(n) for n in one["shape"]) for one in given], [math.prod(one["shape"]) for one in answers]
            if found != ([shape], [*sizes]) or any(one["dtype"] != np.float32 for one in (*given, *answers)):
                raise BridgeError(f"{name} in {path} is another network than MediaPipe's of that name: {_REMEDY}")
            self._shape = shape
            self._input = given[0]["index"]
            self._outputs = [one["index"] for one in answers]
            self(np.zeros(shape, np.float32))  # what cannot run is refused at start
        except (ValueError, RuntimeError) as error:
            raise BridgeError(f"{name} in {path} does not run ({first_line(error)}): {_REMEDY}") from error

    def __call__(self, values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self._interpreter.set_tensor(self._input, values.reshape(self._shape))
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]


def _read(path: Path) -> dict[str, bytes]:
    """The networks inside the file."""
    if importlib.util.find_spec("ai_edge_litert") is None:
        raise BridgeError('MediaPipe\'s face landmarker needs LiteRT: install it with pip install "eyebridge[face]"')
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
            if missing := [name for name in _PARTS if name not in sizes]:
                raise BridgeError(f"{path} has no {', '.join(missing)}: {_REMEDY}")
            if large := [name for name in _PARTS if sizes[name] > _BYTES]:
                raise BridgeError(f"{', '.join(large)} in {path} is larger than any such network: {_REMEDY}")
            return {name: archive.read(name) for name in _PARTS}
    except OSError as error:
        raise BridgeError(f"cannot read the face landmarker {path} ({error.strerror or error}): {_REMEDY}") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise BridgeError(f"{path} is not a MediaPipe task file ({error}): {_REMEDY}") from error


def _anchors() -> Floats:
    """(896, 2) the middles of BlazeFace's boxes, 0..1 of its picture."""
    parts = []
    for cells, boxes in _GRIDS:
        middles = (np.arange(cells) + 0.5) / cells
        x, y = np.meshgrid(middles, middles)
        parts.append(np.repeat(np.column_stack([x.ravel(), y.ravel()]), boxes, axis=0))
    return np.concatenate(parts)


def _distinct(boxes: NDArray[np.floating], scores: NDArray[np.floating]) -> list[Floats]:
    """(8, 2) boxes of one face each, of many sorted by score: the weighted mean of all that overlap the surest."""
    found: list[Floats] = []
    while len(boxes) and len(found) < _FACES:
        near = _overlaps(boxes[0], boxes) > _OVERLAP
        near[0] = True
        found.append(np.average(boxes[near], axis=0, weights=scores[near]).astype(np.float64))
        boxes, scores = boxes[~near], scores[~near]
    return found


def _overlaps(box: NDArray[np.floating], boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    """(k,) intersection over union."""
    low = np.maximum(box[0] - 0.5 * box[1], boxes[:, 0] - 0.5 * boxes[:, 1])
    high = np.minimum(box[0] + 0.5 * box[1], boxes[:, 0] + 0.5 * boxes[:, 1])
    shared = np.clip(high - low, 0.0, None).prod(axis=1)
    union = np.abs(box[1]).prod() + np.abs(boxes[:, 1]).prod(axis=1) - shared
    return np.asarray(shared / np.maximum(union, 1e-12))


def _square(whole: Square, box: Floats) -> Square:
    """What the landmark network wants to see of a face: its box, half as large again, turned by the eyes' line."""
    (x, y), right, left = whole.back(box[[0, 2, 3]])
    angle = math.atan2(left[1] - right[1], left[0] - right[0])
    return Square(float(x), float(y), _MARGIN * whole.side * float(np.abs(box[1]).max()), angle)


def _sigmoid(values: NDArray[Any]) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(values.astype(np.float64), -80.0, 80.0)))
