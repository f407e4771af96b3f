"""How a camera is doing, in words and numbers that a page and a terminal can show as they are."""

from dataclasses import dataclass
from typing import Literal

State = Literal["connecting", "ok", "gone", "stalled", "frozen", "garbage"]
"connecting: nothing was heard of it yet; stalled: no picture comes; frozen: the same comes again and again."


@dataclass(frozen=True, slots=True)
class Health:
    """One camera at one moment."""

    name: str
    "What a person calls it, such as 'left eye camera 0'."
    state: State
    fps: float
    "Pictures a second over the last second; 0 while none come."
    age: float | None
    "Seconds since its newest good picture; None before the first."
    dropped: int
    "Good pictures nobody took in time, since the start."
    corrupt: int
    "Pictures that came damaged, since the start."
    problem: str
    "What is wrong, to be read after the name ('is gone: ...'); '' where all is well."
