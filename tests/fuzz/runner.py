"""Feeds one reader many inputs and watches: other exceptions than documented, time, memory."""

import faulthandler
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import psutil

from tests.fuzz.mutation import mutated
from tests.fuzz.targets import Target

SLOW: Final = 2.0
"Seconds of computing on one input that count as a hang that happened to end."
GROWTH: Final = 48.0
"Megabytes that a whole run may add to what the process held after a tenth of its inputs."

_HANG: Final = 300
"Seconds for a batch of inputs after which the process ends itself and shows where it was."
_BATCH: Final = 200
_MOST_FINDINGS: Final = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not happen, and the input that makes it happen again."""

    number: int
    what: str


@dataclass(slots=True)
class Summary:
    """What a run saw."""

    target: str
    seed: int
    inputs: int = 0
    refused: int = 0
    "Inputs that were turned away with the documented exception."
    slowest: float = 0.0
    "Seconds of computing on the slowest input."
    growth: float = 0.0
    "Megabytes between a tenth of the run and its end."
    peak: float = 0.0
    "Megabytes the process held at most."
    seconds: float = 0.0
    findings: dict[str, Finding] = field(default_factory=dict)
    "By the place in the code, so that one mistake is listed once."

    def __str__(self) -> str:
        row = (
            f"{self.target:18} {self.inputs:>9} inputs {self.refused / max(self.inputs, 1):4.0%} refused "
            f"{len(self.findings):2} found  slowest {1000 * self.slowest:6.1f} ms  "
            f"grew {self.growth:5.1f} MB  peak {self.peak:4.0f} MB  {self.seconds:5.0f} s"
        )
        found = (
            f"  {finding.what}\n    again with: python -m tests.fuzz {self.target} --seed {self.seed} "
            f"--number {finding.number}"
            for finding in self.findings.values()
        )
        return "\n".join((row, *found))


def run(
    name: str, target: Target, inputs: int, seed: int = 0, progress: Callable[[Summary], None] = lambda _: None
) -> Summary:
    """Feed the target so many inputs; `progress` hears of every few hundred."""
    seeds = tuple(target.seeds())
    assert seeds, f"{name} has no good input to begin with"
    summary, process = Summary(name, seed), psutil.Process()
    began, settled = time.monotonic(), process.memory_info().rss
    for number in range(inputs):
        if number % _BATCH == 0:
            faulthandler.dump_traceback_later(_HANG, exit=True)
            progress(summary)
        if number == inputs // 10:
            settled = process.memory_info().rss
        _feed(target, mutated(seeds, seed, number), number, summary)
        if len(summary.findings) >= _MOST_FINDINGS:
            break
    faulthandler.cancel_dump_traceback_later()
    summary.seconds = time.monotonic() - began
    summary.growth = (process.memory_info().rss - settled) / 1e6
    summary.peak = _peak(process)
    if summary.growth > GROWTH:
        summary.findings["memory"] = Finding(0, f"memory grew by {summary.growth:.0f} MB over the whole run")
    return summary


def _feed(target: Target, data: bytes, number: int, summary: Summary) -> None:
    summary.inputs += 1
    begun = time.thread_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            target.read(data)
    except target.refuses:
        summary.refused += 1
    except Exception as error:  # any exception at all is what we are here for
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {at.filename}:{at.lineno}"
        summary.findings.setdefault(where, Finding(number, f"{where}: {str(error)[:200]}"))
    took = time.thread_time() - begun
    summary.slowest = max(summary.slowest, took)
    if took > SLOW:
        summary.findings.setdefault("slow", Finding(number, f"{took:.1f} s for {len(data)} bytes"))


def _peak(process: psutil.Process) -> float:
    """Megabytes the process held at most so far."""
    if sys.platform == "win32":
        return float(process.memory_info().peak_wset) / 1e6
    import resource

    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / 1e6 if sys.platform == "darwin" else largest / 1e3
