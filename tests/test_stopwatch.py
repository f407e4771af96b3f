import pytest

from bridge.stopwatch import Stopwatch


def test_time_runs_from_frame_to_frame_and_stands_still_while_paused() -> None:
    watch = Stopwatch()
    assert watch.passed(10.0) == 0.0
    assert watch.passed(10.1) == pytest.approx(0.1)
    watch.pause()
    assert watch.passed(12.0) == 0.0
    assert watch.passed(12.05) == pytest.approx(0.05)


def test_a_stall_counts_for_half_a_second_and_a_jump_back_for_none() -> None:
    watch = Stopwatch()
    watch.passed(0.0)
    assert watch.passed(60.0) == 0.5
    assert watch.passed(1.0) == 0.0
    assert watch.passed(1.1) == pytest.approx(0.1)
