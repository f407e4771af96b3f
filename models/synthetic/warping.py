"""Carries pictures from other faces' textures onto ours: curves, thin-plate splines, and filling of holes."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator, RBFInterpolator

from bridge.errors import BridgeError
from models.synthetic.parts import TEXTURE_SIZE, Bytes, Float, texel_grid

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]


def read_gray(path: Path) -> Bytes:
    """A picture's gray levels. Raises BridgeError when it cannot be read."""
    return np.asarray(_read(path, cv2.IMREAD_GRAYSCALE), np.uint8)


def read_height(path: Path) -> Float:
    """A 16-bit height map. Raises BridgeError when it cannot be read."""
    return np.asarray(_read(path, cv2.IMREAD_UNCHANGED), np.float32)


def _read(path: Path, flags: int) -> "cv2.typing.MatLike":
    picture = cv2.imread(str(path), flags)
    if picture is None:
        raise BridgeError(f"cannot read {path}: fetch the assets again")
    return picture


def smooth_curve(points: Points) -> Points:
    """A lid's course through its four landmarks: the margin bulges between them."""
    x = np.linspace(points[0, 0], points[-1, 0], 60)
    return np.asarray(np.c_[x, PchipInterpolator(points[:, 0], points[:, 1])(x)], np.float64)


def resample(points: Points, count: int) -> Points:
    """`count` points at equal steps along a line."""
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    at = np.linspace(0, length[-1], count)
    return np.asarray(np.c_[np.interp(at, length, points[:, 0]), np.interp(at, length, points[:, 1])], np.float64)


def texture_lookup(anchors: list[Points], targets: list[Points], smoothing: float) -> Float:
    """(T, T, 2) the place in another picture of each of our texels, by a thin-plate spline from anchors to targets."""
    points, index = np.unique(np.concatenate(anchors).round(4), axis=0, return_index=True)
    spline = RBFInterpolator(points, np.concatenate(targets)[index], kernel="thin_plate_spline", smoothing=smoothing)
    x, y = texel_grid()
    small = np.stack([x[2::4, 2::4], y[2::4, 2::4]], -1).reshape(-1, 2)
    n = TEXTURE_SIZE // 4
    values = spline(small).reshape(n, n, 2).astype(np.float32)
    return np.asarray(cv2.resize(values, (TEXTURE_SIZE, TEXTURE_SIZE), interpolation=cv2.INTER_LINEAR), np.float32)


def feathered(valid: Mask) -> Float:
    """(T, T) 1 inside a mask, falling to 0 at its border."""
    inside = cv2.erode(valid.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(inside, (0, 0), 3.0), np.float32)


def sample(picture: Bytes, source: Float) -> Bytes:
    """The picture at (..., 2) places (column, row), its border repeated."""
    column, row = np.ascontiguousarray(source[..., 0]), np.ascontiguousarray(source[..., 1])
    warped = cv2.remap(picture, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def warp(picture: Bytes, source: Float, valid: Mask) -> Bytes:
    """The picture on our texels; where it holds no skin, the colour of the skin around."""
    warped = sample(picture, source).astype(np.float32)
    weight = cv2.erode(valid.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    blend = feathered(weight > 0)
    filled = cv2.GaussianBlur(_fill(warped * weight, np.asarray(weight, np.float32)), (0, 0), 6)
    return np.clip(blend * warped + (1 - blend) * filled, 0, 255).astype(np.uint8)


def _fill(colour: Float, weight: Float) -> Float:
    """Pull and push: colour times weight, spread from where the weight is to where it is not."""
    rows, columns = colour.shape
    if min(rows, columns) <= 2:
        return np.full_like(colour, colour.sum() / max(float(weight.sum()), 1e-6))
    coarse = _fill(
        *(
            np.asarray(cv2.resize(a, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA), np.float32)
            for a in (colour, weight)
        )
    )
    around = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(colour + (1 - weight) * around, np.float32)
