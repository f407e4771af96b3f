"""What a recording's frames show, beside the recording: truth.csv.

A line per labelled frame: frame, action_unit, emotion, strength, then a column per channel. An empty field is
unlabelled.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.errors import BridgeError
from bridge.files import write_atomically
from bridge.frames import Vector

TRUTH: Final = "truth.csv"
COLUMNS: Final = ("frame", "action_unit", "emotion", "strength", *CHANNEL_NAMES)

_LARGEST: Final = 1e9


def _unlabelled() -> Vector:
    return np.full(len(CHANNEL_NAMES), np.nan, np.float32)


@dataclass(frozen=True, slots=True)
class FrameTruth:
    """What one frame shows; what nobody labelled is "" or NaN."""

    frame: int
    "The frame's `EyeFrame.index`."
    action_unit: str = ""
    "A name of ACTION_UNITS."
    emotion: str = ""
    "A name of EMOTIONS."
    strength: float = math.nan
    "0..1: how far the action unit is carried out."
    channels: Vector = field(default_factory=_unlabelled)
    "Graded channels in the order of CHANNELS, in each one's own unit."


def write_truth(folder: Path, truths: Iterable[FrameTruth]) -> None:
    """Write the labels of the recording in `folder`. Raises BridgeError when they cannot be saved."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for truth in truths:
        values = (truth.strength, *truth.channels)
        rows.writerow((truth.frame, truth.action_unit, truth.emotion, *map(_spell, values)))
    write_atomically(folder / TRUTH, text.getvalue().encode())


def read_truth(folder: Path) -> dict[int, FrameTruth]:
    """The labels of the recording in `folder` by frame number; empty where it has none.

    Columns may stand in any order and be missing. Raises BridgeError that names the line that is wrong.
    """
    path = folder / TRUTH
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return {truth.frame: truth for truth in _read_rows(file, path)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BridgeError(f"cannot read {path}: {error}") from error


def _read_rows(lines: Iterable[str], path: Path) -> Iterator[FrameTruth]:
    rows = csv.DictReader(lines, restval="")
    unknown = set(rows.fieldnames or ()) - set(COLUMNS)
    if unknown:
        raise BridgeError(f"{path} has columns that mean nothing here: {', '.join(sorted(unknown))}")
    for row in rows:
        try:
            yield _parse(row)
        except ValueError as error:
            raise BridgeError(f"{path}, line {rows.line_num}: {error}") from error


def _parse(row: dict[str, str]) -> FrameTruth:
    if None in row:
        raise ValueError("more fields than columns")
    numbers = [_number(name, row.get(name) or "nan") for name in ("strength", *CHANNEL_NAMES)]
    return FrameTruth(
        frame=int(row.get("frame", "")),
        action_unit=_one_of(ACTION_UNIT_NAMES, row.get("action_unit", "")),
        emotion=_one_of(EMOTION_NAMES, row.get("emotion", "")),
        strength=numbers[0],
        channels=np.array(numbers[1:], np.float32),
    )


def _one_of(names: tuple[str, ...], name: str) -> str:
    if name and name not in names:
        raise ValueError(f"{name!r} is none of {', '.join(names)}")
    return name


def _number(column: str, text: str) -> float:
    """A number that a channel can hold; not-a-number is unlabelled."""
    number = float(text)
    if abs(number) > _LARGEST:
        raise ValueError(f"{column} is {text}, which nothing here can be")
    return number


def _spell(value: float) -> str:
    """The shortest text that reads back as the same number; nothing for NaN."""
    return "" if math.isnan(value) else str(value)
