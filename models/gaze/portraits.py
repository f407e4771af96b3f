"""A set of rendered faces, in the layout that `models.gaze.faces` opens."""

import functools
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.files import write_atomically
from models.gaze.portrait import SIZE, Head, make_person, render
from models.spread import Spread


def render_set(out: Path, assets: Path, people: int, each: int, seed: int, spread: Spread) -> Iterator[int]:
    """Writes a set that `models.gaze.faces` opens; gives how many pictures each piece of work added.

    Raises BridgeError when the face model is missing or the set cannot be written.
    """
    faces = np.empty((people * each, SIZE, SIZE), np.uint8)
    gaze = np.empty((people * each, 2), np.float32)
    for number, rendered, looks in spread.map(_pictures, [(assets, seed, number, each) for number in range(people)]):
        faces[number * each : (number + 1) * each], gaze[number * each : (number + 1) * each] = rendered, looks
        yield each
    pictures, labels = io.BytesIO(), io.BytesIO()
    np.save(pictures, faces)
    np.savez(labels, gaze=gaze, person=np.repeat(np.arange(people), each))
    write_atomically(out / "faces.npy", pictures.getvalue())
    write_atomically(out / "labels.npz", labels.getvalue())
    about = {"format": 1, "seed": seed, "people": people, "each": each, "head": "ICT-FaceKit"}
    write_atomically(out / "faces.json", json.dumps(about, indent=2).encode())


_read_head: Final = functools.lru_cache(1)(Head.read)


def _pictures(assets: Path, seed: int, number: int, each: int) -> tuple[int, NDArray[np.uint8], NDArray[np.float64]]:
    """One person's pictures, which depend on nothing but the numbers."""
    head, rng = _read_head(assets), np.random.default_rng([seed, number])
    person = make_person(head, rng)
    rendered = [render(head, person, rng) for _ in range(each)]
    return number, np.stack([image for image, _ in rendered]), np.stack([gaze for _, gaze in rendered])
