"""Finds the iris in a picture of an eye and blurs it: its texture identifies a person, and no expression needs it.

Pupil and iris are a dark disc in brighter surroundings, whatever the camera: the disc is sought at every place and
radius, then the iris's rim outwards from it (the integro-differential idea of Daugman, IEEE PAMI 15(11), 1993, with
means of discs and rings). One picture alone may mislead, and a shut eye shows none; so all pictures of a recording are
looked at first, and one that disagrees with where the eye usually is gets a blur that covers every usual place.
"""

import functools
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.frames import Image

_SIZE: Final = 96
"Pixels of the shorter side at which an iris is sought."
_RADII: Final = (5, 6, 8, 10, 13, 16, 20, 25)
"Pixels at that size."
_RING: Final = 1.6
"A disc's surroundings reach to so many times its radius."
_NEAREST_RIM, _FARTHEST_RIM = 1.5, 4.2
"Times a pupil's radius at which its iris ends; a nearer rim would be the pupil's own, seen blurred."
_RIM: Final = 0.15
"Part of the disc's contrast that a rim has at least; with none, the disc is the iris itself."
_MARGIN: Final = 1.25
"The blur reaches beyond the rim by this factor."
_LARGE: Final = 0.6
"Of all finds in a recording, this part is smaller than the iris: some are of the pupil alone."
_AWAY: Final = 2.5
"A find disagrees when it is farther from the usual place than so many times the usual distance,"
_REACH: Final = 0.12
"which is at least this part of the picture's shorter side."
_LEVELS: Final = 6
"Pixels that a blurred iris has across: no texture is left in them."


@dataclass(frozen=True, slots=True)
class Iris:
    """A dark disc; pixels of the picture in which it was found."""

    x: float
    y: float
    radius: float
    contrast: float
    "Its surroundings' brightness less its own, over their sum: 0..1."


class Irises:
    """The iris of one eye in all pictures of a recording: `look` at each of them, then have each one `blurred`."""

    def __init__(self) -> None:
        self._found: dict[int, Iris] = {}

    def look(self, frame: int, picture: Image) -> None:
        """Seek the iris in the (h, w) gray picture of a frame with this number."""
        self._found[frame] = find_iris(picture)

    def blurred(self, frame: int, picture: Image) -> Image:
        """The picture of a frame that was looked at, its iris without texture."""
        return blur(picture, self._sure(self._found[frame], min(picture.shape)))

    @functools.cached_property
    def _usual(self) -> tuple[Iris, float]:
        """The usual place and contrast, the radius, and how far from its place the eye usually is."""
        finds = np.array([(iris.x, iris.y, iris.contrast, iris.radius) for iris in self._found.values()])
        x, y, contrast = np.median(finds[:, :3], axis=0).tolist()
        away = np.hypot(finds[:, 0] - x, finds[:, 1] - y)
        return Iris(x, y, float(np.quantile(finds[:, 3], _LARGE)), contrast), float(np.median(away))

    def _sure(self, iris: Iris, side: int) -> Iris:
        """An iris is as large in each picture as in the others; for a find that cannot be right, the usual place."""
        usual, spread = self._usual
        reach = max(_AWAY * spread, _REACH * side)
        if np.hypot(iris.x - usual.x, iris.y - usual.y) > reach:
            return replace(usual, radius=usual.radius + reach / 2)
        return replace(iris, radius=usual.radius)


def find_iris(picture: Image) -> Iris:
    """The iris in an (h, w) gray picture, or what looks most like one."""
    scale = _SIZE / min(picture.shape)
    width, height = (max(1, round(side * scale)) for side in picture.shape[::-1])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    # lamps are mirrored in the eye: small bright spots go
    smooth = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)).astype(np.float32)
    best = Iris(width / 2, height / 2, _RADII[-1], 0.0)
    for radius in _RADII:
        disc, ring = _kernels(radius)
        inside, outside = (cv2.filter2D(smooth, -1, kernel, borderType=cv2.BORDER_REPLICATE) for kernel in (disc, ring))
        stands_out = (outside - inside) / (outside + inside + 8.0)
        # a disc that the picture's edge cuts is a brow or the lens barrel
        stands_out[:radius] = stands_out[-radius:] = stands_out[:, :radius] = stands_out[:, -radius:] = 0.0
        _, contrast, _, (x, y) = cv2.minMaxLoc(stands_out)
        if contrast > best.contrast:
            best = Iris(x, y, radius, contrast)
    rim = _rim(smooth, best)
    return Iris((best.x + 0.5) / scale, (best.y + 0.5) / scale, rim / scale, best.contrast)


def blur(picture: Image, iris: Iris) -> Image:
    """The picture with a disc around this iris shrunk to a few pixels and drawn large again, softly at its edge."""
    radius = _MARGIN * iris.radius
    factor = _LEVELS / (2.0 * radius)
    if factor >= 1.0:  # there are no more pixels than that anyway
        factor = 0.5
    rows, columns = picture.shape
    few = cv2.resize(
        picture, (max(1, round(columns * factor)), max(1, round(rows * factor))), interpolation=cv2.INTER_AREA
    )
    soft = cv2.resize(few, (columns, rows), interpolation=cv2.INTER_CUBIC)
    y, x = np.ogrid[:rows, :columns]
    away = np.hypot(x + 0.5 - iris.x, y + 0.5 - iris.y) / radius
    part = np.clip((1.15 - away) / 0.15, 0.0, 1.0)
    return np.asarray(np.rint(part * soft + (1.0 - part) * picture), np.uint8)


@functools.cache
def _kernels(radius: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Means over a disc and over the ring around it."""
    reach = round(_RING * radius)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    away = np.hypot(x, y)
    disc = (away <= radius).astype(np.float32)
    ring = ((away > 1.15 * radius) & (away <= _RING * radius)).astype(np.float32)
    return disc / disc.sum(), ring / ring.sum()


def _rim(smooth: NDArray[np.float32], disc: Iris) -> float:
    """The radius, outwards from a dark disc, at which both sides grow brightest; lids hide what is above and below."""
    radii = disc.radius * np.linspace(1.0, _FARTHEST_RIM, 61, dtype=np.float32)
    angles = np.radians(np.r_[-35:36:5, 145:216:5]).astype(np.float32)
    x = disc.x + radii[:, None] * np.cos(angles)
    y = disc.y + radii[:, None] * np.sin(angles)
    levels = cv2.remap(smooth, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).mean(1)
    width = len(radii) // 10
    steps = levels[width:] - levels[:-width]
    beyond = np.flatnonzero(radii[:-width] >= _NEAREST_RIM * disc.radius)
    brightest = beyond[int(np.argmax(steps[beyond]))]
    brightness = float(levels.max() + levels.min())
    return float(radii[brightest + width]) if steps[brightest] > _RIM * disc.contrast * brightness else disc.radius
