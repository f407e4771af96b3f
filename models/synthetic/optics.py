"""From light to a camera's file: exposure, lens, spectacles, blur, noise and compression."""

import functools
import math

import cv2
import numpy as np
from numpy.random import Generator

from bridge.frames import Image
from models.synthetic.compiled import compiled
from models.synthetic.headset import Optics
from models.synthetic.parts import Float


def develop(light: Float, optics: Optics, gain: float, mirrored: bool, rng: Generator) -> Image:
    """The uint8 picture that a camera makes of (h, w) linear light at an exposure of `gain`."""
    height, width = light.shape
    picture: Float = light * np.float32(gain)
    if optics.distortion:
        column, row = _bent(height, width, optics.distortion)
        bent = cv2.remap(picture, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        picture = np.asarray(bent, np.float32)
    if len(optics.glasses) or optics.rim[4]:
        picture = _spectacles(picture, optics, mirrored)
    if optics.bloom:
        small = cv2.resize(picture, (32, 32), interpolation=cv2.INTER_AREA)
        glow = cv2.resize(cv2.GaussianBlur(small, (0, 0), 4.0), (width, height), interpolation=cv2.INTER_LINEAR)
        picture = np.asarray(picture + np.float32(optics.bloom) * (glow - picture), np.float32)
    if optics.blur > 0.5:
        sigma = optics.blur * width / 1000
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
    noise = _noise(rng, height, width)
    result = expose(
        picture,
        _lens(height, width, optics.vignette, optics.barrel),
        _tones(optics.gamma),
        optics.veil,
        noise,
        optics.noise,
    )
    if optics.jpeg:
        _, packed = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, optics.jpeg])
        result = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return result


@compiled
def expose(light: Float, lens: Float, tones: Float, veil: float, noise: Float, strength: float) -> Image:
    """Light through a lens onto a sensor: clipped, toned by a table over 0..1.2, with noise that grows with light."""
    out = np.empty(light.shape, np.uint8)
    last = tones.shape[0] - 1
    for y in range(light.shape[0]):
        for x in range(light.shape[1]):
            place = min(max(light[y, x] * lens[y, x] + veil, 0.0), 1.2) * (last / 1.2)
            i = min(int(place), last - 1)
            value = tones[i] + (place - i) * (tones[i + 1] - tones[i])
            if strength > 0.0:
                value += strength * (0.35 + math.sqrt(value)) * noise[y, x]
            out[y, x] = np.uint8(min(max(value * 255.0 + 0.5, 0.0), 255.0))
    return out


def _noise(rng: Generator, height: int, width: int) -> Float:
    """A random part of one large field of unit noise: drawing it afresh would take longer than the eyeball."""
    field = _noise_field()
    row, column = rng.integers(len(field) - height), rng.integers(len(field) - width)
    return field[row : row + height, column : column + width]


@functools.lru_cache(maxsize=1)
def _noise_field() -> Float:
    return np.random.default_rng(0).standard_normal((1024, 1024), dtype=np.float32)


@functools.lru_cache(maxsize=4)
def _tones(gamma: float) -> Float:
    """(1025,) picture values of light 0..1.2, dense enough near black."""
    return (np.linspace(0, 1.2, 1025, dtype=np.float32) ** np.float32(gamma)).astype(np.float32)


def nothing_seen(shape: tuple[int, int], rng: Generator) -> Image:
    """A picture without an eye: dark, evenly lit, or soft shapes such as a face far away or a hand."""
    kind = rng.integers(3)
    level = rng.uniform(0, 0.03) if kind == 0 else rng.uniform(0.02, 0.8)
    picture = np.full(shape, level, np.float32)
    if kind == 2:
        cells = int(rng.integers(2, 7))
        soft = cv2.resize(rng.random((cells, cells), dtype=np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
        picture = picture * 0.5 + soft * np.float32(rng.uniform(0.1, 0.8))
        blurred = cv2.GaussianBlur(picture, (0, 0), shape[1] * rng.uniform(0.005, 0.05))
        picture = np.asarray(blurred, np.float32)
    picture += rng.uniform(0.002, 0.03) * rng.standard_normal(shape, dtype=np.float32)
    return np.clip(picture * 255, 0, 255).astype(np.uint8)


@functools.lru_cache(maxsize=4)
def _bent(height: int, width: int, distortion: float) -> tuple[Float, Float]:
    """Column and row of the straight picture that a lens of some distortion shows at each place."""
    middle = np.array([(width - 1) / 2, (height - 1) / 2], np.float32)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32) - middle[0], np.arange(height, dtype=np.float32) - middle[1])
    scale = 1 + np.float32(distortion) * (x**2 + y**2) / np.float32(width / 2) ** 2
    scale /= 1 + max(distortion, 0.0)
    return x * scale + middle[0], y * scale + middle[1]


@functools.lru_cache(maxsize=4)
def _lens(height: int, width: int, vignette: float, barrel: float) -> Float:
    y = (np.arange(height, dtype=np.float32) - (height - 1) / 2) / (width / 2)
    x = (np.arange(width, dtype=np.float32) - (width - 1) / 2) / (width / 2)
    squared = x[None] ** 2 + y[:, None] ** 2
    fall = 1 / (1 + vignette * squared) ** 2
    if barrel:
        fall = fall * np.clip((barrel - np.sqrt(squared)) / 0.06 + 0.5, 0, 1)
    return np.asarray(fall, np.float32)


def _spectacles(picture: Float, optics: Optics, mirrored: bool) -> Float:
    """Reflections of the lamps on the lenses, and the rim's dark curve."""
    height, width = picture.shape
    layer = np.zeros_like(picture)
    for column, row, major, minor, angle, strength in optics.glasses:
        centre = (int((1 - column if mirrored else column) * width), int(row * height))
        radii = (max(int(major * width), 1), max(int(minor * width), 1))
        cv2.ellipse(layer, centre, radii, float(-angle if mirrored else angle), 0, 360, float(strength), -1, cv2.LINE_8)
    glare = cv2.GaussianBlur(layer, (0, 0), width * 0.012) + np.float32(0.02) * layer.max(initial=0)
    picture = np.asarray(picture + glare, np.float32)
    column, row, radius, thickness, darkness = optics.rim
    if darkness:
        centre = (int((1 - column if mirrored else column) * width), int(row * height))
        mask = np.zeros_like(picture)
        axes = (int(radius * width), int(0.8 * radius * width))
        cv2.ellipse(mask, centre, axes, 0, 0, 360, float(darkness), max(int(thickness * width), 1), cv2.LINE_8)
        picture = np.asarray(picture * (1 - cv2.GaussianBlur(mask, (0, 0), width * 0.01)), np.float32)
    return picture
