"""What does not move with the face: ears, and the collar and shoulders of a jumper."""

from typing import Final

import numpy as np

from samples.avatar import anatomy
from samples.avatar.gltf import Material, Part
from samples.avatar.paint import SKIN_MATERIAL, linear, skin_tone
from samples.avatar.parts import both_sides
from samples.avatar.solids import Array, ambient_occlusion, carve, cone, ellipsoid, gradient, join, unit
from samples.avatar.surfaces import surface_net

CLOTH: Final = Material("Cloth", roughness=0.9)
CLOTH_COLOUR = linear("39465c")


def _ear(p: Array) -> Array:
    """The left ear, in its own frame: x out of the ear's plate, y up, z forward."""
    lean, flare = np.radians(-10.0), np.radians(28.0)
    q = anatomy.mirrored(p) - np.array([0.0800, -0.006, -0.0085])
    c, s = np.cos(flare), np.sin(flare)
    q = np.stack([c * q[:, 0] + s * q[:, 2], q[:, 1], -s * q[:, 0] + c * q[:, 2]], axis=-1)
    c, s = np.cos(lean), np.sin(lean)
    q = np.stack([q[:, 0], c * q[:, 1] - s * q[:, 2], s * q[:, 1] + c * q[:, 2]], axis=-1)
    plate = ellipsoid(q, (0.0, 0.004, -0.006), (0.0068, 0.0290, 0.0180))
    plate = join(plate, ellipsoid(q, (0.0005, -0.019, -0.001), (0.0058, 0.0120, 0.0095)), 0.008)
    plate = carve(plate, ellipsoid(q, (0.0085, 0.007, -0.005), (0.0068, 0.0205, 0.0115)), 0.004)
    plate = carve(plate, ellipsoid(q, (0.0070, -0.004, 0.001), (0.0085, 0.0085, 0.0070)), 0.004)
    plate = join(plate, cone(q, (0.0035, 0.018, -0.006), (0.0030, -0.006, -0.0115), 0.0018, 0.0024), 0.006)
    return join(plate, ellipsoid(q, (0.0025, -0.004, 0.0095), (0.0035, 0.0050, 0.0035)), 0.005)


def ears() -> Part:
    low, high = np.array([0.055, -0.045, -0.045]), np.array([0.112, 0.040, 0.025])
    points, triangles = both_sides(*surface_net(_ear, low, high, 0.0019))
    normals = unit(gradient(_ear, points))
    shade = ambient_occlusion(_ear, points, normals, 0.012)[:, None]
    return Part(SKIN_MATERIAL, points, normals, skin_tone(points, normals) * (0.45 + 0.55 * shade), triangles)


def _jumper(p: Array) -> Array:
    q = anatomy.mirrored(p)
    d = cone(q, (0.02, -0.235, -0.034), (0.118, -0.268, -0.036), 0.047, 0.047)
    d = join(d, ellipsoid(q, (0.0, -0.300, -0.020), (0.118, 0.095, 0.075)), 0.05)
    d = join(d, cone(q, (0.0, -0.195, -0.024), (0.0, -0.25, -0.028), 0.046, 0.075), 0.05)
    d = carve(d, cone(q, (0.0, -0.10, -0.016), (0.0, -0.215, -0.026), 0.0410, 0.0430), 0.004)
    for height, radius, tube in ((-0.152, 0.0445, 0.0080), (-0.164, 0.0470, 0.0085)):
        middle = height + 0.30 * (q[:, 2] + 0.02) * -1.0
        out = np.hypot(q[:, 0], q[:, 2] + 0.0205) - radius
        d = join(d, np.hypot(out, (q[:, 1] - middle) * 0.85) - tube, 0.006)
    return np.asarray(np.maximum(d, -(q[:, 1] + 0.305)))


def jumper() -> Part:
    low, high = np.array([-0.20, -0.315, -0.13]), np.array([0.20, -0.12, 0.09])
    points, triangles = surface_net(_jumper, low, high, 0.0062)
    normals = unit(gradient(_jumper, points))
    shade = ambient_occlusion(_jumper, points, normals, 0.03)[:, None]
    return Part(CLOTH, points, normals, CLOTH_COLOUR * (0.4 + 0.6 * shade), triangles)
