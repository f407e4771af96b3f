"""Five points of a face: where they come from, whether the face is turned forward, and how it is cut out.

They come from the set's own annotations, or from a detector that the user has as a file: OpenCV's YuNet
(`face_detection_yunet_*.onnx` of opencv/opencv_zoo, MIT), which finds faces and these very points. No detector comes
with eyebridge. Another detector is one class with `find`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError

Points = NDArray[np.float64]
"(5, 2) columns and rows in pixels: the eye on the picture's left, the other eye, nose tip, the two mouth corners."
Image = NDArray[np.uint8]

FORWARD: Final = 1.2
"""A face is turned forward while the longer of the distances from nose to eyes is at most so many times the shorter.
The paper names no number ("differ too much"); in a face of usual measures 1.2 is reached at about 20 degrees."""

_LARGEST: Final = 640
"Pixels of a picture's longer side when it is searched for faces; larger ones are made smaller."
_SURE: Final = 0.6
"The least confidence of a face."
_FACE: Final = 2.2
"Sides of the square cut out, over the distance between the eyes: ETH-XGaze's crops show 140 mm of a face."


@dataclass(frozen=True, slots=True)
class Found:
    """The largest face of a picture."""

    points: Points
    faces: int
    "How many there were."


class Finder(Protocol):
    """Finds faces."""

    def find(self, image: Image) -> Found | None:
        """The largest face of an (h, w, 3) BGR picture; None where there is none."""


def read_points(path: Path) -> Points | None:
    """RAF-DB's manual annotation: the first five lines are points. None when it holds something else."""
    try:
        lines = path.read_text("utf-8", "replace")[:4096].splitlines()[:5]
        points = np.array([[float(word) for word in line.split()] for line in lines])
    except (OSError, ValueError):
        return None
    return points if is_face(points) else None


def is_face(points: Points) -> bool:
    """Whether five points can be those of a face: finite, and the eyes and nose not in one place."""
    if points.shape != (5, 2) or not np.isfinite(points).all() or np.abs(points).max() > 1e6:
        return False
    return bool(_nose_to_eyes(points).min() > 0 and np.linalg.norm(points[1] - points[0]) > 0)


def turned(points: Points) -> float:
    """How much farther one eye is from the nose than the other: 1 for a face turned straight forward."""
    near, far = sorted(_nose_to_eyes(points))
    return float(far / near)


def _nose_to_eyes(points: Points) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(points[:2] - points[2], axis=1), np.float64)


def cut_out(image: Image, points: Points, size: int) -> Image:
    """The face as ETH-XGaze shows it: upright, seen from one distance, centred between eyes and nose.

    A face turned away has its eyes close together, so the way from the eyes to the mouth, as long, counts as well.
    """
    eyes, mouth = points[:2].mean(0), points[3:].mean(0)
    across = points[1] - points[0]
    side = _FACE * max(float(np.linalg.norm(across)), float(np.linalg.norm(mouth - eyes)))
    centre = (eyes + points[2]) / 2
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    turn = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), angle, size / side)
    turn[:, 2] += size / 2 - centre
    return np.asarray(cv2.warpAffine(image, turn, (size, size), borderMode=cv2.BORDER_REPLICATE), np.uint8)


class YuNet:
    """OpenCV's face detector with a file that the user has."""

    def __init__(self, path: Path) -> None:
        """Raises BridgeError when the file is no such network."""
        if not path.is_file():
            raise BridgeError(
                f"there is no face detector {path}: fetch face_detection_yunet_2023mar.onnx of opencv_zoo"
            )
        try:
            self._detector: Any = cv2.FaceDetectorYN.create(str(path), "", (_LARGEST, _LARGEST), _SURE)
            self.find(np.zeros((64, 64, 3), np.uint8))
        except cv2.error as error:
            raise BridgeError(f"{path} is not a YuNet face detector (face_detection_yunet_*.onnx)") from error

    def find(self, image: Image) -> Found | None:
        scale = min(1.0, _LARGEST / max(image.shape[:2]))
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
        self._detector.setInputSize(small.shape[1::-1])
        _, faces = self._detector.detect(small)
        if faces is None or not len(faces):
            return None
        largest = faces[int((faces[:, 2] * faces[:, 3]).argmax())]
        points = np.asarray(largest[4:14], np.float64).reshape(5, 2) / scale
        return Found(points, len(faces)) if is_face(points) else None
