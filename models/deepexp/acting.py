"""What a face does: single moments with any expression, and talk that flows from one to the next.

Weights are (52,) in the order of ARKIT. Moments mix single movements, the prototypes of the basic emotions (EMFACS, as
ARKit shapes) and the mouth of speech, so that no expression comes with another one only.
"""

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from bridge.blendshapes import ARKIT

Floats = NDArray[np.float64]

EMOTIONS: Final[dict[str, dict[str, float]]] = {
    "happy": {"mouthSmile": 0.8, "cheekSquint": 0.6, "eyeSquint": 0.4, "mouthUpperUp": 0.2},
    "sad": {"browInnerUp": 0.8, "browDown": 0.2, "mouthFrown": 0.7, "mouthShrugLower": 0.4},
    "angry": {"browDown": 0.9, "eyeSquint": 0.5, "mouthPress": 0.6, "noseSneer": 0.3, "mouthRollLower": 0.2},
    "surprised": {"browInnerUp": 0.9, "browOuterUp": 0.8, "eyeWide": 0.8, "jawOpen": 0.5},
    "afraid": {"browInnerUp": 0.8, "browDown": 0.3, "eyeWide": 0.7, "mouthStretch": 0.6, "jawOpen": 0.2},
    "disgusted": {"noseSneer": 0.9, "mouthUpperUp": 0.5, "browDown": 0.4, "mouthFrown": 0.3, "eyeSquint": 0.3},
}
_SPEECH: Final[tuple[dict[str, float], ...]] = (
    {"jawOpen": 0.5},
    {"jawOpen": 0.2, "mouthStretch": 0.3, "mouthSmile": 0.2},
    {"mouthFunnel": 0.6, "jawOpen": 0.25},
    {"mouthPucker": 0.7, "jawOpen": 0.1},
    {"mouthClose": 0.1, "mouthPress": 0.3, "mouthRollLower": 0.3, "mouthRollUpper": 0.3},
    {"mouthLowerDown": 0.3, "mouthUpperUp": 0.2, "jawOpen": 0.2},
)
_STEMS: Final = sorted({name.removesuffix("Left").removesuffix("Right") for name in ARKIT} - {"tongueOut"})
_OWN_SIDES: Final = ("jaw", "mouth")
"jawLeft and jawRight are two movements of one jaw, not one movement of two sides."
_GAZE: Final = ("eyeLookUp", "eyeLookDown", "eyeLookIn", "eyeLookOut")


def _rows(stem: str) -> list[int]:
    return [row for row, name in enumerate(ARKIT) if name in (stem, f"{stem}Left", f"{stem}Right")]


_ROWS: Final = {stem: _rows(stem) for stem in _STEMS}
_JAW, _CLOSE = ARKIT.index("jawOpen"), ARKIT.index("mouthClose")


def moment(rng: Generator) -> Floats:
    """(52,) any expression: a tenth are at rest."""
    weights = np.zeros(len(ARKIT))
    if rng.random() < 0.1:
        return _looking(weights, rng)
    if rng.random() < 0.4:
        _add(weights, EMOTIONS[str(rng.choice(list(EMOTIONS)))], rng.uniform(0.2, 1.2), rng)
    if rng.random() < 0.45:
        _add(weights, _SPEECH[rng.integers(len(_SPEECH))], rng.uniform(0.3, 1.5), rng)
    for stem in rng.choice(_STEMS, rng.integers(0, 7), replace=False):
        if stem not in _GAZE:
            _add(weights, {str(stem): float(rng.uniform(0, 1) ** 0.7)}, 1.0, rng)
    return _looking(weights, rng)


def _add(weights: Floats, shapes: dict[str, float], strength: float, rng: Generator) -> None:
    """Both sides alike, more or less; a jaw or mouth that goes sideways goes to one side."""
    for stem, amount in shapes.items():
        rows = _ROWS[stem]
        if stem in _OWN_SIDES:
            rows = [rows[rng.integers(2)]]
        uneven = rng.uniform(0.0, 1.0, len(rows)) if rng.random() < 0.2 else rng.uniform(0.85, 1.0, len(rows))
        weights[rows] += amount * strength * rng.uniform(0.6, 1.1) * uneven


def _looking(weights: Floats, rng: Generator) -> Floats:
    """With a gaze, often with a blink; and as far as a face can go."""
    across, up = rng.normal(0, (0.3, 0.25))
    for side, outwards in (("Left", across), ("Right", -across)):
        weights[ARKIT.index(f"eyeLookOut{side}")] = max(outwards, 0)
        weights[ARKIT.index(f"eyeLookIn{side}")] = max(-outwards, 0)
        weights[ARKIT.index(f"eyeLookUp{side}")] = max(up, 0)
        weights[ARKIT.index(f"eyeLookDown{side}")] = max(-up, 0)
    if rng.random() < 0.2:
        weights[_ROWS["eyeBlink"]] = rng.choice((1.0, rng.uniform(0.2, 1.0)))
    blink = weights[_ROWS["eyeBlink"]]
    weights[_ROWS["eyeWide"]] *= 1 - np.clip(blink, 0, 1)
    weights[_ROWS["mouthFrown"]] *= 1 - np.clip(weights[_ROWS["mouthSmile"]], 0, 1)
    weights[_CLOSE] = min(weights[_CLOSE], weights[_JAW])  # it closes lips over a jaw that is open, no more than that
    return np.clip(weights, 0.0, 1.0)


def talk(rng: Generator, frames: int, rate: float) -> Floats:
    """(frames, 52) a face that moves from moment to moment, a few each second, and blinks; `rate`: frames a second."""
    times = np.cumsum(rng.uniform(0.12, 0.6, int(frames / rate / 0.12) + 3)) - 0.3
    moments = np.stack([moment(rng) for _ in times])
    moments[:, _ROWS["eyeBlink"]] *= 0.3
    moving = PchipInterpolator(times, moments)(np.arange(frames) / rate)
    now = np.arange(frames) / rate
    for begin in np.cumsum(rng.exponential(3.0, int(frames / rate) + 1)):
        lids = np.clip(1 - np.abs(now - begin - 0.1) / 0.1, 0, 1)[:, None]
        rows = _ROWS["eyeBlink"]
        moving[:, rows] = np.maximum(moving[:, rows], lids)
    return np.asarray(np.clip(moving, 0.0, 1.0))
