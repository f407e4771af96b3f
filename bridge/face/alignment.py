"""Where a face network sees a face: turned upright and brought to one size, in training and in the daemon alike."""

from typing import Final

import cv2
import numpy as np

from bridge.face.crop import RgbImage
from bridge.face.model import Floats, load

SIZE: Final = 224
"Pixels of a side, as DeepExp3D's network takes it."
_PIXELS_A_METRE: Final = 1180.0
"A jaw that opens all the way stays inside."
_ORIGIN: Final = (0.5 * SIZE, 60.0)
"Where the middle between the eyes comes to lie."
_STABLE: Final = [*range(27, 36), 36, 39, 42, 45]
"Nose and corners of the eyes: what expressions move least."


def _template() -> Floats:
    face = load(None)
    return np.asarray(face.mean[face.landmarks, :2] * (_PIXELS_A_METRE, -_PIXELS_A_METRE) + _ORIGIN)


TEMPLATE: Final = _template()
"(68, 2) where the landmarks of the built-in mean face lie in the aligned picture."


def aligned(image: RgbImage, points: Floats) -> RgbImage:
    """(224, 224, 3) uint8 the face with landmarks (68, 2), black where the picture ends.

    Raises ValueError where the points lie on one spot or are not finite.
    """
    matrix = _similarity(points[_STABLE], TEMPLATE[_STABLE])
    return np.asarray(cv2.warpAffine(image, matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR), np.uint8)


def sized(face: RgbImage, size: int) -> RgbImage:
    """An aligned face at the size that a network takes: averaged, so that nothing flickers."""
    if size == SIZE:
        return face
    return np.asarray(cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


def _similarity(source: Floats, target: Floats) -> Floats:
    """(2, 3) turn, scale and shift that bring points nearest to others; a complex number does both of the first."""
    a, b = source @ (1, 1j), target @ (1, 1j)
    off = a - a.mean()
    spread = float(np.square(np.abs(off)).sum())
    if not np.isfinite(spread) or spread < 1e-6:
        raise ValueError("points that are not finite, or on one spot, cannot be aligned")
    factor = complex((off.conj() * (b - b.mean())).sum() / spread)
    shift = complex(b.mean() - factor * a.mean())
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
