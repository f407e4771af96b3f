"""Where a face network sees a face: turned upright and brought to one size, in training and in the daemon alike."""

import cmath
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.face.crop import RgbImage, Square
from bridge.face.model import Floats, load

SIZE: Final = 224
"Pixels of a side, as DeepExp3D's network takes it; smaller networks take the same face in fewer."
_PIXELS_A_METRE: Final = 1180.0
"A jaw that opens all the way stays inside."
_ORIGIN: Final = (0.5 * SIZE, 60.0)
"Where the middle between the eyes comes to lie."
_STABLE: Final = [*range(27, 36), 36, 39, 42, 45]
"Nose and corners of the eyes: what expressions move least."

_SPOT: Final = 1e-12
"Of the landmarks' own unit, squared: closer together they are one spot."


def _template() -> Floats:
    face = load(None)
    return np.asarray(face.mean[face.landmarks, :2] * (_PIXELS_A_METRE, -_PIXELS_A_METRE) + _ORIGIN)


TEMPLATE: Final = _template()
"(68, 2) where the landmarks of the built-in mean face lie in the aligned picture."


@dataclass(frozen=True, slots=True, eq=False)
class AlignedFace:
    """What a face network is given."""

    picture: RgbImage
    "(size, size, 3) uint8, black where the picture that it was cut from ends."
    points: Floats
    "(68, 2) x, y of the landmarks in it, as if its side were SIZE."

    def offsets(self) -> NDArray[np.float32]:
        """(68, 2) from where the mean face has its landmarks to where this one does, in sides of the picture."""
        return np.asarray((self.points - TEMPLATE) / SIZE, np.float32)


def aligned(image: RgbImage, points: Floats, size: int = SIZE) -> AlignedFace:
    """The face with landmarks (68, 2), upright. Raises ValueError where they lie on one spot or are not finite."""
    by = _similarity(points)
    factor, shift = (complex(part) for part in by)
    if not cmath.isfinite(factor):
        raise ValueError("points that are not finite, or on one spot, cannot be aligned")
    middle = (complex(0.5 * SIZE, 0.5 * SIZE) - shift) / factor
    square = Square(middle.real, middle.imag, SIZE / abs(factor), -cmath.phase(factor))
    return AlignedFace(square.cut(image, size), _moved(points, *by))


def brought(points: Floats, by: Floats | None = None) -> Floats:
    """(..., 68, 2) where points come to lie in pictures of faces aligned by these landmarks, or else by themselves.

    NaN where the landmarks lie on one spot.
    """
    return _moved(points, *_similarity(points if by is None else by))


def _moved(points: Floats, factor: NDArray[np.complex128], shift: NDArray[np.complex128]) -> Floats:
    moved = factor[..., None] * (points @ (1, 1j)) + shift[..., None]
    return np.stack([moved.real, moved.imag], -1)


def _similarity(points: Floats) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Complex factor and shift (...) that bring landmarks (..., 68, 2) nearest to TEMPLATE: factor * (x + iy) + shift.

    NaN where they lie on one spot or are not finite.
    """
    seen, wanted = points[..., _STABLE, :] @ (1, 1j), TEMPLATE[_STABLE] @ (1, 1j)
    middle = seen.mean(-1)
    off = seen - middle[..., None]
    spread = np.square(np.abs(off)).sum(-1)
    spread = np.where(np.isfinite(spread) & (spread > _SPOT), spread, np.nan)
    factor = (off.conj() * (wanted - wanted.mean())).sum(-1) / spread
    return np.asarray(factor), np.asarray(wanted.mean() - factor * middle)
