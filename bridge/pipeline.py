"""EyeFrame -> Result: the product in one screen.

Nothing here reads a file or a socket, and time comes in with the frame: the same frames give the same results each
time.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from bridge.ambient import Ambient, AmbientOptions
from bridge.blinks import BlinkDetector, BlinkOptions
from bridge.calibration import NeutralCapture
from bridge.frames import Expression, EyeFrame, EyePair, Image, Result
from bridge.mapping import Mapper, MappingOptions, Relax
from bridge.personalization import PersonalizationOptions, Profile
from bridge.rectification import RectificationOptions, Rectifier
from bridge.smoothing import Smoother, SmoothingOptions
from bridge.timing import Sections
from bridge.visibility import seen_in, trusted


class PipelineOptions(BaseModel, frozen=True, extra="forbid"):
    """Every stage's own options, in the order of the line."""

    rectification: RectificationOptions = RectificationOptions()
    personalization: PersonalizationOptions = PersonalizationOptions()
    smoothing: SmoothingOptions = SmoothingOptions()
    blinks: BlinkOptions = BlinkOptions()
    mapping: MappingOptions = MappingOptions()
    ambient: AmbientOptions = AmbientOptions()


class Predictor(Protocol):
    """What the pipeline needs of a network."""

    @property
    def population_mean(self) -> Image: ...

    def predict(self, difference: NDArray[np.float32], image: NDArray[np.float32]) -> Expression: ...


class Pipeline:
    """The line from two eye pictures to an avatar and its light."""

    def __init__(self, options: PipelineOptions, network: Predictor, timing: Sections | None = None) -> None:
        self.options = options
        self.timing = timing or Sections()
        self.profile = Profile.population(network.population_mean)
        self._network = network
        self._capture: NeutralCapture | None = None
        self._rectify = Rectifier(options.rectification)
        self._smooth = Smoother(options.smoothing)
        self._shut = BlinkDetector(options.blinks)
        self._map = Mapper(options.mapping)
        self._relax = Relax(options.mapping)
        self._shine = Ambient(options.ambient)

    def __call__(self, frame: EyeFrame) -> Result:
        section, time = self.timing.section, frame.time

        with section("rectify"):
            pair = self._rectify(frame)
        with section("network"):
            reading, quality = trusted(self._read(self.profile, pair), pair)
            self._collect(pair, reading)
        with section("smooth"):
            measured = self.profile.relative(reading)
            blink = self._shut(measured, time)
            expression = self._smooth(measured, time)
        with section("map"):
            weights = self._relax(self._map(expression), seen_in(reading), time)
        with section("light"):
            light = self._shine(expression.emotions, quality, time)

        return Result(pair, expression, weights, light, quality, self.profile.personal, blink)

    def _read(self, profile: Profile, pair: EyePair) -> Expression:
        return self._network.predict(profile.difference(pair), pair.pixels.astype(np.float32))

    def use(self, profile: Profile) -> None:
        """Personalize with this profile from the next frame on."""
        self.profile = profile
        self._shut = BlinkDetector(self.options.blinks)  # its idea of "open" belonged to the profile before

    def capture_neutral(self, seconds: float) -> None:
        """Collect the wearer's neutral from the next frame on; a capture under way starts again."""
        self._capture = NeutralCapture(seconds)

    def forget_neutral(self) -> None:
        """Back to the population's mean."""
        self._capture = None
        self.use(Profile.population(self._network.population_mean))

    @property
    def capture_progress(self) -> float | None:
        """0..1 while a neutral is being collected, else None."""
        return self._capture.progress if self._capture else None

    def reconfigure(self, options: PipelineOptions) -> None:
        """Change settings between two frames; every stage keeps what it knows."""
        if options.rectification != self.options.rectification:
            self._rectify = Rectifier(options.rectification)
        self._smooth = self._smooth.with_options(options.smoothing)
        self._shut = self._shut.with_options(options.blinks)
        self._map = self._map.with_options(options.mapping)
        self._relax = self._relax.with_options(options.mapping)
        self._shine = self._shine.with_options(options.ambient)
        self.options = options

    def finish_capture(self) -> None:
        """Make the neutral of what has been collected so far, if a capture is under way.

        Raises BridgeError when no open eye was seen long enough.
        """
        if self._capture is not None:
            capture, self._capture = self._capture, None
            self.use(capture.profile(self._read))

    def _collect(self, pair: EyePair, reading: Expression) -> None:
        """Raises BridgeError when the time is over and no neutral could be made; the capture is over then too."""
        if self._capture is None:
            return
        self._capture.add(pair, reading)
        if self._capture.done:
            self.finish_capture()
