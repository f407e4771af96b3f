"""What a network learns from: aligned faces of clips, changed a little each time, and their coefficients."""

from typing import Final

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from bridge.blendshapes import ARKIT
from bridge.face.alignment import aligned, sized
from bridge.face.basis import ExpressionBasis
from bridge.face.crop import RgbImage
from models.deepexp.clips import Clip

Floats = NDArray[np.float64]


def _mirrored() -> list[int]:
    """For each shape of ARKIT the one that a mirror shows."""
    other = {"Left": "Right", "Right": "Left"}
    names = [next((n.removesuffix(side) + other[side] for side in other if n.endswith(side)), n) for n in ARKIT]
    return [ARKIT.index(name) for name in names]


MIRRORED: Final = _mirrored()
_JITTER: Final = (0.0, 0.025)
"Standard deviation of each landmark's error, in widths of the face; detectors on real pictures have 0.01 to 0.02."
_SHIFT: Final = 0.02
"Of all landmarks together."


class Lessons:
    """Frames of clips by number."""

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
        return np.concatenate([clip.truth.coefficients for clip in self.clips])

    def lesson(self, rows: NDArray[np.intp], rng: Generator) -> tuple[Tensor, Tensor]:
        """Pictures (B, 3, size, size) 0..1 and coefficients (B, 28), each face changed anew."""
        pictures, answers = zip(*(self._face(int(row), rng) for row in rows), strict=True)
        return as_input(np.stack(pictures)), torch.from_numpy(np.stack(answers)).float()

    def _face(self, row: int, rng: Generator) -> tuple[RgbImage, Floats]:
        clip, frame = self.clips[self._clip[row]], int(self._frame[row])
        image, marks = self._frames[self._clip[row]][frame], clip.truth.landmarks[frame]
        coefficients = clip.truth.coefficients[frame]
        face = sized(aligned(image, jittered(marks, rng)), self._size)
        if rng.random() < 0.5:
            face = face[:, ::-1]
            coefficients = coefficients + self._basis.coefficients(
                clip.truth.weights[frame][MIRRORED] - clip.truth.weights[frame]
            )
        return _developed(face, rng), coefficients


def jittered(marks: Floats, rng: Generator) -> Floats:
    """Landmarks (68, 2) as a detector would find them."""
    width = np.ptp(marks, axis=0).max()
    error = rng.normal(0, rng.uniform(*_JITTER), marks.shape) + rng.normal(0, _SHIFT, 2)
    return np.asarray(marks + width * error)


def as_input(faces: NDArray[np.uint8]) -> Tensor:
    """(B, s, s, 3) bytes -> (B, 3, s, s) 0..1."""
    return torch.from_numpy(np.ascontiguousarray(faces.transpose(0, 3, 1, 2))).float() / 255


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
