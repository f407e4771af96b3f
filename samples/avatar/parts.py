"""Everything beside the skin: eyes, brows, lashes, teeth, tongue, ears and clothing."""

from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from samples.avatar import anatomy
from samples.avatar.expressions import LIDS, lid_shift, open_jaw, turn_about_eye
from samples.avatar.face import Face, Indices, lid_margin
from samples.avatar.gltf import Material, Part
from samples.avatar.paint import linear, mix
from samples.avatar.solids import Array, ambient_occlusion, carve, cast, cone, ease, ellipsoid, gaussian, gradient, join, unit
from samples.avatar.surfaces import grid_triangles, surface_net, vertex_normals

EYE: Final = Material("Eye", roughness=0.08)
BROW: Final = Material("Brow", roughness=0.75)
LASH: Final = Material("Lash", roughness=0.8, double_sided=True)
TEETH: Final = Material("Teeth", roughness=0.25)
TONGUE: Final = Material("Tongue", roughness=0.35)
CLOTH: Final = Material("Cloth", roughness=0.9)
EAR: Final = Material("Skin", roughness=0.5)

WHITE = linear("f4f1ee")
IRIS_DARK, IRIS_LIGHT, IRIS_GLOW = linear("1d4a4d"), linear("3f9c93"), linear("b7d68a")


def with_targets(material: Material, points: Array, colours: Array, triangles: Indices, moves: dict[str, Array]) -> Part:
    """A part whose normals follow its moves."""
    rest = vertex_normals(points, triangles)
    targets = {name: (move, vertex_normals(points + move, triangles) - rest) for name, move in moves.items()}
    return Part(material, points, rest, colours, triangles, targets)


def both_sides(points: Array, triangles: Indices) -> tuple[Array, Indices]:
    """A left half and its mirror image, as one."""
    flipped = points * np.array([-1.0, 1.0, 1.0])
    return np.concatenate([points, flipped]), np.concatenate([triangles, triangles[:, ::-1] + len(points)])


def mirrored_moves(left: dict[str, Array]) -> dict[str, Array]:
    """Moves of the left copy of a doubled part -> moves of both copies; sided names move one copy only."""
    moves = {}
    for name, move in left.items():
        nothing, flipped = np.zeros_like(move), move * np.array([-1.0, 1.0, 1.0])
        if name.endswith("Left"):
            moves[name] = np.concatenate([move, nothing])
            moves[name.replace("Left", "Right")] = np.concatenate([nothing, flipped])
        else:
            moves[name] = np.concatenate([move, flipped])
    return moves


def eye(seed: int) -> Part:
    """One eyeball about its own centre, looking along +Z: pupil, iris and white are drawn in vertex colours."""
    around = 96
    iris = anatomy.IRIS_ANGLE
    polar = np.concatenate(
        [[0.0, 4.0, 8.0, 11.0, 11.5], np.linspace(13.0, iris - 2.5, 8), [iris - 1.2, iris, iris + 0.8, iris + 1.8], np.linspace(iris + 5, 180, 22)]
    )
    theta, phi = np.meshgrid(np.radians(polar), np.arange(around) * 2 * np.pi / around, indexing="ij")
    d = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=-1).reshape(-1, 3)
    degrees = np.degrees(theta).ravel()
    bulge = 1.0 + 0.035 * ease(degrees, iris + 4.0, 8.0)
    points = d * (anatomy.EYE_RADIUS * bulge)[:, None]
    colours = _eye_colours(degrees, phi.ravel(), d, seed)
    triangles = grid_triangles(len(polar), around, wrap=True)[:, ::-1]
    normals = vertex_normals(points, triangles)
    return Part(EYE, points, normals, colours, triangles)


def _eye_colours(degrees: Array, phi: Array, d: Array, seed: int) -> Array:
    iris = anatomy.IRIS_ANGLE
    random = np.random.default_rng(seed)
    fibres = sum(
        a * np.cos(k * phi + random.uniform(0, 2 * np.pi))
        for k, a in ((9, 0.10), (14, 0.12), (23, 0.14), (31, 0.12), (40, 0.10))
    )
    across = np.clip((degrees - 11.5) / (iris - 11.5), 0.0, 1.0)
    lit = np.clip(0.62 - 0.75 * np.sin(phi) * across + 0.0 * across, 0.0, 1.0)
    colour = mix(IRIS_DARK, IRIS_LIGHT, np.clip(0.30 + 0.55 * lit + fibres * 0.8, 0, 1))
    colour = mix(colour, IRIS_GLOW, np.clip(0.65 * ease(across, 0.55, 0.0) + 0.35 * lit * ease(across, 1.0, 0.5), 0, 1) * 0.75)
    colour = mix(colour, linear("0d2326"), ease(degrees, iris - 4.0, iris - 0.5))
    colour = mix(colour, linear("050608"), ease(degrees, 12.6, 11.2))
    white = mix(WHITE, linear("d9b3a8"), ease(degrees, 48.0, 80.0) * 0.7)
    return mix(colour, white, ease(degrees, iris - 0.3, iris + 1.6))


def drop_on_skin(x: Array, y: Array) -> Array:
    """The points of the skin in front at these heights and sides."""
    start = np.column_stack([x, y, np.full(len(x), 0.16)])
    forward = np.broadcast_to([0.0, 0.0, -1.0], start.shape)
    t = cast(lambda p: -anatomy.skin(p), start, np.asarray(forward))
    return start + t[:, None] * forward


def follow(face: Face, moves: dict[str, Array], points: Array) -> dict[str, Array]:
    """Moves of points that lie on the skin: the mean of the skin's moves around them."""
    distance, near = cKDTree(face.points).query(points, k=6)
    weight = 1.0 / np.square(distance + 5e-4)
    weight /= weight.sum(axis=1, keepdims=True)
    return {name: np.einsum("nk,nkc->nc", weight, move[near]) for name, move in moves.items()}


BROW_LINE: Final = np.array(
    [[0.0125, 0.0330], [0.0200, 0.0375], [0.0320, 0.0425], [0.0440, 0.0435], [0.0540, 0.0395], [0.0625, 0.0320]]
)
BROW_WIDTH: Final = np.array([0.0034, 0.0044, 0.0044, 0.0036, 0.0024, 0.0006])
"Half the brow's height at the points of its line, metres."


def brows(face: Face, moves: dict[str, Array], colour: Array) -> Part:
    length, across = 44, 9
    s = np.linspace(0, 1, len(BROW_LINE))
    along = np.linspace(0, 1, length)
    line = np.column_stack([_smooth(s, BROW_LINE[:, i], along) for i in range(2)])
    half = _smooth(s, BROW_WIDTH, along) * np.sqrt(np.clip(1 - np.square(np.clip(1 - along / 0.10, 0, 1)), 0.02, 1))
    tangent = np.gradient(line, axis=0)
    side = unit(np.column_stack([-tangent[:, 1], tangent[:, 0]]))
    u = np.linspace(-1, 1, across)
    flat = line[:, None] + (half[:, None] * u)[:, :, None] * side[:, None]
    base = drop_on_skin(flat[..., 0].ravel(), flat[..., 1].ravel())
    normal = unit(gradient(anatomy.skull, base))
    ridges = 1.0 + 0.16 * np.sin(46 * along[:, None] * 2.0 + 2.6 * u)
    height = (0.55 * half[:, None] * np.sqrt(np.clip(1 - u**2, 0, 1)) * ridges - 0.0007).ravel()
    left = base + height[:, None] * normal
    shade = np.broadcast_to(0.9 + 0.22 * np.sin(46 * along[:, None] * 2.0 + 2.6 * u), (length, across)).ravel()
    points, triangles = both_sides(left, grid_triangles(length, across)[:, ::-1])
    skin_moves = follow(face, {n: m for n, m in moves.items() if not n.endswith("Right")}, left)
    colours = np.tile(shade[:, None] * colour, (2, 1))
    return with_targets(BROW, points, colours, _outwards(points, triangles), mirrored_moves(skin_moves))


def _smooth(s: Array, values: Array, at: Array) -> Array:
    from scipy.interpolate import PchipInterpolator

    return np.asarray(PchipInterpolator(s, values)(at))


def _outwards(points: Array, triangles: Indices) -> Indices:
    """The triangles, turned so that the surface faces away from the head."""
    n = vertex_normals(points, triangles)
    return triangles if np.mean(np.sum(n * (points - anatomy.RAY_ORIGIN), axis=1)) > 0 else triangles[:, ::-1]


def lashes() -> Part:
    """A dark line along each upper lid with a fringe that grows towards the temple."""
    tufts, each = 17, 4
    angle = np.linspace(np.radians(3.0), np.radians(160.0), tufts * each + 1)
    azimuth, elevation = lid_margin(angle)
    outer = ease(angle, np.radians(140.0), np.radians(20.0))
    ends = ease(angle, np.radians(2.0), np.radians(22.0)) * ease(angle, np.radians(160.0), np.radians(125.0))
    phase = np.arange(len(angle)) % each / each
    spike = (1.0 - np.abs(2 * phase - 1.0)) ** 1.5
    length = (0.0012 + 0.0042 * outer * (0.25 + 0.75 * spike)) * (0.25 + 0.75 * ends)
    rows = []
    for r, lift, reach in ((1.050, -0.9, 0.0), (1.104, -0.8, 0.0), (1.110, 1.1, 0.0), (1.110, 0.4, 0.5), (1.106, 1.2, 1.0)):
        a = azimuth + 9.0 * np.cos(angle) * reach
        e = elevation + lift * (0.3 + 0.7 * ends) + 7.0 * reach**2 * outer
        rows.append(anatomy.EYE + (r * anatomy.EYE_RADIUS + length * reach)[:, None] * anatomy.eye_direction(a, e))
    left = np.concatenate(rows)
    angles = np.tile(angle, len(rows))
    moves = {}
    for name, (upper, lower, sideways) in LIDS.items():
        turn = lid_shift(angles, upper, lower)
        if np.any(turn) or sideways:
            moves[name] = turn_about_eye(left, sideways * np.abs(np.sin(angles)), turn)
    points, triangles = both_sides(left, grid_triangles(len(rows), len(angle)))
    colours = np.broadcast_to(linear("17100f"), points.shape)
    return with_targets(LASH, points, colours, triangles, mirrored_moves(moves))


def _arch(upper: bool) -> tuple[Array, Indices, Array]:
    """Points, triangles and shade of a row of teeth."""
    turn = np.linspace(-1.15, 1.15, 81)
    gum, edge = (-0.0520, -0.0628) if upper else (-0.0745, -0.0642)
    radius = 0.0215 if upper else 0.0200
    profile = np.array([[0.0, 0.0], [0.0008, 0.35], [0.0006, 0.85], [-0.0004, 1.0], [-0.0022, 1.0], [-0.0034, 0.7], [-0.0036, 0.0]])
    tooth = np.abs(np.sin(turn / 1.15 * 6.0 * np.pi / 2 * 1.0))
    points = []
    for out, down in profile:
        r = radius + out - 0.0004 * (1 - tooth**0.35)
        scallop = (1 - tooth**0.5) * 0.0007 * (1 if upper else -1) * down
        points.append(np.column_stack([r * np.sin(turn), gum + (edge - gum) * down + scallop, 0.0575 + r * np.cos(turn)]))
    shade = np.tile(1.0 - 0.35 * gaussian(tooth, 0.12), len(profile))
    triangles = grid_triangles(len(profile), len(turn))
    return np.concatenate(points), triangles if not upper else triangles[:, ::-1], shade


def teeth() -> Part:
    up, up_triangles, up_shade = _arch(True)
    low, low_triangles, low_shade = _arch(False)
    points = np.concatenate([up, low])
    triangles = np.concatenate([up_triangles, low_triangles + len(up)])
    shade = np.concatenate([up_shade, low_shade]) * ease(points[:, 2], 0.050, 0.078) ** 0.5
    nothing = np.zeros_like(up)
    lowers = np.ones(len(low))[:, None]
    moves = {
        "jawOpen": np.concatenate([nothing, open_jaw(low)]),
        "jawForward": np.concatenate([nothing, lowers * np.array([0.0, 0.0, 0.0075])]),
        "jawLeft": np.concatenate([nothing, lowers * np.array([0.0080, 0.0, 0.0])]),
        "jawRight": np.concatenate([nothing, lowers * np.array([-0.0080, 0.0, 0.0])]),
    }
    return with_targets(TEETH, points, shade[:, None] * linear("f3ece0"), triangles, moves)


def tongue() -> Part:
    rows, around = 22, 24
    s = np.linspace(0.0, 1.0, rows)
    phi = np.arange(around) * 2 * np.pi / around
    width = 0.0150 * np.sqrt(np.clip(1 - s**3.2, 0, 1)) + 1e-5
    thick = 0.0050 * np.sqrt(np.clip(1 - s**4, 0, 1)) + 1e-5
    ring = np.stack([width[:, None] * np.cos(phi), thick[:, None] * np.sin(phi), np.zeros((rows, around))], axis=-1)
    ring[..., 1] -= 0.0016 * gaussian(ring[..., 0], 0.004) * (np.sin(phi) > 0)
    centre = np.column_stack([np.zeros(rows), -0.0700 + 0.002 * np.sin(np.pi * s), 0.036 + 0.040 * s])
    points = (centre[:, None] + ring).reshape(-1, 3)
    out_centre = np.column_stack([np.zeros(rows), -0.0675 - 0.018 * ease(s, 0.55, 1.1), 0.040 + 0.070 * s - 0.006 * s**3])
    slim = ring * np.array([0.88, 0.72, 1.0])
    out = (out_centre[:, None] + slim).reshape(-1, 3) - points
    triangles = grid_triangles(rows, around, wrap=True)
    moves = {
        "jawOpen": open_jaw(points),
        "jawForward": np.broadcast_to([0.0, 0.0, 0.0075], points.shape).copy(),
        "jawLeft": np.broadcast_to([0.0080, 0.0, 0.0], points.shape).copy(),
        "jawRight": np.broadcast_to([-0.0080, 0.0, 0.0], points.shape).copy(),
        "tongueOut": out,
    }
    colours = np.broadcast_to(linear("c8605f"), points.shape)
    return with_targets(TONGUE, points, colours, triangles, moves)


def ear_field(p: Array) -> Array:
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


def cloth_field(p: Array) -> Array:
    q = anatomy.mirrored(p)
    d = cone(q, (0.02, -0.235, -0.034), (0.118, -0.268, -0.036), 0.047, 0.047)
    d = join(d, ellipsoid(q, (0.0, -0.300, -0.020), (0.118, 0.095, 0.075)), 0.05)
    d = join(d, cone(q, (0.0, -0.195, -0.024), (0.0, -0.25, -0.028), 0.046, 0.075), 0.05)
    d = carve(d, cone(q, (0.0, -0.10, -0.016), (0.0, -0.215, -0.026), 0.0440, 0.0440), 0.004)
    for height, radius, tube in ((-0.158, 0.0478, 0.0085), (-0.170, 0.0490, 0.0085)):
        middle = height + 0.30 * (q[:, 2] + 0.02) * -1.0
        out = np.hypot(q[:, 0], q[:, 2] + 0.0205) - radius
        d = join(d, np.hypot(out, (q[:, 1] - middle) * 0.85) - tube, 0.006)
    return np.asarray(np.maximum(d, -(q[:, 1] + 0.305)))
