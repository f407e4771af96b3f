"""How a picture has moved as a whole: shift, roll, scale and exposure, and how much of the change that explains.

Gauss-Newton on small pictures with weights that fall off for what fits no such movement (Baker, Matthews: "Lucas-Kanade
20 years on", IJCV 2004). A headset that slips moves all of a picture; an expression moves a brow and leaves the eye, so
the movement that fits it best explains little of the half it was not fitted for.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Picture = NDArray[np.float32]
"(h, h) gray levels."

_SIZE: Final = 24
"Pixels a side in which pictures are compared."
_BORDER: Final = 2
_INSIDE: Final = (slice(_BORDER, -_BORDER), slice(_BORDER, -_BORDER))
_STEPS: Final = 16
_SMALLEST: Final = 1e-4
"A step from which on the next one changes nothing that can be seen."
_DAMPING: Final = 1e-3 * np.diag([1.0, 1.0, 1.0, 1.0, 1e-3, 1e-3])
"Exposure may change freely; a picture without structure does not move."
_X, _Y = np.meshgrid(np.linspace(-0.5, 0.5, _SIZE), np.linspace(-0.5, 0.5, _SIZE))
_SPREAD: Final = float((_X * _X + _Y * _Y).mean())
_NOISE: Final = 1.0
"Gray levels squared that two pictures of the same thing differ by."


@dataclass(frozen=True, slots=True)
class Motion:
    """What takes a known picture to the one that is seen now."""

    grow: float
    "Scale minus 1."
    roll: float
    "Radians."
    right: float
    "Parts of the width."
    down: float
    explained: float
    "Part of the difference between the pictures, exposure aside, that it takes away from the half that gains least."

    def pixels(self, width: int) -> float:
        """Root mean square distance that the points of a picture of this width move by."""
        turned = (self.grow**2 + self.roll**2) * _SPREAD
        return float(width * np.sqrt(turned + self.right**2 + self.down**2))

    def moved(self, image: Picture, beyond: Picture) -> Picture:
        """`image` after the movement; what comes in from beyond its edge is taken from `beyond`."""
        by = np.array([self.grow, self.roll, self.right, self.down])
        inside = _warp(np.ones_like(image), by, cv2.BORDER_CONSTANT)
        return np.asarray(inside * _warp(image, by) + (1.0 - inside) * beyond, np.float32)


def register(known: Picture, now: Picture) -> Motion:
    """How the picture `known` has to move to look like `now`."""
    template, picture = (_small(image) for image in (known, now))
    moved = np.zeros(4)
    for _ in range(_STEPS):
        step = _step(_warp(template, moved), picture)
        moved += step
        if np.abs(step).max() < _SMALLEST:
            break
    before, after = (_left(shown, picture) for shown in (template, _warp(template, moved)))
    halves = (slice(0, _SIZE // 2 - _BORDER), slice(_SIZE // 2 - _BORDER, None))
    explained = min(float(1.0 - after[half].mean() / (before[half].mean() + _NOISE)) for half in halves)
    grow, roll, right, down = moved.tolist()
    return Motion(grow, roll, right, down, explained)


def _step(warped: Floats, picture: Floats) -> Floats:
    """(4,) what is to be added to the movement."""
    down, right = (slope * _SIZE for slope in np.gradient(warped))
    exposure = (warped - warped.mean(), np.ones_like(warped))
    columns = (right * _X + down * _Y, down * _X - right * _Y, right, down, *exposure)
    jacobian = np.stack(columns, -1)[_INSIDE].reshape(-1, len(columns))
    missing = (picture - warped)[_INSIDE].ravel()
    away = missing - np.median(missing)
    weights = (1.0 + (away / (3.0 * np.median(np.abs(away)) + 1.0)) ** 2) ** -2
    weighted = jacobian * weights[:, None]
    normal = weighted.T @ jacobian
    return np.asarray(np.linalg.solve(normal + np.trace(normal) * _DAMPING, weighted.T @ missing)[:4])


def _left(shown: Floats, picture: Floats) -> Floats:
    """Squared gray levels between the two after the best exposure."""
    shown, picture = shown[_INSIDE], picture[_INSIDE]
    centred, wanted = shown - shown.mean(), picture - picture.mean()
    gain = float((centred * wanted).sum() / max(float((centred * centred).sum()), 1e-9))
    return np.asarray((wanted - gain * centred) ** 2)


def _small(image: Picture) -> Floats:
    shrunk = cv2.resize(image, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(shrunk, (0, 0), 1.0), np.float64)


def _warp(image: np.ndarray, moved: Floats, border: int = cv2.BORDER_REPLICATE) -> np.ndarray:
    grow, roll, right, down = moved
    height, width = image.shape
    centre = np.array([width - 1, height - 1]) / 2
    matrix = np.array([[1.0 + grow, -roll, right * width], [roll, 1.0 + grow, down * height]])
    matrix[:, 2] += centre - matrix[:, :2] @ centre
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(image, matrix, (width, height), flags=flags, borderMode=border)
