"""One row of frames from cameras that keep no common time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bridge.frames import EyeFrame
from bridge.sources.supervisor import Look

HEARTBEAT: Final = 1 / 30
"Seconds between frames without any eye, while no camera gives pictures."

_PERIODS: Final = 2.0
"Frame periods after which a camera is late: it no longer leads, and its picture no longer stands for its eye."

_FRESH: Final = 0.1
"Seconds for which a picture stands for its eye at least, so that a hiccup of the network does not shut it."

STALE: Final = 0.5
"Seconds for which a face camera's reading stands for the face at least: it may take a slow machine a part of that."

_FASTER: Final = 1.5
"How many times faster than the leading camera another one must be to take the lead."


class Pairing:
    """Makes a frame whenever the leading camera has a new picture, with the newest of the other one.

    An eye whose camera has given nothing for a while is missing. The lead goes to the other camera when the leading one
    is late or clearly slower. While none gives anything, frames without eyes keep all that comes behind awake.
    """

    def __init__(self, now: float) -> None:
        self._time = now
        self._index = 0
        self._leader = 0
        self._shown: dict[int, int] = {}

    def __call__(self, looks: Sequence[Look | None], now: float) -> EyeFrame | None:
        """The frame that is due at `now`, seconds, of each camera's newest picture; None when none is due."""
        fresh = {
            camera: look for camera, look in enumerate(looks) if look is not None and now - look.time <= _held(look)
        }
        if not fresh:
            return self._frame([], now) if now - self._time >= HEARTBEAT else None
        self._leader = self._lead(fresh, now)
        leading = fresh[self._leader]
        missed = leading.number - self._shown.get(self._leader, leading.number - 1) - 1
        if missed < 0:
            return None
        self._index += missed
        self._shown.update((camera, look.number) for camera, look in fresh.items())
        return self._frame(fresh.values(), leading.time)

    def _lead(self, fresh: Mapping[int, Look], now: float) -> int:
        prompt = [camera for camera, look in fresh.items() if now - look.time <= _PERIODS * look.period] or [*fresh]
        fastest = min(prompt, key=lambda camera: fresh[camera].period)
        stays = self._leader in prompt and fresh[self._leader].period < _FASTER * fresh[fastest].period
        return self._leader if stays else fastest

    def _frame(self, looks: Iterable[Look], time: float) -> EyeFrame:
        """Time never runs backwards, though a picture may have been on its way when a frame without it was made."""
        left = right = face = None
        for look in looks:
            left = look.left if look.left is not None else left
            right = look.right if look.right is not None else right
            face = look.face if look.face is not None else face
        self._time = max(self._time, time)
        frame = EyeFrame(left, right, self._time, self._index, face)
        self._index += 1
        return frame


def _held(look: Look) -> float:
    """Seconds for which a picture stands for its eye or its face."""
    return max(_FRESH if look.face is None else STALE, _PERIODS * look.period)
