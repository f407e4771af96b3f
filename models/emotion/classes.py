"""The classes that the five sets label faces with, and every word, letter and number they use for them.

Numbers up to 7 are RAF-DB's; the 15 compound emotions are CFEE's (Du, Tao, Martinez: "Compound facial expressions of
emotion", PNAS 2014), of which RAF-DB has eleven.
"""

from typing import Final

from bridge.face.emotion import CONTEMPT, NAMES
from models.gaze_emotion.emotions import BY_NUMBER, number_of

_COMPOUND: Final = (
    *("happily surprised", "happily disgusted", "sadly fearful", "sadly angry", "sadly surprised", "sadly disgusted"),
    *("fearfully angry", "fearfully surprised", "angrily surprised", "angrily disgusted", "disgustedly surprised"),
    *("fearfully disgusted", "appalled", "hatred", "awed"),
)
"RAF-DB's eleven in its own order, then what CFEE has beside them."

_BASIC: Final = {number: emotion.name for number, emotion in BY_NUMBER.items()}
CLASSES: Final = _BASIC | dict(enumerate((CONTEMPT, *_COMPOUND), len(_BASIC) + 1))
NUMBERS: Final = {name: number for number, name in CLASSES.items()}
COMPOUND: Final = frozenset(NUMBERS[name] for name in _COMPOUND)
ORDER: Final = (*(NUMBERS[name] for name in NAMES), NUMBERS[CONTEMPT], *sorted(COMPOUND))
"In which tables and models have them."

_RAF_NUMBERS: Final = {str(number): name for number, name in enumerate(_COMPOUND[:11], 1)}
_CONTEMPT: Final = (CONTEMPT, "contemptuous")
_PLAIN: Final = {"".join(name.split()): NUMBERS[name] for name in _COMPOUND}

KDEF: Final = {
    "AF": "fear",
    "AN": "anger",
    "DI": "disgust",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}
CK: Final = ("neutral", "anger", CONTEMPT, "disgust", "fear", "happiness", "sadness", "surprise")
"By CK+'s number."


def class_of(word: str) -> int | None:
    """The number of the class that a word names: happy, Sadness, contemptuous, Happily_Surprised; None for another."""
    word = word.strip().lower()
    if word in _CONTEMPT:
        return NUMBERS[CONTEMPT]
    return number_of(word) or _PLAIN.get("".join(letter for letter in word if letter.isalpha()))


def raf_compound(word: str) -> int | None:
    """The number of the class that RAF-DB's compound part calls by a number from 1 to 11; None for another."""
    name = _RAF_NUMBERS.get(word.strip())
    return None if name is None else NUMBERS[name]
