"""Where the wearer's eyes really look: a small correction of the gaze, fitted while they follow a moving target.

Each eye's angles get a shift, an affine map or a polynomial of second order, as video eye trackers are calibrated
(Cerrolaza, Villanueva, Cabeza: "Taxonomic study of polynomial regressions applied to the calibration of
video-oculographic systems", ETRA 2008): the simplest of them that is nearly as good as the best on moments that it was
not fitted to, or none where nothing is gained. It is held near no correction by a ridge and does not mind blinks and
glances away (Huber's weights). Eyes in pursuit are late, by how much is found as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.channels import CHANNEL_NAMES, SIDES
from bridge.frames import Vector

Floats = NDArray[np.float64]

TERMS: Final = 6
"1, yaw, pitch, yaw squared, yaw times pitch, pitch squared."
SHAPE: Final = (len(SIDES), TERMS, 2)
"Of the coefficients: side, term, and the degrees of yaw and pitch that it adds; 0 for an eye that was not seen."
_COLUMNS: Final = np.array(
    [[CHANNEL_NAMES.index(f"gaze_{axis}_{side}") for axis in ("yaw", "pitch")] for side in SIDES]
)
_UNIT_DEGREES: Final = 20.0
"Angles are counted in these, so that all terms are of one size."
_FARTHEST_DEGREES: Final = 30.0
"Beyond the field of the target the correction stays what it is at the field's edge."
_RIDGE: Final = 1.0 / 80.0
"Of the mean square of the terms."
MODELS: Final = {
    "none": 0,
    "shift": 1,
    "affine": 3,
    "polynomial": TERMS,
}
"How many of the terms a correction uses."
_LAGS: Final = np.arange(0.0, 0.45, 0.05)
"Seconds that eyes may be behind the target,"
_FINER: Final = np.arange(-0.04, 0.05, 0.01)
"and around the best of them."
_FEWEST: Final = 20
_BLOCK: Final = 1.0
"Seconds; whole blocks are held out, because neighbouring frames are too much alike."
_FOLLOWED: Final = 0.75
"Eyes that follow leave at most this part of the target's own spread unexplained."
_GAIN: Final = 0.97
"A correction that leaves more than this part of a simpler one's held-out error, or"
_LEAST_GAIN: Final = 0.1
"by so few degrees less, is not worth having."


@dataclass(frozen=True, slots=True)
class GazeOutcome:
    """What following the target has shown."""

    coefficients: NDArray[np.float32] | None
    "of SHAPE, for `corrected`; None where the eyes did not follow, or nothing is gained."
    before: float
    "Median degrees between gaze and target before and"
    after: float
    "after the correction, on moments that it was not fitted to; NaN where the eyes did not follow."
    lag: float = np.nan
    "Seconds that the eyes were behind the target."
    models: tuple[str, str] = ("none", "none")
    "Of MODELS, for the left and the right eye."


def corrected(channels: Vector, coefficients: NDArray[np.float32]) -> Vector:
    """The same channels, (len(CHANNELS),), with the gaze corrected; what is NaN stays so."""
    result = channels.copy()
    for side, columns in enumerate(_COLUMNS):
        result[columns] += _terms(channels[columns].astype(np.float64)) @ coefficients[side]
    return result


def reading_of_ahead(coefficients: NDArray[np.float32] | None) -> Floats:
    """(2,) what an eye with this correction, (TERMS, 2), reads when it is corrected to 0 degrees."""
    reading = np.zeros(2)
    if coefficients is not None:
        for _ in range(40):  # a correction changes far less than what it corrects, so this settles
            reading = (-_terms(reading) @ coefficients).clip(-_FARTHEST_DEGREES, _FARTHEST_DEGREES)
    return reading


def fit_gaze(times: Floats, channels: Floats, target: Callable[[Floats], Floats]) -> GazeOutcome:
    """Fits both eyes.

    `times` (n,) seconds; `channels` (n, len(CHANNELS)) as read then, NaN for an eye that is not seen or shut; `target`
    gives (n, 2) degrees of yaw and pitch at times.
    """
    eyes = {}
    for side, columns in enumerate(_COLUMNS):
        seen = np.isfinite(channels[:, columns]).all(1)
        if int(seen.sum()) >= _FEWEST:
            eyes[side] = times[seen], channels[seen][:, columns]
    if not eyes:
        return GazeOutcome(None, np.nan, np.nan)
    lag = _lag(list(eyes.values()), target)
    coefficients, models = np.zeros(SHAPE, np.float32), ["none", "none"]
    before, after = [], []
    for side, (own, gaze) in eyes.items():
        goal = target(own - lag)
        left = {model: _cross_validated(own, gaze, goal, terms) for model, terms in MODELS.items()}
        spread = np.linalg.norm(goal - np.median(goal, 0), axis=1)
        if np.median(left["polynomial"]) > _FOLLOWED * np.median(spread):
            continue
        models[side] = model = _simplest(left)
        coefficients[side] = _solve(gaze, goal, MODELS[model])
        before.append(left["none"])
        after.append(left[model])
    if not before:
        return GazeOutcome(None, np.nan, np.nan)
    errors = float(np.median(np.concatenate(before))), float(np.median(np.concatenate(after)))
    return GazeOutcome(coefficients if coefficients.any() else None, *errors, lag, (models[0], models[1]))


def _lag(eyes: Sequence[tuple[Floats, Floats]], target: Callable[[Floats], Floats]) -> float:
    """Both eyes turn together, so they are late together."""

    def left(lag: float) -> float:
        return sum(float(np.median(_left(gaze, target(own - lag), TERMS))) for own, gaze in eyes)

    coarse = float(min(_LAGS, key=left))
    return max(float(min(coarse + _FINER, key=left)), 0.0)


def _simplest(left: dict[str, Floats]) -> str:
    """The model that leaves, held out, clearly less than every simpler one."""
    chosen = "none"
    for model in MODELS:
        before, after = np.median(left[chosen]), np.median(left[model])
        if after < _GAIN * before and after < before - _LEAST_GAIN:
            chosen = model
    return chosen


def _terms(gaze: Floats) -> Floats:
    """(..., 2) degrees -> (..., TERMS)"""
    yaw, pitch = np.moveaxis(gaze.clip(-_FARTHEST_DEGREES, _FARTHEST_DEGREES) / _UNIT_DEGREES, -1, 0)
    return np.stack([np.ones_like(yaw) + 0.0 * yaw, yaw, pitch, yaw * yaw, yaw * pitch, pitch * pitch], -1)


def _solve(gaze: Floats, goal: Floats, terms: int) -> Floats:
    """(TERMS, 2) coefficients of goal - gaze, 0 beyond the first `terms`: least squares with Huber's weights."""
    coefficients = np.zeros((TERMS, 2))
    basis, missing = _terms(gaze)[:, :terms], goal - gaze
    ridge = len(gaze) * _RIDGE * np.diag([0.0, *[1.0] * (TERMS - 1)][:terms])
    weights = np.ones(len(gaze))
    for _ in range(12 if terms else 0):
        weighted = basis * weights[:, None]
        coefficients[:terms] = np.linalg.solve(weighted.T @ basis + ridge, weighted.T @ missing)
        left = np.linalg.norm(missing - basis @ coefficients[:terms], axis=1)
        weights = np.minimum(1.0, max(1.0, 1.5 * float(np.median(left))) / np.maximum(left, 1e-9))
    return coefficients


def _left(gaze: Floats, goal: Floats, terms: int, fitted: NDArray[np.bool_] | None = None) -> Floats:
    """Degrees left at the moments that were not fitted; at all of them where every moment was."""
    fit = np.ones(len(gaze), np.bool_) if fitted is None else fitted
    judged = fit if fitted is None else ~fit
    fixed = gaze[judged] + _terms(gaze[judged]) @ _solve(gaze[fit], goal[fit], terms)
    return np.asarray(np.linalg.norm(fixed - goal[judged], axis=1))


def _cross_validated(times: Floats, gaze: Floats, goal: Floats, terms: int) -> Floats:
    """Degrees left at each moment after a correction that was fitted to the other half of the blocks."""
    even = (times // _BLOCK).astype(int) % 2 == 0
    if min(even.sum(), (~even).sum()) < _FEWEST // 2:
        return np.full(len(times), np.inf)
    return np.concatenate([_left(gaze, goal, terms, even), _left(gaze, goal, terms, ~even)])
