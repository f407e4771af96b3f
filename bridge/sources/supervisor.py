"""Keeps one camera going, whatever becomes of it: connects, watches, and starts anew."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bridge.frames import FaceReading, Image
from bridge.health import Health, State
from bridge.sources.chronicle import Chronicle
from bridge.sources.device import Device, Lost, Shot
from bridge.sources.eyes import View, Viewer
from bridge.sources.stillness import Stillness
from bridge.timing import FrameRate

log = logging.getLogger(__name__)

FIRST_PATIENCE: Final = 3.0
"Seconds that a camera may take from the connection to its first picture."

PATIENCE: Final = 0.5
"Seconds beyond two frame periods without a picture after which a camera has stalled."

FROZEN: Final = 0.5
"Seconds of one and the same picture after which a camera is frozen: a sensor's noise never repeats."

_HELD: Final = 5.0
"Seconds that a connection which shows a frozen picture is kept, as the camera may well go on by itself."

_FIRST_RETRY: Final = 0.1
_LAST_RETRY: Final = 0.5
"Seconds between attempts to connect: each wait is twice the one before."

_CLOSE_LIMIT: Final = 0.5
"Seconds that closing may take, so that Ctrl-C is felt at once."

_SAME: Final = "it repeats one and the same picture"
_PROBLEMS: Final[dict[State, str]] = {
    "gone": "is gone",
    "stalled": "has stalled",
    "frozen": "is frozen",
    "garbage": "sends garbage",
}

_PERIODS: Final = (0.002, 1 / 30, 0.25)
"Seconds: the shortest frame period that is believed, the usual one, the longest."


@dataclass(frozen=True, slots=True)
class Look:
    """What one camera saw at a moment."""

    left: Image | None
    "(h, w) uint8 gray picture of the wearer's left eye; None where the camera does not see it."
    right: Image | None
    time: float
    "When the picture arrived, seconds, monotonic."
    number: int
    "Counts the camera's good pictures from 0; a gap is a picture nobody took."
    period: float
    "Seconds from one of its pictures to the next, about."
    face: FaceReading | None = None
    "What a face camera's picture says; None for a camera of eyes, and where no face is before it."


class Trouble(Lost):
    """The camera is there, and yet gives nothing that can be used."""

    def __init__(self, state: State, why: str) -> None:
        super().__init__(why)
        self.state = state


class Supervisor:
    """Has a thread of its own in which all that a camera may do wrong happens; only the newest picture leaves it.

    Args:
        name: what a person calls the camera.
        connect: gives a connection or raises Lost; may take seconds.
        view: what a picture shows; may take its time, as the camera goes on meanwhile.
        ring: called in the supervisor's thread whenever there is news.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[], Device],
        view: Viewer,
        ring: Callable[[], None],
    ) -> None:
        self.name = name
        self.newest: Look | None = None
        self.rate: float | None = None
        "Nominal frames a second, once the camera has said so."
        self.trouble = ""
        "Why no pictures come; '' while they do, and before anything is known."
        self._connect, self._view, self._ring = connect, view, ring
        self._chronicle, self._stillness = Chronicle(name), Stillness()
        self._state: State = "connecting"
        self._remark = ""
        self._rate, self._fps = FrameRate(), 0.0
        self._number = self._expected = 0
        self._untaken = self._dropped = self._corrupt = 0
        self._device: Device | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """Tell the log from now on how the camera is."""
        self._chronicle.begin()

    def take(self, look: Look | None) -> None:
        """Say that this picture is used; those between it and the last one used count as dropped."""
        if look is not None and look.number >= self._expected:
            self._untaken += look.number - self._expected
            self._expected = look.number + 1

    def health(self, now: float) -> Health:
        """How the camera is doing at `now`, seconds, monotonic."""
        look, device, state = self.newest, self._device, self._state
        return Health(
            name=self.name,
            state=state,
            fps=self._fps if state == "ok" else 0.0,
            age=None if look is None else max(now - look.time, 0.0),
            dropped=self._untaken + self._dropped + (device.dropped if device else 0),
            corrupt=self._corrupt + (device.corrupt if device else 0),
            problem=f"{_PROBLEMS[state]}: {self.trouble}" if state in _PROBLEMS else self._remark,
        )

    def close(self) -> None:
        """End the thread and let go of the camera; a second call does nothing."""
        self._closed.set()
        if (device := self._device) is not None:
            device.close()
        self._thread.join(_CLOSE_LIMIT)  # one that waits for a camera's answer ends when that comes

    def _run(self) -> None:
        retry = _FIRST_RETRY
        while not self._closed.is_set():
            before = self.newest
            try:
                self._attend()
            except Trouble as trouble:
                self._suffer(trouble.state, str(trouble))
            except Lost as error:
                self._suffer("gone", str(error))
            except Exception as error:  # the one place where a driver may fail in ways that nobody has thought of
                log.debug("%s", self.name, exc_info=True)
                self._suffer("gone", f"{type(error).__name__}: {error}")
            if self.newest is not before:
                retry = _FIRST_RETRY
            self._closed.wait(retry)
            retry = min(2 * retry, _LAST_RETRY)

    def _attend(self) -> None:
        """One connection, from its beginning to its end. Raises Lost."""
        device = self._connect()
        with contextlib.closing(device):
            self._device = device  # before `closed` is looked at: whoever closes does it the other way round
            self.rate = device.rate or self.rate
            if device.remark != self._remark:
                self._remark = device.remark
                log.warning("%s %s", self.name, self._remark)
            try:
                self._watch(device)
            finally:
                self._device = None
                self._dropped += device.dropped
                self._corrupt += device.corrupt

    def _watch(self, device: Device) -> None:
        """Take pictures until closed. Raises Lost when none come that are any good."""
        began = good = time.monotonic()
        patience = FIRST_PATIENCE
        while not self._closed.is_set():
            shot = _next(device, patience)
            try:
                view = self._view(shot.picture, shot.time)
            except ValueError as error:
                self._corrupt += 1
                if shot.time - good >= patience:
                    raise Trouble("garbage", str(error)) from error
                continue
            good = shot.time
            if self._stillness(shot.picture, good) < FROZEN:
                self._show(view, good)
                patience = PATIENCE + 2 * self._period
            elif good - began < _HELD:
                self._suffer("frozen", _SAME)
            else:
                raise Trouble("frozen", _SAME)

    def _show(self, view: View, now: float) -> None:
        self._rate.tick(now)
        self._fps = self._rate.fps
        left, right, face = view
        self.newest = Look(left, right, now, self._number, self._period, face)
        self._number += 1
        self._state, self.trouble = "ok", ""
        self._chronicle.well(now)
        self._ring()

    def _suffer(self, state: State, why: str) -> None:
        if self._closed.is_set():
            return
        self._state, self.trouble = state, why
        self._rate = FrameRate()
        self._chronicle.lost(f"{_PROBLEMS[state]}: {why}", time.monotonic())
        self._ring()

    @property
    def _period(self) -> float:
        shortest, usual, longest = _PERIODS
        rate = self._fps or self.rate
        return min(max(1 / rate, shortest), longest) if rate else usual


def _next(device: Device, patience: float) -> Shot:
    """The device's next picture. Raises Lost, and Trouble when it is there but sends nothing or nothing whole."""
    corrupt, asked = device.corrupt, time.monotonic()
    try:
        return device.read(patience)
    except Lost as error:
        if time.monotonic() - asked < patience:
            raise
        if device.corrupt > corrupt:
            raise Trouble("garbage", device.damage) from error
        raise Trouble("stalled", f"no picture for {patience:.1f} s") from error
