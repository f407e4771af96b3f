import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from bridge.frames import AmbientLight
from bridge.sinks.base import Traffic
from bridge.sinks.lamp import Colour, Lamp, LampOptions
from tests.golden import make

RAMP = make.FACES["ramp"]
STEP = 1 / 25


class Shown(Lamp):
    """Keeps what a lamp would show; its time passes by a step a colour, however fast the thread is."""

    def __init__(self, brightness: float = 1.0, reached: Callable[[int], bool] = lambda count: True) -> None:
        self.colours: list[Colour] = []
        self.left = False
        self._reached = reached
        self._enough = threading.Event()
        self._wanted = 1 << 30
        self._ticks = 0
        options = LampOptions(brightness=brightness).model_copy(update={"rate": 5000.0})
        super().__init__("lamp", options, Traffic(), self._now)

    def _now(self) -> float:
        self._ticks += 1
        return self._ticks * STEP

    def _show(self, colour: Colour, time: float) -> bool:
        self.colours.append(colour)
        if len(self.colours) >= self._wanted:
            self._enough.set()
        return self._reached(len(self.colours))

    def _leave(self) -> None:
        self.left = True

    def show(self, light: AmbientLight, colours: int) -> None:
        """Sends a result with this light and waits until so many colours were shown."""
        self._enough.clear()
        self._wanted = len(self.colours) + colours
        self.send(replace(RAMP, light=light))
        assert self._enough.wait(20)


WHITE = AmbientLight(1.0, 1.0, 1.0, 1.0, 6500.0)
RED = AmbientLight(1.0, 0.0, 0.0, 1.0, 2000.0)


def luminance(colour: Colour) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def steps(colours: list[Colour], measure: Callable[[Colour], float]) -> list[float]:
    values = [measure(colour) for colour in colours]
    return [after - before for before, after in pairwise(values)]


@pytest.mark.parametrize("light", [WHITE, RED])
def test_a_lamp_fades_in_and_out_within_the_flash_limit(light: AmbientLight) -> None:
    with Shown() as lamp:
        lamp.show(light, 200)
        full = lamp.colours[-1]
    assert full == pytest.approx((light.red, light.green, light.blue), abs=1e-3)
    assert luminance(lamp.colours[0]) < 0.03
    assert luminance(lamp.colours[-1]) < 0.03
    assert lamp.left
    # two clock readings a colour while it fades out; the ambient stage's own rates
    assert max(map(abs, steps(lamp.colours, luminance))) <= 0.3 * 0.1 + 1e-6
    red = steps(lamp.colours, lambda colour: max(colour[0] - colour[1] - colour[2], 0.0))
    assert max(map(abs, red)) <= 0.2 * 0.1 + 1e-6
    up = [step > 0 for step in steps(lamp.colours, luminance) if abs(step) > 1e-9]
    assert sum(a != b for a, b in pairwise(up)) == 1, "up once and down once"


def test_a_light_that_springs_is_followed_calmly() -> None:
    with Shown() as lamp:
        for n in range(40):
            lamp.show(WHITE if n % 2 else AmbientLight(0.0, 0.0, 0.0, 0.0, 6500.0), 4)
    changes = steps(lamp.colours, luminance)
    assert max(map(abs, changes)) <= 0.3 * 0.1 + 1e-6


def test_brightness_scales_and_too_bright_is_full() -> None:
    with Shown(brightness=0.5) as lamp:
        lamp.show(replace(WHITE, intensity=2.0), 300)
        assert lamp.colours[-1] == pytest.approx((1, 1, 1), abs=1e-3)
        lamp.show(WHITE, 300)
        assert lamp.colours[-1] == pytest.approx((0.5, 0.5, 0.5), abs=1e-3)


def test_a_lamp_that_was_away_begins_dark_again() -> None:
    with Shown(reached=lambda count: not 150 <= count <= 170) as lamp:
        lamp.show(WHITE, 200)
    assert luminance(lamp.colours[148]) > 0.9
    assert luminance(lamp.colours[171]) < 0.03


def test_a_lamp_that_never_saw_a_result_shows_nothing() -> None:
    with Shown() as lamp:
        pass
    assert lamp.left
    assert lamp.colours == []
