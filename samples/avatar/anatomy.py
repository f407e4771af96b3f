"""The head's form as one smooth solid, and where its landmarks lie.

Metres, Y up, the face looks along +Z, the character's left is +X. The origin lies between the ears at the height of
the eyes. Fields fold x to |x|, so the head is symmetric by construction.
"""

from typing import Final

import numpy as np

from samples.avatar.solids import Array, carve, cone, ease, ellipsoid, gaussian, join, sphere

EYE: Final = np.array([0.0368, 0.0, 0.0535])
EYE_RADIUS: Final = 0.0255
LID_RADIUS: Final = 1.10 * EYE_RADIUS
IRIS_ANGLE: Final = 28.5

CANTHUS_MIDDLE: Final = 2.0
CANTHUS_REACH: Final = 46.5
CANTHUS_TILT: Final = 0.10
UPPER_OPEN: Final = 22.5
LOWER_OPEN: Final = 23.0

MOUTH_Y: Final = -0.0615
MOUTH_WIDTH: Final = 0.0225

RAY_ORIGIN: Final = np.array([0.0, -0.030, -0.010])


def mirrored(p: Array) -> Array:
    return np.stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]], axis=-1)


def eye_angles(p: Array) -> tuple[Array, Array, Array]:
    """Azimuth (towards the temple) and elevation in degrees, and distance, seen from the left eye's centre."""
    q = p - EYE
    r = np.linalg.norm(q, axis=-1)
    return np.degrees(np.arctan2(q[:, 0], q[:, 2])), np.degrees(np.arcsin(q[:, 1] / np.maximum(r, 1e-9))), r


def eye_direction(azimuth: Array, elevation: Array) -> Array:
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.stack([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)], axis=-1)


def lid_profile(azimuth: Array) -> Array:
    """0 at the corners of the eye, 1 between: how far a lid's margin stands from the line between the corners."""
    c = np.clip((azimuth - CANTHUS_MIDDLE) / CANTHUS_REACH, -1.0, 1.0)
    return np.asarray((1.0 - c * c) ** 0.58)


def canthus_line(azimuth: Array) -> Array:
    return CANTHUS_TILT * (azimuth - CANTHUS_MIDDLE)


def mouth_line(x: Array) -> Array:
    return np.asarray(MOUTH_Y + 5.0 * x * x)


def skull(p: Array) -> Array:
    """Everything but the features: what skin slides over."""
    p = mirrored(p)
    d = ellipsoid(p, (0.0, 0.046, -0.012), (0.0805, 0.088, 0.098))
    d = join(d, ellipsoid(p, (0.0, 0.020, 0.022), (0.068, 0.070, 0.061)), 0.03)
    d = join(d, ellipsoid(p, (0.0, -0.030, 0.018), (0.061, 0.058, 0.056)), 0.03)
    d = join(d, sphere(p, (0.034, -0.034, 0.043), 0.033), 0.028)
    d = join(d, ellipsoid(p, (0.0, -0.063, 0.040), (0.043, 0.034, 0.045)), 0.03)
    d = join(d, sphere(p, (0.0, -0.0860, 0.0660), 0.0165), 0.026)
    return join(d, cone(p, (0.0, -0.06, -0.014), (0.0, -0.22, -0.026), 0.0365, 0.0410), 0.030)


def smooth_face(p: Array) -> Array:
    """The face with lids as if closed: no lid crease, no lips' groove."""
    d = skull(p)
    p = mirrored(p)
    d = carve(d, ellipsoid(p, (0.0385, 0.0025, 0.0935), (0.031, 0.0255, 0.0155)), 0.018)
    d = join(d, cone(p, (0.013, 0.0320, 0.0735), (0.050, 0.0320, 0.0550), 0.0080, 0.0070), 0.026)
    d = join(d, cone(p, (0.0, 0.012, 0.0740), (0.0, -0.026, 0.0900), 0.0075, 0.0085), 0.016)
    d = join(d, sphere(p, (0.0, -0.0300, 0.0950), 0.0098), 0.011)
    d = join(d, ellipsoid(p, (0.0094, -0.0335, 0.0868), (0.0060, 0.0056, 0.0078)), 0.009)
    d = join(d, ellipsoid(p, (0.0, -0.060, 0.060), (0.031, 0.024, 0.0265)), 0.018)
    return join(d, sphere(p, (EYE[0], EYE[1], EYE[2]), LID_RADIUS), 0.0065)


def skin(p: Array) -> Array:
    d = smooth_face(p)
    p = mirrored(p)
    above = p[:, 1] - mouth_line(p[:, 0])
    d = join(d, ellipsoid(p, (0.0050, MOUTH_Y + 0.0046, 0.0855), (0.0172, 0.0049, 0.0068)), 0.008)
    d = join(d, ellipsoid(p, (0.0, MOUTH_Y - 0.0060, 0.0842), (0.0160, 0.0062, 0.0074)), 0.008)
    near_lips = ease(p[:, 2], 0.05, 0.07) * ease(p[:, 0], MOUTH_WIDTH + 0.003, MOUTH_WIDTH - 0.008)
    d = d + 0.0018 * gaussian(above, 0.0015) * near_lips
    d = d + 0.0010 * gaussian(p[:, 0], 0.0032) * gaussian(p[:, 1] + 0.049, 0.0050) * ease(p[:, 2], 0.06, 0.07)
    d = carve(d, ellipsoid(p, (0.0056, -0.0408, 0.0915), (0.0028, 0.0022, 0.0038)), 0.004)
    azimuth, elevation, radius = eye_angles(p)
    crease = canthus_line(azimuth) + (UPPER_OPEN + 8.0) * lid_profile(azimuth * 0.93) ** 0.8
    window = ease(np.abs(azimuth - CANTHUS_MIDDLE), CANTHUS_REACH + 4.0, CANTHUS_REACH - 14.0)
    window = window * ease(radius, 1.20 * LID_RADIUS, 1.06 * LID_RADIUS) * ease(p[:, 2], EYE[2], EYE[2] + 0.01)
    return np.asarray(d + 0.0009 * gaussian(elevation - crease, 3.0) * window)
