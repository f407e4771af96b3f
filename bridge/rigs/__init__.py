"""Rig tables: readable files that say which channel moves which blendshape, and the one reader that checks them.

`arkit.csv` explains its columns; every other table is written alike.
"""

import csv
import difflib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.blendshapes import ARKIT
from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.errors import BridgeError

Floats = NDArray[np.float64]

# What a row may read, in the order an Expression lays out its three vectors one after another.
INPUTS: Final = (
    *(f"au:{name}" for name in ACTION_UNIT_NAMES),
    *(f"emotion:{name}" for name in EMOTION_NAMES),
    *CHANNEL_NAMES,
)

# Each maps 0..1 to 0..1.
CURVES: Final[dict[str, Callable[[Floats], Floats]]] = {
    "linear": lambda t: t,
    "smooth": lambda t: t * t * (3.0 - 2.0 * t),
    "square": np.square,
    "root": np.sqrt,
}

# A prefix of the channel column, and what it makes of the value x: offset + sign * x.
_PREFIXES: Final = {"1-": (1.0, -1.0), "-": (0.0, -1.0), "": (0.0, 1.0)}

_HEADER: Final = ["channel", "blendshape", "gain", "curve", "low", "high"]


@dataclass(frozen=True, slots=True)
class Row:
    """blendshape += gain * curve(clip01((offset + sign * input - low) / (high - low)))"""

    input: str
    "One of INPUTS."
    offset: float
    sign: float
    blendshape: str
    "One of blendshapes.ARKIT."
    gain: float
    curve: str
    "One of CURVES."
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rig:
    """A checked table."""

    rows: tuple[Row, ...]

    def __add__(self, other: "Rig") -> "Rig":
        """Both tables at once; where they drive the same blendshape their rows add up."""
        return Rig(self.rows + other.rows)


def rig_path(name: str) -> Path:
    """The file of a bundled rig such as 'arkit', or `name` itself when it ends in .csv; else BridgeError."""
    if name.lower().endswith(".csv"):
        return Path(name)
    bundled = {path.stem: path for path in Path(__file__).parent.glob("*.csv")}
    if name not in bundled:
        raise BridgeError(
            f"There is no rig named {name!r}; choose one of {_list(sorted(bundled))}, or give a .csv file."
        )
    return bundled[name]


def load_rig(path: Path) -> Rig:
    """Reads and checks a table. Raises BridgeError, naming file and line, where it is missing, not text or wrong."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise BridgeError(f"Cannot read the rig {path}: {error.strerror or error}; check the path.") from error
    except UnicodeDecodeError as error:
        raise BridgeError(f"The rig {path} is not UTF-8 text; save it as 'CSV UTF-8'.") from error
    written = [
        (number, line)
        for number, line in enumerate(lines, 1)
        if line.strip(" \t,") and not line.lstrip(' "').startswith("#")
    ]
    if not written or _cells(written[0][1]) != _HEADER:
        number = written[0][0] if written else 1
        raise BridgeError(f"{path}, line {number}: the first row must be the header {','.join(_HEADER)}.")
    rows: dict[tuple[str, str], int] = {}
    parsed = []
    for number, line in written[1:]:
        try:
            row = _row(_cells(line))
        except ValueError as error:
            raise BridgeError(f"{path}, line {number}: {error}.") from error
        first = rows.setdefault((_cells(line)[0], row.blendshape), number)
        if first != number:
            raise BridgeError(
                f"{path}, line {number}: {_cells(line)[0]} already drives {row.blendshape} in line {first}; remove one."
            )
        parsed.append(row)
    return Rig(tuple(parsed))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line]))]


def _row(cells: list[str]) -> Row:
    """One checked row. Raises ValueError with the words of what is wrong."""
    if len(cells) != len(_HEADER):
        raise ValueError(f"{len(cells)} values where {len(_HEADER)} belong ({', '.join(_HEADER)})")
    channel, blendshape, gain, curve, low, high = cells
    prefix = next(prefix for prefix in _PREFIXES if channel.startswith(prefix))
    offset, sign = _PREFIXES[prefix]
    row = Row(
        input=_chosen("channel", channel.removeprefix(prefix), INPUTS),
        offset=offset,
        sign=sign,
        blendshape=_chosen("blendshape", blendshape, ARKIT),
        gain=_number("gain", gain),
        curve=_chosen("curve", curve, CURVES),
        low=_number("low", low),
        high=_number("high", high),
    )
    if row.low >= row.high:
        raise ValueError(f"low ({low}) must be less than high ({high}); for a falling channel write -channel")
    return row


def _number(column: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{column} is {text!r}, which is not a number (write 0.5, not 0,5)")
    return number


def _chosen(column: str, text: str, choices: Iterable[str]) -> str:
    if text in (choices := list(choices)):
        return text
    close = difflib.get_close_matches(text, choices, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    raise ValueError(f"there is no {column} {text!r}{hint}; choose one of {_list(choices)}")


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
