from pathlib import Path

from tests.soak.evening import Plan, run, verdict
from tests.soak.trace import GIVE_UP, KINDS, Fault, Sample, Trace, plot, table


def test_a_short_evening_with_every_fault_once(tmp_path: Path) -> None:
    """How fast it comes back is for the long run to judge: this machine may be busy."""
    trace = run(Plan(seconds=0.0, rest=0.1, lasting=1.0))
    assert trace.errors == []
    assert sorted(fault.kind for fault in trace.faults) == sorted(KINDS)
    assert [fault for fault in trace.faults if not fault.felt] == []
    assert trace.slowest() < GIVE_UP
    threads, handles = trace.leaked()
    assert threads <= 0
    assert handles <= 0
    assert len(table(trace).splitlines()) == len(KINDS) + 2
    plot(trace, tmp_path / "evening.png")
    assert (tmp_path / "evening.png").stat().st_size > 10_000


def evening(growth: float = 0.0, threads: int = 0, handles: int = 0, resumed: float | None = 0.2) -> Trace:
    """An evening of ten samples and of one fault."""
    samples = [Sample(n, 100 + growth * (n >= 8), 8 + threads * (n >= 8), 20, 90, 4) for n in range(10)]
    calm = [samples[0], Sample(10, 100, 8 + threads, 20 + handles, 90, 4)]
    return Trace(samples, [Fault("drop", 1, 2, 3, resumed, 0.5, True)], calm)


def test_the_verdict_names_each_thing_that_is_wrong() -> None:
    assert verdict(evening(growth=4.9)) == []
    assert verdict(evening(growth=5.1)) == ["memory grew by 5.1 MB"]
    assert verdict(evening(threads=1)) == ["1 threads and 0 descriptors were not given back"]
    assert verdict(evening(handles=2)) == ["0 threads and 2 descriptors were not given back"]
    assert verdict(evening(resumed=1.25)) == ["back only 1.25 s after drop at 2 s"]
    assert verdict(evening(resumed=None)) == ["back only 15.00 s after drop at 2 s"]
    trace = evening()
    trace.errors.append("ZeroDivisionError")
    trace.faults.append(Fault("freeze", 3, 5, 6, 0.0, 0.1, False))
    assert verdict(trace) == ["not taken care of: ZeroDivisionError", "nobody noticed: freeze at 5 s"]
