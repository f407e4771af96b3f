"""A pinhole camera, and where a face is before it.

Its own axes are the picture's right, up, and towards the camera; a face that looks straight into it is turned by
nothing, and the wearer's left is at the picture's right.

A face at arm's length is drawn with perspective: a nose is seen larger than ears, by more than most expressions move
anything. How much follows from how large the face is seen and how wide the lens: both give its distance. Whether the
face itself is large does not matter, for a large one further away is the same picture.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from bridge.face.model import Floats
from bridge.frames import Head

_FLAT: Final = 1e-3
"Of the size of points: closer together than this, no camera can be told from them."
_NEAREST: Final = 0.3
"Metres. A face that is seen larger than one so near has been cut out of a wider picture, or is far from a long lens."
_CLOSE: Final = 0.5
"Of the origin's distance: no point of a face is closer."
_TURNS: Final = 4
"Each brings a camera about ten times nearer to what it is."


@dataclass(frozen=True, slots=True)
class Lens:
    """What stays the same of a camera, whatever is before it."""

    focal: float
    "Pixels; infinite where nothing is known of the lens: near and far are then seen alike (scaled orthography)."
    column: float = 0.0
    row: float = 0.0
    "Pixels x, y of what is straight ahead."

    @staticmethod
    def of(width: int, height: int, field_of_view: float) -> "Lens":
        """Of whole pictures of so many pixels; the angle of view is degrees, across."""
        return Lens(0.5 * width / math.tan(math.radians(field_of_view) / 2), 0.5 * width, 0.5 * height)

    @property
    def ahead(self) -> Floats:
        """(2,) pixels x, y."""
        return np.array([self.column, self.row])


FAR: Final = Lens(math.inf)


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a face is seen from: a point p, metres in the face's frame, is at `project(p)`."""

    scale: float
    "Pixels a metre, at the distance of the face's origin."
    rotation: Floats
    "(3, 3) from the face's frame to the camera's axes."
    shift: Floats
    "(2,) pixels x, y of the face's origin."
    lens: Lens = FAR

    def project(self, points: Floats) -> Floats:
        """(..., 3) metres -> (..., 2) pixels x, y, y downwards."""
        flat = self.scale * (points @ self.rotation[:2].T) * (1.0, -1.0) + self.shift
        ahead = self.lens.ahead
        return np.asarray(ahead + self.larger(points)[..., None] * (flat - ahead))

    @property
    def nearness(self) -> float:
        """One over the metres from the camera to a face of the model's size; 0: from far away."""
        return min(self.scale / self.lens.focal, 1.0 / _NEAREST)

    def larger(self, points: Floats) -> Floats:
        """(...) by how much a point (..., 3) is seen larger than the face's origin."""
        return np.asarray(1.0 / np.maximum(1.0 - self.nearness * (points @ self.rotation[2]), _CLOSE))

    def follow(self, points: Floats) -> Floats:
        """(..., 2, 3) pixels x, y by which a point's picture moves for a metre along each of the face's axes."""
        off = self.nearness * (self.project(points) - self.lens.ahead)
        across = self.scale * self.rotation[:2] * np.array([[1.0], [-1.0]])
        return np.asarray(self.larger(points)[..., None, None] * (across + off[..., None] * self.rotation[2]))

    def head(self) -> Head:
        """How the head is turned and where it is; x, y and z are NaN where nothing is known of the lens."""
        right, up, forward = self.rotation.T
        yaw, pitch = math.atan2(forward[0], forward[2]), math.asin(max(-1.0, min(1.0, float(forward[1]))))
        level = np.array([math.cos(yaw), 0.0, -math.sin(yaw)])  # where the wearer's left would be, unrolled
        roll = math.atan2(float(-up @ level), float(right @ level))
        place = (math.nan,) * 3
        if math.isfinite(self.lens.focal):
            x, y = (self.shift - self.lens.ahead) / self.scale
            place = float(x), -float(y), -self.lens.focal / self.scale
        return Head(math.degrees(yaw), math.degrees(pitch), math.degrees(roll), *place)

    def moved(self, step: Floats) -> "Camera":
        """After a step (6,): a turn about the camera's axes in radians, the logarithm of the scale, pixels x and y.

        The scale changes threefold at most: points that ask for more are no face's.
        """
        turn = np.asarray(cv2.Rodrigues(step[:3])[0], np.float64)
        scale = self.scale * math.exp(max(-1.0, min(1.0, step[3])))
        return Camera(scale, turn @ self.rotation, self.shift + step[4:], self.lens)


def turned(yaw: float, pitch: float, roll: float) -> Floats:
    """(3, 3) the rotation of a head that is turned by degrees, as Camera.head counts them."""
    y, p, r = np.radians((yaw, pitch, roll))
    about_up = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_left = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    about_forward = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(about_up @ about_left @ about_forward)


def fitted(shape: Floats, points: Floats, weights: Floats | None = None, lens: Lens = FAR) -> Camera:
    """The camera that brings a shape (n, 3) near pixels (n, 2); weights (n,) say how much each point counts.

    By the linear affine camera, of which the nearest scaled rotation is taken; what that says of distances takes the
    perspective out of the pixels, and so on (POSIT: DeMenthon and Davis, "Model-based object pose in 25 lines of code",
    IJCV 1995). Raises ValueError where the points lie on one spot or are not finite.
    """
    if not np.isfinite(points).all() or not np.isfinite(shape).all():
        raise ValueError("points that are not finite have no camera")
    share = np.ones(len(points)) if weights is None else weights
    share = share / share.sum()
    middle = share @ shape
    root = np.sqrt(share)[:, None]
    solve = np.linalg.pinv(root * (shape - middle)) * root.T
    size = np.ptp(shape, axis=0).max()
    flat = points
    for _ in range(_TURNS):
        camera = _orthographic(middle, share @ flat, solve @ (flat * (1.0, -1.0)), lens)
        if camera.scale * size < _FLAT:
            raise ValueError("points on one spot have no camera")
        if math.isinf(lens.focal):
            break
        flat = lens.ahead + (points - lens.ahead) / camera.larger(shape)[:, None]
    return camera


def _orthographic(middle: Floats, seen: Floats, affine: Floats, lens: Lens) -> Camera:
    """By what an affine map (3, 2) does about a point (3,) that is seen at pixels (2,)."""
    left, sizes, right = np.linalg.svd(affine.T, full_matrices=False)
    scale, (a, b) = float(sizes.mean()), left @ right
    rotation = np.stack([a, b, a[[1, 2, 0]] * b[[2, 0, 1]] - a[[2, 0, 1]] * b[[1, 2, 0]]])
    return Camera(scale, rotation, seen - scale * (rotation[:2] @ middle) * (1.0, -1.0), lens)
