"""The mood of the wearer as the light of the scene: slow, calm, and never a strobe.

Eyemotion (section 5.2) changes ambient light and colour with the recognised emotion. Here every emotion has a light of
its own; they are mixed in Oklab (Björn Ottosson, "A perceptual color space for image processing", 2020) by their
smoothed probabilities.

Photosensitive people wear this, so the light is limited whatever comes in. WCAG 2.2, success criterion 2.3.1, counts as
a flash opposing changes of relative luminance by 0.1 or more, or opposing changes of saturated red, (R - G - B) * 320,
by more than 20, and allows three of them (pairs) in a second. Two rules keep us well below:

- Every quantity in `_measures` moves by at most its rate, over at most _LONGEST_STEP seconds a frame. So in any second
  luminance travels at most 0.3 * (1 + 0.1) = 0.33, too little for four changes of 0.1, and red at most 0.22, too little
  for four changes of 20 / 320. A single frame changes luminance by at most 0.03.
- Luminance turns round at most every _TURN_SPACING seconds; until then a light that would turn back holds still. So
  any second holds at most three swings, however small.
"""

import copy
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.channels import EMOTION_NAMES
from bridge.frames import AmbientLight, Vector

Floats = NDArray[np.float64]

_NEUTRAL: Final = np.array([float(name == "neutral") for name in EMOTION_NAMES])

_LUMINANCE: Final = (0.2126, 0.7152, 0.0722)

# Most that each of `_measures`, and the temperature in mired, may move in a second.
_RATES: Final = (0.3, 0.3, 0.3, 0.2, 0.2, 0.5, 0.5, 0.5)
_MIRED_RATE: Final = 60.0
_LONGEST_STEP: Final = 0.1
_TURN_SPACING: Final = 0.5

# Ottosson's matrices: linear sRGB -> cone responses, and their cube roots -> Oklab.
_TO_CONES: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_CONES: Final = np.linalg.inv(_TO_CONES)
_FROM_LAB: Final = np.linalg.inv(_TO_LAB)


class EmotionLight(BaseModel, frozen=True, extra="forbid"):
    """The light of one emotion at its fullest."""

    colour: str = Field(pattern=r"^#[0-9a-fA-F]{6}$", description="Colour of the light, #rrggbb (sRGB)")
    intensity: float = Field(ge=0, le=2, description="Brightness; 1 is the scene's own")
    temperature: float = Field(ge=1000, le=20000, description="Correlated colour temperature, kelvin")


class AmbientOptions(BaseModel, frozen=True, extra="forbid"):
    """How the light of the scene follows the mood. The limit on flashing is not an option."""

    strength: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="How far the light leaves neutral; 0 keeps it neutral",
        json_schema_extra={"slider": [0, 1, 0.05]},
    )
    half_life: float = Field(
        default=1.5,
        ge=0.1,
        le=60,
        description="How slowly the light follows, half-life in seconds",
        json_schema_extra={"slider": [0.1, 10, 0.1]},
    )
    gaze: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="How much of the mood's light goes while gaze is turned from what the emotion wants (averted from "
        "approach, direct in avoidance); 0 leaves gaze out of it",
        json_schema_extra={"slider": [0, 1, 0.05]},
    )
    neutral: EmotionLight = Field(
        default=EmotionLight(colour="#fff1e0", intensity=1.0, temperature=4500), description="Soft white"
    )
    anger: EmotionLight = Field(
        default=EmotionLight(colour="#c21525", intensity=0.8, temperature=2000), description="Deep red"
    )
    surprise: EmotionLight = Field(
        default=EmotionLight(colour="#b9a8ff", intensity=1.4, temperature=8500), description="Bright, cool violet"
    )
    happiness: EmotionLight = Field(
        default=EmotionLight(colour="#ffc45c", intensity=1.2, temperature=3000), description="Warm gold"
    )
    closed_eyes: EmotionLight = Field(
        default=EmotionLight(colour="#2a3a78", intensity=0.3, temperature=10000), description="Dim blue night"
    )


Light = tuple[float, float, float, float, float]
"Linear red, green, blue 0..1, intensity 0..2, temperature in mired."


def _measures(light: Light) -> tuple[float, ...]:
    """What may be seen to swing, in the order of _RATES.

    Luminance and saturated red are measured as emitted and, because a receiver may use either alone, of intensity and
    colour by themselves.
    """
    red, green, blue, intensity, _ = light
    luminance = _LUMINANCE[0] * red + _LUMINANCE[1] * green + _LUMINANCE[2] * blue
    saturated = max(red - green - blue, 0.0)
    return luminance * intensity, luminance, intensity, saturated * intensity, saturated, red, green, blue


class Calm:
    """A light that follows another one, which may do what it likes, under the limit of this module."""

    def __init__(self, light: Light) -> None:
        self.light = light
        self._heading = 0.0
        self._turned = -math.inf
        self._time = math.inf

    def follow(self, target: Light, time: float) -> Light:
        """The light at `time`, seconds: as far on its way to the target as the limit allows since the last call."""
        dt = max(time - self._time, 0.0)
        self._time = time
        self._turned = min(self._turned, time)  # time that runs backwards must not forbid turning for ever
        light = _limited(self.light, target, min(dt, _LONGEST_STEP))
        if self._may_go_to(light):
            self.light = light
        return self.light

    def _may_go_to(self, light: Light) -> bool:
        """False while luminance would turn round too soon after it last did."""
        change = _measures(light)[0] - _measures(self.light)[0]
        if change * self._heading < 0:
            if self._time - self._turned < _TURN_SPACING:
                return False
            self._turned = self._time
        if change:
            self._heading = math.copysign(1.0, change)
        return True


class Ambient:
    """Emotions in, light out; starts at the neutral light."""

    def __init__(self, options: AmbientOptions) -> None:
        lights: list[EmotionLight] = [getattr(options, name) for name in EMOTION_NAMES]
        self._options = options
        self._palette = np.array(
            [[*_oklab(_linear(light.colour)), light.intensity, 1e6 / light.temperature] for light in lights]
        )
        self._mood = _NEUTRAL
        self._calm = Calm(_mixed(self._palette, _NEUTRAL))
        self._time = math.inf

    def with_options(self, options: AmbientOptions) -> "Ambient":
        """The same state under other options: the light glides to its new place under the same limit."""
        other = Ambient(options)
        other._mood, other._calm, other._time = self._mood, copy.copy(self._calm), self._time
        return other

    def __call__(self, emotions: Vector, quality: float, time: float, agreement: float = math.nan) -> AmbientLight:
        """One frame: (5,) probabilities in the order of EMOTIONS, how far they can be trusted 0..1, time in seconds.

        `agreement` is that of gaze with emotion (Signal), -1..1; NaN where it is not known changes nothing.
        """
        dt = max(time - self._time, 0.0)
        self._time = time
        share = quality if math.isnan(agreement) else quality * (1.0 - self._options.gaze * (1.0 - agreement) / 2.0)
        target = share * emotions + (1.0 - share) * _NEUTRAL if share > 0 else _NEUTRAL
        self._mood = target + (self._mood - target) * 0.5 ** (dt / self._options.half_life)
        shown = self._options.strength * self._mood + (1.0 - self._options.strength) * _NEUTRAL
        red, green, blue, intensity, mired = self._calm.follow(_mixed(self._palette, shown), time)
        return AmbientLight(red, green, blue, intensity, 1e6 / mired)


def _limited(light: Light, target: Light, dt: float) -> Light:
    """`light`, moved straight towards `target` as far as dt seconds allow; temperature goes its own way."""
    if dt <= 0:
        return light
    mired = light[4] + min(max(target[4] - light[4], -_MIRED_RATE * dt), _MIRED_RATE * dt)
    before, share = _measures(light), 1.0
    for _ in range(8):  # the measures bend along the way: shorten until they fit, else hold still
        red, green, blue, intensity, _ = (a + share * (b - a) for a, b in zip(light, target, strict=True))
        moved = (red, green, blue, intensity, mired)
        changes = zip(_measures(moved), before, _RATES, strict=True)
        excess = max(abs(after - was) / (rate * dt) for after, was, rate in changes)
        if excess <= 1:
            return moved
        share *= 0.999 / excess
    return light


def _mixed(palette: Floats, probabilities: Floats) -> Light:
    """The light of a mixture: colour in Oklab, temperature in mired, where equal steps look equal."""
    *lab, intensity, mired = (probabilities @ palette).tolist()
    red, green, blue = (_FROM_CONES @ (_FROM_LAB @ np.array(lab)) ** 3).tolist()
    return _unit(red), _unit(green), _unit(blue), intensity, mired


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _linear(colour: str) -> Floats:
    """(3,) linear sRGB 0..1 of '#rrggbb' (IEC 61966-2-1)."""
    encoded = np.array(list(bytes.fromhex(colour[1:]))) / 255.0
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _oklab(colour: Floats) -> Floats:
    return _TO_LAB @ np.cbrt(_TO_CONES @ colour)
