from collections.abc import Iterator

import numpy as np
import pytest

from bridge.timing import FrameRate, Percentiles, Sections, pack_ratio


def ticking(steps: list[float]) -> Iterator[float]:
    """A clock that shows 0, then what each pass takes, and so on."""
    now = 0.0
    for step in steps:
        yield now
        now += step
        yield now


def test_percentiles_are_those_of_the_latest_passes() -> None:
    passes = [9.0] * 50 + [n / 1000 for n in range(1, 101)]
    clock = ticking(passes)
    sections = Sections(size=100, clock=lambda: next(clock))
    for _ in passes:
        with sections.section("network"):
            pass
    expected = np.percentile(np.arange(1, 101), (50, 95, 99))
    measured = sections.table()["network"]
    assert [measured.p50, measured.p95, measured.p99] == pytest.approx(expected.tolist())
    assert sections.section("network").count == 150


def test_sections_keep_their_order_and_wait_for_a_first_pass() -> None:
    sections = Sections()
    sections.section("rectify").add(0.002)
    sections.section("network")
    sections.section("map").add(0.001)
    assert list(sections.table()) == ["rectify", "map"]
    assert sections.table()["map"] == Percentiles(1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="nothing was measured"):
        sections.section("network").percentiles()


def test_a_pass_that_fails_is_measured_and_still_fails() -> None:
    sections = Sections()
    with pytest.raises(KeyError), sections.section("network"):
        raise KeyError
    assert sections.section("network").count == 1


def test_frame_rate_is_that_of_the_last_second() -> None:
    rate = FrameRate()
    assert rate.fps == 0
    for n in range(300):
        rate.tick(n / 120)
    assert rate.fps == pytest.approx(120)
    for n in range(60):
        rate.tick(2.5 + n / 30)
    assert rate.fps == pytest.approx(30)
    rate.tick(60.0)
    assert rate.fps == 0  # after a pause, one frame says nothing
    rate.tick(60.5)
    assert rate.fps == pytest.approx(2)
    rate.tick(0.0)
    assert rate.fps == 0  # a recording began again


def test_the_pack_ratio_compares_equal_packets() -> None:
    assert pack_ratio() > 0
