"""Few-shot personalization: a light correction of what the network says, fitted to a wearer's own prompted expressions.

No network is retrained. A multinomial logistic head is added to the logarithms of each class output, and a linear one
to each side's graded movements; both read nothing but the network's own outputs, and both are held near no correction
by a ridge (Hoerl, Kennard: "Ridge regression", Technometrics 1970). The first half of each hold is fitted and the
second half decides how much of the correction is used, none included; only then all of it is fitted.

A skipped step costs its own gain and little else: the classes that were not shown are not corrected, and the correction
of the others fades where the network sees what was not shown, since nothing is known of how this wearer shows it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge import gaze_calibration
from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES, SIDES
from bridge.exercises import NEUTRAL, Exercise
from bridge.frames import Expression

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_RATIOS: Final = np.array([channel.unit == "ratio" and not channel.name.startswith("visible") for channel in CHANNELS])
_REST: Final = np.array([channel.neutral for channel in CHANNELS], np.float64)[_RATIOS]
_NAMES: Final = tuple(name for name, ratio in zip(CHANNEL_NAMES, _RATIOS, strict=True) if ratio)
_MOVEMENTS: Final = tuple(
    np.array([_NAMES.index(name) for name in _NAMES if name.endswith(side) and not name.startswith("lid_openness")])
    for side in SIDES
)
"Of each side, among the ratios; lids are not corrected: their level follows the gaze, which no exercise controls."

_UNITS: Final = slice(0, len(ACTION_UNIT_NAMES))
_EMOTIONS: Final = slice(_UNITS.stop, _UNITS.stop + len(EMOTION_NAMES))
_CHANNELS: Final = slice(_EMOTIONS.stop, _EMOTIONS.stop + len(_NAMES))
_WIDTH: Final = _CHANNELS.stop
"Of a row: what a fit reads of one frame."

FEATURES: Final = _WIDTH + 1
MOVEMENTS: Final = len(_MOVEMENTS[0])
INPUTS: Final = MOVEMENTS + len(ACTION_UNIT_NAMES) - 1

_FLOOR: Final = 3e-3
"Probabilities below are alike: their logarithms say more about the network's training than about a face."
_RATIO_SCALE: Final = 4.0
_CONSTANT: Final = 2.0
"What the constant feature is, so that the ridge holds it less than the others."
_CLASS_RIDGE: Final = 1.0
_MOVEMENT_RIDGE: Final = 0.25
"Both against a weight of 1 for each expression shown."
_EFFORT: Final = 0.75
"Of the full movement: what people show when they are asked for an expression."
_SHARES: Final = (0.0, 0.5, 1.0)
"How much of a correction may be used."
_EMOTION_GAIN: Final = 0.05
"By how much more of the held-out halves a correction of the emotions must be right, which are read well without."
_UNKNOWN: Final = 0.5
"Probability of the shown classes up to which nothing is corrected."
_WEAK: Final = 0.12
"A person who moves less than this part of the exemplar, and"
_UNSEEN: Final = 0.15
"whose class becomes more probable by less than this, did not show it."
_DESCENTS: Final = 100
_LARGEST: Final = 1e3
"No honest coefficient comes near."


@dataclass(frozen=True, slots=True)
class Fit:
    """The correction of one wearer."""

    centre: NDArray[np.float32]
    "(FEATURES,) of the relaxed face"
    units: NDArray[np.float32]
    "(FEATURES, 10) added to the logarithms of the action units"
    emotions: NDArray[np.float32]
    "(FEATURES, 5) likewise"
    movements: NDArray[np.float32]
    "(2 sides, INPUTS, MOVEMENTS) added to each side's movements"
    gaze: NDArray[np.float32]
    "see gaze_calibration.corrected"

    @classmethod
    def nothing(cls) -> "Fit":
        """The fit that corrects nothing."""
        return cls.of({name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()})

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> "Fit":
        """The fit whose arrays these are, by name; raises ValueError where they cannot be."""
        if arrays.keys() != SHAPES.keys():
            raise ValueError("a fit lacks a part")
        for name, array in arrays.items():
            # written so that not-a-number is too large as well
            if array.shape != SHAPES[name] or array.dtype != np.float32 or not (np.abs(array) <= _LARGEST).all():
                raise ValueError(f"a fit's {name} are broken")
        return cls(*(arrays[name] for name in SHAPES))

    def __call__(self, expression: Expression) -> Expression:
        """The corrected reading; NaN channels stay so. `expression` is counted from the wearer's rest."""
        if np.isnan(expression.channels).all():  # no eye, nothing to correct
            return expression
        row = _row(expression)[None]
        features = _features(row) - self.centre
        channels = gaze_calibration.corrected(expression.channels, self.gaze)
        ratios, known = channels[_RATIOS], _known(row[0, _UNITS], self.units)
        for own, matrix in zip(_MOVEMENTS, self.movements, strict=True):
            ratios[own] = (ratios[own] + known * (_inputs(row, own) @ matrix)[0]).clip(0.0, 1.0)
        channels[_RATIOS] = ratios
        units, emotions = (
            _softmax(_log(row[:, part]) + _known(row[0, part], head) * (features @ head))[0].astype(np.float32)
            for part, head in ((_UNITS, self.units), (_EMOTIONS, self.emotions))
        )
        return Expression(units, emotions, channels, expression.face)


def _known(probabilities: Floats, head: NDArray[np.float32]) -> float:
    """How much of a correction counts, 0..1: all where the classes that it knows have all of the probability."""
    corrected = head.any(0)
    if not corrected.any():  # nothing was learnt of these classes, which says nothing against what else was
        return 1.0
    return max(0.0, (float(probabilities[corrected].sum()) - _UNKNOWN) / (1.0 - _UNKNOWN))


SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "centre": (FEATURES,),
    "units": (FEATURES, len(ACTION_UNIT_NAMES)),
    "emotions": (FEATURES, len(EMOTION_NAMES)),
    "movements": (len(SIDES), INPUTS, MOVEMENTS),
    "gaze": gaze_calibration.SHAPE,
}
"Of a fit's arrays, in their order."


@dataclass(frozen=True, slots=True)
class Sample:
    """One frame of a hold."""

    exercise: Exercise
    reading: Expression
    "Counted from the wearer's rest, before any fit."
    late: bool
    "Whether it lies in the second half of its hold."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fit has come to."""

    fit: Fit | None
    "None where nothing is gained."
    weak: tuple[str, ...] = ()
    "Exercises that left too little to see, by name; they were not used."
    before: float = math.nan
    "Part of the held-out frames whose action unit was right, the mean over the classes, before and"
    after: float = math.nan
    "after a fit that did not see them."


def fit(samples: Sequence[Sample]) -> Outcome:
    """Fits a wearer's correction in well under a second, from holds of NEUTRAL and of what else was shown."""
    shown, weak = _strong([sample for sample in samples if not np.isnan(sample.reading.channels).all()])
    if len(_names(shown)) < 2 or NEUTRAL.name not in _names(shown):
        return Outcome(None, weak)
    data = _Data.of(shown)
    units, emotions = _head(data, data.units, _UNITS), _head(data, data.emotions, _EMOTIONS, _EMOTION_GAIN)
    movements = _movement_heads(data)
    if not (units.used or emotions.used or movements.any()):
        return Outcome(None, weak, units.before, units.before)
    found = Fit(
        data.centre.astype(np.float32),
        units.weights.astype(np.float32),
        emotions.weights.astype(np.float32),
        movements.astype(np.float32),
        np.zeros(gaze_calibration.SHAPE, np.float32),
    )
    return Outcome(found, weak, units.before, units.after)


def _names(samples: Sequence[Sample]) -> list[str]:
    return list(dict.fromkeys(sample.exercise.name for sample in samples))


def _strong(samples: Sequence[Sample]) -> tuple[list[Sample], tuple[str, ...]]:
    """The samples of the exercises that were shown, and the names of those that left too little to see."""
    holds = {name: [sample for sample in samples if sample.exercise.name == name] for name in _names(samples)}
    rest = np.median([_row(sample.reading) for sample in holds.get(NEUTRAL.name, ())] or np.zeros((1, _WIDTH)), 0)
    weak = tuple(name for name, hold in holds.items() if name != NEUTRAL.name and _is_weak(hold, rest))
    return [sample for sample in samples if sample.exercise.name not in weak], weak


def _is_weak(hold: list[Sample], rest: Floats) -> bool:
    exercise = hold[0].exercise
    change = np.median([_row(sample.reading) for sample in hold], 0) - rest
    wanted = exercise.channels[_RATIOS] - _REST
    response = float(change[_CHANNELS] @ wanted) / float(wanted @ wanted)
    columns = [ACTION_UNIT_NAMES.index(exercise.action_unit)] if exercise.action_unit else []
    columns += [_EMOTIONS.start + EMOTION_NAMES.index(exercise.emotion)] if exercise.emotion else []
    return response < _WEAK and all(change[column] < _UNSEEN for column in columns)


@dataclass(frozen=True, slots=True)
class _Data:
    """Samples as arrays, n of them."""

    rows: Floats
    "(n, _WIDTH)"
    features: Floats
    "(n, FEATURES) from the centre"
    centre: Floats
    hold: NDArray[np.intp]
    "(n,) which exercise"
    late: Mask
    units: NDArray[np.intp]
    "(n,) -1 where the exercise is none"
    emotions: NDArray[np.intp]
    goals: Floats
    "(n, ratios) what the movements should read"

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> "_Data":
        names = _names(samples)
        rows = np.array([_row(sample.reading) for sample in samples])
        features = _features(rows)
        at_rest = np.array([sample.exercise.name == NEUTRAL.name for sample in samples])
        centre = features[at_rest].mean(0)
        centre[-1] = 0.0  # the constant feature stays
        return cls(
            rows,
            features - centre,
            centre,
            np.array([names.index(sample.exercise.name) for sample in samples]),
            np.array([sample.late for sample in samples]),
            _classes([sample.exercise.action_unit for sample in samples], ACTION_UNIT_NAMES),
            _classes([sample.exercise.emotion for sample in samples], EMOTION_NAMES),
            np.array([_REST + _EFFORT * (sample.exercise.channels[_RATIOS] - _REST) for sample in samples]),
        )

    def weights(self, used: Mask) -> Floats:
        """(n,) so that every exercise weighs 1, however many of its frames are used; 0 for the others."""
        counts = np.bincount(self.hold[used], minlength=int(self.hold.max()) + 1)
        return np.where(used, 1.0 / np.maximum(counts[self.hold], 1), 0.0)


@dataclass(frozen=True, slots=True)
class _Head:
    weights: Floats
    used: bool
    before: float
    after: float


def _head(data: _Data, classes: NDArray[np.intp], part: slice, gain: float = 0.0) -> _Head:
    """(FEATURES, classes) of a class output: as much of it as the held-out halves want, for a `gain` at least."""
    known = classes >= 0
    logs = _log(data.rows[:, part])
    trial = _logistic(data.features, logs, classes, data.weights(known & ~data.late))
    judged = known & data.late
    weights = data.weights(judged)[judged]

    def quality(share: float) -> tuple[float, float]:
        """(mean log likelihood, accuracy) of the held-out halves."""
        said = _softmax(logs[judged] + share * data.features[judged] @ trial)
        right = said.argmax(1) == classes[judged]
        likely = np.log(said[np.arange(len(said)), classes[judged]] + _FLOOR)
        return float(likely @ weights / weights.sum()), float(right @ weights / weights.sum())

    if not judged.any():
        return _Head(np.zeros_like(trial), False, math.nan, math.nan)
    qualities = {share: quality(share) for share in _SHARES}
    before = qualities[0.0]
    allowed = [share for share in _SHARES if qualities[share][1] >= before[1] + (gain if share else 0.0)]
    share = max(allowed, key=lambda share: qualities[share][0])
    full = _logistic(data.features, logs, classes, data.weights(known))
    return _Head(share * full, share > 0, before[1], qualities[share][1])


def _logistic(features: Floats, logs: Floats, classes: NDArray[np.intp], weights: Floats) -> Floats:
    """Ridge logistic weights beside the network's own logarithms: accelerated gradient descent (Nesterov 1983).

    Only classes that were shown compete and are corrected.
    """
    used = weights > 0
    shown = np.unique(classes[used])
    result = np.zeros((features.shape[1], logs.shape[1]))
    if len(shown) < 2:
        return result
    features, logs, weights = features[used], logs[used][:, shown], weights[used, None]
    goal = classes[used][:, None] == shown
    step = 1.0 / (0.5 * np.linalg.eigvalsh((features * weights).T @ features)[-1] + _CLASS_RIDGE)
    now = ahead = result[:, shown]
    pace = 1.0
    for _ in range(_DESCENTS):
        slope = features.T @ ((_softmax(logs + features @ ahead) - goal) * weights) + _CLASS_RIDGE * ahead
        before, now = now, ahead - step * slope
        faster = (1.0 + math.sqrt(1.0 + 4.0 * pace * pace)) / 2.0
        ahead, pace = now + (pace - 1.0) / faster * (now - before), faster
    result[:, shown] = now
    return result


def _movement_heads(data: _Data) -> Floats:
    """(2 sides, INPUTS, MOVEMENTS): as much of them as the held-out halves want."""
    heads = np.zeros(SHAPES["movements"])
    everything = np.ones(len(data.rows), np.bool_)
    for own, head in zip(_MOVEMENTS, heads, strict=True):
        ratios, inputs = data.rows[:, _CHANNELS][:, own], _inputs(data.rows, own)
        missing = data.goals[:, own] - ratios
        trial = _ridge(inputs, missing, data.weights(~data.late))
        errors = {
            share: float(data.weights(data.late) @ np.abs(missing - share * inputs @ trial).mean(1))
            for share in _SHARES
        }
        share = min(_SHARES, key=lambda share: errors[share])
        head[:] = share * _ridge(inputs, missing, data.weights(everything))
    return heads


def _ridge(inputs: Floats, missing: Floats, weights: Floats) -> Floats:
    weighted = inputs * weights[:, None]
    ridge = _MOVEMENT_RIDGE * np.eye(inputs.shape[1])
    return np.asarray(np.linalg.solve(weighted.T @ inputs + ridge, weighted.T @ missing))


def _row(expression: Expression) -> Floats:
    """(_WIDTH,) both classes and the ratios; an eye that is not seen rests."""
    ratios = expression.channels[_RATIOS]
    ratios = np.where(np.isnan(ratios), _REST, ratios)
    return np.concatenate((expression.action_units, expression.emotions, ratios), dtype=np.float64)


def _features(rows: Floats) -> Floats:
    """(n, _WIDTH) -> (n, FEATURES)"""
    classes, ratios = rows[:, : _CHANNELS.start], rows[:, _CHANNELS]
    return np.hstack((_log(classes), _RATIO_SCALE * ratios, np.full((len(rows), 1), _CONSTANT)))


def _inputs(rows: Floats, own: NDArray[np.intp]) -> Floats:
    """(n, _WIDTH) -> (n, INPUTS) what corrects the movements of a side: themselves, and every class but neutral."""
    return np.hstack((rows[:, _CHANNELS][:, own], rows[:, 1 : _UNITS.stop]))


def _log(probabilities: Floats) -> Floats:
    return np.asarray(np.log(probabilities.clip(_FLOOR, 1.0)))


def _softmax(logs: Floats) -> Floats:
    powers = np.exp(logs - logs.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))


def _classes(names: Sequence[str | None], table: tuple[str, ...]) -> NDArray[np.intp]:
    return np.array([-1 if name is None else table.index(name) for name in names])
