"""A scaled orthographic camera: what is good enough of a real one for a face some arm's length away.

Its own axes are the picture's right, up, and towards the camera; a face that looks straight into it is turned by
nothing, and the wearer's left is at the picture's right.
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


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a face is seen from: a point p, metres in the face's frame, is at `project(p)`."""

    scale: float
    "Pixels a metre."
    rotation: Floats
    "(3, 3) from the face's frame to the camera's axes."
    shift: Floats
    "(2,) pixels x, y of the face's origin."

    def project(self, points: Floats) -> Floats:
        """(..., 3) metres -> (..., 2) pixels x, y, y downwards."""
        return np.asarray(self.scale * (points @ self.rotation[:2].T) * (1.0, -1.0) + self.shift)

    def angles(self) -> Head:
        """How the head is turned. Where it is, this camera cannot tell: x, y and z are NaN."""
        right, up, forward = self.rotation.T
        yaw, pitch = math.atan2(forward[0], forward[2]), math.asin(max(-1.0, min(1.0, float(forward[1]))))
        level = np.array([math.cos(yaw), 0.0, -math.sin(yaw)])  # where the wearer's left would be, unrolled
        roll = math.atan2(float(-up @ level), float(right @ level))
        return Head(math.degrees(yaw), math.degrees(pitch), math.degrees(roll), math.nan, math.nan, math.nan)

    def moved(self, step: Floats) -> "Camera":
        """After a step (6,): a turn about the camera's axes in radians, the logarithm of the scale, pixels x and y."""
        turn = np.asarray(cv2.Rodrigues(step[:3])[0], np.float64)
        return Camera(self.scale * math.exp(step[3]), turn @ self.rotation, self.shift + step[4:])


def turned(yaw: float, pitch: float, roll: float) -> Floats:
    """(3, 3) the rotation of a head that is turned by degrees, as Camera.angles counts them."""
    y, p, r = np.radians((yaw, pitch, roll))
    about_up = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_left = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    about_forward = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(about_up @ about_left @ about_forward)


def fitted(shape: Floats, points: Floats, weights: Floats | None = None) -> Camera:
    """The camera that brings a shape (n, 3) near pixels (n, 2); weights (n,) say how much each point counts.

    By the linear affine camera, of which the nearest scaled rotation is taken. Raises ValueError where the points lie
    on one spot or are not finite.
    """
    if not np.isfinite(points).all() or not np.isfinite(shape).all():
        raise ValueError("points that are not finite have no camera")
    share = np.ones(len(points)) if weights is None else weights
    share = share / share.sum()
    middle3, middle2 = share @ shape, share @ points
    across, seen = shape - middle3, (points - middle2) * (1.0, -1.0)
    root = np.sqrt(share)[:, None]
    affine = np.linalg.lstsq(root * across, root * seen, rcond=None)[0].T
    left, sizes, right = np.linalg.svd(affine, full_matrices=False)
    scale = float(sizes.mean())
    if scale * np.ptp(shape, axis=0).max() < _FLAT:
        raise ValueError("points on one spot have no camera")
    rows = left @ right
    rotation = np.stack([rows[0], rows[1], np.cross(rows[0], rows[1])])
    shift = middle2 - scale * (rotation[:2] @ middle3) * (1.0, -1.0)
    return Camera(scale, rotation, shift)
