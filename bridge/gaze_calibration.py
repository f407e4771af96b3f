"""Where the wearer's eyes really look: a small correction of the gaze, fitted while they follow a moving target.

Each eye's angles get a polynomial of second order, as video eye trackers are calibrated (Cerrolaza, Villanueva,
Cabeza: "Taxonomic study of polynomial regressions applied to the calibration of video-oculographic systems", ETRA
2008). It is held near no correction by a ridge and does not mind blinks and glances away (Huber's weights).
"""

from collections.abc import Callable
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
_LAGS: Final = np.arange(0.0, 0.45, 0.05)
"Seconds that eyes may be behind the target."
_FEWEST: Final = 20
_BLOCK: Final = 1.0
"Seconds; whole blocks are held out, because neighbouring frames are too much alike."
_FOLLOWED: Final = 0.75
"Eyes that follow leave at most this part of the target's own spread unexplained."
_GAIN: Final = 0.97
"A correction that leaves more than this part of the held-out error is not worth having."


@dataclass(frozen=True, slots=True)
class GazeOutcome:
    """What following the target has shown."""

    coefficients: NDArray[np.float32] | None
    "of SHAPE, for `corrected`; None where the eyes did not follow, or nothing is gained."
    before: float
    "Median degrees between gaze and target before and"
    after: float
    "after the correction, on moments that it was not fitted to; NaN where the eyes did not follow."


def corrected(channels: Vector, coefficients: NDArray[np.float32]) -> Vector:
    """The same channels, (len(CHANNELS),), with the gaze corrected; what is NaN stays so."""
    result = channels.copy()
    for side, columns in enumerate(_COLUMNS):
        result[columns] += _terms(channels[columns].astype(np.float64)) @ coefficients[side]
    return result


def fit_gaze(times: Floats, channels: Floats, target: Callable[[Floats], Floats]) -> GazeOutcome:
    """Fits both eyes.

    `times` (n,) seconds; `channels` (n, len(CHANNELS)) as read then, NaN for an eye that is not seen or shut; `target`
    gives (n, 2) degrees of yaw and pitch at times.
    """
    seen = [np.isfinite(channels[:, columns]).all(1) for columns in _COLUMNS]
    usable = [side for side in range(2) if int(seen[side].sum()) >= _FEWEST]
    coefficients = np.zeros(SHAPE, np.float32)
    before, after = [], []
    for side in usable:
        own, gaze = times[seen[side]], channels[seen[side]][:, _COLUMNS[side]]
        lag = min(_LAGS, key=lambda lag: float(np.median(_errors(gaze, target(own - lag), np.arange(len(own)) >= 0))))
        goal = target(own - lag)
        held_out = _cross_validated(own, gaze, goal)
        if np.median(held_out) > _FOLLOWED * np.median(np.linalg.norm(goal - np.median(goal, 0), axis=1)):
            continue
        coefficients[side] = _solve(gaze, goal)
        before.append(np.linalg.norm(gaze - goal, axis=1))
        after.append(held_out)
    if not before:
        return GazeOutcome(None, np.nan, np.nan)
    errors = float(np.median(np.concatenate(before))), float(np.median(np.concatenate(after)))
    worth = errors[1] < _GAIN * errors[0]
    return GazeOutcome(coefficients if worth else None, errors[0], errors[1] if worth else errors[0])


def _terms(gaze: Floats) -> Floats:
    """(..., 2) degrees -> (..., TERMS)"""
    yaw, pitch = np.moveaxis(gaze.clip(-_FARTHEST_DEGREES, _FARTHEST_DEGREES) / _UNIT_DEGREES, -1, 0)
    return np.stack([np.ones_like(yaw) + 0.0 * yaw, yaw, pitch, yaw * yaw, yaw * pitch, pitch * pitch], -1)


def _solve(gaze: Floats, goal: Floats) -> Floats:
    """(TERMS, 2) coefficients of goal - gaze: least squares with Huber's weights."""
    terms, missing = _terms(gaze), goal - gaze
    ridge = len(gaze) * _RIDGE * np.diag([0.0, *[1.0] * (TERMS - 1)])
    weights = np.ones(len(gaze))
    for _ in range(12):
        weighted = terms * weights[:, None]
        coefficients = np.linalg.solve(weighted.T @ terms + ridge, weighted.T @ missing)
        left = np.linalg.norm(missing - terms @ coefficients, axis=1)
        weights = np.minimum(1.0, max(1.0, 1.5 * float(np.median(left))) / np.maximum(left, 1e-9))
    return np.asarray(coefficients)


def _errors(gaze: Floats, goal: Floats, fitted: NDArray[np.bool_]) -> Floats:
    """Degrees left at the moments that were not fitted, or at all when every moment was."""
    judged = fitted if fitted.all() else ~fitted
    fixed = gaze[judged] + _terms(gaze[judged]) @ _solve(gaze[fitted], goal[fitted])
    return np.asarray(np.linalg.norm(fixed - goal[judged], axis=1))


def _cross_validated(times: Floats, gaze: Floats, goal: Floats) -> Floats:
    """Degrees left at each moment after a correction that was fitted to the other half of the blocks."""
    even = (times // _BLOCK).astype(int) % 2 == 0
    if min(even.sum(), (~even).sum()) < _FEWEST // 2:
        return np.full(len(times), np.inf)
    return np.concatenate([_errors(gaze, goal, even), _errors(gaze, goal, ~even)])
