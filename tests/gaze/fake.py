"""Faces of which a network can learn in seconds where they look: a bright spot on gray, moved as the gaze is."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]


def spots(count: int, size: int = 64, seed: int = 0) -> tuple[Images, Floats]:
    """(n, size, size) and the gaze (n, 2): up to half a radian, a spot to the picture's left looking left."""
    gaze = np.random.default_rng(seed).uniform(-0.5, 0.5, (count, 2)).astype(np.float32)
    y, x = np.mgrid[:size, :size]
    middle = size / 2 - gaze[:, ::-1] * size * 0.6  # (n, 2) column and row
    distance = (x - middle[:, :1, None]) ** 2 + (y - middle[:, 1:, None]) ** 2
    return (60 + 180 * np.exp(-distance / (size / 12) ** 2)).astype(np.uint8), gaze


def write_rendered(folder: Path, people: int = 4, each: int = 32, size: int = 64) -> tuple[Images, Floats]:
    faces, gaze = spots(people * each, size)
    folder.mkdir(parents=True)
    np.save(folder / "faces.npy", faces)
    np.savez(folder / "labels.npz", gaze=gaze, person=np.repeat(np.arange(people), each))
    (folder / "faces.json").write_text(json.dumps({"format": 1}), "utf-8")
    return faces, gaze
