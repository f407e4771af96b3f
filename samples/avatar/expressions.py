"""The 52 ARKit shapes as moves of the skin.

Every shape of the left side is sculpted once; its right twin is the mirror image, vertex by vertex. Lids turn about the
eyeball's centre and so slide over it; other moves keep their depth below or above the skull's smooth form, so skin
slides around the head instead of leaving it.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import spsolve

from samples.avatar import anatomy
from samples.avatar.face import Face
from samples.avatar.solids import Array, cast, ease, gaussian, gradient

HINGE: Final = np.array([0.0, -0.014, 0.002])
"The axis of the jaw, parallel to X."
JAW_ANGLE: Final = np.radians(15.5)
JAW_FORWARD: Final = 0.0075
JAW_ASIDE: Final = 0.0080
CORNER: Final = np.array([0.0215, -0.060, 0.0790])
BLINK_MEETS: Final = 0.55
"Where closed lids meet: share of the way from the line between the eye's corners down to the lower lid."
LID_OVERLAP: Final = 2.5
"Degrees by which closed lids pass each other, so that no gap is left."


def open_jaw(p: Array, angle: float = JAW_ANGLE) -> Array:
    """Where points fixed to the jaw move when it opens."""
    q = p - HINGE
    c, s = np.cos(angle), np.sin(angle)
    turned = np.stack([q[:, 0], c * q[:, 1] - s * q[:, 2], s * q[:, 1] + c * q[:, 2]], axis=-1)
    return np.asarray(turned - q)


def jaw_moves(p: Array) -> dict[str, Array]:
    """Moves of points that are fixed to the jaw, by target name."""
    aside = np.array([JAW_ASIDE, 0.0, 0.0])
    ahead = np.array([0.0, 0.0, JAW_FORWARD])
    one = np.ones((len(p), 1))
    return {"jawOpen": open_jaw(p), "jawForward": one * ahead, "jawLeft": one * aside, "jawRight": -one * aside}


def lid_shift(angle: Array, upper: float, lower: float, ring: Array | float = 0.0) -> Array:
    """Elevation, degrees, by which a lid turns at loop angles; outer rings stay calmer at the eye's corners."""
    reach = np.where(np.sin(angle) > 0, upper, lower)
    return np.asarray(reach * np.abs(np.sin(angle)) ** (1.16 + 1.6 * np.clip(ring, 0.0, 1.0)))


def turn_about_eye(p: Array, azimuth: Array | float, elevation: Array | float) -> Array:
    """Where points of the left eye move when they turn about its centre, keeping their distance from it."""
    a, e, r = anatomy.eye_angles(p)
    return np.asarray(anatomy.EYE + r[:, None] * anatomy.eye_direction(a + azimuth, e + elevation) - p)


BLINK: Final = (
    -(anatomy.UPPER_OPEN + BLINK_MEETS * anatomy.LOWER_OPEN + LID_OVERLAP),
    (1.0 - BLINK_MEETS) * anatomy.LOWER_OPEN + LID_OVERLAP,
)
LIDS: Final = {
    "eyeBlinkLeft": (*BLINK, 0.0),
    "eyeSquintLeft": (-7.0, 10.0, 0.0),
    "eyeWideLeft": (9.0, -3.5, 0.0),
    "eyeLookUpLeft": (6.0, 3.0, 0.0),
    "eyeLookDownLeft": (-15.0, -5.0, 0.0),
    "eyeLookInLeft": (0.0, 0.0, -2.5),
    "eyeLookOutLeft": (0.0, 0.0, 2.5),
    "cheekSquintLeft": (0.0, 11.0, 0.0),
    "mouthSmileLeft": (0.0, 3.0, 0.0),
    "noseSneerLeft": (0.0, 3.0, 0.0),
}
"""Upper lid up, lower lid up, both towards the temple: degrees about the eye's centre at weight 1."""


class Sculptor:
    """Moves of one face's skin: every method returns (n, 3) metres."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self.p = face.points
        self.x, self.y, self.z = face.points.T
        self.jaw = _jaw_share(face)
        lips = np.where(np.isnan(face.lip_ring), 3.0, face.lip_ring)
        self.lips = np.asarray(1.0 - ease(lips, 0.9, 2.0))
        "1 on the lips and inside the mouth, 0 where the loops around them end."
        on_lids = ~np.isnan(face.lid_ring)
        self.off_lids = np.where(on_lids, ease(np.nan_to_num(face.lid_ring), 0.05, 0.7), 1.0)
        self.left = np.asarray(ease(self.x, -0.011, 0.011))

    def mirrored(self, move: Array) -> Array:
        return np.asarray(move[self.face.mirror] * np.array([-1.0, 1.0, 1.0]))

    def lids(self, upper: float, lower: float, sideways: float) -> Array:
        move = np.zeros_like(self.p)
        mine = np.flatnonzero(~np.isnan(self.face.lid_ring) & (self.x > 0))
        p, ring = self.p[mine], self.face.lid_ring[mine]
        a, e, r = anatomy.eye_angles(p)
        near = ease(r, 1.40 * anatomy.LID_RADIUS, 1.10 * anatomy.LID_RADIUS)
        near = np.maximum(near, 1.0 - ease(ring, 0.0, 0.12))
        hold = np.asarray((1.0 - ease(ring, 0.06, 0.88)) * near)
        angle = self.face.lid_angle[mine]
        turn = hold * lid_shift(angle, upper, lower, ring)
        aside = hold * sideways * np.abs(np.sin(angle))
        origin = np.broadcast_to(anatomy.EYE, p.shape)
        was = cast(anatomy.smooth_face, origin, anatomy.eye_direction(a, e), 0.01, 0.06)
        now = cast(anatomy.smooth_face, origin, anatomy.eye_direction(a + aside, e + turn), 0.01, 0.06)
        # the upper lid closes over the lower one
        over = 0.0006 * hold * np.clip(-turn / 30.0, 0.0, 1.0) * (ring > -0.5)
        # a lid that comes down follows the eyeball and loses its folds; one that goes up slips under the brow
        folds = (r - was) * np.clip(1.0 + turn / 18.0, 0.0, 1.0)
        skin = np.where(turn > 0, r + 0.4 * (now - was), now + folds)
        r = np.where(ring >= 0, skin, r) + over
        move[mine] = anatomy.EYE + r[:, None] * anatomy.eye_direction(a + aside, e + turn) - p
        return move

    def bump(self, centre: tuple[float, float, float], width: tuple[float, float, float] | float) -> Array:
        """A soft weight, 1 at the centre; lids are left out, they move on their own."""
        q = (self.p - np.array(centre)) / np.broadcast_to(np.array(width), 3)
        weight = np.exp(-np.sum(q * q, axis=-1))
        return np.asarray(np.clip(weight - 0.012, 0.0, None) / 0.988 * self.off_lids)

    def slide(self, weight: Array, move: tuple[float, float, float]) -> Array:
        """The weighted move, bent so that skin keeps its height above the skull."""
        moved = self.p + weight[:, None] * np.array(move)
        active = weight > 1e-4
        level = anatomy.skull(self.p[active])
        q = moved[active]
        for _ in range(2):
            g = gradient(anatomy.skull, q)
            q = q - (anatomy.skull(q) - level)[:, None] * g / np.maximum(np.sum(g * g, axis=-1, keepdims=True), 0.25)
        moved[active] = q
        return np.asarray(moved - self.p)

    def push(self, weight: Array, move: tuple[float, float, float]) -> Array:
        return np.asarray(weight[:, None] * np.array(move))

    def corner(self, width: float = 0.016) -> Array:
        return self.bump((CORNER[0], CORNER[1], CORNER[2]), (width, width, 0.030))

    def lip(self, upper: bool, width: float = 0.013) -> Array:
        """Weight on one lip, full in its middle, fading towards the corners and away from the mouth."""
        side = 1.0 - self.jaw if upper else self.jaw
        spread = gaussian(self.y - anatomy.MOUTH_Y, 0.013) * ease(self.z, 0.04, 0.06)
        return np.asarray(side * spread * ease(np.abs(self.x), width * 2.0, width * 0.4))


def _jaw_share(face: Face) -> Array:
    """How far each vertex follows the jaw, 0..1: harmonic between chin and skull on a mesh that is cut at the lips."""
    p, t = face.points, face.triangles
    x, y, z = np.abs(p[:, 0]), p[:, 1], p[:, 2]
    n = len(p)
    edges = np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]])
    stiffness = 1.0 / np.maximum(np.linalg.norm(p[edges[:, 0]] - p[edges[:, 1]], axis=-1), 5e-4)
    graph = coo_matrix((stiffness, (edges[:, 0], edges[:, 1])), shape=(n, n))
    graph = (graph + graph.T).tocsr()
    laplacian = diags(np.asarray(graph.sum(axis=1)).ravel()) - graph
    on_lips = ~np.isnan(face.lip_ring)
    upper = np.nan_to_num(face.lip_angle) > 0
    middle = np.abs(np.nan_to_num(face.lip_angle)) > 0.95
    ring = np.nan_to_num(face.lip_ring, nan=9.0)
    lower_lip = on_lips & ~upper & middle & (ring < 1.6)
    upper_lip = on_lips & upper & middle & (ring < 1.6)
    chin = (y < -0.074) & (z > 0.052) & (x < 0.022) & (y > -0.115) | lower_lip
    still = upper_lip | (y > -0.040) | (z < -0.004) | (y < -0.125) | (~on_lips & (y < -0.108) & (z < 0.045))
    share = np.where(chin & ~still, 1.0, 0.0)
    free = np.flatnonzero(~(chin | still))
    fixed = np.flatnonzero(chin | still)
    rows = laplacian.tocsr()[free]
    share[free] = spsolve(rows[:, free].tocsc(), -rows[:, fixed] @ share[fixed])
    smooth = diags(1.0 / np.asarray(graph.sum(axis=1)).ravel()) @ graph
    for _ in range(14):
        share = 0.5 * share + 0.5 * (smooth @ share)
    return np.asarray(np.clip(share, 0.0, 1.0))


def _brow_down(s: Sculptor) -> Array:
    inner = s.slide(s.bump((0.016, 0.031, 0.083), (0.019, 0.018, 0.03)), (-0.0045, -0.0092, 0.0))
    outer = s.slide(s.bump((0.042, 0.036, 0.073), (0.020, 0.017, 0.03)), (-0.003, -0.0062, 0.0))
    knit = s.push(s.bump((0.011, 0.026, 0.083), (0.008, 0.012, 0.02)), (0.0, 0.0, 0.0022))
    return (inner + outer + knit) * ease(s.x, -0.006, 0.008)[:, None]


def _brow_inner_up(s: Sculptor) -> Array:
    left = s.slide(s.bump((0.018, 0.036, 0.082), (0.017, 0.019, 0.03)), (0.0010, 0.0105, 0.0))
    move = left * ease(s.x, -0.012, 0.012)[:, None]
    return move + s.mirrored(move)


def _brow_outer_up(s: Sculptor) -> Array:
    high = s.slide(s.bump((0.051, 0.041, 0.066), (0.021, 0.020, 0.03)), (0.001, 0.0105, 0.0))
    middle = s.slide(s.bump((0.033, 0.042, 0.076), (0.014, 0.018, 0.03)), (0.0, 0.0045, 0.0))
    return (high + middle) * ease(s.x, 0.004, 0.020)[:, None]


def _cheek_squint(s: Sculptor) -> Array:
    lift = s.slide(s.bump((0.043, -0.026, 0.068), (0.022, 0.014, 0.03)), (0.001, 0.0065, 0.0))
    swell = s.push(s.bump((0.042, -0.021, 0.070), (0.019, 0.011, 0.03)), (0.0018, 0.0014, 0.0046))
    return (lift + swell) * ease(s.x, 0.002, 0.014)[:, None]


def _nose_sneer(s: Sculptor) -> Array:
    wing = s.push(s.bump((0.0125, -0.0335, 0.0900), (0.008, 0.010, 0.02)), (0.0018, 0.0055, 0.0))
    side = s.push(s.bump((0.013, -0.014, 0.080), (0.009, 0.012, 0.02)), (0.0, 0.0030, 0.0020))
    lip = s.push(s.lip(True) * gaussian(s.x - 0.012, 0.030), (0.001, 0.0032, 0.0006))
    brow = s.slide(s.bump((0.015, 0.030, 0.083), (0.014, 0.013, 0.03)), (-0.001, -0.0025, 0.0))
    return (wing + side + lip + brow) * ease(s.x, -0.002, 0.008)[:, None]


def _pull_corner(s: Sculptor, width: float) -> Array:
    """Weight that bends the lips in one curve from the middle to the corner, and the cheek around it."""
    along = np.clip(np.abs(s.x) / anatomy.MOUTH_WIDTH, 0.0, 1.0) ** 1.8
    return np.asarray(s.lips * along + (1.0 - s.lips) * s.corner(width))


def _smile(s: Sculptor) -> Array:
    pull = s.slide(_pull_corner(s, 0.018), (0.0070, 0.0085, 0.0))
    lips = s.slide(s.lips, (0.0010, -0.0006, 0.0)) + s.push(s.lips, (0.0, 0.0, -0.0012))
    cheek = s.push(s.bump((0.041, -0.034, 0.066), (0.018, 0.015, 0.03)), (0.0022, 0.0040, 0.0034))
    fold = s.push(s.bump((0.034, -0.050, 0.073), (0.006, 0.011, 0.03)), (0.0, 0.001, -0.0014))
    return (pull + lips + cheek + fold) * s.left[:, None]


def _frown(s: Sculptor) -> Array:
    pull = s.slide(_pull_corner(s, 0.015), (0.0010, -0.0085, 0.0))
    chin = s.push(s.bump((0.008, -0.078, 0.084), (0.012, 0.009, 0.02)), (0.0, 0.0025, 0.0015))
    return (pull + chin) * s.left[:, None]


def _dimple(s: Sculptor) -> Array:
    pull = s.slide(s.corner(0.011), (0.0050, 0.0020, 0.0))
    dent = s.push(s.bump((0.029, -0.059, 0.074), (0.007, 0.009, 0.03)), (0.0, 0.0, -0.0035))
    return (pull + dent) * s.left[:, None]


def _stretch(s: Sculptor) -> Array:
    pull = s.slide(s.corner(0.016), (0.0090, -0.0035, 0.0))
    lips = s.slide(s.lip(False), (0.0015, -0.0018, 0.0))
    return (pull + lips) * s.left[:, None]


def _press(s: Sculptor) -> Array:
    ring = np.nan_to_num(s.face.lip_ring, nan=9.0)
    outline = ease(ring, 0.0, 0.8) * s.lips * ease(np.abs(s.x), 0.026, 0.012)
    upper = s.push(outline * (1 - s.jaw), (0.0, -0.0026, -0.0016))
    lower = s.push(outline * s.jaw, (0.0, 0.0034, -0.0016))
    return (upper + lower + s.slide(s.corner(0.009), (0.0015, 0.001, 0.0))) * s.left[:, None]


def _both(s: Sculptor, left: Array) -> Array:
    """A move sculpted on the left half, given to both."""
    left = left * ease(s.x, 0.0, 0.010)[:, None]
    return left + s.mirrored(left)


def _funnel(s: Sculptor) -> Array:
    pull = _both(s, s.slide(s.corner(0.014), (-0.0085, 0.0, 0.0)) + s.push(s.corner(0.012), (0.0, 0.0, 0.0045)))
    out = s.push(s.lip(True), (0.0, 0.0042, 0.0065)) + s.push(s.lip(False), (0.0, -0.0062, 0.0065))
    return pull + out


def _pucker(s: Sculptor) -> Array:
    pull = _both(s, s.slide(s.corner(0.015), (-0.0105, 0.0, 0.0)) + s.push(s.corner(0.013), (0.0, 0.0, 0.0060)))
    out = s.push(s.lip(True), (0.0, 0.0004, 0.0080)) + s.push(s.lip(False), (0.0, -0.0006, 0.0080))
    return pull + out


def _cheek_puff(s: Sculptor) -> Array:
    left = s.push(s.bump((0.043, -0.054, 0.060), (0.024, 0.024, 0.035)), (0.0100, -0.001, 0.0070))
    left = left + s.push(s.bump((0.024, -0.056, 0.080), (0.016, 0.018, 0.03)), (0.002, 0.0, 0.0040))
    return _both(s, left * (1.0 - 0.6 * s.lips)[:, None])


def _mouth_close(s: Sculptor) -> Array:
    """Undoes the jaw's opening at the lips: jawOpen and mouthClose together hold them shut on an open jaw."""
    return open_jaw(s.p) * (s.lips * (0.32 - s.jaw))[:, None]


def _roll(s: Sculptor, upper: bool) -> Array:
    ring = np.nan_to_num(s.face.lip_ring, nan=9.0)
    on_lip = s.lips * (1.0 - ease(ring, 0.8, 1.5)) * ease(np.abs(s.x), 0.024, 0.010)
    side = 1.0 - s.jaw if upper else s.jaw
    around = s.lip(upper)
    way = -1.0 if upper else 1.0
    return s.push(on_lip * side, (0.0, way * 0.0012, -0.0052)) + s.push(around, (0.0, way * 0.0022, -0.0012))


def _shrug_lower(s: Sculptor) -> Array:
    chin = s.push(s.bump((0.0, -0.080, 0.084), (0.018, 0.010, 0.03)), (0.0, 0.0035, 0.0025))
    lips = s.push(s.lip(False), (0.0, 0.0030, 0.0030)) + s.push(s.lip(True), (0.0, 0.0020, 0.0010))
    return chin + lips


def _tongue_out(s: Sculptor) -> Array:
    return s.push(s.lip(False, 0.010), (0.0, -0.0085, 0.0020)) + s.push(s.lip(True, 0.010), (0.0, 0.0030, 0.0008))


def _lip_left(s: Sculptor, upper: bool) -> Array:
    x = 0.0105
    if upper:
        fold = s.push(s.bump((0.017, -0.046, 0.082), (0.008, 0.009, 0.03)), (0.001, 0.0022, 0.0012))
        move = s.push(s.lip(True) * gaussian(s.x - x, 0.030), (0.0008, 0.0064, 0.0006)) + fold
    else:
        move = s.push(s.lip(False) * gaussian(s.x - x, 0.030), (0.0008, -0.0074, 0.0004))
    return move * s.left[:, None]


def _still(s: Sculptor) -> Array:
    return np.zeros_like(s.p)


# left-sided shapes; the right twin of each is its mirror image. Lids (LIDS) are added to them.
SIDED: Final[dict[str, Callable[[Sculptor], Array]]] = {
    "eyeBlinkLeft": _still,
    "eyeLookDownLeft": _still,
    "eyeLookInLeft": _still,
    "eyeLookOutLeft": _still,
    "eyeLookUpLeft": _still,
    "eyeSquintLeft": lambda s: s.push(
        s.bump((0.040, -0.019, 0.074), (0.020, 0.008, 0.03)) * ease(s.x, 0.002, 0.014), (0.0, 0.0022, 0.0018)
    ),
    "eyeWideLeft": lambda s: s.slide(
        s.bump((0.037, 0.033, 0.078), (0.020, 0.010, 0.03)) * ease(s.x, 0.002, 0.014), (0.0, 0.0022, 0.0)
    ),
    "jawLeft": lambda s: s.slide(s.jaw, (JAW_ASIDE, 0.0, 0.0)),
    "mouthLeft": lambda s: s.slide(np.clip(s.lips + 0.5 * s.lip(False), 0, 1), (0.0085, 0.0010, 0.0)),
    "mouthSmileLeft": _smile,
    "mouthFrownLeft": _frown,
    "mouthDimpleLeft": _dimple,
    "mouthStretchLeft": _stretch,
    "mouthPressLeft": _press,
    "mouthLowerDownLeft": lambda s: _lip_left(s, upper=False),
    "mouthUpperUpLeft": lambda s: _lip_left(s, upper=True),
    "browDownLeft": _brow_down,
    "browOuterUpLeft": _brow_outer_up,
    "cheekSquintLeft": _cheek_squint,
    "noseSneerLeft": _nose_sneer,
}
MIDDLE: Final[dict[str, Callable[[Sculptor], Array]]] = {
    "jawForward": lambda s: s.push(s.jaw, (0.0, 0.0, JAW_FORWARD)),
    "jawOpen": lambda s: open_jaw(s.p) * s.jaw[:, None],
    "mouthClose": _mouth_close,
    "mouthFunnel": _funnel,
    "mouthPucker": _pucker,
    "mouthRollLower": lambda s: _roll(s, upper=False),
    "mouthRollUpper": lambda s: _roll(s, upper=True),
    "mouthShrugLower": _shrug_lower,
    "mouthShrugUpper": lambda s: s.push(s.lip(True), (0.0, 0.0042, 0.0030)),
    "browInnerUp": _brow_inner_up,
    "cheekPuff": _cheek_puff,
    "tongueOut": _tongue_out,
}


def sculpt(face: Face) -> dict[str, Array]:
    """Target name -> move of every skin vertex, metres."""
    sculptor = Sculptor(face)
    moves: dict[str, npt.NDArray[np.float64]] = {}
    for name, shape in SIDED.items():
        move = shape(sculptor)
        if name in LIDS:
            move = move + sculptor.lids(*LIDS[name])
        moves[name] = move
        moves[name.replace("Left", "Right")] = sculptor.mirrored(move)
    for name, shape in MIDDLE.items():
        move = shape(sculptor)
        moves[name] = 0.5 * (move + sculptor.mirrored(move))
    return moves
