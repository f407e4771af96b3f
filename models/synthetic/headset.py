"""Headsets: where their cameras and lamps sit, what their optics do, and how they slip on the face."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from models.synthetic.parts import Float

FAMILIES: Final = ("any", "hmd1", "hmd2", "close")


@dataclass(frozen=True, slots=True)
class Camera:
    """One eye's camera and lamps, for a left eye, in the head frame; a right eye's are its mirror image."""

    position: Float
    "(3,) cm."
    rotation: Float
    "(3, 3) rows: right, up, forward."
    focal: float
    "Focal length over picture height."
    lights: Float
    "(L, 4) x, y, z cm and strength."
    ambient: float


@dataclass(frozen=True, slots=True)
class Optics:
    """What happens to the light between face and file; strengths of 0 mean that a headset has none of it."""

    brightness: float
    "Picture value 0..1 that the brighter part of the resting face is exposed to."
    gamma: float
    vignette: float
    barrel: float
    "Radius of a round lens barrel over half the picture width; 0 for none."
    veil: float
    "Stray light added everywhere."
    blur: float
    "Standard deviation, thousandths of the picture width."
    noise: float
    "Standard deviation at full white."
    jpeg: int
    "JPEG quality; 0 for none."
    background: float
    glasses: Float
    "(n, 6) reflections on spectacles: column and row 0..1, radii 0..1, angle, strength."
    distortion: float
    "Share by which the lens draws the picture's edge in; negative: pushes it out."
    adaptation: float
    "How far the camera's exposure makes good a change of the picture's mean: 0 not at all, 1 wholly."
    bloom: float
    "Share of the light that the lens spreads around what is bright."
    lash_blur: float
    "How far the lashes, nearer than the eye, are out of focus: pixels of 1000 over the picture's width."
    rim: Float
    "(5,) spectacle rim: centre column and row, radius, thickness (all over the picture width), darkness."


@dataclass(frozen=True, slots=True)
class Headset:
    """One headset put on once."""

    family: str
    size: tuple[int, int]
    "Rows and columns of each picture."
    left: Camera
    right: Camera
    optics: Optics
    restless: float
    "How far it slips during the session; 1 is usual."


@dataclass(frozen=True, slots=True)
class Slip:
    """How far a headset has moved on the head: cm to the wearer's left, up, forward; degrees of roll, yaw, pitch."""

    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Placement:
    distance: float
    elevation: float
    azimuth: float
    visible: float
    "Height of what the camera sees at the eye, cm."
    ring: bool
    "Lamps around the eyepiece instead of beside the camera."


def _hmd1(rng: Generator) -> _Placement:
    return _Placement(rng.normal(8.0, 0.4), rng.normal(-5, 3), rng.normal(3, 3), rng.normal(4.8, 0.25), True)


def _hmd2(rng: Generator) -> _Placement:
    return _Placement(rng.normal(6.2, 0.3), rng.normal(-15, 3), rng.normal(15, 4), rng.normal(4.9, 0.3), True)


def _any(rng: Generator) -> _Placement:
    if rng.random() < 0.2:
        return _Placement(rng.uniform(25, 70), rng.uniform(-20, 15), rng.uniform(-25, 25), rng.uniform(2.6, 6.2), False)
    visible = rng.uniform(2.2, 6.2) if rng.random() < 0.7 else rng.uniform(1.4, 2.6)
    distance = max(rng.uniform(3, 7), 0.75 * visible)
    return _Placement(distance, rng.uniform(-50, 12), rng.uniform(-12, 48), visible, rng.random() < 0.3)


def _close(rng: Generator) -> _Placement:
    """The eye fills the picture, as with cameras on a stalk or behind a small lens."""
    visible = rng.uniform(1.2, 2.6)
    return _Placement(rng.uniform(2.5, 6.0), rng.uniform(-45, 15), rng.uniform(-15, 40), visible, rng.random() < 0.3)


_PLACEMENTS: Final[dict[str, tuple[Callable[[Generator], _Placement], tuple[int, int]]]] = {
    "any": (_any, (200, 200)),
    "hmd1": (_hmd1, (200, 200)),
    "hmd2": (_hmd2, (240, 320)),
    "close": (_close, (200, 200)),
}
_ANY_SHARES: Final = (0.45, 0.2, 0.15, 0.2)
"How often family 'any' is itself, hmd1, hmd2 and close."
_BRIGHTEST: Final = {"close": 2.4}
"Lamps so near drive the skin into white; other families stay below 1.4."


def make_headset(family: str, rng: Generator, size: tuple[int, int] | None = None) -> Headset:
    """A headset of a family, put on a face for one session; size (rows, columns) replaces the family's own."""
    if family == "any":
        family = FAMILIES[rng.choice(len(FAMILIES), p=_ANY_SHARES)]
    place, own_size = _PLACEMENTS[family]
    size = size or own_size
    placement = place(rng)
    lamps = _lamps(rng, placement)
    ambient = float(rng.uniform(0.01, 0.12) if placement.distance < 20 else rng.uniform(0.1, 0.6))
    aim = min(1.0, placement.visible / 4.0)  # a camera that sees little is aimed well, or it would miss the eye
    target = np.array([3.12 + aim * rng.normal(0, 0.2), 3.6 + aim * rng.normal(0.25, 0.32), 9.35], np.float32)
    sides = []
    for _ in range(2):
        own = _Placement(
            placement.distance + rng.normal(0, 0.08),
            placement.elevation + rng.normal(0, 1.2),
            placement.azimuth + rng.normal(0, 1.2),
            placement.visible,
            placement.ring,
        )
        sides.append(_camera(own, target + rng.normal(0, 0.06, 3).astype(np.float32), lamps, ambient, size))
    optics = _optics(rng, _BRIGHTEST.get(family, 1.4))
    return Headset(family, size, sides[0], sides[1], optics, float(rng.gamma(2.0, 0.5)))


def _lamps(rng: Generator, placement: _Placement) -> Float:
    """(L, 4) lamps in the camera's own frame: right, up, forward cm and relative strength."""
    if placement.ring:
        count, radius = int(rng.integers(4, 9)), rng.uniform(1.7, 2.6)
        angle = rng.uniform(0, 2 * math.pi) + np.arange(count) * (2 * math.pi / count)
        forward = max(placement.distance - rng.uniform(2.0, 3.5), 0.0)
        lamps = np.c_[radius * np.cos(angle), radius * np.sin(angle), np.full(count, forward)]
    else:
        count = int(rng.integers(1, 5))
        spread = rng.uniform(0.3, 2.2) * (1 if placement.distance < 20 else 3)
        lamps = np.c_[rng.normal(0, spread, (count, 2)), rng.uniform(-0.5, 0.8, count)]
    return np.asarray(np.c_[lamps, rng.uniform(0.5, 1.2, count)], np.float32)


def _camera(placement: _Placement, target: Float, lamps: Float, ambient: float, size: tuple[int, int]) -> Camera:
    elevation, azimuth = math.radians(placement.elevation), math.radians(placement.azimuth)
    away = np.array(
        [
            math.sin(azimuth) * math.cos(elevation),
            math.sin(elevation),
            math.cos(azimuth) * math.cos(elevation),
        ],
        np.float32,
    )
    position = (target + placement.distance * away).astype(np.float32)
    right = np.cross(-away, np.array([0.0, 1.0, 0.0]))
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(right, -away), -away]).astype(np.float32)
    lights = lamps.copy()
    lights[:, :3] = position + lamps[:, :3] @ rotation
    squared = ((lights[:, :3] - target) ** 2).sum(1)
    lights[:, 3] /= (lights[:, 3] / squared).sum()
    return Camera(position, rotation, placement.distance / placement.visible, lights, ambient)


def _optics(rng: Generator, brightest: float) -> Optics:
    glasses, rim = _spectacles(rng) if rng.random() < 0.15 else (np.zeros((0, 6), np.float32), np.zeros(5, np.float32))
    return Optics(
        brightness=float(np.exp(rng.uniform(np.log(0.28), np.log(brightest)))),
        gamma=float(rng.uniform(0.5, 1.1)),
        vignette=float(rng.uniform(0, 0.7)),
        barrel=float(rng.uniform(0.9, 1.15)) if rng.random() < 0.15 else 0.0,
        veil=float(rng.choice([0.0, rng.uniform(0, 0.1)])),
        blur=float(rng.gamma(2.0, 1.3)),
        noise=float(rng.gamma(1.5, 0.010)),
        jpeg=int(rng.integers(35, 92)) if rng.random() < 0.35 else 0,
        background=float(rng.uniform(0.0, 0.12)),
        distortion=float(rng.uniform(-0.12, 0.2)) if rng.random() < 0.4 else 0.0,
        adaptation=float(rng.uniform(0.2, 1.0)) if rng.random() < 0.5 else 0.0,
        bloom=float(rng.uniform(0, 0.3)) if rng.random() < 0.4 else 0.0,
        lash_blur=float(rng.gamma(1.0, 3.0)),
        glasses=glasses,
        rim=rim,
    )


def _spectacles(rng: Generator) -> tuple[Float, Float]:
    count = int(rng.integers(1, 5))
    size = rng.uniform(0.01, 0.08, count)
    spots = np.c_[
        rng.uniform(0.1, 0.9, (count, 2)),
        size,
        size * rng.uniform(0.4, 1.0, count),
        rng.uniform(0, 180, count),
        rng.uniform(0.3, 1.5, count),
    ]
    has_rim = rng.random() < 0.6
    rim = [rng.normal(0.5, 0.05), rng.normal(0.42, 0.06), rng.uniform(0.42, 0.7), rng.uniform(0.02, 0.07), 0.9]
    return spots.astype(np.float32), np.array(rim if has_rim else [0.0] * 5, np.float32)


def slipped(camera: Camera, slip: Slip, mirrored: bool) -> Camera:
    """The camera and its lamps after the headset has moved; mirrored for a right eye."""
    sign = -1.0 if mirrored else 1.0
    roll, yaw, pitch = (math.radians(angle) for angle in slip.turn)
    turn = _rotation(sign * roll, sign * yaw, pitch)
    pivot = np.array([0.0, 3.6, 6.0], np.float32)
    shift = np.array([sign * slip.shift[0], slip.shift[1], slip.shift[2]], np.float32)
    lights = camera.lights.copy()
    lights[:, :3] = (lights[:, :3] - pivot) @ turn.T + pivot + shift
    position = (camera.position - pivot) @ turn.T + pivot + shift
    return Camera(
        position.astype(np.float32), (camera.rotation @ turn.T).astype(np.float32), camera.focal, lights, camera.ambient
    )


def _rotation(roll: float, yaw: float, pitch: float) -> Float:
    cr, sr, cy, sy, cp, sp = (
        math.cos(roll),
        math.sin(roll),
        math.cos(yaw),
        math.sin(yaw),
        math.cos(pitch),
        math.sin(pitch),
    )
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    return np.asarray(about_z @ about_y @ about_x, np.float32)


def drift(headset: Headset, progress: float, rng: Generator) -> Slip:
    """Slip at a moment of a session, 0..1 through it: small at every frame, more as time goes by."""
    reach = headset.restless * (0.015 + 0.05 * progress)
    shift = rng.normal(0, 1, 3) * reach
    turn = rng.normal(0, 1, 3) * headset.restless * (0.15 + 0.7 * progress)
    return Slip((float(shift[0]), float(shift[1]), float(shift[2])), (float(turn[0]), float(turn[1]), float(turn[2])))
