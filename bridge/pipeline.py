"""EyeFrame -> Result: the product in one screen.

Nothing here reads a file or a socket, and time comes in with the frame: the same frames give the same results each
time.
"""

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from bridge.ambient import Ambient, AmbientOptions
from bridge.binocular import Binocular, BinocularOptions
from bridge.blinks import BlinkDetector, BlinkOptions
from bridge.face.stress import StressOptions
from bridge.frames import Expression, EyeFrame, EyePair, FaceReading, Image, Result, Weights
from bridge.fusion import Fusion, FusionOptions
from bridge.head_pose import HeadOptions, HeadPose
from bridge.mapping import Mapper, MappingOptions, Relax
from bridge.personalization import PersonalizationOptions, Profile
from bridge.rectification import RectificationOptions, Rectifier
from bridge.shared_signal import SharedSignal, SharedSignalOptions
from bridge.slip import UpkeepOptions
from bridge.smoothing import Smoother, SmoothingOptions
from bridge.timing import Sections
from bridge.visibility import Returning, seen_in, trusted
from bridge.wearer import Wearer


class PipelineOptions(BaseModel, frozen=True, extra="forbid"):
    """Every stage's own options, in the order of the line."""

    rectification: RectificationOptions = RectificationOptions()
    face: FusionOptions = FusionOptions()
    personalization: PersonalizationOptions = PersonalizationOptions()
    upkeep: UpkeepOptions = UpkeepOptions()
    smoothing: SmoothingOptions = SmoothingOptions()
    blinks: BlinkOptions = BlinkOptions()
    mapping: MappingOptions = MappingOptions()
    head: HeadOptions = HeadOptions()
    binocular: BinocularOptions = BinocularOptions()
    shared_signal: SharedSignalOptions = SharedSignalOptions()
    ambient: AmbientOptions = AmbientOptions()
    stress: StressOptions = StressOptions()


class Predictor(Protocol):
    """What the pipeline needs of a network."""

    @property
    def population_mean(self) -> Image: ...

    def predict(self, difference: NDArray[np.float32], image: NDArray[np.float32]) -> Expression: ...


class Pipeline:
    """The line from two eye pictures, a face camera's reading or both to an avatar and its light."""

    def __init__(self, options: PipelineOptions, network: Predictor, timing: Sections | None = None) -> None:
        self.options = options
        self.timing = timing or Sections()
        self._network = network
        self._rectify = Rectifier(options.rectification)
        self._returning = Returning()
        self._fuse = Fusion(options.face)
        population = Profile.population(network.population_mean)
        self.wearer = Wearer(options.upkeep, population, self._read, self._forget_lids)
        self._smooth = Smoother(options.smoothing)
        self._shut = BlinkDetector(options.blinks)
        self._map = Mapper(options.mapping)
        self._relax = Relax(options.mapping)
        self._hold = HeadPose(options.head)
        self._look = Binocular(options.binocular)
        self._signal = SharedSignal(options.shared_signal)
        self._shine = Ambient(options.ambient)
        self._stress = options.stress.open()

    def __call__(self, frame: EyeFrame) -> Result:
        """Raises BridgeError when a calibration has ended with nothing to show for it; the line itself is whole."""
        section, time = self.timing.section, frame.time

        with section("rectify"):
            pair = self._rectify(frame)
        with section("network"):
            profile = self.profile
            reading, quality = self._predict(profile, pair, live=True)
        with section("personalize"):
            self.wearer.observe(pair, reading)
            measured = profile.personalized(reading)
        with section("smooth"):
            blink = self._shut(measured, time)
            expression = self._smooth(measured, time)
        with section("map"):
            weights = self._relax(self._map(expression), (*seen_in(reading), pair.face is not None), time)
            head = self._hold(profile.head(pair.face), time)
        with section("look"):
            look = self._look(expression, blink, time)
            signal = self._signal(look, expression.emotions, time)
        with section("light"):
            light = self._shine(expression.emotions, quality, time, signal.agreement)

        stress = self._strain(pair.face, time)
        return Result(pair, expression, weights, light, quality, profile.personal, blink, look, signal, head, stress)

    def _predict(self, profile: Profile, pair: EyePair, live: bool = False) -> tuple[Expression, float]:
        """`live`: not a pair of a moment ago, which a calibration reads again."""
        reading = self._network.predict(profile.difference(pair), pair.pixels.astype(np.float32))
        returning = self._returning(reading, pair) if live else (False, False)
        face, seen = pair.face, trusted(reading, pair, returning)
        if face is None:
            return seen
        return self._fuse(*seen, face, profile)

    def _strain(self, face: FaceReading | None, time: float) -> float:
        """The slow stress channel, 0..1; NaN where it is off or knows nothing."""
        if self._stress is None:
            return math.nan
        told = None if face is None else self._stress.reads(face)
        return self._stress(told, time, 0.0 if face is None else face.quality)

    def _read(self, profile: Profile, pair: EyePair) -> Expression:
        return self._predict(profile, pair)[0]

    @property
    def profile(self) -> Profile:
        """The one in use."""
        return self.wearer.profile

    @property
    def exemplar(self) -> Weights | None:
        """What the avatar shows as the example while the guide asks for something, else None."""
        prompt = self.wearer.prompt
        return None if prompt is None else self._map(prompt.exemplar)

    def reconfigure(self, options: PipelineOptions) -> None:
        """Change settings between two frames; every stage keeps what it knows."""
        if options.rectification != self.options.rectification:
            self._rectify = Rectifier(options.rectification)
        self.wearer.configure(options.upkeep)
        self._smooth = self._smooth.with_options(options.smoothing)
        self._shut = self._shut.with_options(options.blinks)
        self._fuse = self._fuse.with_options(options.face)
        self._map = self._map.with_options(options.mapping)
        self._relax = self._relax.with_options(options.mapping)
        self._hold = self._hold.with_options(options.head)
        self._look = self._look.with_options(options.binocular)
        self._signal = self._signal.with_options(options.shared_signal)
        self._shine = self._shine.with_options(options.ambient)
        if self._stress is not None:
            self._stress = self._stress.with_options(options.stress)
        self.options = options

    def _forget_lids(self) -> None:
        self._shut = BlinkDetector(self.options.blinks)  # its idea of "open" belonged to the profile before

    # the wearer's own verbs, for those who hold a pipeline

    def use(self, profile: Profile) -> None:
        self.wearer.use(profile)

    def capture_neutral(self, seconds: float) -> None:
        self.wearer.capture_neutral(seconds)

    def finish_capture(self) -> None:
        self.wearer.finish()

    def forget_neutral(self) -> None:
        self.wearer.forget()

    @property
    def capture_progress(self) -> float | None:
        return self.wearer.progress
