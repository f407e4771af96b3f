"""Time that runs from frame to frame, and stands still while there is nothing to go by."""

from typing import Final

_LONGEST_FRAME: Final = 0.5
"Seconds that a stalled camera may count for."


class Stopwatch:
    """Adds up the seconds between frames; the first frame after `pause` counts for none."""

    def __init__(self) -> None:
        self._last: float | None = None

    def pause(self) -> None:
        self._last = None

    def passed(self, time: float) -> float:
        """Seconds since the frame before; `time` is this frame's, and may jump."""
        last, self._last = self._last, time
        return 0.0 if last is None else max(0.0, min(time - last, _LONGEST_FRAME))
