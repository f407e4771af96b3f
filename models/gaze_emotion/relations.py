"""The paper's Table I: which pictures, which classes, and its numbers.

A gaze is direct or averted by its length projected into the picture (section IV C): dx = -40 sin(yaw), dy = -40
sin(pitch), averted from 10 sqrt(5) on, which is about 34 degrees.

What "correlation" is computed between the paper does not say. It must be Pearson's, of numbers that stand for classes:
the seven emotions by RAF-DB's numbers 1 to 7, or approach and avoidance, against direct and averted. No measure that
comes from chi-squared, Cramer's V say, can be meant: merging seven classes into two can only lower it, but the paper's
rises from 0.0116 to 0.1039 on the same pictures. So the correlation over seven emotions depends on the order in which
RAF-DB numbers them, and means nothing by itself; Cramer's V stands beside it here, which does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.gaze_emotion.emotions import BY_NUMBER, EMOTIONS
from models.gaze_emotion.statistics import DRAWS, Relation, relate

LENGTH: Final = 40.0
THRESHOLD: Final = 10.0 * 5**0.5

_ALL: Final = tuple(emotion.number for emotion in EMOTIONS)


@dataclass(frozen=True, slots=True)
class Faces:
    """N pictures with label and pseudo-gaze."""

    emotion: NDArray[np.int64]
    "(N,) RAF-DB's numbers."
    gaze: NDArray[np.float64]
    "(N, 2) pitch and yaw in radians."
    turned: NDArray[np.float64]
    "(N,) see points.turned; NaN where it is not known."

    def forward(self, limit: float) -> "Faces":
        """Those that are turned forward, as far as is known."""
        keep = self.turned <= limit
        return Faces(self.emotion[keep], self.gaze[keep], self.turned[keep])


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the table is about."""

    words: str
    emotions: tuple[int, ...]
    types: bool
    "Approach against avoidance, instead of one code for each emotion."
    paper: tuple[float | None, float | None]
    "The paper's number over all pictures and over faces turned forward; it does not say which its last two are of."


LINES: Final = (
    Line("Seven emotions and gaze types", _ALL, False, (0.0116, 0.0207)),
    Line("Approach or avoidance and gaze types", _ALL, True, (0.1039, 0.1321)),
    Line("Anger or disgust and gaze types", (6, 3), True, (None, 0.3399)),
    Line("Happiness or sadness and gaze types", (4, 5), True, (None, 0.1118)),
)


def projected(gaze: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) length in the picture of gazes (N, 2) that are LENGTH long."""
    return np.asarray(LENGTH * np.hypot(np.sin(gaze[:, 1]), np.sin(gaze[:, 0])), np.float64)


def averted(gaze: NDArray[np.float64], threshold: float = THRESHOLD) -> NDArray[np.bool_]:
    """(N,) shorter than the threshold is direct."""
    return np.asarray(projected(gaze) >= threshold)


def counted(faces: Faces, emotions: Sequence[int], threshold: float = THRESHOLD) -> NDArray[np.int64]:
    """(k, 2) how many faces of each emotion look at us, and how many away."""
    away = averted(faces.gaze, threshold)
    return np.array([[int(((faces.emotion == n) & (away == gone)).sum()) for gone in (False, True)] for n in emotions])


def related(faces: Faces, line: Line, threshold: float = THRESHOLD, seed: int = 0, draws: int = DRAWS) -> Relation:
    """One line over some faces."""
    counts = counted(faces, line.emotions, threshold)
    codes = np.array(line.emotions, np.float64)
    if line.types:
        avoids = np.array([BY_NUMBER[number].avoids for number in line.emotions])
        counts = np.stack([counts[~avoids].sum(0), counts[avoids].sum(0)])
        codes = np.array([0.0, 1.0])
    return relate(counts, codes, np.random.default_rng(seed), draws)
