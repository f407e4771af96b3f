"""Somebody at random: a shape of the face model, a skin, hair, and the colours of eyes, teeth and mouth."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.deepexp.rig import GUM, IRIS, MOUTH, PUPIL, SCLERA, SKIN, SOCKET, TOOTH, Rig
from models.synthetic.parts import Float

TEXTURE: Final = 256
_WIDTH, _TOP, _HEIGHT = 0.26, 0.125, 0.26
"The texture is the face from in front: metres across, above the eyes, and down."
_TONES: Final = np.array(
    [(0.78, 0.53, 0.42), (0.66, 0.42, 0.31), (0.52, 0.31, 0.21), (0.33, 0.18, 0.11), (0.16, 0.085, 0.055)]
)
"Skin in linear light, from light to dark."
_IRISES: Final = np.array([(0.10, 0.05, 0.02), (0.22, 0.12, 0.05), (0.20, 0.25, 0.12), (0.18, 0.28, 0.40)])
_HAIRS: Final = np.array([(0.02, 0.015, 0.012), (0.09, 0.05, 0.03), (0.35, 0.22, 0.10), (0.4, 0.38, 0.36)])
_MATERIALS: Final = {
    MOUTH: (0.30, 0.09, 0.08),
    SOCKET: (0.45, 0.22, 0.18),
    GUM: (0.50, 0.17, 0.15),
    TOOTH: (0.75, 0.70, 0.60),
    SCLERA: (0.50, 0.47, 0.45),
    PUPIL: (0.01, 0.01, 0.01),
}

_GLOSS: Final = np.array([1.0, 0.4, 0.4, 0.4, 0.8, 1.5, 1.5, 1.5], np.float32)
"By material."


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Somebody, at rest."""

    identity: NDArray[np.float64]
    "(modes,) of the face model."
    base: Float
    "(n, 3) metres."
    texture: Float
    "(T, T, 3) albedo of the skin, linear light; white in the first rows, for what has a colour of its own."
    tint: Float
    "(n, 3) what a vertex's colour is multiplied by."
    gloss: Float
    "(n,) how much of the lamps a vertex mirrors."
    uv: Float
    "(n, 2) column and row in the texture."


def make_person(rig: Rig, rng: Generator) -> Person:
    """Identity coefficients are drawn from the model's own N(0, 1), most people a little tamer."""
    identity = rng.normal(0, rng.uniform(0.5, 1.0), len(rig.identity))
    tone = _between(_TONES, rng) * rng.uniform(0.85, 1.15) * rng.uniform(0.94, 1.06, 3)
    hair = _between(_HAIRS, rng)
    return Person(
        identity,
        (rig.mean + np.tensordot(identity.astype(np.float32), rig.identity, 1)).astype(np.float32),
        _skin(rig, tone, hair, rng),
        _tints(rig, tone, hair, rng),
        _GLOSS[rig.material],
        _texels(rig),
    )


def _texels(rig: Rig) -> Float:
    """(n, 2) column and row in the texture; what is not skin points to the white rows."""
    column = (rig.mean[:, 0] / _WIDTH + 0.5) * TEXTURE
    row = np.maximum((_TOP - rig.mean[:, 1]) / _HEIGHT * TEXTURE, 5)
    uv = np.stack([column, row], 1)
    uv[~np.isin(rig.material, (SKIN, MOUTH, SOCKET))] = 1.0
    return uv.astype(np.float32)


def _between(table: NDArray[np.float64], rng: Generator) -> NDArray[np.float64]:
    """A colour anywhere along a row of colours."""
    place = rng.uniform(0, len(table) - 1.001)
    row = int(place)
    colour: NDArray[np.float64] = table[row] + (place - row) * (table[row + 1] - table[row])
    return colour


def _skin(rig: Rig, tone: NDArray[np.float64], hair: NDArray[np.float64], rng: Generator) -> Float:
    albedo = np.broadcast_to(tone, (TEXTURE, TEXTURE, 3)).astype(np.float32)
    for cells, strength in ((8, 0.04), (32, 0.03), (128, 0.04)):
        spots = rng.standard_normal((cells, cells, 1 if cells > 8 else 3), dtype=np.float32)
        grown = cv2.resize(spots, (TEXTURE, TEXTURE), interpolation=cv2.INTER_CUBIC)
        albedo = albedo * (1 + strength * grown.reshape(TEXTURE, TEXTURE, -1))
    marks = _texels(rig)[rig.landmarks]

    def painted(stroke: NDArray[np.float32], colour: NDArray[np.float64], strength: float, soft: float) -> None:
        nonlocal albedo
        cover = strength * cv2.GaussianBlur(stroke, (0, 0), soft)[..., None]
        albedo = albedo + cover * (colour.astype(np.float32) - albedo)

    blank = np.zeros((TEXTURE, TEXTURE), np.float32)
    brows = blank.copy()
    for first in (17, 22):
        line = marks[first : first + 5] + rng.normal(0, 0.5, (5, 2)) + (0, rng.uniform(-3, 1))
        cv2.polylines(brows, [line.round().astype(np.int32)], False, 1.0, int(rng.integers(2, 8)))
    painted(brows, hair, rng.uniform(0.3, 0.95), 1.0)
    lips = blank.copy()
    cv2.fillPoly(lips, [marks[48:60].round().astype(np.int32)], 1.0)
    red = tone * (rng.uniform(0.75, 1.1), rng.uniform(0.4, 0.75), rng.uniform(0.4, 0.8))
    painted(lips, red, rng.uniform(0.5, 1.0), 1.0)
    lines = blank.copy()
    for first in (36, 42):
        cv2.polylines(lines, [marks[first : first + 6].round().astype(np.int32)], True, 1.0, int(rng.integers(1, 3)))
    painted(lines, hair * 0.5, rng.uniform(0.2, 0.9), 0.6)
    if rng.random() < 0.35:
        beard = blank.copy()
        jaw = np.concatenate([marks[2:15], marks[[54, 35, 33, 31, 48]]])
        cv2.fillPoly(beard, [jaw.round().astype(np.int32)], 1.0)
        cv2.fillPoly(beard, [marks[48:60].round().astype(np.int32)], 0.0)
        speckle = rng.uniform(0.4, 1, blank.shape).astype(np.float32)
        painted(beard * speckle, hair, rng.uniform(0.1, 0.8), 1.5)
    if rng.random() < 0.8:
        scalp = blank.copy()
        line = marks[19:25, 1].min() - rng.uniform(12, 30)
        row = line + rng.normal(0, 2, TEXTURE // 4).repeat(4) + 0.0024 * (np.arange(TEXTURE) - TEXTURE / 2) ** 2
        scalp[np.arange(TEXTURE)[:, None] < row] = 1.0
        painted(scalp * rng.uniform(0.5, 1, blank.shape).astype(np.float32), hair, 1.0, 1.5)
    texture = np.clip(albedo, 0.004, 1).astype(np.float32)
    texture[:4] = 1.0
    return texture


def _tints(rig: Rig, tone: NDArray[np.float64], hair: NDArray[np.float64], rng: Generator) -> Float:
    tint = np.ones((len(rig.mean), 3), np.float32)
    for material, colour in _MATERIALS.items():
        tint[rig.material == material] = np.array(colour) * rng.uniform(0.7, 1.15)
    for material in (MOUTH, SOCKET):
        tint[rig.material == material] /= np.float32(0.6)  # these lie on the skin's texture
    tint[rig.material == IRIS] = _between(_IRISES, rng)
    lips = rig.mean[rig.landmarks[60:68], 2].mean()
    behind = np.clip((lips - rig.mean[:, 2]) / 0.03, 0, 1)  # the mouth is darker the deeper it is
    inside = np.isin(rig.material, (MOUTH, GUM, TOOTH))
    tint[inside] *= (1 - 0.8 * behind[inside, None]).astype(np.float32)
    back = (rig.material == SKIN) & (rig.mean[:, 2] < rig.mean[rig.landmarks[[0, 16]], 2].mean() - 0.01)
    tint[back & (rig.mean[:, 1] > -0.03)] = np.clip(hair / np.maximum(tone, 0.05), 0.05, 1.5)
    return tint
