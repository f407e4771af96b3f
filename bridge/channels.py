"""What a network predicts, as tables: action units, emotions and graded channels.

Action units and their FACS codes follow Eyemotion (arXiv 1707.07204), section 3.1; the emotive classes are those of its
Tables 4 and 5. Left and right are always the wearer's own. Nothing in the program indexes these tables by number:
code loops over them, and an exported network carries the same names in its metadata.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ActionUnit:
    """One of the paper's discrete upper-face classes."""

    name: str
    facs: str
    "FACS code; L and R are the wearer's sides."
    label: str
    "The words a person reads."


@dataclass(frozen=True, slots=True)
class Emotion:
    """One of the paper's emotive classes."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A graded quantity; any number of them may be active together."""

    name: str
    unit: str
    "'ratio' (0..1 of the full movement), 'degrees' or 'iris' (pupil diameter over iris diameter)."
    low: float
    high: float
    neutral: float
    "The value of a relaxed face that looks straight ahead."
    meaning: str

    @property
    def side(self) -> str:
        """'left' or 'right': every channel belongs to one of the wearer's eyes."""
        return self.name.rsplit("_", 1)[1]


ACTION_UNITS: Final = (
    ActionUnit("neutral", "AU0", "Neutral"),
    ActionUnit("brow_raise_left", "AU1+2L", "Left Brow Raise"),
    ActionUnit("brow_raise_right", "AU1+2R", "Right Brow Raise"),
    ActionUnit("brow_lower", "AU4", "Brow Lower"),
    ActionUnit("upper_lid_raise", "AU5", "Upper Lid Raise"),
    ActionUnit("squint", "AU44", "Squint"),
    ActionUnit("eyes_closed", "AU43", "Both Eyes Closed"),
    ActionUnit("wink_left", "AU46L", "Left Wink"),
    ActionUnit("wink_right", "AU46R", "Right Wink"),
    ActionUnit("cheek_raise", "AU6", "Cheek Raise"),
)

EMOTIONS: Final = (
    Emotion("neutral", "Neutral"),
    Emotion("anger", "Anger"),
    Emotion("surprise", "Surprise"),
    Emotion("happiness", "Happiness"),
    Emotion("closed_eyes", "Closed Eyes"),
)

ORIENTATIONS: Final = {
    **dict.fromkeys(("neutral", "happiness", "anger", "surprise"), 1.0),
    **dict.fromkeys(("fear", "sadness", "disgust"), -1.0),
}
"""Emotions of approach, 1, and of avoidance, -1, as "Perceive Emotions from Gazes" (section IV.C) sorts its seven. None
of avoidance is among EMOTIONS, and shut eyes are of neither kind."""

SIDES: Final = ("left", "right")

# name, unit, low, high, neutral, meaning: each stands for one channel a side
_PER_SIDE: Final = (
    ("lid_openness", "ratio", 0.0, 1.0, 1.0, "0: lids meet, 1: open as in this person's relaxed face"),
    ("widen", "ratio", 0.0, 1.0, 0.0, "upper lid raised beyond relaxed (AU5)"),
    ("squint", "ratio", 0.0, 1.0, 0.0, "lids tightened (AU44, AU7)"),
    ("brow_inner_up", "ratio", 0.0, 1.0, 0.0, "inner brow raised (AU1)"),
    ("brow_outer_up", "ratio", 0.0, 1.0, 0.0, "outer brow raised (AU2)"),
    ("brow_down", "ratio", 0.0, 1.0, 0.0, "brow lowered and drawn in (AU4)"),
    ("cheek_raise", "ratio", 0.0, 1.0, 0.0, "cheek raised under the eye (AU6)"),
    ("gaze_yaw", "degrees", -45.0, 45.0, 0.0, "eye turned; positive towards the wearer's left"),
    ("gaze_pitch", "degrees", -45.0, 45.0, 0.0, "eye turned; positive up"),
    ("pupil", "iris", 0.0, 1.0, 0.4, "pupil diameter over iris diameter"),
    ("visible", "ratio", 0.0, 1.0, 1.0, "how surely the camera sees an eye at all"),
)

CHANNELS: Final = tuple(
    Channel(f"{name}_{side}", unit, low, high, neutral, meaning)
    for name, unit, low, high, neutral, meaning in _PER_SIDE
    for side in SIDES
)

ACTION_UNIT_NAMES: Final = tuple(unit.name for unit in ACTION_UNITS)
EMOTION_NAMES: Final = tuple(emotion.name for emotion in EMOTIONS)
CHANNEL_NAMES: Final = tuple(channel.name for channel in CHANNELS)
