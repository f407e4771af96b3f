"""How well the batch fit recovers what is known: identity, expressions and camera of faces that were only projected.

No pictures are drawn: the landmarks of talking people are projected by known cameras, an error is added to each, and
the fit is compared with the truth and with the linear fit of each frame alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from bridge.face.basis import ExpressionBasis
from bridge.face.model import load
from models.deepexp.acting import talk
from models.deepexp.batch import BatchFit, Solution
from models.deepexp.rendering import MOTIONS
from models.deepexp.tracking import smoothed
from models.spread import Spread

Floats = NDArray[np.float64]

METHODS: Final = ("linear", "from the mean", "constrained")
"Each frame by itself; the batch fit without its initial stage; the batch fit."
NOISES: Final = (0.0, 1.0, 2.0, 4.0)
"Pixels."
_RATE: Final = 25.0
_WIDTH: Final = 200.0
"Pixels of a face from ear to ear."


@dataclass(frozen=True, slots=True)
class Errors:
    """Of one method under one noise and motion, a mean over people."""

    motion: str
    noise: float
    method: str
    identity: float
    "Millimetres, root mean square over the 68 landmarks of the face at rest, size and place taken out."
    expression: float
    "Share of the coefficients' energy: sum |e - truth|^2 / sum |truth|^2."
    degrees: float
    "Of the camera's rotation, a mean over frames."
    scale: float
    "Of the camera's scale, relative."


def check(
    model: Path | None, people: int, frames: int, seed: int, spread: Spread, noises: Sequence[float] = NOISES
) -> Iterator[list[Errors]]:
    """Every person's errors, as they are done: all motions, noises and methods. Raises BridgeError without a model."""
    yield from spread.map(_person, [(model, frames, seed, number, tuple(noises)) for number in range(people)])


def table(errors: list[Errors]) -> str:
    """Markdown."""
    lines = [
        "| head | noise | fit | identity, mm | expression | camera, degrees | scale |",
        "|---|---|---|---|---|---|---|",
    ]
    for motion in MOTIONS:
        for noise in sorted({e.noise for e in errors}):
            for method in METHODS:
                rows = [e for e in errors if (e.motion, e.noise, e.method) == (motion, noise, method)]
                if not rows:
                    continue
                means = [float(np.mean([getattr(row, name) for row in rows])) for name in Errors.__slots__[3:]]
                numbers = f"{means[0]:.2f} | {means[1]:.3f} | {means[2]:.2f} | {means[3]:.1%}"
                lines.append(f"| {motion} | {noise:g} px | {method} | {numbers} |")
    return "\n".join(lines)


def _person(path: Path | None, frames: int, seed: int, number: int, noises: tuple[float, ...]) -> list[Errors]:
    model = load(path)
    basis = ExpressionBasis(model)
    fit = BatchFit(model)
    found = []
    for row, motion in enumerate(MOTIONS):
        rng = np.random.default_rng([seed, number, row])
        truth = _truth(fit, frames, motion, rng)
        for noise in noises:
            points = fit.projected(truth)
            points = points + rng.normal(0, noise, points.shape)
            points = smoothed(points) if noise else points
            fits = (fit.linear(points), fit(points, constrained=False), fit(points))
            for method, solution in zip(METHODS, fits, strict=True):
                found.append(_errors(fit, basis, truth, solution, motion, noise, method))
    return found


def _truth(fit: BatchFit, frames: int, motion: str, rng: Generator) -> Solution:
    """Somebody who talks, with a head that turns."""
    times = np.arange(frames) / _RATE
    knots = np.arange(int(times[-1]) + 4) - 1.0
    most = MOTIONS[motion]
    turned = CubicSpline(knots, rng.uniform([-m for m in most], most, (len(knots), 3)))(times)
    turned += rng.uniform(-5, 5, 3)
    scale = _WIDTH / float(np.ptp(fit.mean[:, 0])) * rng.uniform(0.9, 1.1)
    shift = np.array([320.0, 240.0]) + np.cumsum(rng.normal(0, 0.3, (frames, 2)), 0)
    return Solution(
        rng.normal(0, 0.8, len(fit.identity)),
        talk(rng, frames, _RATE),
        np.full(frames, scale),
        Rotation.from_euler("yxz", turned, degrees=True).as_matrix(),
        shift,
        1.0 / rng.uniform(0.4, 1.5),
    )


def _errors(
    fit: BatchFit, basis: ExpressionBasis, truth: Solution, found: Solution, motion: str, noise: float, method: str
) -> Errors:
    true, said = (fit.mean + np.tensordot(each.identity, fit.identity, 1) for each in (truth, found))
    true, said = true - true.mean(0), said - said.mean(0)
    said = said * np.sum(true * said) / np.sum(said * said)  # one camera does not see how large a face is
    true_e, said_e = (basis.coefficients(each.weights) for each in (truth, found))
    turned = found.rotation @ np.swapaxes(truth.rotation, 1, 2)
    return Errors(
        motion,
        noise,
        method,
        1000 * float(np.sqrt(np.square(said - true).sum(-1).mean())),
        float(np.square(said_e - true_e).sum() / np.square(true_e).sum()),
        float(np.degrees(Rotation.from_matrix(turned).magnitude()).mean()),
        float(np.abs(found.scale / truth.scale - 1).mean()),
    )
