"""Random people: geometry, lids, lashes, eyes, skin and habits, each drawn once per person."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.random import Generator

from models.synthetic.expression import ACTIONS, EyeState, shape_weights
from models.synthetic.parts import SHAPES, Bytes, Float, Int, Parts
from models.synthetic.raster import pose
from models.synthetic.skin import Skin, make_skin

_BLINK: Final = SHAPES.index("eyeBlink")
_HOOD: Final = len(SHAPES)
"Row of Side.shapes that a heavy lid adds behind the blendshapes."
_GAP_COLUMNS: Final = (0.35, 0.5, 0.65)
_Kind = tuple[float, float, float, float]
_USUAL_LASHES: Final[tuple[_Kind, _Kind]] = ((40, 240, 0.25, 1.0), (15, 110, 0.12, 0.65))
"Of the upper and the lower lid: how many at least and at most, and how long, in lengths of a lash card."


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a person, as a left eye."""

    base: Float
    "(V, 3) relaxed face, cm."
    shapes: Float
    "(len(SHAPES) + 1, V, 3)."
    thickness: Float
    "(V,) how far lid skin stays outside the eyeball, cm; 0 for what is no lid."
    eye_centre: Float
    eye_radius: float
    gaze_offset: tuple[float, float]
    "Degrees between where this eye looks and where its iris points (yaw to the temple, pitch)."
    hairs: Float
    "(H, 6) card, place along it, length, thickness cm, lean cm, curl."
    gains: dict[str, float]
    tone: dict[str, float]


@dataclass(frozen=True, slots=True)
class Participant:
    """A person; `left` and `right` are alike but not the same."""

    left: Side
    right: Side
    skin: Skin
    uv: Float
    triangles: Int
    upper_lid: Int
    lower_lid: Int
    lash_cards: Int
    iris: Bytes
    eye_look: Float
    "(13,) see eyeball.draw_eyeball; row 1 is the person's mean pupil."
    gaze_radius: float
    lash_shade: Float
    "(H,) what the lashes of Side.hairs throw back of the light."
    wrap: float
    gloss: float
    shine: float
    relief: float
    spill: float
    "How much of a one-sided brow raise or wink the other side joins in."


def make_participant(parts: Parts, rng: Generator, publishable: bool = False) -> Participant:
    """A random person. A publishable one's pictures may be shown: no skin scanned from a living person."""
    amount = rng.uniform(0.45, 0.9)
    identity = rng.normal(0, amount, len(parts.identity)).astype(np.float32)
    build = _Build.draw(rng)
    habit = {action: float(rng.uniform(0.6, 1.2)) for action in ACTIONS if action != "blink"}
    habit |= {action: float(rng.uniform(0.45, 1.05)) for action in ("brow_inner_up", "brow_outer_up")}
    tone = {
        "browDown": rng.normal(0, 0.22),
        "browInnerUp": rng.normal(0, 0.15),
        "browOuterUp": rng.normal(0, 0.15),
        "eyeBlink": rng.normal(0.02, 0.11),
        "eyeSquint": rng.normal(0.05, 0.15),
        "cheekRaiser": rng.normal(0, 0.1),
    }
    lashes = _lashes(rng)
    lash_tone = np.exp(rng.uniform(np.log(0.006), np.log(0.3)))  # black with mascara, gray under near lamps
    sides = [_make_side(parts, rng, identity, build, habit, tone, lashes) for _ in range(2)]
    return Participant(
        left=sides[0],
        right=sides[1],
        skin=make_skin(parts, rng, publishable),
        uv=parts.uv,
        triangles=parts.triangles,
        upper_lid=parts.upper_lid,
        lower_lid=parts.lower_lid,
        lash_cards=parts.lash_cards,
        iris=_iris(parts, rng),
        eye_look=_eye_look(rng),
        gaze_radius=float(rng.uniform(0.92, 1.06)),
        lash_shade=(lash_tone * rng.uniform(0.6, 1.4, len(lashes))).astype(np.float32),
        wrap=float(rng.uniform(0.15, 0.6)),
        gloss=float(rng.uniform(6, 40)),
        shine=float(rng.uniform(0, 0.35) ** 1.3),
        relief=float(rng.uniform(0.02, 0.14)) / 20,
        spill=float(rng.choice([0.0, rng.uniform(0, 0.3)])),
    )


@dataclass(frozen=True, slots=True)
class _Build:
    """Lids and brows, wider in variety than the face model's own."""

    aperture: float
    width: float
    tilt: float
    hood: float
    brow: float
    "How far brow and forehead are lowered, cm; the skin between lid and brow is squeezed."

    @staticmethod
    def draw(rng: Generator) -> "_Build":
        hood = rng.choice([0.0, rng.uniform(0.05, 0.35)], p=[0.5, 0.5])
        return _Build(
            rng.normal(1.03, 0.15), rng.normal(1, 0.04), rng.normal(0, 0.06), float(hood), rng.uniform(-0.15, 0.8)
        )

    def apply(self, points: Float, centre: Float) -> Float:
        """Stretches the opening around the eye's centre; skin stays as far from the eyeball's middle as it was."""
        offset = points - centre
        x, y = offset[:, 0], offset[:, 1] + 0.05
        near = np.exp(-((x / 2.1) ** 4) - (y / 1.15) ** 4) * (offset[:, 2] > 0)
        moved = offset.copy()
        moved[:, 0] += (self.width - 1) * x * near
        moved[:, 1] += ((self.aperture - 1) * y + self.tilt * x) * near
        before, after = np.linalg.norm(offset, axis=1), np.linalg.norm(moved, axis=1)
        on_ball = np.clip((2.4 - before) / 0.4, 0, 1)
        moved *= (1 + on_ball * (before / after - 1))[:, None]
        moved[:, 1] -= self.brow * np.clip((points[:, 1] - 4.3) / 1.25, 0, 1)
        return np.asarray(centre + moved, np.float32)

    def hood_shape(self, points: Float, centre: Float) -> Float:
        """(V, 3) skin above the fold sinking over the lid."""
        x, y = points[:, 0] - centre[0], points[:, 1] - centre[1]
        weight = np.exp(-((x / 1.6) ** 2) - ((y - 0.85 + 0.25 * self.brow) / 0.42) ** 2) * (points[:, 2] > centre[2])
        return np.asarray(self.hood * weight[:, None] * np.array([[0.0, -1.0, 0.35]]), np.float32)


def _make_side(
    parts: Parts,
    rng: Generator,
    identity: Float,
    build: _Build,
    habit: dict[str, float],
    tone: dict[str, float],
    lashes: Float,
) -> Side:
    own = identity + rng.normal(0, 0.1, identity.shape).astype(np.float32)
    centre = parts.eye_centre + np.tensordot(own, parts.eye_centre_identity, 1)
    base = build.apply(parts.neutral + np.tensordot(own, parts.identity, 1), centre)
    margins = base[np.r_[parts.upper_lid[4:-2], parts.lower_lid[6:-2]]]
    radius = float(np.clip(np.quantile(np.linalg.norm(margins - centre, axis=1), 0.1) - 0.05, 1.4, 1.62))
    shapes = np.concatenate([parts.expression, build.hood_shape(base, centre)[None]])
    side = Side(
        base=base,
        shapes=shapes,
        thickness=_thickness(parts, base, centre, radius),
        eye_centre=centre.astype(np.float32),
        eye_radius=radius,
        gaze_offset=(float(rng.normal(0, 1.5)), float(rng.normal(0, 1.5))),
        hairs=lashes,
        gains={action: gain * float(rng.normal(1, 0.07)) for action, gain in habit.items()},
        tone={shape: float(value + rng.normal(0, 0.04)) for shape, value in tone.items()},
    )
    shapes[_BLINK] = parts.expression[_BLINK] * _closing_gain(parts, side)[:, None]
    return side


def _thickness(parts: Parts, base: Float, centre: Float, radius: float) -> Float:
    """Lid skin: what lies just outside the eyeball and follows a blink or borders the opening."""
    distance = np.linalg.norm(base - centre, axis=1) - radius
    lid = (distance > 0.012) & (distance < 0.9) & (base[:, 2] > centre[2])
    lid[parts.lash_cards.min() :] = False
    return np.where(lid, np.clip(0.7 * distance, 0.015, 0.1), 0).astype(np.float32)


def _closing_gain(parts: Parts, side: Side, share: float = 1.0) -> Float:
    """(V,) factor on the blink by which this person's lids just meet all along the opening, or a share of the way."""
    weights = side_weights(side, EyeState(blink=1.0))
    weights[_BLINK] = 0
    upper, lower = posed_lids(parts.upper_lid, parts.lower_lid, side, weights)
    weights[_BLINK] = 1
    upper_shut, lower_shut = posed_lids(parts.upper_lid, parts.lower_lid, side, weights)
    left, right = upper[0, 0], upper[-1, 0]
    x = np.linspace(left + 0.1 * (right - left), right - 0.1 * (right - left), 21)
    gap = _height(upper, x) - _height(lower, x)
    shut = _height(upper_shut, x) - _height(lower_shut, x)
    gain = np.clip((share * gap + 0.07) / np.maximum(gap - shut, 0.05), 0.6 * share, 2.0)
    gain = np.convolve(np.pad(gain, 2, mode="edge"), np.full(5, 0.2), "valid")
    return np.asarray(np.interp(side.base[:, 0], x, gain), np.float32)


def _height(lid: Float, x: Float) -> Float:
    order = np.argsort(lid[:, 0])
    return np.asarray(np.interp(x, lid[order, 0], lid[order, 1]), np.float32)


def side_weights(side: Side, eye: EyeState) -> Float:
    """(len(SHAPES) + 1,) weights of Side.shapes for a left eye's state; a closing lid pulls its hood smooth."""
    hood = 1 - 0.7 * min(max(eye.blink, 0.0), 1.0) - 0.2 * eye.brow_outer_up + 0.35 * eye.brow_down
    return np.append(shape_weights(eye, side.gains, side.tone), hood).astype(np.float32)


def posed_lids(upper: Int, lower: Int, side: Side, weights: Float) -> tuple[Float, Float]:
    """The two lids' margins in a pose, (n, 3) each."""
    return pose(side.base, side.shapes, weights, upper), pose(side.base, side.shapes, weights, lower)


def openness(person: Participant, side: Side, eye: EyeState) -> float:
    """Lid opening, 0..1, over that of the same person's relaxed lids at the same gaze."""
    relaxed = EyeState(yaw=eye.yaw, pitch=eye.pitch)
    now, rest = (_gap(person, side, side_weights(side, state)) for state in (eye, relaxed))
    return float(np.clip(now / max(rest, 0.05), 0, 1))


def _gap(person: Participant, side: Side, weights: Float) -> float:
    upper, lower = posed_lids(person.upper_lid, person.lower_lid, side, weights)
    x = upper[0, 0] + np.array(_GAP_COLUMNS, np.float32) * (upper[-1, 0] - upper[0, 0])
    return float((_height(upper, x) - _height(lower, x)).mean())


def with_heavy_lashes(person: Participant, rng: Generator) -> Participant:
    """The same person with lashes that hang before a shut lid like a curtain, as a near camera from below sees them.

    A network that has met thin lines only takes the gray of a real curtain for an eye.
    """
    hairs = _lashes(rng, ((180, 420, 0.9, 1.9), (15, 160, 0.12, 0.9)), thicker=1.6)
    tone = np.exp(rng.uniform(np.log(0.02), np.log(0.5)))  # black in the shade, pale where lamps are near
    return replace(
        person,
        left=replace(person.left, hairs=hairs),
        right=replace(person.right, hairs=hairs),
        lash_shade=(tone * rng.uniform(0.6, 1.4, len(hairs))).astype(np.float32),
    )


def with_rising_lids(person: Participant, parts: Parts, rng: Generator) -> Participant:
    """The same person with lower lids that come up in a blink, by a share of the opening of this person's own.

    The face model's hardly move, and a network that has only met lids that meet where the lower one rests takes others
    for half open. The benchmark's people were frozen without.
    """
    rise = float(rng.uniform(-0.05, 0.4))
    return replace(person, left=_rising(parts, person.left, rise), right=_rising(parts, person.right, rise))


def _rising(parts: Parts, side: Side, rise: float) -> Side:
    shapes = side.shapes.copy()
    shapes[_BLINK] *= _closing_gain(parts, side, 1 - rise)[:, None]
    shapes[_BLINK, :, 1] += rise * _under_the_eye(parts, side)
    return replace(side, shapes=shapes)


def _under_the_eye(parts: Parts, side: Side) -> Float:
    """(V,) the opening above each vertex of the lower lid, cm; it fades out towards the cheek, and is 0 elsewhere."""
    weights = side_weights(side, EyeState())
    upper, lower = posed_lids(parts.upper_lid, parts.lower_lid, side, weights)
    x, y, z = side.base.T
    margin = _height(lower, x)
    opening = np.maximum(_height(upper, x) - margin, 0) * ((x > upper[:, 0].min()) & (x < upper[:, 0].max()))
    share = np.exp(-((np.minimum(y - margin, 0) / 0.55) ** 2)) * (y < margin + 0.4 * opening) * (z > side.eye_centre[2])
    upper_lashes, lower_lashes = np.split(parts.lash_cards, 2)
    share[upper_lashes], share[lower_lashes] = 0, 1
    return np.asarray(share * opening, np.float32)


def _lashes(rng: Generator, kinds: tuple[_Kind, _Kind] = _USUAL_LASHES, thicker: float = 1.0) -> Float:
    """(H, 6) see Side.hairs: clumps of hairs on three upper and three lower cards."""
    hairs = []
    for upper, (fewest, most, low, high) in zip((True, False), kinds, strict=True):
        count = int(rng.uniform(fewest, most))
        length = rng.uniform(low, high)
        along = rng.uniform(0.02, 0.98, count)
        clumps = np.sort(rng.uniform(0, 1, count // 4 + 2))
        nearest = clumps[np.abs(along[:, None] - clumps).argmin(1)]
        lean = (nearest - along) * rng.uniform(0, 2.2) + rng.normal(0, 0.06, count)
        card = rng.integers(3, size=count) + (0 if upper else 3)
        sizes = length * rng.uniform(0.55, 1.05, count) * (0.75 + 0.5 * along)
        thick = thicker * rng.uniform(0.008, 0.018) * rng.uniform(0.7, 1.2, count)
        curl = rng.normal(rng.uniform(-0.1, 0.12), 0.03, count)
        hairs.append(np.c_[card, along, sizes, thick, lean, curl])
    return np.concatenate(hairs).astype(np.float32)


def _iris(parts: Parts, rng: Generator) -> Bytes:
    """A mixture of two irises, each turned."""
    first, second = (
        np.roll(parts.irises[rng.integers(len(parts.irises))], rng.integers(256), axis=1).astype(np.float32)
        for _ in range(2)
    )
    return np.asarray(first + rng.uniform(0, 0.6) * (second - first), np.uint8)


def _eye_look(rng: Generator) -> Float:
    iris = rng.uniform(0.10, 0.62)
    return np.array(
        [
            rng.uniform(0.51, 0.61),  # iris radius, cm
            rng.uniform(0.2, 0.68),  # pupil over iris
            iris,
            rng.uniform(0.3, 1.0),
            rng.uniform(0.0, 0.05) if rng.random() < 0.95 else iris * rng.uniform(1.0, 1.6),  # some pupils shine
            max(rng.uniform(0.42, 1.15), iris * 1.15),
            rng.uniform(0.02, 0.07),
            10 ** rng.uniform(-3.9, -2.9),
            rng.uniform(1.0, 4.0),
            rng.uniform(0.2, 0.9),
            rng.uniform(0.3, 0.6),
            rng.uniform(0.0, 0.16),
            rng.uniform(0.2, 1.1),
        ],
        np.float32,
    )
