"""Eyeballs, drawn in vertex colours, and the lashes on the upper lids."""

from typing import Final

import numpy as np

from samples.avatar import anatomy
from samples.avatar.expressions import LIDS, lid_shift, turn_about_eye
from samples.avatar.face import Face, lid_margin
from samples.avatar.gltf import Material, Part
from samples.avatar.paint import linear, mix
from samples.avatar.parts import both_sides, mirrored_moves, with_targets
from samples.avatar.solids import Array, cast, ease, unit
from samples.avatar.surfaces import grid_triangles, vertex_normals

EYE: Final = Material("Eye", roughness=0.08)
LASH: Final = Material("Lash", roughness=0.8, double_sided=True)

PUPIL_ANGLE: Final = 11.5
IRIS_DARK, IRIS_LIGHT, IRIS_GLOW = linear("1d4a4d"), linear("3f9c93"), linear("b7d68a")
PUPIL, LIMBUS = linear("050608"), linear("0d2326")
WHITE, VEINED = linear("f4f1ee"), linear("d9b3a8")
FIBRES: Final = ((9, 0.08), (14, 0.10), (23, 0.11), (31, 0.10), (40, 0.08))
"The iris's streaks: waves around it and how strong each is."

LASH_ROWS: Final = ((-0.9, -0.1), (-0.4, 0.0), (0.5, 0.15), (0.8, 0.5), (1.4, 1.0))
"Rows of the lashes' ribbon from under the lid to the tips: degrees above the margin, share of the lashes' length."
TUFTS: Final = 19
POINTS_PER_TUFT: Final = 4


def eyeball(seed: int) -> Part:
    """One eyeball about its own centre, looking along +Z; `seed` places the streaks of its iris."""
    around, iris = 72, anatomy.IRIS_ANGLE
    polar = np.concatenate(
        [
            [0.0, 4.0, 8.0, PUPIL_ANGLE - 0.5, PUPIL_ANGLE],
            np.linspace(13.0, iris - 2.5, 8),
            [iris - 1.2, iris, iris + 0.8, iris + 1.8],
            np.linspace(iris + 5, 180, 16),
        ]
    )
    theta, phi = np.meshgrid(np.radians(polar), np.arange(around) * 2 * np.pi / around, indexing="ij")
    d = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=-1).reshape(-1, 3)
    degrees = np.degrees(theta).ravel()
    cornea = 1.0 + 0.035 * ease(degrees, iris + 4.0, 8.0)
    points = d * (anatomy.EYE_RADIUS * cornea)[:, None]
    triangles = grid_triangles(len(polar), around, wrap=True)[:, ::-1]
    colours = _eye_colours(degrees, phi.ravel(), np.random.default_rng(seed))
    return Part(EYE, points, vertex_normals(points, triangles), colours, triangles)


def _eye_colours(degrees: Array, phi: Array, random: np.random.Generator) -> Array:
    iris = anatomy.IRIS_ANGLE
    streaks = np.zeros_like(phi)
    for waves, strength in FIBRES:
        streaks += strength * np.cos(waves * phi + random.uniform(0, 2 * np.pi))
    across = np.clip((degrees - PUPIL_ANGLE) / (iris - PUPIL_ANGLE), 0.0, 1.0)
    # light that enters from above brightens the far, lower side of an iris
    lit = np.clip(0.62 - 0.75 * np.sin(phi) * across, 0.0, 1.0)
    glow = np.clip(0.65 * ease(across, 0.55, 0.0) + 0.35 * lit * ease(across, 1.0, 0.5), 0.0, 1.0)
    colour = mix(IRIS_DARK, IRIS_LIGHT, np.clip(0.30 + 0.55 * lit + streaks, 0.0, 1.0))
    colour = mix(colour, IRIS_GLOW, 0.75 * glow)
    colour = mix(colour, LIMBUS, ease(degrees, iris - 4.0, iris - 0.5))
    colour = mix(colour, PUPIL, ease(degrees, PUPIL_ANGLE + 1.1, PUPIL_ANGLE - 0.3))
    white = mix(WHITE, VEINED, 0.7 * ease(degrees, 48.0, 80.0))
    return mix(colour, white, ease(degrees, iris - 0.3, iris + 1.6))


def lashes(face: Face, skin_moves: dict[str, Array]) -> Part:
    """A dark line along each upper lid with a fringe that grows towards the temple."""
    angle = np.linspace(np.radians(3.0), np.radians(160.0), TUFTS * POINTS_PER_TUFT + 1)
    left = _lash_ribbon(angle)
    angles = np.tile(angle, len(LASH_ROWS))
    margin = np.flatnonzero((face.lid_ring == 0.0) & (face.points[:, 0] > 0))
    margin = margin[np.argsort(face.lid_angle[margin])]
    rest = np.linalg.norm(face.points[margin] - anatomy.EYE, axis=1)
    moves = {}
    for name, (upper, lower, sideways) in LIDS.items():
        turned = turn_about_eye(left, sideways * np.abs(np.sin(angles)), lid_shift(angles, upper, lower))
        risen = np.linalg.norm(face.points[margin] + skin_moves[name][margin] - anatomy.EYE, axis=1) - rest
        rise = np.interp(angles, face.lid_angle[margin], risen)
        moves[name] = turned + rise[:, None] * unit(left + turned - anatomy.EYE)
    points, triangles = both_sides(left, grid_triangles(len(LASH_ROWS), len(angle)))
    colours = np.broadcast_to(linear("17100f"), points.shape)
    return with_targets(LASH, points, colours, triangles, mirrored_moves(moves))


def _lash_ribbon(angle: Array) -> Array:
    """Rows of points from under the left upper lid's margin to the tips of the lashes, at these loop angles."""
    azimuth, elevation = lid_margin(angle)
    outer = ease(angle, np.radians(140.0), np.radians(20.0))
    ends = ease(angle, np.radians(2.0), np.radians(22.0)) * ease(angle, np.radians(160.0), np.radians(125.0))
    phase = np.arange(len(angle)) % POINTS_PER_TUFT / POINTS_PER_TUFT
    spike = (1.0 - np.abs(2 * phase - 1.0)) ** 1.5
    length = (0.0010 + 0.0036 * outer * (0.25 + 0.75 * spike)) * (0.25 + 0.75 * ends)
    rows = []
    for lift, reach in LASH_ROWS:
        e = elevation + lift * (0.3 + 0.7 * ends) + 7.0 * reach**2 * outer
        d = anatomy.eye_direction(azimuth + 9.0 * np.cos(angle) * reach, e)
        on_lid = cast(anatomy.skin, np.broadcast_to(anatomy.EYE, d.shape), d, 0.01, 1.14 * anatomy.EYE_RADIUS)
        off = np.where(reach < 0, -0.0012, 0.0005 * ends + length * reach)
        rows.append(anatomy.EYE + (on_lid + off)[:, None] * d)
    return np.concatenate(rows)
