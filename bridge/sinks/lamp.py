"""What lamps in the real room have in common: a thread that fades, so that starting and stopping never flash.

The ambient stage limits how its light changes (bridge/ambient.py). A lamp would break that limit by springing on, off,
or back after its connection broke. So it follows the newest light from darkness and returns there before it is left,
under the same limit: about three seconds either way.

Lamps take 8 bits a colour. One of those steps is at most 0.004 of the full luminance where the lamp is linear, and
0.009 where it takes sRGB: far below the 0.1 that counts as a change.
"""

import math
import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from typing import Final

from pydantic import Field

from bridge.ambient import Calm, Light
from bridge.frames import AmbientLight, Result
from bridge.sinks.base import BaseSinkOptions, Sink, Traffic

Colour = tuple[float, float, float]
"Linear red, green, blue 0..1 of what the lamp emits."

_DARK_ENOUGH: Final = 1e-3
_PATIENCE: Final = 12.0
"Seconds that fading out may take at most; the brightest red takes ten."


class LampOptions(BaseSinkOptions, frozen=True, extra="forbid"):
    """Options of every lamp."""

    rate: float = Field(default=25.0, gt=0, le=44, description="Colours a second.")
    brightness: float = Field(
        default=0.7, gt=0, le=1, description="How bright the lamp is for the scene's own brightness; 1 is its fullest."
    )


class Lamp(Sink):
    """Shows the newest ambient light, over and over, from a thread of its own, and fades in and out."""

    def __init__(
        self, name: str, options: LampOptions, traffic: Traffic, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(name, options.model_copy(update={"rate": 0.0}), traffic)
        self._brightness = options.brightness
        self._period = 1 / options.rate
        self._clock = clock
        self._newest: AmbientLight | None = None
        self._calm: Calm | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._shine, name=name, daemon=True)
        self._thread.start()

    def _send(self, result: Result) -> None:
        self._newest = result.light

    @abstractmethod
    def _show(self, colour: Colour, time: float) -> bool:
        """Called in the lamp's thread; False where the lamp cannot be reached now. `time` is the clock's."""

    @abstractmethod
    def _leave(self) -> None:
        """Called in the lamp's thread after the last colour."""

    def close(self) -> None:
        """Returns when the lamp is dark."""
        self._stopping.set()
        self._thread.join()

    def _shine(self) -> None:
        while not self._stopping.wait(self._period):
            if (light := self._newest) is not None:
                self._step((light.red, light.green, light.blue, light.intensity, 1e6 / light.temperature))
        ends = self._clock() + _PATIENCE
        while self._calm is not None and self._calm.light[3] > _DARK_ENOUGH and self._clock() < ends:
            time.sleep(self._period)
            self._step(_dark(self._calm.light))
        self._leave()

    def _step(self, target: Light) -> None:
        now = self._clock()
        calm = self._calm or Calm(_dark(target))
        red, green, blue, intensity, _ = calm.follow(target, now)
        level = intensity * self._brightness
        shown = self._show((_part(red * level), _part(green * level), _part(blue * level)), now)
        self._calm = calm if shown else None  # when it is back it begins dark again


def _dark(light: Light) -> Light:
    red, green, blue, _, mired = light
    return red, green, blue, 0.0, mired


def _part(value: float) -> float:
    return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0
