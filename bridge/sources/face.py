"""A face camera, or a video of a face: alone, or beside the eye cameras of a headset.

Pictures go through `bridge.face.reader` in the camera's own thread, so that eyes never wait for a face; what comes out
is small. Beside eye cameras each eye frame carries the newest reading, of which only what a headset leaves free is
kept. Something stored is read in step with the frames' own times instead: the same files give the same frames.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
from pydantic import Field

from bridge.errors import BridgeError
from bridge.frames import EyeFrame, FaceReading
from bridge.fusion import behind_headset
from bridge.health import Health
from bridge.pictures import to_rgb
from bridge.sources.camera import CameraOptions
from bridge.sources.cameras import camera_from
from bridge.sources.capture import URL, Wishes
from bridge.sources.eyes import Picture, View, Viewer
from bridge.sources.live import Live
from bridge.sources.pairing import STALE
from bridge.sources.playback import PlaybackOptions
from bridge.sources.source import Source
from bridge.sources.typed import source_from
from bridge.sources.video import Video, VideoOptions

_NO_LANDMARKS: Final = (
    "a face camera needs a file that finds faces: get MediaPipe's face_landmarker.task from "
    "https://ai.google.dev/edge/mediapipe/solutions/vision/face_landmarker and name it with --source.landmarks"
)


class FaceInput(Wishes, frozen=True, extra="forbid"):
    """A camera that sees the whole face, or what a headset leaves free of it."""

    camera: str = Field(
        default="0", description="Face camera: an index (0), a device path, an address (http://, rtsp://), or a video"
    )
    landmarks: Path | None = Field(
        default=None,
        description="What finds the face: MediaPipe's face_landmarker.task, or any 68-point network (.onnx)",
    )
    network: Path | None = Field(
        default=None,
        description="Face network: face, which ships, or an .onnx of python -m models.deepexp; else landmarks alone",
    )
    model: Path | None = Field(default=None, description="Face model (.npz); else the built-in face")
    eyes: str | None = Field(
        default=None,
        description="Eye cameras beside it, written as SOURCE: they give the eyes, the face camera gives the mouth",
    )
    mirror: bool = Field(default=False, description="The face camera's pictures are mirrored, as in a selfie")
    field_of_view: float = Field(
        default=60.0,
        ge=10,
        le=150,
        description="Horizontal angle of view of the face camera, degrees: for perspective and distances",
    )


class FaceOptions(FaceInput, PlaybackOptions, frozen=True, extra="forbid"):
    """A face camera or a video of a face, alone or beside eye cameras."""

    kind: Literal["face"] = "face"
    wait: bool = Field(default=False, description="Start although no camera answers, and wait for it")

    def open(self) -> Source:
        """Raises BridgeError when a file is missing or wrong, or the camera does not answer."""
        if self.landmarks is None:
            raise BridgeError(_NO_LANDMARKS)
        view = _viewer(self)
        eyes = None if self.eyes is None else _eyes(self)
        try:
            if not _is_video(self.camera):
                camera = self._camera()
                face: Source = Live([(f"face {camera.name}", camera)], wait=self.wait, viewer=lambda _: view)
                return face if eyes is None else EyesAndFace(eyes, face, Newest(face))
            paced = self if eyes is None else self.model_copy(update={"realtime": False, "loop": False})
            video = Video(VideoOptions(path=Path(self.camera), **paced.model_dump(include=_PLAYED)), view)
            video.name = f"face in {video.name}"
            return video if eyes is None else EyesAndFace(eyes, video, InStep(video))
        except BaseException:
            if eyes is not None:
                eyes.close()
            raise

    def _camera(self) -> CameraOptions:
        """OpenCV reads them all: the other drivers give gray pictures. Raises BridgeError for what is no camera."""
        wishes = self.model_dump(include=set(Wishes.model_fields))
        if not (URL.match(self.camera) or isinstance(camera_from(self.camera), CameraOptions)):
            raise BridgeError(
                f"no such face camera or video: {self.camera}; give a camera index (0), an address (rtsp://...) or the "
                "path of a video"
            )
        return CameraOptions(device=self.camera, **wishes)


_PLAYED: Final = set(PlaybackOptions.model_fields)


def _is_video(text: str) -> bool:
    path = Path(text).expanduser()
    return path.is_file() and not text.startswith("/dev/")


def _eyes(options: FaceOptions) -> Source:
    """The eye cameras, or what is stored of eyes. Raises BridgeError."""
    assert options.eyes is not None
    chosen = source_from(options.eyes)
    wanted = options.model_dump(include={*_PLAYED, "wait"})
    return chosen.model_copy(update={name: value for name, value in wanted.items() if hasattr(chosen, name)}).open()


def _viewer(options: FaceInput) -> Viewer:
    """What the face camera's pictures show. Raises BridgeError for a file that is missing or wrong."""
    from bridge.face.reader import FaceReader  # its runtimes cost a second that nobody without a face camera pays

    assert options.landmarks is not None
    read = FaceReader.open(options.landmarks, options.network, options.model, options.field_of_view)

    def view(picture: Picture, time: float) -> View:
        image = to_rgb(picture)
        return None, None, read(np.ascontiguousarray(image[:, ::-1]) if options.mirror else image, time)

    return view


class Newest:
    """The newest reading of a live face camera, taken in a thread of its own."""

    def __init__(self, face: Source) -> None:
        self._face = face
        self._latest: tuple[FaceReading | None, float] = (None, 0.0)
        self._thread = threading.Thread(target=self._run, name=face.name, daemon=True)
        self._thread.start()

    def __call__(self, frame: EyeFrame) -> FaceReading | None:
        """What the face does now, whatever the frame's own time is."""
        reading, arrived = self._latest
        return reading if time.monotonic() - arrived <= STALE else None

    def _run(self) -> None:
        while (frame := self._face.read()) is not None:
            if frame.face is not None:
                self._latest = frame.face, time.monotonic()


class InStep:
    """The readings of something stored, by the time that has passed since its beginning and that of the eyes."""

    def __init__(self, face: Source) -> None:
        self._face = face
        self._next = self._first = face.read()
        self._reading: FaceReading | None = None
        self._began: float | None = None
        self._at = 0.0

    def __call__(self, frame: EyeFrame) -> FaceReading | None:
        """The newest reading that is not later than the frame; None once it is stale."""
        self._began = frame.time if self._began is None else self._began
        passed = frame.time - self._began
        while self._next is not None and self._first is not None and self._next.time - self._first.time <= passed:
            if self._next.face is not None:
                self._reading, self._at = self._next.face, self._next.time - self._first.time
            self._next = self._face.read()
        return self._reading if 0 <= passed - self._at <= STALE else None


class EyesAndFace(Source):
    """Eye frames with what a face camera says at the same moment; the eyes set the pace, and their end is the end."""

    def __init__(self, eyes: Source, face: Source, reading: Callable[[EyeFrame], FaceReading | None]) -> None:
        super().__init__(f"{eyes.name} and {face.name}", eyes.rate)
        self.live, self.total = eyes.live, eyes.total
        self._eyes, self._face, self._reading = eyes, face, reading

    def read(self) -> EyeFrame | None:
        frame = self._eyes.read()
        self.corrupt = self._eyes.corrupt + self._face.corrupt
        if frame is None:
            return None
        reading = self._reading(frame)
        return frame if reading is None else replace(frame, face=behind_headset(reading))

    def health(self) -> tuple[Health, ...]:
        return (*self._eyes.health(), *self._face.health())

    def close(self) -> None:
        self._eyes.close()
        self._face.close()
