"""Two cameras, one of them, none of them: what comes out is always one row of frames."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from bridge.errors import BridgeError
from bridge.frames import EyeFrame, Image
from bridge.sources.live import Live
from bridge.sources.pairing import HEARTBEAT, Pairing
from bridge.sources.supervisor import Look
from tests.sources.wires import Wire, WireOptions, wait_until

LEFT, RIGHT = 60, 180


@pytest.fixture
def wires() -> tuple[Wire, Wire]:
    return Wire(LEFT), Wire(RIGHT)


@pytest.fixture
def live(wires: tuple[Wire, Wire]) -> Iterator[Live]:
    left, right = wires
    with Live(
        [("left eye", WireOptions(wire=left, eyes="left")), ("right eye", WireOptions(wire=right, eyes="right"))]
    ) as source:
        yield source
    assert (left.open, right.open) == (0, 0)


def eyes(frame: EyeFrame | None) -> tuple[bool, bool]:
    assert frame is not None
    for picture, gray in ((frame.left, LEFT), (frame.right, RIGHT)):
        assert picture is None or abs(float(picture.mean()) - gray) < 3, "each eye is its own camera's"
    return frame.left is not None, frame.right is not None


def read_until(source: Live, condition: Callable[[EyeFrame], bool], seconds: float = 5.0) -> list[EyeFrame]:
    """All frames up to the first one that fulfils the condition."""
    frames: list[EyeFrame] = []
    end = time.monotonic() + seconds
    while not frames or not condition(frames[-1]):
        assert time.monotonic() < end, "no such frame"
        frame = source.read()
        assert frame is not None
        frames.append(frame)
    return frames


def test_two_cameras_are_one_pair(live: Live) -> None:
    frames = read_until(live, lambda frame: frame.index > 30)
    assert [eyes(frame) for frame in frames].count((True, True)) > len(frames) / 2
    assert all(later.time >= earlier.time for earlier, later in itertools.pairwise(frames))
    assert live.rate == 100
    assert live.name == "left eye and right eye"


@pytest.mark.parametrize("lost", [0, 1])
def test_the_other_eye_carries_on(lost: int, live: Live, wires: tuple[Wire, Wire]) -> None:
    read_until(live, lambda frame: eyes(frame) == (True, True))
    wires[lost].mood = "silent"
    alone = (bool(lost), not lost)
    read_until(live, lambda frame: eyes(frame) == alone)
    wait_until(lambda: eyes(live.read()) == alone and live.health()[lost].state == "stalled", "the other eye alone")
    assert live.health()[1 - lost].state == "ok"
    wires[lost].mood = "well"
    read_until(live, lambda frame: eyes(frame) == (True, True))


def test_while_no_camera_gives_anything_frames_without_eyes_come(live: Live, wires: tuple[Wire, Wire]) -> None:
    before = read_until(live, lambda frame: eyes(frame) == (True, True))[-1]
    for wire in wires:
        wire.mood = "absent"
    first = read_until(live, lambda frame: eyes(frame) == (False, False))[-1]
    began = time.monotonic()
    beats = [live.read() for _ in range(15)]
    took = time.monotonic() - began
    assert {eyes(beat) for beat in beats} == {(False, False)}
    assert took >= 14 * HEARTBEAT, "no faster than a heartbeat"
    assert before.index < first.index
    for wire in wires:
        wire.mood = "well"
    read_until(live, lambda frame: eyes(frame) == (True, True))


def test_closing_ends_a_wait_for_good(live: Live, wires: tuple[Wire, Wire]) -> None:
    for wire in wires:
        wire.mood = "silent"
    live.close()
    live.close()
    assert live.read() is None


def test_cameras_are_closed_side_by_side(live: Live, wires: tuple[Wire, Wire]) -> None:
    """Each waits for the other one here: one after the other, both would give up."""
    read_until(live, lambda frame: eyes(frame) == (True, True))
    together = threading.Barrier(2, timeout=5.0)
    for wire in wires:
        wire.mood, wire.closing = "silent", together.wait
    live.close()
    assert not together.broken


def test_at_the_start_one_of_two_is_enough(wires: tuple[Wire, Wire]) -> None:
    wires[0].mood = "absent"
    left, right = (WireOptions(wire=wire, eyes=eye) for wire, eye in zip(wires, ("left", "right"), strict=True))
    with Live([("left eye", left), ("right eye", right)]) as source:
        assert eyes(source.read()) == (False, True)
    wires[1].mood = "absent"
    with pytest.raises(BridgeError) as refused:
        Live([("left eye", left), ("right eye", right)])
    remedy = "gives no pictures: nobody answers; check that it is switched on and that the address is right"
    assert str(refused.value) == f"left eye {remedy}; right eye {remedy}"
    assert (wires[0].open, wires[1].open) == (0, 0)


def test_a_camera_to_wait_for_may_come_later(wires: tuple[Wire, Wire]) -> None:
    wires[0].mood = "absent"
    with WireOptions(wire=wires[0], wait=True, eyes="left").open() as source:
        assert eyes(source.read()) == (False, False)
        assert source.health()[0].state in ("connecting", "gone")
        wires[0].mood = "well"
        assert isinstance(source, Live)
        read_until(source, lambda frame: eyes(frame) == (True, False))


# ---- Pairing alone: time is an argument


def look(time: float, number: int, side: str, period: float = 1 / 90) -> Look:
    picture: Image = np.full((4, 4), number % 256, np.uint8)
    return Look(picture if side == "left" else None, picture if side == "right" else None, time, number, period)


def test_the_lead_stays_where_it_is_until_that_camera_fails() -> None:
    pair, now = Pairing(0.0), 0.0
    right = look(0.0, 0, "right")
    frames = [pair([look(0.0, 0, "left"), right], now)]
    for step in range(1, 180):  # two cameras at 90 Hz, half a period apart; the left one fails after 30 pictures
        now, number = step / 180, step // 2
        if step % 2:
            right = look(now, number, "right")
        frames.append(pair([look(min(number, 30) / 90, min(number, 30), "left"), right], now))
    assert all(frame is None for frame in frames[1:60:2]), "one frame for each picture of the leading camera"
    shown = [frame for frame in frames if frame is not None]
    times, indices = [frame.time for frame in shown], [frame.index for frame in shown]
    assert max(np.diff(times)) < 3.5 / 90, "the other one takes over at once"
    assert (np.diff(indices) > 0).all()
    assert all(frame.right is not None for frame in shown)
    last_seen = max(frame.time for frame in shown if frame.left is not None)
    assert 30 / 90 + 0.08 < last_seen < 30 / 90 + 0.12


def test_the_faster_camera_leads() -> None:
    pair = Pairing(0.0)
    frames = [
        pair([look(step // 3 / 30, step // 3, "left", 1 / 30), look(step / 90, step, "right")], step / 90)
        for step in range(90)
    ]
    assert None not in frames[3:]


def test_a_gap_in_the_numbers_is_a_picture_nobody_took() -> None:
    pair = Pairing(0.0)
    first, second = pair([look(0.0, 0, "left")], 0.0), pair([look(0.05, 4, "left")], 0.05)
    assert first is not None
    assert second is not None
    assert second.index - first.index == 4


def test_a_hiccup_does_not_shut_the_eye_and_a_stale_picture_does() -> None:
    pair = Pairing(0.0)
    assert pair([look(0.0, 0, "left")], 0.0) is not None
    assert pair([look(0.0, 0, "left")], 0.08) is None
    beat = pair([look(0.0, 0, "left")], 0.12)
    assert beat is not None
    assert beat.left is beat.right is None
    assert pair([look(0.0, 0, "left")], 0.12 + HEARTBEAT / 2) is None
    late = pair([look(0.11, 1, "left")], 0.13)
    assert late is not None
    assert late.left is not None
    assert late.time == beat.time == 0.12, "it was on its way when the heartbeat was made: time never runs backwards"
