"""What was seen in an evening: samples of the daemon's process, faults and what each cost; as a table and drawn."""

import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

KINDS: Final = (
    *("drop", "stall", "garbage", "freeze", "power", "receiver", "clock", "asleep"),
    *(("disk",) if sys.platform != "win32" else ()),  # Windows has no limit on file sizes to fill a disk with
)
"What goes wrong; the first four are a camera's own and hit one eye, the other one or both."

GIVE_UP: Final = 15.0
"Seconds after a fault's end after which nothing will come any more."


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that went wrong; times are seconds since the evening began."""

    kind: str
    eyes: int
    "Bits of the eyes whose camera it hit; 0 for other things."
    began: float
    ended: float
    resumed: float | None
    "Seconds from its end to the first frame with both eyes; None when none came."
    gap: float
    "Longest time without any frame between its beginning and the resumption, seconds."
    felt: bool
    "Whether it showed: a fault that nobody noticed proves nothing."


@dataclass(frozen=True, slots=True)
class Sample:
    """How the daemon's process is doing."""

    time: float
    rss_mb: float
    threads: int
    handles: int
    "Descriptors of files, sockets and pipes; handles on Windows."
    fps: float
    "Frames that have come with both eyes since the sample before."
    latency_ms: float


@dataclass(slots=True)
class Trace:
    """What was seen in an evening."""

    samples: list[Sample] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    calm: list[Sample] = field(default_factory=list)
    "One before each fault and one at the end, when all is well."
    errors: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def growth_mb(self) -> float:
        """From the median of the second fifth to that of the last one."""
        fifth = max(1, len(self.samples) // 5)
        parts = (self.samples[fifth : 2 * fifth], self.samples[-fifth:])
        first, last = (statistics.median(sample.rss_mb for sample in part) for part in parts)
        return last - first

    def leaked(self) -> tuple[int, int]:
        """(threads, descriptors) at the end beyond those after the first round; beyond the start for a single round."""
        round_of_all = len(self.kinds)
        first, last = self.calm[round_of_all if len(self.calm) > round_of_all + 1 else 0], self.calm[-1]
        return last.threads - first.threads, last.handles - first.handles

    @property
    def kinds(self) -> list[str]:
        """What went wrong at least once, in the order of KINDS."""
        return [kind for kind in KINDS if any(fault.kind == kind for fault in self.faults)]

    def slowest(self) -> float:
        """Seconds to the slowest resumption."""
        return max(GIVE_UP if fault.resumed is None else fault.resumed for fault in self.faults)


def table(trace: Trace) -> str:
    """A line for each kind of fault, and one for the process."""
    rows = [f"{'fault':10}{'times':>6}{'felt':>6}{'back after, s: median':>24}{'slowest':>9}{'longest gap, s':>16}"]
    for kind in trace.kinds:
        met = [fault for fault in trace.faults if fault.kind == kind]
        times = [GIVE_UP if fault.resumed is None else fault.resumed for fault in met]
        felt, gap = sum(fault.felt for fault in met), max(fault.gap for fault in met)
        rows.append(f"{kind:10}{len(met):6}{felt:6}{statistics.median(times):24.3f}{max(times):9.3f}{gap:16.3f}")
    memory = [sample.rss_mb for sample in trace.samples]
    threads, handles = trace.leaked()
    rows.append(
        f"{trace.calm[-1].time / 60:.1f} minutes, {len(trace.errors)} failures; memory {memory[-1]:.1f} MB, grown by "
        f"{trace.growth_mb():.1f} MB, {max(memory):.1f} MB at most; {trace.calm[-1].threads} threads ({threads:+}), "
        f"{trace.calm[-1].handles} descriptors ({handles:+})"
    )
    return "\n".join(rows)


def plot(trace: Trace, path: Path) -> None:
    """Draw the evening; the file's ending says the format."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((14, 9), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(5, 1, sharex=True)
    minutes = [sample.time / 60 for sample in trace.samples]
    lines = {
        "memory, MB": [sample.rss_mb for sample in trace.samples],
        "both eyes, frames/s": [sample.fps for sample in trace.samples],
        "delay, ms": [sample.latency_ms for sample in trace.samples],
        "threads, descriptors": [(sample.threads, sample.handles) for sample in trace.samples],
    }
    colours = {kind: f"C{number}" for number, kind in enumerate(KINDS)}
    for axis, (name, values) in zip(axes, lines.items(), strict=False):
        axis.plot(minutes, values, color="black", linewidth=0.7)
        axis.set_ylabel(name)
        for fault in trace.faults:
            axis.axvspan(fault.began / 60, fault.ended / 60, color=colours[fault.kind], alpha=0.3, linewidth=0)
    for kind, colour in colours.items():
        met = [fault for fault in trace.faults if fault.kind == kind and fault.resumed is not None]
        axes[-1].plot(
            [f.ended / 60 for f in met], [f.resumed for f in met], "o", color=colour, label=kind, markersize=4
        )
    axes[-1].set(ylabel="back after, s", xlabel="minutes", ylim=(0, None))
    axes[-1].legend(ncols=len(KINDS), loc="upper center", fontsize="small")
    figure.savefig(path, dpi=110)
