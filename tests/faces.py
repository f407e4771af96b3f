"""Faces as a face camera reads them, for tests that need no camera."""

from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from bridge.blendshapes import ARKIT
from bridge.frames import FaceReading, Gaze, Head


def reading(
    shapes: Mapping[str, float] | None = None,
    time: float = 0.0,
    head: Head = Head(0.0, 0.0, 0.0, 0.0, 0.0, -0.6),  # noqa: B008 (a frozen value)
    gaze: Gaze = Gaze(0.0, 0.0, 0.0, 0.0),  # noqa: B008
    quality: float = 0.9,
    basis: str = "none",
    coefficients: tuple[float, ...] = (0.0,) * 28,
) -> FaceReading:
    """A relaxed face that looks at its camera, but for the blendshapes that are named."""
    shapes = shapes or {}
    assert set(shapes) <= set(ARKIT)
    weights = [shapes.get(name, 0.0) for name in ARKIT]
    return FaceReading(
        np.array(weights, np.float32), np.array(coefficients, np.float32), basis, gaze, head, quality, time
    )


def same(one: FaceReading | None, other: FaceReading | None) -> bool:
    """Whether two readings are the same to the bit."""
    if one is None or other is None:
        return one is other
    return all(
        np.array_equal(np.array(getattr(one, name)), np.array(getattr(other, name)), equal_nan=True)
        if isinstance(getattr(one, name), np.ndarray)
        else repr(getattr(one, name)) == repr(getattr(other, name))
        for name in (field.name for field in fields(FaceReading))
    )
