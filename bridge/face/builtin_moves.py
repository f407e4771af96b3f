"""How the built-in face moves and how people differ, as tables: a place on the face, and how far it goes.

Places are soft weights over the vertices, of the wearer's left half unless they are called whole; millimetres, x to the
wearer's left, y up, z out of the face.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Table = dict[str, tuple[float, float, float]]

_SEAM: Final = -69.15
"Where the lips meet."
_MOUTH: Final = 25.5
_HINGE: Final = (-10.0, -58.0)
"Of the jaw, y and z."
_OPEN: Final = np.radians(16.0)
_UPPER_MARGIN: Final = ((17.0, 26.5, 37.0, 45.0), (-2.5, 4.0, 4.0, -0.5))
_LOWER_MARGIN: Final = ((17.0, 26.5, 37.5, 45.0), (-2.5, -5.2, -4.8, -0.5))
_WIDEST: Final = 9.2
"How far the lids are apart."

# middle x, y and reach across, up of what is round
_ROUND: Final = {
    "inner brow": (13.0, 22.0, 11.0, 13.0),
    "middle brow": (33.0, 26.0, 14.0, 14.0),
    "outer brow": (50.0, 20.0, 13.0, 14.0),
    "cheek": (40.0, -27.0, 18.0, 14.0),
    "low cheek": (44.0, -58.0, 20.0, 19.0),
    "nose": (0.0, -25.0, 15.0, 26.0),
    "nose bridge": (0.0, 0.0, 10.0, 16.0),
    "nose side": (10.0, -22.0, 8.0, 10.0),
    "nose tip": (0.0, -36.0, 13.0, 12.0),
    "nostril": (13.0, -41.0, 8.0, 9.0),
    "corner": (_MOUTH, -69.0, 11.0, 10.0),
    "fold": (32.0, -56.0, 9.0, 13.0),
    "chin": (0.0, -102.0, 22.0, 14.0),
    "jaw angle": (60.0, -75.0, 22.0, 26.0),
    "eye": (31.0, -0.5, 19.0, 15.0),
    "mouth": (0.0, -69.0, 30.0, 18.0),
}

# what the left twin does; the right one does its mirror image
SIDED: Final[dict[str, Table]] = {
    "eyeBlinkLeft": {"upper lid": (0, -7.2, -0.8), "lower lid": (0, 2.0, 0)},
    "eyeLookDownLeft": {"upper lid": (0, -4.6, -0.3), "lower lid": (0, -1.6, 0)},
    "eyeLookInLeft": {"upper lid": (-1.6, 0, 0.4), "lower lid": (-1.2, 0, 0.3)},
    "eyeLookOutLeft": {"upper lid": (1.6, 0, 0.2), "lower lid": (1.2, 0, 0.1)},
    "eyeLookUpLeft": {"upper lid": (0, 3.2, 0), "lower lid": (0, 1.4, 0), "middle brow": (0, 0.8, 0)},
    "eyeSquintLeft": {"upper lid": (0, -1.6, 0), "lower lid": (0, 2.6, 0.3), "cheek": (0, 1.4, 0.6)},
    "eyeWideLeft": {"upper lid": (0, 2.6, 0), "lower lid": (0, -0.9, 0)},
    "jawLeft": {"whole jaw": (8, 0, 0)},
    "mouthLeft": {"whole mouth": (11, 0.6, -1.0)},
    "mouthSmileLeft": {
        "corner": (6.5, 8.5, -5),
        "low cheek": (1.5, 4, 2.5),
        "cheek": (0.5, 2.6, 1.6),
        "left lips": (1, 0, -1),
    },
    "mouthFrownLeft": {"corner": (1.5, -8.5, -1.5), "fold": (0.5, -2, -0.5), "chin": (0, 1.6, 0.8)},
    "mouthDimpleLeft": {"corner": (4.6, 1.2, -5.5), "fold": (1.2, 0, -2.2)},
    "mouthStretchLeft": {"corner": (8.5, -3.2, -5.5), "lower lip": (1.4, -1.6, -0.6), "low cheek": (2.2, -1.5, 0)},
    "mouthPressLeft": {"upper lip": (0, -2.6, -1.2), "lower lip": (0, 2.8, -1.2), "corner": (1.2, 1, -1.2)},
    "mouthLowerDownLeft": {"lower lip": (0.8, -7, -1)},
    "mouthUpperUpLeft": {"upper lip": (0.5, 6.2, 0.6), "fold": (0.4, 3, 0.8), "nostril": (0.4, 0.8, 0)},
    "browDownLeft": {"inner brow": (-2.6, -7.5, 1), "middle brow": (-1, -5, 0), "outer brow": (0, -2, 0)},
    "browOuterUpLeft": {"outer brow": (0.6, 8.5, -1), "middle brow": (0, 4, 0)},
    "cheekSquintLeft": {"cheek": (0.6, 5.8, 2.6), "lower lid": (0, 2, 0.2)},
    "noseSneerLeft": {
        "nostril": (1.6, 4.6, 0.4),
        "nose side": (0, 3.2, 1.4),
        "upper lip": (0, 2.4, 0),
        "inner brow": (0, -2, 0),
    },
}

# what both halves do alike
MIDDLE: Final[dict[str, Table]] = {
    "jawForward": {"jaw": (0, 0, 7)},
    "mouthFunnel": {"corner": (-7, 0, 4), "upper lip": (0, 3.6, 6), "lower lip": (0, -5, 6)},
    "mouthPucker": {"corner": (-10, 0, 4), "left lips": (-1, 0, 7), "low cheek": (-2.5, 0, 0)},
    "mouthRollLower": {"lower lip": (0, 3.6, -4.6), "chin": (0, 0.8, 0)},
    "mouthRollUpper": {"upper lip": (0, -3.4, -4.6)},
    "mouthShrugLower": {"lower lip": (0, 4, 3), "upper lip": (0, 2.2, 0.8), "chin": (0, 3.6, 2.4)},
    "mouthShrugUpper": {"upper lip": (0, 4.4, 3), "nostril": (0, 1, 0)},
    "browInnerUp": {"inner brow": (0.8, 9, -0.6), "middle brow": (0, 3, 0)},
    "cheekPuff": {"low cheek": (8, 0, 8), "corner": (-1, 0, 2), "left lips": (0, 0, 2)},
}

# one standard deviation of what people differ in
IDENTITY: Final[dict[str, Table]] = {
    "width": {"side": (4, 0, 0)},
    "height": {"above": (0, 5, 0), "below": (0, -5, 0)},
    "depth": {"side": (0, 0, -6)},
    "jaw width": {"jaw angle": (4, 0, 0), "chin": (1, 0, 0)},
    "chin length": {"chin": (0, -4, 0)},
    "chin forward": {"chin": (0, 0, 4), "jaw angle": (0, 0, 1)},
    "forehead slope": {"above": (0, 0, -5)},
    "eye distance": {"eye": (1.7, 0, 0), "inner brow": (0.6, 0, 0)},
    "eye opening": {"upper lid": (0, 0.8, 0), "lower lid": (0, -0.5, 0)},
    "eye width": {"outer eye": (1.4, 0, 0)},
    "eye tilt": {"outer eye": (0, 1.2, 0)},
    "eye depth": {"eye": (0, 0, -2.4)},
    "brow height": {"inner brow": (0, 2, 0), "middle brow": (0, 2.2, 0), "outer brow": (0, 2, 0)},
    "brow arch": {"inner brow": (0, -1.2, 0), "middle brow": (0, 1.2, 0), "outer brow": (0, -0.8, 0)},
    "nose length": {"nose tip": (0, -2.6, 0), "nostril": (0, -2, 0)},
    "nose width": {"nostril": (1.6, 0, 0), "nose side": (0.6, 0, 0)},
    "nose depth": {"nose tip": (0, 0, 2.8), "nose": (0, 0, 0.6)},
    "nose bridge": {"nose bridge": (0, 0, 2.2)},
    "mouth width": {"corner": (2.4, 0, 0)},
    "mouth height": {"mouth": (0, 2.2, 0)},
    "mouth forward": {"mouth": (0, 0, 2.4)},
    "upper lip": {"upper outline": (0, 1.3, 0.8)},
    "lower lip": {"lower outline": (0, -1.4, 0.8)},
    "cheekbones": {"cheek": (1.6, 0, 3)},
    "full cheeks": {"low cheek": (2.6, 0, 3)},
}


def fields(points: Floats) -> dict[str, Floats]:
    """Place -> (n,) weights 0..1 of vertices (n, 3) at rest."""
    x, y = np.abs(points[:, 0]), points[:, 1]
    left = _ease(points[:, 0], -5.0, 5.0)
    jaw = _jaw(x, y)
    lips = _ease(x, _MOUTH + 3.0, _MOUTH - 14.0) * np.exp(-np.square((y - _SEAM) / 12.0))
    upper, lower = _lids(x, y)
    off_lids = 1.0 - np.maximum(upper, lower)
    places = {
        "upper lid": upper,
        "lower lid": lower,
        "jaw": jaw,
        "left lips": lips,
        "upper lip": lips * (1.0 - jaw),
        "lower lip": lips * jaw,
        "upper outline": lips * np.clip((y - _SEAM) / 9.0, 0.0, 1.0),
        "lower outline": lips * np.clip((_SEAM - y) / 10.0, 0.0, 1.0),
        "side": np.square(x / 72.0),
        "above": np.clip(y / 96.0, 0.0, 1.0),
        "below": np.clip(-y / 113.0, 0.0, 1.0),
        "outer eye": np.exp(-np.square((x - 46.0) / 9.0) - np.square(y / 9.0)),
    }
    for name, (at_x, at_y, across, up) in _ROUND.items():
        places[name] = np.exp(-np.square((x - at_x) / across) - np.square((y - at_y) / up))
    for name in ("inner brow", "middle brow", "outer brow", "cheek"):
        places[name] = places[name] * off_lids
    halves = {name: place * left for name, place in places.items()}
    return halves | {"whole jaw": jaw, "lips": lips, "whole mouth": places["mouth"]}


def jaw_turn(points: Floats) -> Floats:
    """(n, 3) where vertices go that are fixed to the jaw when it opens all the way."""
    y, z = points[:, 1] - _HINGE[0], points[:, 2] - _HINGE[1]
    cos, sin = np.cos(_OPEN), np.sin(_OPEN)
    return np.column_stack([np.zeros(len(points)), cos * y - sin * z - y, sin * y + cos * z - z])


def _jaw(x: Floats, y: Floats) -> Floats:
    """How far vertices follow the jaw: cut at the lips, ever softer towards the ears."""
    below, soft = _SEAM - y, 0.01 + 36.0 * _ease(x, 5.0, 54.0)
    return _ease(below, -0.4 * soft, 0.8 * soft)


def _lids(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Upper and lower lid: at their margins as far as the eye is open there, fading away from it."""
    top, bottom = np.interp(x, *_UPPER_MARGIN), np.interp(x, *_LOWER_MARGIN)
    opening = (top - bottom) / _WIDEST
    middle = 0.5 * (top + bottom)
    upper = opening * _ease(y, top + 13.0, top) * (y > middle)
    return upper, np.asarray(opening * _ease(y, bottom - 10.0, bottom) * (y < middle))


def _ease(x: Floats, low: float | Floats, high: float | Floats) -> Floats:
    """0 below `low`, 1 above `high` (or the other way round), smooth between."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))
