"""How strange a face may be: the shipped network on the benchmark, and on unknown people, skins and an unknown head.

The columns are what `python -m models.evaluate NETWORK --data PAIRS --json FILE` measured with the own neutral.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bridge.errors import BridgeError
from models.metrics import Figures

COLUMNS: Final = ("benchmark", "person", "skin", "head")
_WAY: Final = "own neutral"
_GRADED: Final = ("widen", "squint", "brow_inner_up", "brow_outer_up", "brow_down", "cheek_raise")

_MEANING: Final = """\
The benchmark's people wear hmd1 and hmd2, try what they cannot do, and this network has met none of them; blinks
that models.clean lists are left out. Its emotions here count winks and brow raises as neutral: of prompted emotions
alone see table 5. The other columns are of any headset, a fifth of them so close that no brow is in sight.\
"""

# What, the aim, the figure, its format.
_ROWS: Final[tuple[tuple[str, str, Callable[[Figures], float], str], ...]] = (
    ("action units", "≥ 88 %", lambda f: f["action_units"]["accuracy"], "{:.1%}"),
    ("emotions", "≥ 90 %", lambda f: f["emotions"]["accuracy"], "{:.1%}"),
    ("worst person's action units", "≥ 60 %", lambda f: f["people"]["worst"], "{:.1%}"),
    (
        "graded channels, mean error",
        "≤ 0.08",
        lambda f: float(np.mean([f["mean_error"][n] for n in _GRADED])),
        "{:.3f}",
    ),
    ("lid openness, mean error", "≤ 0.06", lambda f: f["mean_error"]["lid_openness"], "{:.3f}"),
    ("gaze, median, degrees", "≤ 2.5", lambda f: f["gaze_degrees"]["median"], "{:.1f}"),
    ("pairs", "", lambda f: f["pairs"], "{:.0f}"),
)


def section(files: Sequence[Path]) -> str:
    """The table, of one file for each of COLUMNS. Raises BridgeError when one is no file of `models.evaluate`."""
    lines = [
        "## The network that ships and the aims, own neutral: the benchmark, and three kinds of strangeness",
        "",
        "| | aim | benchmark | unknown people | unknown skins | unknown head |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    found = [_read(file) for file in files]
    for what, aim, figure, form in _ROWS:
        lines.append(f"| {what} | {aim} | " + " | ".join(form.format(figure(each)) for each in found) + " |")
    _, people, _, head = (each["action_units"]["accuracy"] for each in found)
    lines += [
        "",
        _MEANING,
        "",
        f"The unknown head is {100 * (head - people):+.1f} points from the known one's people (aim: within 8).",
        "",
    ]
    return "\n".join(lines)


def _read(file: Path) -> Figures:
    try:
        figures: Figures = json.loads(file.read_text("utf-8"))[_WAY]
        for _, _, figure, _ in _ROWS:
            figure(figures)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BridgeError(f"{file} holds no figures of models.evaluate --json ({error}); measure again") from error
    return figures
