"""How well a face network reads expressions: beside the fit of each frame's landmarks, and beside the linear fit.

People whom no network learnt from are rendered in pairs: the same face and expression seen from in front in even light,
and with one thing changed. Each method gets the same picture and the same landmarks: those of a detector where one is
given, else the true ones, each off by as much as a good detector's.
"""

import copy
import functools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.blendshapes import ARKIT
from bridge.face import COEFFICIENTS
from bridge.face.basis import ExpressionBasis
from bridge.face.camera import Lens
from bridge.face.crop import RgbImage
from bridge.face.fit import LandmarkFit
from bridge.face.landmarks import Landmarker, open_landmarker
from bridge.face.mediapipe import MediaPipe
from bridge.face.model import load
from bridge.face.network import FaceNetwork
from bridge.face.points import FaceLandmarks
from models.deepexp.acting import moment
from models.deepexp.batch import BatchFit
from models.deepexp.people import make_person
from models.deepexp.picture import Scene, View, make_scene, picture
from models.deepexp.rendering import rigged
from models.spread import Spread

Floats = NDArray[np.float64]
Method = Callable[[RgbImage, FaceLandmarks], Floats]

PAPER: Final = {"network": 0.007, "landmark fit": 0.026, "linear": 0.098}
"Mean squared error of DeepExp3D, ITW and the linear fit (section IV-C)."
CONDITIONS: Final = ("frontal", "semi-profile", "light", "covered", "blurred")
"Others than the first change one thing."
_BLENDSHAPES: Final = "detector's blendshapes"
_HELD_OUT: Final = 990_000
"Added to the seed: nobody who was rendered to learn from is met here."
_SIZE: Final = (200, 200)
_ZOOM: Final = 900.0
_AWAY: Final = 0.8
_ERROR: Final = 0.015
"Widths of the face by which landmarks are off."


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Coefficients and ARKit weights, in the order of the pictures."""

    coefficients: Floats
    "(n, 28)"
    weights: Floats
    "(n, 52)"


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What every method said of the pictures of one condition."""

    truth: Answers
    said: dict[str, Answers]
    missed: int
    "Faces that the detector did not find; every method says rest there."


@dataclass(frozen=True, slots=True)
class Methods:
    """What is compared."""

    network: Path | None
    model: Path | None
    landmarks: Path | None


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """The same, ready to read."""

    basis: ExpressionBasis
    "In which everything is compared: the model's, or the built-in face's where the network learnt that one."
    readers: dict[str, Method]
    "(28,) coefficients of a picture and a face found in it, by method."
    landmarker: Landmarker | None
    "Fresh: copy it for every picture, for it follows faces from one to the next."


@functools.lru_cache(1)
def opened(methods: Methods) -> Opened:
    """Raises BridgeError for a wrong file."""
    model, basis, _ = rigged(methods.model)
    readers: dict[str, Method] = {}
    if methods.network is not None:
        if FaceNetwork.load(methods.network).basis == (built_in := ExpressionBasis(load(None))).fingerprint:
            basis = built_in
        network = FaceNetwork.load(methods.network, basis.fingerprint)
        readers["network"] = lambda image, face: network(image, face.points)
    fit, batch = LandmarkFit(model), BatchFit(model)
    readers["landmark fit"] = lambda image, face: basis.coefficients(fit(face.points, lens=_lens(image)).weights)
    readers["linear"] = lambda _, face: basis.coefficients(batch.linear(face.points[None]).weights[0])
    landmarker = open_landmarker(methods.landmarks) if methods.landmarks else None
    if isinstance(landmarker, MediaPipe):
        readers[_BLENDSHAPES] = lambda _, face: basis.coefficients(_given(face))
    return Opened(basis, readers, landmarker)


def evaluate(methods: Methods, people: int, each: int, seed: int, spread: Spread) -> Iterator[dict[str, Found]]:
    """Each person's answers by condition, as they are done."""
    opened(methods)  # a wrong file is said before anything is rendered
    yield from spread.map(_person, [(methods, each, seed, number) for number in range(people)])


def _person(methods: Methods, each: int, seed: int, number: int) -> dict[str, Found]:
    ready, rig = opened(methods), rigged(methods.model)[2]
    basis = ready.basis
    rng = np.random.default_rng([_HELD_OUT + seed, number])
    person = make_person(rig, rng)
    weights = [moment(rng) for _ in range(each)]
    found = {}
    for condition in CONDITIONS:
        shots = []
        for index, expression in enumerate(weights):
            view, scene = _changed(condition, np.random.default_rng([_HELD_OUT + seed, number, index]))
            noise = np.random.default_rng([seed, number, index])
            image, marks = picture(rig, person, expression, view, scene, _SIZE, noise)
            shots.append((image, marks + np.ptp(marks, axis=0).max() * noise.normal(0, _ERROR, marks.shape)))
        detected = [_detected(ready.landmarker, image, marks) for image, marks in shots]
        said = {}
        for name, read in ready.readers.items():
            values = [
                np.zeros(COEFFICIENTS) if face is None else read(image, face)
                for (image, _), face in zip(shots, detected, strict=True)
            ]
            said[name] = Answers(np.stack(values), np.stack([basis.weights(value) for value in values]))
        truth = Answers(basis.coefficients(np.stack(weights)), np.stack(weights))
        found[condition] = Found(truth, said, sum(face is None for face in detected))
    return found


def _lens(image: RgbImage) -> Lens:
    """What every picture is taken through: the face is in its middle."""
    return Lens(_ZOOM * _AWAY, image.shape[1] / 2, image.shape[0] / 2)


def _detected(fresh: Landmarker | None, image: RgbImage, marks: Floats) -> FaceLandmarks | None:
    """The landmarks that every method gets; a detector sees each picture as its first."""
    if fresh is None:
        return FaceLandmarks(marks, 1.0, None, None)
    faces = copy.copy(fresh)(image)
    return faces[0] if faces else None


def _given(face: FaceLandmarks) -> Floats:
    """(52,) MediaPipe gives them with every face; where only true landmarks are known, rest stands for them."""
    return np.zeros(len(ARKIT)) if face.blendshapes is None else face.blendshapes


def _changed(condition: str, rng: np.random.Generator) -> tuple[View, Scene]:
    """The same view and scene for the same rng, but for what the condition changes."""
    view = View(0.0, 0.0, 0.0, _AWAY, _ZOOM, _SIZE[1] / 2, _SIZE[0] / 2)
    turn, scene, dark = rng.choice((-45.0, 45.0)), make_scene(rng, easy=True), make_scene(rng)
    cover = np.column_stack([rng.normal(0, 0.3, (1, 2)), rng.uniform(0.12, 0.25, (1, 2)), rng.uniform(0, 180, (1, 1))])
    match condition:
        case "semi-profile":
            view = replace(view, yaw=float(turn))
        case "light":
            lit = ("lamps", "colours", "wrap", "gloss", "shine", "exposure", "gamma")
            scene = replace(scene, **{name: getattr(dark, name) for name in lit})
        case "covered":
            scene = replace(scene, patches=cover, patch_colours=np.full((1, 3), rng.random(), np.float32))
        case "blurred":
            scene = replace(scene, blur=2.5)
    return view, scene


def gathered(people: list[dict[str, Found]]) -> dict[str, Found]:
    """All people's answers as one."""

    def joined(parts: list[Answers]) -> Answers:
        return Answers(*(np.concatenate([getattr(part, name) for part in parts]) for name in Answers.__slots__))

    whole = {}
    for condition in CONDITIONS:
        parts = [person[condition] for person in people]
        said = {name: joined([part.said[name] for part in parts]) for name in parts[0].said}
        whole[condition] = Found(joined([part.truth for part in parts]), said, sum(part.missed for part in parts))
    return whole


def errors(said: Answers, truth: Answers) -> tuple[float, float, float]:
    """Mean squared errors: over the variance of the face's vertices, of coefficients each over its own, of weights."""
    off = np.square(said.coefficients - truth.coefficients)
    variance = truth.coefficients.var(0)
    return (
        float(off.sum(1).mean() / variance.sum()),
        float((off.mean(0) / variance).mean()),
        float(np.square(said.weights - truth.weights).mean()),
    )


def table(found: dict[str, Found]) -> str:
    """Markdown: errors by condition and method, and how far each method's answer is from its own from in front."""
    head = "| faces | method | of the variance | standardized | ARKit weights | weights to its own frontal |"
    lines = [head, "|---|---|---|---|---|---|"]
    for condition, part in found.items():
        for name, said in part.said.items():
            first, second, third = errors(said, part.truth)
            frontal = found["frontal"].said[name]
            own = errors(said, frontal)[2]
            lines.append(f"| {condition} | {name} | {first:.3f} | {second:.3f} | {third:.4f} | {own:.4f} |")
    rest = Answers(*(np.zeros_like(getattr(found["frontal"].truth, name)) for name in Answers.__slots__))
    first, second, third = errors(rest, found["frontal"].truth)
    lines.append(f"| any | says rest | {first:.3f} | {second:.3f} | {third:.4f} | 0 |")
    return "\n".join(lines)


def speed(methods: Methods, rounds: int = 40) -> dict[str, float]:
    """Milliseconds of a processor for each part of the path of one picture, the median of some rounds."""
    ready, rig = opened(methods), rigged(methods.model)[2]
    rng = np.random.default_rng(1)
    view, scene = _changed("frontal", rng)
    view = replace(view, column=320.0, row=240.0)
    image, marks = picture(rig, make_person(rig, rng), moment(rng), view, scene, (480, 640), rng)
    points = marks + np.ptp(marks, axis=0).max() * rng.normal(0, _ERROR, marks.shape)
    face = FaceLandmarks(points, 1.0, None, None)
    readers = {name: read for name, read in ready.readers.items() if name != _BLENDSHAPES}  # these are there already
    parts: dict[str, Callable[[], object]] = {n: partial(read, image, face) for n, read in readers.items()}
    parts["way back to ARKit"] = partial(ready.basis.weights, next(iter(readers.values()))(image, face))
    if ready.landmarker is not None:
        parts["landmarks"] = partial(copy.copy(ready.landmarker), image)
    return {name: _median(part, rounds) for name, part in parts.items()}


def _median(part: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds + 3):
        began = time.process_time()
        part()
        taken.append(1000 * (time.process_time() - began))
    return float(np.median(taken[3:]))


def speed_table(parts: dict[str, float]) -> str:
    """Markdown: Table II on this code."""
    lines = ["| part | ms of one processor |", "|---|---|"]
    lines += [f"| {name} | {value:.2f} |" for name, value in parts.items()]
    if "network" in parts:
        network = parts["network"] + parts["way back to ARKit"]
        lines.append(f"| landmark fit over network and way back | {parts['landmark fit'] / network:.1f} times |")
    return "\n".join(lines)
