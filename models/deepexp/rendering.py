"""Rendered clips: somebody who talks or shows single moments before a camera, with everything known.

A clip depends on the seed and its number only, so that sets of one seed agree in their first clips, whatever made them.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from bridge.face.basis import ExpressionBasis
from bridge.face.model import FaceModel, load
from models.deepexp.acting import moment, talk
from models.deepexp.clips import ABOUT, Truth, write_clip
from models.deepexp.people import make_person
from models.deepexp.picture import View, make_scene, orthographic, picture
from models.deepexp.rig import Rig
from models.spread import Spread

Floats = NDArray[np.float64]
Motion = Literal["moments", "none", "little", "much"]

MOTIONS: Final[dict[str, tuple[float, float, float]]] = {
    "none": (0.3, 0.3, 0.3),
    "little": (6.0, 4.0, 3.0),
    "much": (35.0, 15.0, 10.0),
}
"Degrees by which a head that talks turns to either side, up and down, and leans."
WIDEST: Final = (50.0, 22.0, 18.0)
"Of a single moment."
NEAREST: Final = 0.35
FARTHEST: Final = 1.5
"Metres from the camera."
_RATE: Final = 25.0
_SHARE: Final = 0.62
"Of the picture's width, the face's from ear to ear in front view: there is room for a crop that is a little off."
_EAR_TO_EAR: Final = 0.147


@dataclass(frozen=True, slots=True)
class Order:
    """What to render."""

    model: Path | None = None
    "A face model; None: the built-in face."
    people: int = 100
    frames: int = 20
    motion: Motion = "moments"
    "Single moments with any view and light, or a talk whose head moves this much."
    size: int = 144
    seed: int = 1
    easy: bool = False
    "Light from in front, nothing in the way."


def render_set(out: Path, order: Order, spread: Spread) -> Iterator[int]:
    """Writes the clips that are not there yet; gives the frames of each when it is done.

    Raises BridgeError when the face model is missing or a clip cannot be written.
    """
    numbers = [number for number in range(order.people) if not (out / f"{number:05d}" / ABOUT).is_file()]
    yield (order.people - len(numbers)) * order.frames
    yield from spread.map(render_clip, [(out / f"{number:05d}", order, number) for number in numbers])


@functools.lru_cache(1)
def rigged(model: Path | None) -> tuple[FaceModel, ExpressionBasis, Rig]:
    """A face model with what rendering and learning need of it."""
    face = load(model)
    return face, ExpressionBasis(face), Rig.of(face, model)


def render_clip(path: Path, order: Order, number: int) -> int:
    """One clip; gives its frames."""
    model, basis, rig = rigged(order.model)
    rng = np.random.default_rng([order.seed, number])
    person = make_person(rig, rng)
    if order.motion == "moments":
        weights = np.stack([moment(rng) for _ in range(order.frames)])
        views = [_anywhere(rng, order.size) for _ in range(order.frames)]
        scenes = [make_scene(rng, easy=order.easy) for _ in range(order.frames)]
    else:
        weights = talk(rng, order.frames, _RATE)
        views = _moving(rng, order)
        scenes = [make_scene(rng, easy=order.easy)] * order.frames
    shot = [
        picture(rig, person, weights[at], views[at], scenes[at], (order.size, order.size), rng)
        for at in range(order.frames)
    ]
    cameras = [orthographic(view) for view in views]
    truth = Truth(
        person.identity,
        basis.coefficients(weights),
        weights,
        np.stack([marks for _, marks in shot]),
        np.array([scale for scale, _, _ in cameras]),
        np.stack([rotation for _, rotation, _ in cameras]),
        np.stack([shift for _, _, shift in cameras]),
    )
    about = {"kind": "rendered", "model": model.name, "basis": basis.fingerprint, "seed": order.seed, "number": number}
    about |= {"motion": order.motion, "rate": 0 if order.motion == "moments" else _RATE}
    write_clip(path, about, np.stack([image for image, _ in shot]), truth)
    return order.frames


def _anywhere(rng: Generator, size: int) -> View:
    turned = rng.uniform([-most for most in WIDEST], WIDEST)
    return _framed(rng, turned, size, rng.uniform(0.85, 1.15), rng.uniform(-0.04, 0.04, 2))


def _moving(rng: Generator, order: Order) -> list[View]:
    """A head that turns smoothly, coming to a new place about once a second."""
    times = np.arange(order.frames) / _RATE
    knots = np.arange(int(times[-1]) + 4) - 1.0
    most = MOTIONS[order.motion]
    turned = CubicSpline(knots, rng.uniform([-m for m in most], most, (len(knots), 3)))(times)
    turned += rng.uniform(-4, 4, 3)
    near, place = rng.uniform(0.9, 1.1), rng.uniform(-0.03, 0.03, 2)
    distance = rng.uniform(0.4, FARTHEST)
    return [_framed(rng, each, order.size, near, place, distance) for each in turned]


def _framed(
    rng: Generator, turned: Floats, size: int, near: float, place: Floats, distance: float | None = None
) -> View:
    zoom = _SHARE * size / _EAR_TO_EAR * near
    column, row = (0.5 + place) * size
    away = distance or float(rng.uniform(NEAREST, FARTHEST))
    yaw, pitch, roll = map(float, turned)
    return View(yaw, pitch, roll, away, float(zoom), float(column), float(row))
