"""A turned square of a picture: what a landmark network sees of it, and the way back into the picture."""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError
from bridge.face.model import Floats

RgbImage = NDArray[np.uint8]

_CORNERS: Final = np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)])
_SMALLEST: Final = 8.0
"Pixels: less shows no face."
_LARGEST: Final = 4.0
"Of the picture's longer side."


@dataclass(frozen=True, slots=True)
class Square:
    """Pixels of the picture."""

    x: float
    "Of its middle."
    y: float
    side: float
    angle: float
    "Radians, clockwise as seen in the picture: the direction of the square's own x."

    @staticmethod
    def around(points: Floats, scale: float, angle: float = 0.0) -> "Square":
        """The square turned by an angle that holds all points (n, 2), and then some."""
        turned = points @ _turn(-angle).T
        low, high = turned.min(axis=0), turned.max(axis=0)
        x, y = _turn(angle) @ (0.5 * (low + high))
        return Square(float(x), float(y), scale * float((high - low).max()), angle)

    def cut(self, image: RgbImage, size: int) -> RgbImage:
        """(size, size, 3); black where the picture ends."""
        part, matrix = self._part(image, max(1, int(0.5 * self.side / size)))
        if part.size == 0:
            return np.zeros((size, size, 3), np.uint8)
        matrix = cv2.invertAffineTransform(self._matrix() @ np.diag([1 / size, 1 / size, 1.0])) @ matrix
        return np.asarray(cv2.warpAffine(part, matrix, (size, size), flags=cv2.INTER_LINEAR), np.uint8)

    def back(self, points: Floats) -> Floats:
        """Points (n, 2) in 0..1 of the square -> pixels of the picture."""
        matrix = self._matrix()
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])

    def shows(self, image: RgbImage) -> bool:
        """Whether there is anything to see: it is of a size that a face can have, and its middle is in the picture."""
        height, width = image.shape[:2]
        sized = _SMALLEST <= self.side <= _LARGEST * max(height, width)
        return bool(sized and 0 <= self.x <= width and 0 <= self.y <= height)

    def holds(self, x: float, y: float) -> bool:
        """Whether a place in the picture is inside the middle half."""
        across, down = _turn(-self.angle) @ np.array([x - self.x, y - self.y])
        return bool(max(abs(across), abs(down)) < 0.25 * self.side)

    def _part(self, image: RgbImage, fewer: int) -> tuple[RgbImage, Floats]:
        """What the square shows of a picture, and the matrix (3, 3) from its pixels to the picture's.

        A large face is made so many times smaller by means, so that nothing flickers.
        """
        corners = self.back(_CORNERS)
        x, y = (max(0, math.floor(edge) - fewer) for edge in corners.min(axis=0))
        right, low = (max(0, math.ceil(edge) + fewer + 1) for edge in corners.max(axis=0))
        part = image[y:low, x:right]
        if fewer == 1 or part.size == 0:
            return part, np.array([[1.0, 0, x], [0, 1.0, y], [0, 0, 1]])
        height, width = (max(1, extent // fewer) for extent in part.shape[:2])
        down, across = part.shape[0] / height, part.shape[1] / width
        small = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return small, np.array([[across, 0, x + 0.5 * (across - 1)], [0, down, y + 0.5 * (down - 1)], [0, 0, 1]])

    def _matrix(self) -> Floats:
        """(2, 3) from 0..1 of the square to pixels."""
        turn = self.side * _turn(self.angle)
        return np.column_stack([turn, np.array([self.x, self.y]) - turn @ (0.5, 0.5)])


def as_rgb(image: NDArray[np.uint8]) -> RgbImage:
    """(h, w, 3) of a colour or a gray picture. Raises BridgeError when it is neither, uint8, with pixels in it."""
    if image.dtype == np.uint8 and image.size and image.ndim == 2:
        return np.repeat(image[:, :, None], 3, axis=2)
    if image.dtype != np.uint8 or not image.size or image.ndim != 3 or image.shape[2] != 3:
        raise BridgeError(
            f"a face camera's picture is {image.dtype} {image.shape}, not RGB: give one of 8 bits a channel"
        )
    return image


def _turn(angle: float) -> Floats:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])
