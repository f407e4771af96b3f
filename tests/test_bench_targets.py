import io

import numpy as np
import pytest
from rich.console import Console

from bridge.commands.bench_targets import FRAME_RATE, _cost, _Receiver, as_table, moving_face
from bridge.config import TargetsOptions
from bridge.sinks.vrcft import EYETRACKVR


def test_everything_in_the_face_moves_from_frame_to_frame() -> None:
    before, after = moving_face(0.0, 0), moving_face(1 / 90, 1)
    assert (before.weights.blendshapes != after.weights.blendshapes).all()
    assert (before.expression.channels != after.expression.channels).all()
    assert np.isclose(after.expression.action_units.sum(), 1)
    assert before.weights.gaze != after.weights.gaze
    assert before.light != after.light


@pytest.mark.parametrize(("name", "is_osc"), [("native", True), ("eyetrackvr", True), ("livelink", False)])
def test_a_target_is_measured_against_the_same_messages(name: str, is_osc: bool) -> None:
    with _Receiver() as receiver:
        cost = _cost(name, getattr(TargetsOptions(), name), receiver)
    assert (cost.python_osc_us is not None) == (cost.one_by_one_us is not None) == is_osc
    assert cost.frame_us > 0
    packets = len(EYETRACKVR) if name == "eyetrackvr" else 1
    assert cost.packets == pytest.approx(packets * FRAME_RATE, rel=0.1)
    assert cost.bytes <= cost.packets * cost.largest


def test_the_table_has_a_row_for_each_target() -> None:
    cost = {"frame_us": 9.9, "python_osc_us": None, "one_by_one_us": 700.0, "packets": 90, "bytes": 83200, "largest": 0}
    all_ms = {"p50": 0.1, "p95": 0.2, "p99": 0.3}
    figures = {"each": {"vmc": cost}, "all_at_120_hz_ms": all_ms, "all_at_120_hz_work_ms": all_ms}
    screen = Console(file=io.StringIO(), width=120)
    screen.print(as_table(figures))
    assert isinstance(screen.file, io.StringIO)
    rows = [line.split() for line in screen.file.getvalue().splitlines()]
    assert ["vmc", "10", "700", "90", "83.2"] in rows
    assert ["all", "at", "once,", "ms", "p50", "0.10", "p95", "0.20", "p99", "0.30"] in rows
