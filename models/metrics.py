"""How good a network is, in units that survive a change of network: per-class F1, degrees, ratios, people.

Figures are plain nested dictionaries of numbers, ready for JSON.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.channels import ACTION_UNIT_NAMES, CHANNELS, EMOTION_NAMES
from bridge.visibility import DOUBTFUL
from models.labels import NONE, columns

Floats = NDArray[np.float32]
Classes = NDArray[np.int64]
Figures = dict[str, Any]

_STEMS: Final = tuple(dict.fromkeys(channel.name.rpartition("_")[0] for channel in CHANNELS))
_FEWEST_TO_FIT: Final = 12
"Pairs of a session to which a line is fitted; fewer say more of chance than of the network."
_CLOSED, _OPEN = 0.15, 0.6
"Lids below are closed, above are open; between is a blink under way, which is neither."


@dataclass(frozen=True, slots=True)
class Said:
    """What a network says about N pairs."""

    action_units: Floats
    "(N, 10) probabilities"
    emotions: Floats
    "(N, 5) probabilities"
    channels: Floats
    "(N, 22) in their own units"


@dataclass(frozen=True, slots=True)
class Truth:
    """What N pairs show."""

    action_unit: Classes
    "(N,), -1: none"
    emotion: Classes
    "(N,), -1: none"
    channels: Floats
    "(N, 22) in their own units"
    known: NDArray[np.bool_]
    "(N, 22): where a channel's label means something"
    person: Classes
    "(N,)"
    session: Classes
    "(N,) which sitting of whom; pairs of one session share a camera."
    headset: Classes
    "(N,) its family."


def measure(said: Said, truth: Truth) -> Figures:
    """Every figure there is; what has no labels is NaN."""
    return {
        "pairs": len(truth.person),
        "action_units": _classes(said.action_units.argmax(1), truth.action_unit, ACTION_UNIT_NAMES),
        "emotions": _classes(said.emotions.argmax(1), truth.emotion, EMOTION_NAMES),
        "people": _people(said, truth),
        "headsets": _headsets(said, truth),
        "gaze_degrees": _gaze(said, truth) | {"fitted": _fitted_gaze(said, truth)},
        "closed_auc": _closed_auc(said, truth),
        "visible": _visible(said, truth),
        "mean_error": {stem: _mean_error(said, truth, columns(stem)) for stem in _STEMS},
    }


def headline(figures: Figures) -> dict[str, float]:
    """The handful to watch while training."""
    return {
        "AU accuracy": figures["action_units"]["accuracy"],
        "worst person": figures["people"]["worst"],
        "emotion accuracy": figures["emotions"]["accuracy"],
        "gaze degrees": figures["gaze_degrees"]["median"],
        "openness error": figures["mean_error"]["lid_openness"],
        "closed AUC": figures["closed_auc"],
    }


def _classes(said: Classes, truth: Classes, names: tuple[str, ...]) -> Figures:
    said, truth = said[truth != NONE], truth[truth != NONE]
    per_class = {}
    for index, name in enumerate(names):
        hits = int(((said == index) & (truth == index)).sum())
        calls, cases = int((said == index).sum()), int((truth == index).sum())
        per_class[name] = {
            "precision": _ratio(hits, calls),
            "recall": _ratio(hits, cases),
            "f1": _ratio(2 * hits, calls + cases),
            "pairs": cases,
        }
    f1 = [figure["f1"] for figure in per_class.values() if figure["pairs"]]
    return {
        "accuracy": _ratio(int((said == truth).sum()), len(truth)),
        "f1": float(np.mean(f1)) if f1 else float("nan"),
        "classes": per_class,
    }


def _people(said: Said, truth: Truth) -> Figures:
    """Spread of action unit accuracy over people: a network is as good as it is to the person it suits least."""
    labelled = truth.action_unit != NONE
    right = said.action_units.argmax(1) == truth.action_unit
    people = np.unique(truth.person[labelled])
    if not len(people):
        return {"people": 0, "mean": float("nan"), "sd": float("nan"), "worst": float("nan"), "worst_person": NONE}
    accuracy = np.array([right[labelled & (truth.person == person)].mean() for person in people])
    return {
        "people": len(people),
        "mean": float(accuracy.mean()),
        "sd": float(accuracy.std()),
        "worst": float(accuracy.min()),
        "worst_person": int(people[accuracy.argmin()]),
    }


def _headsets(said: Said, truth: Truth) -> dict[int, float]:
    """Action unit accuracy in each family of headsets: some show the brows, some little but the eye."""
    right = said.action_units.argmax(1) == truth.action_unit
    labelled = truth.action_unit != NONE
    return {int(family): float(right[labelled & (truth.headset == family)].mean()) for family in _seen(truth)}


def _seen(truth: Truth) -> Classes:
    return np.unique(truth.headset[truth.action_unit != NONE])


def _gaze(said: Said, truth: Truth) -> Figures:
    """Angle between the gaze that is said and the true one, over both eyes."""
    errors = []
    for side in range(2):
        yaw, pitch = columns("gaze_yaw")[side], columns("gaze_pitch")[side]
        known = truth.known[:, yaw] & truth.known[:, pitch]
        looked, looks = (_direction(part.channels[known, yaw], part.channels[known, pitch]) for part in (said, truth))
        errors.append(np.degrees(np.arccos(np.clip((looked * looks).sum(0), -1.0, 1.0))))
    error = np.concatenate(errors)
    if not len(error):
        return {"mean": float("nan"), "median": float("nan"), "p95": float("nan")}
    return {"mean": float(error.mean()), "median": float(np.median(error)), "p95": float(np.percentile(error, 95))}


def _fitted_gaze(said: Said, truth: Truth) -> float:
    """Median error in degrees, each axis of an eye fitted by a line to half of its session and judged on the rest."""
    errors = []
    for side in range(2):
        axes = [columns("gaze_yaw")[side], columns("gaze_pitch")[side]]
        for session in np.unique(truth.session):
            rows = np.flatnonzero((truth.session == session) & truth.known[:, axes].all(1))
            if len(rows) >= _FEWEST_TO_FIT:
                for fitted, judged in ((rows[::2], rows[1::2]), (rows[1::2], rows[::2])):
                    off = [_line_error(said.channels[:, a], truth.channels[:, a], fitted, judged) for a in axes]
                    errors.append(np.hypot(*off))
    return float(np.median(np.concatenate(errors))) if errors else float("nan")


def _line_error(said: Floats, truth: Floats, fitted: NDArray[np.intp], judged: NDArray[np.intp]) -> Floats:
    x, y = said[fitted] - said[fitted].mean(), truth[fitted] - truth[fitted].mean()
    slope = (x @ y) / max(float(x @ x), 1e-6)
    return np.asarray(slope * (said[judged] - said[fitted].mean()) + truth[fitted].mean() - truth[judged], np.float32)


def _direction(yaw: Floats, pitch: Floats) -> NDArray[np.float64]:
    a, b = np.radians(yaw.astype(np.float64)), np.radians(pitch.astype(np.float64))
    return np.stack([np.sin(a) * np.cos(b), np.sin(b), np.cos(a) * np.cos(b)])


def _closed_auc(said: Said, truth: Truth) -> float:
    """How surely a closed eye reads less open than an open one: 1 always, 0.5 by chance."""
    both = list(columns("lid_openness"))
    known = truth.known[:, both]
    openness, reading = truth.channels[:, both][known], said.channels[:, both][known]
    closed, opened = np.sort(reading[openness < _CLOSED]), reading[openness > _OPEN]
    if not len(closed) or not len(opened):
        return float("nan")
    below = np.searchsorted(closed, opened, "left") + np.searchsorted(closed, opened, "right")
    return float(below.mean() / 2 / len(closed))


def _visible(said: Said, truth: Truth) -> Figures:
    """Eyes that are there and are taken for none, and the share that is noticed of those that are not there."""
    both = list(columns("visible"))
    called_none, there = said.channels[:, both] < DOUBTFUL, truth.channels[:, both] >= 0.5
    return {
        "lost": _ratio(int((called_none & there).sum()), int(there.sum())),
        "noticed": _ratio(int((called_none & ~there).sum()), int((~there).sum())),
    }


def _mean_error(said: Said, truth: Truth, sides: tuple[int, int]) -> float:
    both = list(sides)
    known = truth.known[:, both]
    error = np.abs(said.channels[:, both] - truth.channels[:, both])[known]
    return float(error.mean()) if len(error) else float("nan")


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
