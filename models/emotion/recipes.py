"""What emotions look like on people who do not exist: recipes of ARKit movements, and how people differ from them.

The recipes are after EMFACS (Ekman, Friesen) and the action units that Du, Tao and Martinez (PNAS 2014) found in most
people. How hard emotions are to tell apart is set by `Difficulty` alone, and so is the accuracy that any classifier can
have: figures of these people compare features, and say nothing about real people.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from bridge.blendshapes import ARKIT
from bridge.face.emotion import NAMES
from bridge.face.machines import Floats

Recipe = dict[str, float]
"Movements by their ARKit names without side, and how strong each is."

RECIPES: Final[dict[str, tuple[Recipe, ...]]] = {
    "neutral": ({},),
    "anger": (
        {"browDown": 0.8, "eyeSquint": 0.4, "mouthPress": 0.6, "mouthRollLower": 0.3, "mouthRollUpper": 0.2},
        {"browDown": 0.8, "eyeWide": 0.3, "noseSneer": 0.3, "mouthUpperUp": 0.3, "mouthLowerDown": 0.4, "jawOpen": 0.2},
    ),
    "disgust": (
        {"noseSneer": 0.8, "mouthUpperUp": 0.5, "browDown": 0.4, "cheekSquint": 0.4},
        {"noseSneer": 0.5, "mouthFrown": 0.4, "mouthShrugLower": 0.5, "eyeSquint": 0.4, "browDown": 0.3},
    ),
    "fear": (
        {"browInnerUp": 0.7, "browOuterUp": 0.3, "browDown": 0.25, "eyeWide": 0.7, "mouthStretch": 0.6, "jawOpen": 0.2},
        {"browInnerUp": 0.5, "eyeWide": 0.6, "mouthStretch": 0.3, "mouthLowerDown": 0.3, "jawOpen": 0.35},
    ),
    "happiness": (
        {"mouthSmile": 0.7, "cheekSquint": 0.5, "eyeSquint": 0.3},
        {"mouthSmile": 0.8, "cheekSquint": 0.5, "mouthUpperUp": 0.3, "jawOpen": 0.2},
    ),
    "sadness": (
        {"browInnerUp": 0.6, "browDown": 0.2, "mouthFrown": 0.5, "mouthShrugLower": 0.3},
        {"browInnerUp": 0.5, "mouthFrown": 0.3, "eyeLookDown": 0.4, "mouthPress": 0.3},
    ),
    "surprise": (
        {"browInnerUp": 0.8, "browOuterUp": 0.8, "eyeWide": 0.6, "jawOpen": 0.6},
        {"browInnerUp": 0.7, "browOuterUp": 0.7, "eyeWide": 0.4, "jawOpen": 0.2},
    ),
}
"Of each emotion, the ways in which people show it."

_ROWS: Final = {
    stem: [row for row, name in enumerate(ARKIT) if name in (stem, f"{stem}Left", f"{stem}Right")]
    for stem in sorted({stem for recipes in RECIPES.values() for recipe in recipes for stem in recipe})
}


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How people differ from the recipes."""

    weakest: float = 0.5
    "People show emotions with a strength between this"
    strongest: float = 1.1
    uneven: float = 0.3
    "Spread of each movement of an emotion around the recipe's, as a share; a person's own, kept in all their pictures."
    missing: float = 0.1
    "How probably a person does not have a movement of a recipe at all."
    sided: float = 0.15
    "Spread of left against right."
    resting: float = 0.12
    "Most of any movement that is in a person's face at rest; three movements are."
    mixed: float = 0.2
    "Most of another emotion that slips into a picture."
    mislabelled: float = 0.03
    "Share of pictures whose label is another emotion's."


class Actor:
    """How one person shows emotions."""

    def __init__(self, rng: Generator, difficulty: Difficulty) -> None:
        self._rng, self._difficulty = rng, difficulty
        self._rest = np.zeros(len(ARKIT))
        for stem in rng.choice(list(_ROWS), 3, replace=False):
            self._rest[_ROWS[stem]] = rng.uniform(0, difficulty.resting)
        self._strength = rng.uniform(difficulty.weakest, difficulty.strongest)
        self._own = {emotion: self._way(RECIPES[emotion][rng.integers(len(RECIPES[emotion]))]) for emotion in NAMES}

    def _way(self, recipe: Recipe) -> Floats:
        """(52,) a person's own way of a recipe."""
        rng, difficulty = self._rng, self._difficulty
        weights = np.zeros(len(ARKIT))
        for stem, amount in recipe.items():
            if rng.random() >= difficulty.missing:
                rows = _ROWS[stem]
                weights[rows] = amount * rng.normal(1, difficulty.uneven) * rng.normal(1, difficulty.sided, len(rows))
        return weights

    def shows(self, emotion: str) -> Floats:
        """(52,) ARKit weights of one picture."""
        rng = self._rng
        other = str(rng.choice(NAMES))
        strength = self._strength * rng.uniform(0.8, 1.2)
        slipped = rng.uniform(0, self._difficulty.mixed) * self._own[other]
        return np.clip(self._rest + strength * self._own[emotion] + slipped, 0.0, 1.0)


def acted(person: int, seed: int, difficulty: Difficulty, times: int = 2) -> list[tuple[str, str, Floats]]:
    """Of everything one person shows: its label, the emotion it is, and its weights (52,)."""
    rng = np.random.default_rng([seed, person])
    actor = Actor(rng, difficulty)
    shown = []
    for emotion in NAMES * times:
        others = [name for name in NAMES if name != emotion]
        label = str(rng.choice(others)) if rng.random() < difficulty.mislabelled else emotion
        shown.append((label, emotion, actor.shows(emotion)))
    return shown
