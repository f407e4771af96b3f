"""A person's skin as textures: a scanned or painted albedo, brow hairs, relief, and layers of creases."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from models.synthetic.expression import CREASES
from models.synthetic.parts import TEXTURE_CM, TEXTURE_SIZE, Bytes, Float, Int, Parts, texel_grid, texel_of

CREASE_SIZE: Final = 192
_BROW_COURSE: Final = np.array([[0.85, 5.72], [1.5, 5.98], [2.6, 6.16], [3.8, 6.2], [4.8, 5.95], [5.7, 5.3]])
_EYE: Final = (3.15, 3.55)
_KINDS: Final = (0.62, 0.1, 0.28)
"How often a skin is a scanned one, the eyemodel head's, and a painted one."
_OPEN_KINDS: Final = (0.0, 0.45, 0.55)
"The same without a living person's."


@dataclass(frozen=True, slots=True)
class Skin:
    """Textures of one person."""

    texture: Bytes
    "(T, T, 4) albedo, slope along x and y (128 is level), albedo with the lid smoothed."
    creases: Float
    "(layers, C, C, 3) slope along x and y and darkening, at full strength, in the order of CREASES."
    crease_extents: Int
    "(layers, 4) see raster.combine."
    scan: int
    "Row of Parts.skins that it was made from; -1 for one that no living person wears."
    resting_creases: Float
    "(layers,) how strongly each layer shows at rest."


def make_skin(parts: Parts, rng: Generator, publishable: bool) -> Skin:
    """A random person's skin; a publishable one uses no scanned person."""
    row = -1
    kind = rng.choice(["scan", "head_map", "painted"], p=_OPEN_KINDS if publishable or not len(parts.skins) else _KINDS)
    age = float(rng.beta(1.3, 1.8))
    pores = _noise(rng, 1.0) + 0.7 * _noise(rng, 2.2)
    if kind == "scan":
        row = int(rng.integers(len(parts.skins)))
        change = _complexion(rng) if rng.random() < 0.5 else 1.0
        open_albedo, down = (
            np.asarray(skins[row] / 255.0 * change, np.float32) for skins in (parts.skins, parts.skins_down)
        )
        height = (parts.skins_relief[row].astype(np.float32) - 128) / 24 + 0.5 * pores
        if rng.random() < 0.25:
            hairs = _brow(rng)
            open_albedo, down = _with_brow(open_albedo, hairs, 0.5), _with_brow(down, hairs, 0.5)
    else:
        plain = np.full((TEXTURE_SIZE, TEXTURE_SIZE), 0.72, np.float32)
        base = np.asarray(parts.open_skin / 255.0, np.float32) if kind == "head_map" else plain
        base = np.asarray(base * _complexion(rng) * (1 + 0.012 * pores), np.float32)
        hairs = _brow(rng)
        density = rng.uniform(0.4, 1.0) if rng.random() < 0.9 else rng.uniform(0.0, 0.3)
        down = _with_brow(base, hairs, density)
        open_albedo = down * _lid_fold(rng)
        height = pores
    if rng.random() < 0.12:
        make_up = _make_up(rng)
        open_albedo, down = open_albedo * make_up, down * make_up
    gamma = float(np.exp(rng.uniform(np.log(0.5), np.log(1.9))))
    tone = float(rng.uniform(0.75, 1.1))
    texture = np.empty((TEXTURE_SIZE, TEXTURE_SIZE, 4), np.uint8)
    for channel, albedo in ((0, open_albedo), (3, down)):
        texture[..., channel] = np.clip(255 * tone * 0.75 * (np.clip(albedo, 0, 1) / 0.75) ** gamma, 0, 255)
    slope_y, slope_x = np.gradient(height.astype(np.float32))
    scale = 20 / max(float(slope_x.std()), 1e-6)
    texture[..., 1] = np.clip(128 + scale * slope_x, 0, 255)
    texture[..., 2] = np.clip(128 - scale * slope_y, 0, 255)
    depth = float(rng.uniform(0.25, 1.0)) * (0.35 + 0.65 * age)
    creases = np.stack([_crease_layer(name, rng, depth) for name in CREASES])
    resting = (rng.uniform(0, 0.5, len(CREASES)) * age**1.5).astype(np.float32)
    return Skin(texture, creases, np.stack([_extent(layer) for layer in creases]), row, resting)


def _noise(rng: Generator, sigma: float) -> Float:
    """(T, T) smooth noise of unit variance."""
    noise = cv2.GaussianBlur(rng.standard_normal((TEXTURE_SIZE, TEXTURE_SIZE), dtype=np.float32), (0, 0), sigma)
    return np.asarray(noise / noise.std(), np.float32)


def _complexion(rng: Generator) -> Float:
    """(T, T) factor: blotches, the darker ring around the eye, the tear trough, moles; smooth, so computed coarsely."""
    x, y = (axis[1::4, 1::4] for axis in texel_grid())
    size = len(x)
    factor = np.ones_like(x)
    for cells, strength in ((12, 0.035), (40, 0.025)):
        spots = rng.standard_normal((cells, cells), dtype=np.float32)
        factor += strength * cv2.resize(spots, (size, size), interpolation=cv2.INTER_CUBIC)
    ring = np.hypot((x - _EYE[0]) / 1.9, (y - _EYE[1]) / 1.15)
    factor *= 1 - rng.uniform(0.0, 0.35) * np.exp(-((ring - 0.75) ** 2) / 0.14)
    trough = (y - (2.75 - 0.25 * (x - 2.2))) / 0.28
    factor *= 1 - rng.uniform(0.0, 0.18) * np.exp(-(trough**2)) * np.exp(-(((x - 2.6) / 1.1) ** 2))
    for _ in range(rng.poisson(2.5)):
        mole = np.hypot(x - rng.uniform(0, 7), y - rng.uniform(-1, 8)) / rng.uniform(0.06, 0.13)
        factor *= 1 - rng.uniform(0.1, 0.5) * np.exp(-(mole**2))
    full = (TEXTURE_SIZE, TEXTURE_SIZE)
    return np.asarray(cv2.resize(factor, full, interpolation=cv2.INTER_LINEAR), np.float32)


def _lid_fold(rng: Generator) -> Float:
    """(T, T) factor: the dark line of the upper lid's fold, the shade under it and the lids' dark margins."""
    window, x, y = _around_the_eye()
    across, margin, lower = _margins(x)
    height = rng.uniform(0.12, 0.6)
    fold = (y - margin - height * (0.55 + 1.6 * across * (1 - across))) / rng.uniform(0.04, 0.09)
    within = np.exp(-(((x - 3.2) / 1.35) ** 4))
    factor = 1 - rng.uniform(0.0, 0.4) * np.exp(-(fold**2)) * within
    under = np.exp(-((np.clip(fold, -30, 0) / 5) ** 2)) * (fold < 0)
    factor *= 1 - rng.uniform(0, 0.12) * under * within
    rim = np.minimum(np.abs(y - margin), np.abs(y - lower)) / 0.07
    factor *= 1 - rng.uniform(0.05, 0.45) * np.exp(-(rim**2)) * within
    everywhere = np.ones((TEXTURE_SIZE, TEXTURE_SIZE), np.float32)
    everywhere[window] = factor
    return everywhere


def _make_up(rng: Generator) -> Float:
    """(T, T) factor: lines along the lids' margins, and lids darker or paler than the skin around."""
    window, x, y = _around_the_eye()
    across, margin, lower = _margins(x)
    within = np.exp(-(((x - 3.2) / 1.4) ** 4))
    width = rng.uniform(0.05, 0.16)
    above, below = (y - margin - 0.4 * width) / width, (y - lower + 0.4 * width) / width
    lines = rng.uniform(0.3, 0.9) * np.exp(-(above**2)) + rng.uniform(0, 0.8) * np.exp(-(below**2))
    reach = rng.uniform(0.3, 0.9) * (0.5 + 2 * across * (1 - across))
    lid = np.clip((y - margin) / 0.1, 0, 1) * np.clip((margin + reach - y) / 0.2, 0, 1)
    factor = (1 - lines.clip(0, 0.95) * within) * (1 + rng.uniform(-0.45, 0.3) * lid * within)
    everywhere = np.ones((TEXTURE_SIZE, TEXTURE_SIZE), np.float32)
    everywhere[window] = factor
    return everywhere


def _around_the_eye() -> tuple[tuple[slice, slice], Float, Float]:
    """The part of a texture around the eye, and the x and y of its texels."""
    corner = texel_of(np.array([[1.2, 5.6], [5.2, 2.2]], np.float32)).astype(np.int32)
    window = slice(corner[0, 1], corner[1, 1]), slice(corner[0, 0], corner[1, 0])
    x, y = (axis[window] for axis in texel_grid())
    return window, x, y


def _margins(x: Float) -> tuple[Float, Float, Float]:
    """How far across the opening each x lies, 0..1, and the heights of the upper and lower margin there."""
    across = np.clip((x - 1.85) / 2.6, 0, 1)
    upper = 3.32 + 2.75 * across * (1 - across) * (1 + 0.1 * (0.5 - across))
    return across, upper, 3.3 - 1.15 * across * (1 - across)


def _brow(rng: Generator) -> Float:
    """(T, T) 0..1 cover of brow hairs, drawn hair by hair."""
    count = int(rng.uniform(180, 900))
    along = rng.uniform(0, 1, count)
    half_width = rng.uniform(0.2, 0.45) * np.interp(along, [0, 0.15, 0.6, 1], [0.75, 1, 0.8, 0.25])
    across = np.clip(rng.normal(0, 0.5, count), -1, 1) * half_width
    course = _BROW_COURSE + np.array([0, rng.normal(0, 0.06)])
    at = np.linspace(0, 1, len(course))
    root = np.c_[np.interp(along, at, course[:, 0]), np.interp(along, at, course[:, 1]) + across]
    lean = np.interp(along, [0, 0.25, 1], [rng.uniform(60, 100), rng.uniform(15, 40), -30]) - 40 * across
    angle = np.radians(lean + rng.normal(0, 13, count))
    length = rng.uniform(0.35, 0.95) * rng.uniform(0.6, 1.1, count) * np.interp(along, [0, 0.2, 1], [0.7, 1, 0.6])
    bend = np.radians(rng.normal(-18, 10, count))
    steps = np.linspace(0, 1, 5)[None]
    turn = angle[:, None] + bend[:, None] * steps
    hairs = root[:, None] + np.stack([np.cos(turn), np.sin(turn)], -1) * (length[:, None] * steps)[..., None]
    cover = np.zeros((TEXTURE_SIZE, TEXTURE_SIZE), np.float32)
    points = np.round(texel_of(hairs.astype(np.float32)) * 16).astype(np.int32)
    for group in np.array_split(points, 4):
        layer = np.zeros((TEXTURE_SIZE, TEXTURE_SIZE), np.uint8)
        cv2.polylines(layer, list(group), False, 255, 1, cv2.LINE_AA, shift=4)
        cover += 0.42 * layer.astype(np.float32) / 255
    shade = cv2.GaussianBlur(cover, (0, 0), 5)
    return np.minimum(cover + 0.5 * shade, 1)


def _with_brow(albedo: Float, hairs: Float, density: float) -> Float:
    return np.asarray(albedo * (1 - density * hairs), np.float32)


def _crease_layer(name: str, rng: Generator, depth: float) -> Float:
    """(C, C, 3) slopes and darkening of one layer of creases, drawn as lines with some wobble."""
    height = np.zeros((CREASE_SIZE, CREASE_SIZE), np.float32)
    for line in _crease_lines(name, rng):
        wobble = np.cumsum(rng.normal(0, 0.012, line.shape), 0)
        texels = texel_of((line + wobble).astype(np.float32)) * (CREASE_SIZE / TEXTURE_SIZE)
        layer = np.zeros((CREASE_SIZE, CREASE_SIZE), np.uint8)
        cv2.polylines(layer, [np.round(texels * 16).astype(np.int32)], False, 255, 1, cv2.LINE_AA, shift=4)
        soft = cv2.GaussianBlur(layer.astype(np.float32) / 255, (0, 0), float(rng.uniform(0.8, 1.7)))
        height -= soft * float(rng.uniform(0.5, 1.0))
    height *= depth
    step = TEXTURE_CM / CREASE_SIZE
    slope_row, slope_column = np.gradient(0.22 * height, step)
    return np.stack([slope_column, -slope_row, np.clip(-1.1 * height, 0, 0.4)], -1).astype(np.float32)


def _extent(layer: Float) -> Int:
    shown = np.abs(layer).max(-1) > 1e-3
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    if not len(rows):
        return np.zeros(4, np.int32)
    return np.array([rows[0], rows[-1] + 1, columns[0], columns[-1] + 1], np.int32)


def _crease_lines(name: str, rng: Generator) -> list[Float]:
    """The courses, in centimetres of the neutral face, that a layer's creases take."""
    t = np.linspace(0, 1, 12)[:, None]

    def line(x0: float, y0: float, x1: float, y1: float, bow: float) -> Float:
        ends = np.array([[x0, y0]]) * (1 - t) + np.array([[x1, y1]]) * t
        normal = np.array([[y0 - y1, x1 - x0]])
        return np.asarray(ends + normal * bow * 4 * t * (1 - t), np.float32)

    u = rng.uniform
    if name == "crows_feet":
        angles = np.linspace(38, -48, int(rng.integers(3, 7))) + rng.normal(0, 5)
        reach = [(u(0.3, 0.55), u(0.9, 1.9)) for _ in angles]
        rad = np.radians(angles)
        return [
            line(4.5 + a * c, 3.45 + a * s, 4.5 + b * c, 3.45 + b * s, u(-0.08, 0.08))
            for (a, b), c, s in zip(reach, np.cos(rad), np.sin(rad), strict=True)
        ]
    if name == "under_eye":
        return [
            line(u(1.9, 2.4), 3.0 - d, u(3.6, 4.5), 3.05 - 0.9 * d + u(-0.1, 0.1), u(-0.16, -0.08))
            for d in np.cumsum(rng.uniform(0.14, 0.3, int(rng.integers(2, 5))))
        ]
    if name == "glabella":
        lines = [line(x, u(4.6, 5.0), x + u(-0.1, 0.2), u(5.7, 6.5), u(-0.1, 0.1)) for x in rng.uniform(0.35, 1.1, 2)]
        return [*lines, line(-0.7, 4.35, 0.8, 4.3 + u(-0.1, 0.1), u(-0.1, 0.05)), line(1.0, 5.4, 2.4, 5.75, -0.06)]
    if name == "forehead":
        heights = 6.7 + np.cumsum(rng.uniform(0.3, 0.65, int(rng.integers(2, 5))))
        return [line(u(-1, 0.5), y - 0.15, u(4, 5.6), y - u(0.1, 0.5), u(0.03, 0.1)) for y in heights]
    return [line(0.05 + 0.25 * k, 3.3 - 0.3 * k, 1.0 + 0.1 * k, 2.7 - 0.3 * k, u(-0.1, 0.2)) for k in range(3)]
