"""What a network learns from: aligned faces of clips, changed a little each time, and their coefficients."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from bridge.blendshapes import ARKIT
from bridge.face import COEFFICIENTS
from bridge.face.alignment import SIZE, TEMPLATE, AlignedFace, aligned
from bridge.face.basis import ExpressionBasis
from bridge.face.crop import RgbImage
from models.deepexp.clips import Clip

Floats = NDArray[np.float64]


def _mirrored() -> list[int]:
    """For each shape of ARKIT the one that a mirror shows."""
    other = {"Left": "Right", "Right": "Left"}
    names = [next((n.removesuffix(side) + other[side] for side in other if n.endswith(side)), n) for n in ARKIT]
    return [ARKIT.index(name) for name in names]


def _mirrored_points() -> NDArray[np.intp]:
    """(68,) for each landmark the one that a mirror shows in its place, on a face whose sides are alike."""
    shown = (SIZE, 0) + TEMPLATE * (-1, 1)
    return np.asarray(np.linalg.norm(shown[:, None] - TEMPLATE[None], axis=2).argmin(0), np.intp)


MIRRORED: Final = _mirrored()
MIRRORED_POINTS: Final = _mirrored_points()
JITTER: Final = (0.0, 0.025)
"Standard deviation of each landmark's error, in widths of the face; detectors on real pictures have 0.01 to 0.02."
_SHIFT: Final = 0.02
"Of all landmarks together."
_TREMBLE: Final = (0.0, 0.008)
"What is added to landmarks that a detector has found, and that have its errors already."
OF_DETECTOR: Final = 0.7
"Of the faces that a detector found: so often its landmarks are given, else true ones with errors of any detector's."


@dataclass(frozen=True, slots=True)
class Lesson:
    """A batch."""

    pictures: Tensor
    "(B, 3, s, s) RGB 0..1"
    points: Tensor
    "(B, 68, 2) as AlignedFace.offsets"
    coefficients: Tensor
    "(B, 28)"
    strangers: tuple[Tensor, Tensor] = (torch.zeros(0, 68, 2), torch.zeros(0, COEFFICIENTS))
    "(S, 68, 2) and (S, 28): landmarks and coefficients of more faces, of which there are no pictures."


class Lessons:
    """Frames of clips by number, and what their faces say in some expression basis."""

    def __init__(self, clips: list[Clip], basis: ExpressionBasis, size: int) -> None:
        self.clips, self._basis, self._size = clips, basis, size
        self._frames = [clip.frames() for clip in clips]
        lengths = [len(frames) for frames in self._frames]
        self._clip = np.repeat(np.arange(len(clips)), lengths)
        self._frame = np.concatenate([np.arange(length) for length in lengths])

    def __len__(self) -> int:
        return len(self._clip)

    def coefficients(self) -> Floats:
        """(len, 28) of all frames."""
        return self._basis.coefficients(np.concatenate([clip.truth.weights for clip in self.clips]))

    def lesson(self, rows: NDArray[np.intp], rng: Generator) -> Lesson:
        """Some frames, each face changed anew."""
        faces, answers = zip(*(self._face(int(row), rng) for row in rows), strict=True)
        pictures = as_input(np.stack([_developed(face.picture, rng) for face in faces]))
        points = torch.from_numpy(np.stack([face.offsets() for face in faces]))
        return Lesson(pictures, points, torch.from_numpy(np.stack(answers)).float())

    def _face(self, row: int, rng: Generator) -> tuple[AlignedFace, Floats]:
        clip, frame = self.clips[self._clip[row]], int(self._frame[row])
        face = aligned(self._frames[self._clip[row]][frame], self._found(clip, frame, rng), self._size)
        weights = clip.truth.weights[frame]
        if rng.random() < 0.5:
            face, weights = mirrored(face), weights[MIRRORED]
        return face, self._basis.coefficients(weights)

    def _found(self, clip: Clip, frame: int, rng: Generator) -> Floats:
        """(68, 2) landmarks as some detector would find them."""
        marks = clip.truth.landmarks[frame]
        found = None if clip.detected is None else clip.detected[frame]
        if found is not None and np.isfinite(found).all() and rng.random() < OF_DETECTOR:
            return np.asarray(found + _width(found) * rng.normal(0, rng.uniform(*_TREMBLE), found.shape))
        error = rng.normal(0, rng.uniform(*JITTER), marks.shape) + rng.normal(0, _SHIFT, 2)
        return np.asarray(marks + _width(marks) * error)


def mirrored(face: AlignedFace) -> AlignedFace:
    """The face that a mirror shows."""
    points = (SIZE - 1, 0) + face.points[MIRRORED_POINTS] * (-1, 1)
    return AlignedFace(np.ascontiguousarray(face.picture[:, ::-1]), points)


def as_input(faces: NDArray[np.uint8]) -> Tensor:
    """(B, s, s, 3) bytes -> (B, 3, s, s) 0..1."""
    return torch.from_numpy(np.ascontiguousarray(faces.transpose(0, 3, 1, 2))).float() / 255


def _width(marks: Floats) -> float:
    return float(np.ptp(marks, axis=0).max())


def _developed(face: RgbImage, rng: Generator) -> RgbImage:
    """Another exposure, contrast, colour and sharpness of the same face; a sixth are gray, as infrared cameras are."""
    picture = face.astype(np.float32)
    if rng.random() < 1 / 6:
        picture = np.broadcast_to(picture @ rng.dirichlet((2, 2, 2)).astype(np.float32)[:, None], picture.shape)
    gain = rng.uniform(0.7, 1.3) * rng.uniform(0.93, 1.07, 3)
    picture = (picture - 128) * np.float32(gain) + np.float32(128 + rng.uniform(-30, 30))
    if rng.random() < 0.3:
        side = int(len(face) * rng.uniform(0.35, 1.0))
        small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
        picture = np.asarray(cv2.resize(small, (len(face), len(face)), interpolation=cv2.INTER_LINEAR), np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8)
