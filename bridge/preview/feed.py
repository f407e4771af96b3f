"""What one page is sent, and how often: numbers as JSON text, pictures as JPEG behind one byte that says which.

A feed never queues: whoever drives it hands over the newest values, and it answers with what the page has not seen yet.
"""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.blendshapes import ARKIT, GROUPS
from bridge.channels import ACTION_UNITS, CHANNELS, EMOTIONS
from bridge.frames import Image, Result
from bridge.guide import Guided
from bridge.health import Health
from bridge.preview import cameras
from bridge.preview.cameras import CameraView
from bridge.preview.guidance import Guidance, asked, outcome

EYES_PERIOD: Final = 1 / 16
"Seconds between two pictures of the eyes: 15 a second, measured against frames that come at 60."
STATUS_PERIOD: Final = 0.1
SLIDERS_PERIOD: Final = 0.5

EYES: Final = b"\x00"
NEUTRAL: Final = b"\x01"

_JPEG_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class Slider:
    """One setting that a person may tune on the page."""

    path: str
    "Dotted name, such as 'smoothing.gaze.beta'; the part before the first dot is its group."
    title: str
    help: str
    value: float
    low: float
    high: float
    step: float


@dataclass(frozen=True, slots=True)
class TargetState:
    """How one target is doing."""

    name: str
    "As in the settings, such as 'vmc'."
    address: str
    "Where it sends, as a person calls it; '' while it is not open."
    on: bool
    "Whether it is switched on."
    packets: float
    "A second."
    bytes: float
    "A second."
    refused: int
    "Packets that the system or the other side refused since it was opened."
    problem: str
    "Why the latest packet was refused, or why it could not be opened; '' where all is well."


@dataclass(frozen=True, slots=True)
class Status:
    """How the daemon is doing, beside its results."""

    source: str = ""
    "Where the eye images come from, in a few words."
    fps: float = 0.0
    "Results per second."
    latency_ms: float = 0.0
    "From frame captured to result ready, milliseconds."
    state: str = ""
    "One sentence for the wearer."
    progress: float | None = None
    "0..1 while a calibration is under way."
    remaining: float | None = None
    "Seconds left of a neutral that is being taken."
    neutral: Image | None = None
    "(h, 2 w) the mean neutral image in use; hand over the same array as long as it is the same image."
    dropped: int = 0
    "Frames lost since the start."
    targets: tuple[TargetState, ...] = ()
    "Every target there is, in the order of the settings."
    cameras: tuple[Health, ...] = ()
    "Every live camera; none while something stored is played."
    guide: Guidance | None = None
    "What the guided calibration asks for now."
    guided: Guided | None = None
    "What the guided calibration has come to, until it is undone."
    undoable: bool = False
    "Whether there is a calibration to undo."
    recorded: int | None = None
    "Frames saved so far of the recording under way; None while there is none."


class Feed:
    """What one page has been sent, so that it gets only what is newer."""

    def __init__(self) -> None:
        self._greeted = False
        self._result: Result | None = None
        self._status: Status | None = None
        self._neutral: Image | None = None
        self._guide: Guidance | None = None
        self._sliders: list[Slider] = []
        self._setup = ""
        self._eyes_at = self._status_at = self._sliders_at = self._cameras_at = -math.inf

    def messages(
        self,
        now: float,
        result: Result | None,
        status: Status,
        sliders: Callable[[], Sequence[Slider]],
        view: CameraView | None = None,
    ) -> Iterator[str | bytes]:
        """The messages that are due at `now` (seconds, monotonic), from the newest values.

        `view` is what the cameras see, for a page that shows them.
        """
        if not self._greeted:
            self._greeted = True
            yield tables()
        if now - self._sliders_at >= SLIDERS_PERIOD:
            self._sliders_at = now
            if (current := list(sliders())) != self._sliders:
                self._sliders = current
                yield _text("sliders", sliders=[asdict(slider) for slider in current])
        if status.guide is not self._guide:  # not held back: eyes follow its target
            self._guide = status.guide
            yield _text("guide", asked=asked(status.guide))
        if status is not self._status and now - self._status_at >= STATUS_PERIOD:
            self._status, self._status_at = status, now
            yield from self._report(status)
        if result is not None and result is not self._result:
            self._result = result
            yield frame(result)
            if now - self._eyes_at >= EYES_PERIOD:
                self._eyes_at = now
                yield EYES + _jpeg(result.pair.pixels)
        if view is None:
            self._setup = ""
        elif now - self._cameras_at >= cameras.PERIOD:
            self._cameras_at = now
            if (setup := cameras.setup(view)) != self._setup:
                self._setup = setup
                yield setup
            yield from cameras.pictures(view)

    def _report(self, status: Status) -> Iterator[str | bytes]:
        if status.neutral is not None and status.neutral is not self._neutral:
            yield NEUTRAL + _jpeg(status.neutral)
        self._neutral = status.neutral
        yield _text(
            "status",
            source=status.source,
            fps=_finite(status.fps),
            latency=_finite(status.latency_ms),
            state=status.state,
            progress=status.progress,
            remaining=status.remaining,
            neutral=status.neutral is not None,
            dropped=status.dropped,
            targets=[asdict(target) for target in status.targets],
            cameras=[_camera(camera) for camera in status.cameras],
            guided=outcome(status.guided),
            undoable=status.undoable,
            recorded=status.recorded,
        )


def _camera(camera: Health) -> dict[str, object]:
    age = None if camera.age is None else _finite(camera.age)
    return asdict(replace(camera, fps=round(camera.fps, 1), age=age))


def tables() -> str:
    """The greeting: the vocabulary, so that the page holds no list of names of its own."""
    return _text(
        "tables",
        action_units=[asdict(unit) for unit in ACTION_UNITS],
        emotions=[asdict(emotion) for emotion in EMOTIONS],
        channels=[asdict(channel) for channel in CHANNELS],
        groups=[{"name": name, "shapes": ARKIT[start:end]} for name, start, end in GROUPS],
    )


def frame(result: Result) -> str:
    """One result's numbers; null stands for what is not known."""
    gaze, light, look, signal = result.weights.gaze, result.light, result.look, result.signal
    face = result.pair.face
    return _text(
        "frame",
        action_units=_rounded(result.expression.action_units),
        emotions=_rounded(result.expression.emotions),
        channels=_rounded(result.expression.channels),
        weights=_rounded(result.weights.blendshapes),
        gaze=[_finite(angle) for angle in (gaze.left_yaw, gaze.left_pitch, gaze.right_yaw, gaze.right_pitch)],
        look=[_finite(part) for part in (look.yaw, look.pitch, look.distance)],
        signal=[_finite(part) for part in (signal.contact, signal.seconds, signal.approach, signal.agreement)],
        light=[_finite(part) for part in (light.red, light.green, light.blue, light.intensity, light.temperature)],
        head=None if math.isnan(result.head.yaw) else [_finite(part) for part in astuple(result.head)],
        face=None if face is None else _finite(face.quality),
        quality=_finite(result.quality),
        personalized=bool(result.personalized),
        blink=bool(result.blink),
        seen=[bool(seen) for seen in result.pair.seen],
        mirrored=[bool(mirrored) for mirrored in result.pair.mirrored],
    )


def _text(kind: str, **values: object) -> str:
    return json.dumps({"type": kind, **values}, separators=(",", ":"), allow_nan=False)


def _rounded(values: NDArray[np.float32]) -> list[float | None]:
    return [_finite(value) for value in values.tolist()]


def _finite(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None


def _jpeg(image: Image) -> bytes:
    return cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY))[1].tobytes()
