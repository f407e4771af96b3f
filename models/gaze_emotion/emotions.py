"""The seven emotions of RAF-DB, and which of them approach and which avoid (paper, section IV C), as one table."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Emotion:
    """A class of the set."""

    number: int
    "RAF-DB's own; what the paper's correlation over seven emotions was computed with."
    name: str
    avoids: bool
    "Avoidance-oriented in the shared signal hypothesis; the others approach."
    colour: str
    "In the figures: Okabe and Ito's, which colour-blind people can tell apart."
    also: tuple[str, ...]
    "Other names that folders have."


EMOTIONS: Final = (
    Emotion(1, "surprise", False, "#e69f00", ("surprised",)),
    Emotion(2, "fear", True, "#56b4e9", ("fearful", "afraid", "scared")),
    Emotion(3, "disgust", True, "#009e73", ("disgusted",)),
    Emotion(4, "happiness", False, "#f0c800", ("happy", "joy")),
    Emotion(5, "sadness", True, "#0072b2", ("sad",)),
    Emotion(6, "anger", False, "#d55e00", ("angry",)),
    Emotion(7, "neutral", False, "#888888", ()),
)

BY_NUMBER: Final = {emotion.number: emotion for emotion in EMOTIONS}
BY_NAME: Final = {word: emotion for emotion in EMOTIONS for word in (emotion.name, *emotion.also, str(emotion.number))}


def number_of(word: str) -> int | None:
    """RAF-DB's number of the emotion that a label or a folder names, by word or by number; None for another."""
    emotion = BY_NAME.get(word.strip().lower())
    return emotion.number if emotion else None
