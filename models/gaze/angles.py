"""Gaze as two angles and as a direction, and the two conventions that are about.

A face network speaks as ETH-XGaze does: (pitch, yaw) in radians as a camera in front of the face sees them, pitch
positive up, yaw positive towards the *picture's left*, which is the person's right. In a camera frame of x right, y
down, z away from the camera, that direction is (-cos(pitch) sin(yaw), -sin(pitch), -cos(pitch) cos(yaw)).

A near-eye network speaks as `bridge.channels` does, but in radians: yaw positive towards the *wearer's left*. Angles
between two directions are the same in both.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def direction(gaze: NDArray[np.floating]) -> Floats:
    """(..., 2) pitch and yaw in radians -> (..., 3) unit vectors in the camera frame of a face network."""
    pitch, yaw = np.asarray(gaze, np.float64)[..., 0], np.asarray(gaze, np.float64)[..., 1]
    return -np.stack([np.cos(pitch) * np.sin(yaw), np.sin(pitch), np.cos(pitch) * np.cos(yaw)], -1)


def pitch_yaw(vectors: NDArray[np.floating]) -> Floats:
    """(..., 3) directions of any length in the camera frame -> (..., 2) pitch and yaw in radians."""
    x, y, z = np.moveaxis(-np.asarray(vectors, np.float64), -1, 0)
    return np.stack([np.arctan2(y, np.hypot(x, z)), np.arctan2(x, z)], -1)


def degrees_apart(one: NDArray[np.floating], other: NDArray[np.floating]) -> Floats:
    """(...) the angles between gazes (..., 2), in degrees."""
    a, b = direction(one), direction(other)
    return np.asarray(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(-1))), np.float64)
