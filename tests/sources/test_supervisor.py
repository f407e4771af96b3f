"""One camera through everything that cameras do to people."""

import logging
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from bridge.sources.chronicle import STEADY, Chronicle
from bridge.sources.eyes import EyesOptions, EyeSplitter
from bridge.sources.stillness import Stillness
from bridge.sources.supervisor import FROZEN, Supervisor
from tests.sources.wires import Wire, WireOptions, wait_until


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def camera(wire: Wire, caplog: pytest.LogCaptureFixture) -> Iterator[Supervisor]:
    caplog.set_level(logging.INFO)
    view = EyeSplitter(EyesOptions(eyes="left")).view
    supervisor = Supervisor("left eye camera", WireOptions(wire=wire).connect, view, lambda: None)
    supervisor.begin()
    yield supervisor
    supervisor.close()
    assert wire.open == 0, "every connection is closed"
    assert supervisor.name not in {thread.name for thread in threading.enumerate()}


def state(camera: Supervisor) -> str:
    return camera.health(0.0).state


def test_a_healthy_camera_says_so(wire: Wire, camera: Supervisor) -> None:
    wait_until(lambda: state(camera) == "ok" and camera.health(0.0).fps > 20, "pictures")
    look = camera.newest
    assert look is not None
    assert look.left is not None
    assert look.right is None
    health = camera.health(look.time + 0.25)
    assert health.age is not None
    assert health.age <= 0.25
    assert (health.problem, health.corrupt) == ("", 0)
    assert camera.rate == 100.0
    assert wire.connections == 1


@pytest.mark.parametrize(
    ("mood", "expected", "problem"),
    [
        ("absent", "gone", "is gone: it hung up"),
        ("silent", "stalled", "has stalled: no picture for "),
        ("frozen", "frozen", "is frozen: it repeats one and the same picture"),
        ("garbage", "garbage", "sends garbage: half a picture"),
        ("rubbish", "garbage", "sends garbage: a picture of 1 x 1 pixels"),
        ("broken", "gone", "is gone: ZeroDivisionError: a fault of the driver"),
    ],
)
def test_a_failure_is_one_line_and_so_is_its_end(
    mood: str, expected: str, problem: str, wire: Wire, camera: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    wait_until(lambda: state(camera) == "ok", "pictures")
    wire.mood = mood  # type: ignore[assignment]
    wait_until(lambda: state(camera) == expected, f"it is said to be {expected}")
    health, last = camera.health(0.0), camera.newest
    assert health.problem.startswith(problem)
    assert health.fps == 0
    if expected == "garbage":
        assert health.corrupt > 0
    connections = wire.connections
    if mood != "frozen":  # a connection that shows a frozen picture is kept: it may well go on
        wait_until(lambda: wire.connections > connections, "a new attempt")
    assert camera.newest is last, "nothing of a failing camera leaves"
    wire.mood = "well"
    wait_until(lambda: camera.newest is not last, "pictures again", seconds=5)
    wait_until(lambda: len(caplog.records) >= 2, "a line about its end")
    assert state(camera) == "ok"
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2, lines
    assert lines[0].startswith(f"left eye camera {problem}")
    assert lines[0].endswith("; waiting for it")
    assert lines[1].startswith("left eye camera is back after ")


def test_a_camera_that_comes_late_is_taken_up(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    wire.mood = "absent"
    camera = Supervisor("camera", WireOptions(wire=wire).connect, EyeSplitter(EyesOptions()).view, lambda: None)
    try:
        wait_until(lambda: wire.connections >= 3, "three attempts")
        assert camera.health(0.0).age is None
        assert state(camera) == "gone"
        wire.mood = "well"
        wait_until(lambda: camera.newest is not None, "a picture")
    finally:
        camera.close()


def test_what_a_camera_does_not_heed_is_said_once(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    wire.remark = "does not take gain 3"
    camera = Supervisor("camera", WireOptions(wire=wire).connect, EyeSplitter(EyesOptions()).view, lambda: None)
    try:
        wait_until(lambda: state(camera) == "ok", "pictures")
        assert camera.health(0.0).problem == "does not take gain 3"
        for mood in ("absent", "well"):
            wire.mood = mood
            wait_until(lambda mood=mood: (state(camera) == "ok") == (mood == "well"), mood)  # type: ignore[misc]
    finally:
        camera.close()
    assert caplog.text.count("does not take gain 3") == 1


def test_a_camera_is_refused_in_silence_and_waited_for_aloud(caplog: pytest.LogCaptureFixture) -> None:
    chronicle = Chronicle("camera 0")
    chronicle.lost("is gone: no such port", 1.0)
    assert caplog.records == []
    chronicle.begin()
    assert [record.getMessage() for record in caplog.records] == ["camera 0 is gone: no such port; waiting for it"]


def test_a_flapping_camera_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    chronicle = Chronicle("camera 0")
    chronicle.begin()
    chronicle.well(0.0)
    for turn in range(100):
        chronicle.lost("is gone: unplugged", turn + 0.3)
        chronicle.lost("has stalled: no picture for 0.5 s", turn + 0.6)
        chronicle.well(turn + 0.9)
    told = [record.getMessage() for record in caplog.records]
    assert told[:2] == ["camera 0 is gone: unplugged; waiting for it", "camera 0 is back after 0.9 s"]
    assert len(told) == 7
    assert "comes and goes" in told[-1]
    caplog.clear()
    for second in range(100, 130):
        chronicle.well(float(second))
    assert [record.getMessage() for record in caplog.records] == ["camera 0 is steady again after 100 failures"]
    chronicle.lost("is gone: unplugged", 130.0 + STEADY)
    assert caplog.records[-1].getMessage() == "camera 0 is gone: unplugged; waiting for it", "news again"


def test_a_picture_that_repeats_for_long_is_frozen_and_a_slow_recording_is_not() -> None:
    random = np.random.default_rng(1)
    one, other = random.integers(0, 256, (2, 40, 60, 3), np.uint8)
    stillness = Stillness()
    slow = random.integers(0, 256, (50, 40, 60), np.uint8)
    for number in range(9 * len(slow)):  # 10 pictures a second, sent 90 times a second
        assert stillness(slow[number // 9], number / 90) < 0.12
    assert stillness(one, 10.0) == 0
    assert max(stillness(one.copy(), 10.0 + number / 60) for number in range(1, 60)) > FROZEN
    changed = one.copy()
    changed[20, 30, 1] ^= 1
    assert stillness(changed, 11.0) == 0
    assert stillness(changed, 20.0) == 0, "two pictures are no stillness, however far apart"
    assert stillness(other[:20], 21.0) == 0
