"""Colours of the skin: a warm base, blush, lips, lids and the shade of hollows."""

from typing import Final

import numpy as np
import numpy.typing as npt

from samples.avatar import anatomy
from samples.avatar.face import Face
from samples.avatar.gltf import Material
from samples.avatar.solids import Array, ambient_occlusion, ease, gaussian


def linear(code: str) -> Array:
    """Linear RGB of an sRGB hex code."""
    srgb = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255.0
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def mix(a: Array, b: Array, share: npt.ArrayLike) -> Array:
    return np.asarray(a + (b - a) * np.asarray(share)[..., None])


SKIN_MATERIAL: Final = Material("Skin", roughness=0.5)
SKIN = linear("d99a78")
BLUSH = linear("d4705c")
LIPS = linear("b9574f")
INSIDE = linear("5a1a1c")
LID = linear("b8735c")
WATERLINE = linear("d98a7c")


def spot(p: Array, centre: tuple[float, float, float], width: float) -> Array:
    return gaussian(np.linalg.norm(anatomy.mirrored(p) - np.array(centre), axis=-1), width)


def skin_tone(p: Array, normals: Array) -> Array:
    """Colours of bare skin anywhere on the head."""
    colour = np.broadcast_to(SKIN, p.shape)
    blush = 0.55 * spot(p, (0.045, -0.026, 0.068), 0.021) + 0.40 * spot(p, (0.0, -0.031, 0.105), 0.014)
    blush = blush + 0.25 * spot(p, (0.0, -0.094, 0.082), 0.016) + 0.5 * ease(np.abs(p[:, 0]), 0.078, 0.092)
    colour = mix(colour, BLUSH, np.clip(blush, 0, 1))
    colour = mix(colour, INSIDE, 0.85 * np.clip(1.6 * spot(p, (0.0056, -0.0408, 0.0915), 0.0030), 0, 1))
    shade = ambient_occlusion(anatomy.skin, p, normals)
    return colour * (1.0 - np.array([0.28, 0.42, 0.46]) * (1.0 - shade[:, None]))


def paint_skin(face: Face, normals: Array) -> Array:
    p = face.points
    colour = skin_tone(p, normals)
    ring, lid = np.nan_to_num(face.lip_ring, nan=9.0), np.nan_to_num(face.lid_ring, nan=9.0)
    upper_lid = ease(lid, 0.42, 0.10) * (np.nan_to_num(face.lid_angle, nan=-1.0) % (2 * np.pi) < np.pi)
    colour = mix(colour, LID, 0.65 * upper_lid * (lid >= 0))
    colour = mix(colour, WATERLINE, 0.8 * (lid < 0))
    fade = ease(np.abs(p[:, 0]), anatomy.MOUTH_WIDTH + 0.0004, anatomy.MOUTH_WIDTH - 0.0040)
    colour = mix(colour, LIPS, ease(ring, 1.10, 0.80) * (0.85 * fade) * (ring >= 0))
    colour = mix(colour, LIPS * 0.62, ease(ring, 0.16, 0.0) * (ring >= 0) * (0.1 + 0.9 * fade))
    colour = mix(colour, LIPS * 0.5, 1.0 * ((ring < 0) & (ring > -1.5)))
    deeper = np.clip((-ring - 1.5) / 3.0, 0.0, 1.0) * (ring < 0)
    return np.where((ring < -1.5)[:, None], mix(INSIDE, INSIDE * 0.25, deeper), colour)
