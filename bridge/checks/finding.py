"""What a check has to say."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    topic: str
    "What was looked at, in a word or two."
    state: Literal["ok", "warning", "problem"]
    "warning: it works, and there is something to know; problem: it will not work like this."
    text: str
    remedy: str = ""
    "What to do about it; '' where all is well."


def ok(topic: str, text: str) -> Finding:
    return Finding(topic, "ok", text)


def warning(topic: str, text: str, remedy: str) -> Finding:
    return Finding(topic, "warning", text, remedy)


def problem(topic: str, text: str, remedy: str) -> Finding:
    return Finding(topic, "problem", text, remedy)
