"""Results against a recording's truth, in human units."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from rich.table import Table

from bridge.channels import ACTION_UNITS, CHANNELS
from bridge.frames import Result
from bridge.truth import FrameTruth


class Score:
    """Counts frames; where there is a truth, how often the classes were right and how far the channels were off."""

    def __init__(self, truth: Mapping[int, FrameTruth]) -> None:
        self.frames = 0
        self.personalized = 0
        self._truth = truth
        self._units: Counter[tuple[str, str]] = Counter()
        self._emotions: Counter[tuple[str, str]] = Counter()
        self._errors: list[np.ndarray] = []

    @property
    def labelled(self) -> int:
        """Frames with an action unit in the truth."""
        return self._units.total()

    @property
    def action_units(self) -> float:
        """Part of the labelled frames with the right action unit, 0..1."""
        return _right(self._units)

    @property
    def balanced(self) -> float:
        """Mean over the action units of the part of each one's frames that got it right, 0..1."""
        said = {name: self._said_of(name) for name in {true for true, _ in self._units}}
        parts = [guesses[name] / guesses.total() for name, guesses in said.items()]
        return sum(parts) / max(len(parts), 1)

    @property
    def emotions(self) -> float:
        """Part of the frames labelled with an emotion that got the right one, 0..1."""
        return _right(self._emotions)

    def add(self, result: Result) -> None:
        self.frames += 1
        self.personalized += result.personalized
        true, said = self._truth.get(result.index), result.expression
        if true is None:
            return
        if true.action_unit:
            self._units[true.action_unit, said.action_unit] += 1
        if true.emotion:
            self._emotions[true.emotion, said.emotion] += 1
        self._errors.append(np.abs(said.channels - true.channels))

    def table(self) -> Table:
        """A row for each action unit, then emotions, graded channels, gaze and lids."""
        table = Table("against the truth", "frames", "right", "mostly taken for", box=None)
        for unit in ACTION_UNITS:
            said = self._said_of(unit.name)
            total = said.total()
            wrong = max(((count, guess) for guess, count in said.items() if guess != unit.name), default=(0, ""))
            if total:
                other = f"{wrong[1]} {wrong[0] / total:.0%}" if wrong[0] else ""
                table.add_row(f"{unit.facs} {unit.label}", str(total), f"{said[unit.name] / total:.1%}", other)
        table.add_row("all action units", str(self.labelled), f"{self.action_units:.1%}", style="bold")
        table.add_row("mean over the action units", "", f"{self.balanced:.1%}", style="bold")
        table.add_row("emotions", str(self._emotions.total()), f"{self.emotions:.1%}", style="bold")
        for label, sign, match in (("gaze", "°", "gaze"), ("lid openness", "", "lid"), ("other channels", "", "")):
            error = self._error(match)
            table.add_row(label, "", f"{error:.3g}{sign}", "mean absolute error")
        return table

    def _said_of(self, unit: str) -> Counter[str]:
        """What the frames of one action unit were taken for."""
        return Counter({guess: count for (true, guess), count in self._units.items() if true == unit})

    def _error(self, match: str) -> float:
        others = ("gaze", "lid", "pupil", "visible")
        wanted = [
            channel.name.startswith(match) if match else not channel.name.startswith(others) for channel in CHANNELS
        ]
        return float(np.nanmean(np.array(self._errors)[:, wanted]))


def _right(counts: Counter[tuple[str, str]]) -> float:
    return sum(count for (true, guess), count in counts.items() if true == guess) / max(counts.total(), 1)
