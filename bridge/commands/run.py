"""eyebridge run: drive avatars from whatever sees the wearer's eyes."""

import webbrowser
from pathlib import Path
from typing import ClassVar

from pydantic import Field
from pydantic_settings import CliPositionalArg

from bridge.commands.base import RIGHT, SOURCE, ConfiguredCommand, chosen_source
from bridge.commands.status import status_line
from bridge.commands.terminal import console, interruptible
from bridge.config import Config
from bridge.daemon import Daemon, Started
from bridge.sources import SourceOptions
from bridge.sources.cameras import CameraChoice, CamerasOptions


class Live(ConfiguredCommand):
    """What `run` and `demo` share: the daemon, its status line, and the preview in a browser."""

    seconds: float | None = Field(None, gt=0.0, description="stop after this many seconds")
    browser: bool = Field(True, description="open the preview page in your browser")
    record: Path | None = Field(None, description="also keep every eye picture in this new recording folder")

    def drive(self, source: SourceOptions, settings: Config) -> int:
        """Run the daemon on this source until it ends, the time is over or the user stops it."""

        def started(running: Started) -> None:
            targets = ", ".join(running.targets) or "nobody"
            console.print(f"reading {running.source}, sending to {targets}; Ctrl-C stops")
            if running.preview is not None:
                console.print(f"preview: {running.preview}")
                if self.browser:
                    webbrowser.open(running.preview)

        with status_line() as report:
            daemon = Daemon(
                settings,
                source.open,
                settings_path=self.config,
                record=self.record,
                report=report,
                started=started,
            )
            with interruptible(daemon.stop):
                daemon.run(self.seconds)
        return 0


class Run(Live):
    """Drive avatars from cameras, a video, a folder of pictures or a recording.

    SOURCE is a camera: an index (0), a serial port (COM3, /dev/ttyACM0), or an address (http://..., rtsp://..., or
    tcp://... for ZeroMQ); or a video file, a folder of pictures, a recording folder. With a camera for each eye, SOURCE
    is the left one and RIGHT the right one. A camera may come and go: the other eye carries on, and it is taken up
    again. Relax and look straight ahead for the first five seconds: they become your neutral image. The preview's
    Cameras page sets up what the network sees; saved there, it is used whenever --personalization.headset names it.

    With --source.kind face, SOURCE is a face camera or a video of a face, and drives all 52 shapes, gaze and the head;
    with --source.eyes beside it, a headset's eye cameras give the eyes and the face camera gives the mouth.

    examples:
      eyebridge run 0                                   first camera, both eyes side by side or one eye
      eyebridge run http://192.168.1.20/ http://192.168.1.21/       an eye camera on the network for each eye
      eyebridge run COM3 --wait                         a camera on a cable that may be plugged in later
      eyebridge run eye.mp4 --rectification.mirror-missing   a video of one eye stands for both
      eyebridge run 0 --targets.vmc.port 39540          VMC to a performer instead of a marionette
      eyebridge run 0 --source.kind face --source.landmarks face_landmarker.task       the whole face from a webcam
    """

    verb: ClassVar[str] = "run"
    origin: CliPositionalArg[str | None] = Field(
        None, alias="SOURCE", description=f"{SOURCE}; without it, the cameras of the settings or the headset"
    )
    right: CliPositionalArg[str | None] = Field(None, description=RIGHT)
    realtime: bool = Field(True, description="play files at their own speed instead of as fast as possible")
    loop: bool = Field(False, description="start files again when they end")
    start: float = Field(0.0, ge=0.0, description="start a file so many seconds after its beginning")
    wait: bool = Field(False, description="start although no camera answers, and wait for it")

    def execute(self) -> int:
        settings = self.worn
        wait = self.wait or (self.origin is None and settings.cameras.wait)
        source = chosen_source(
            settings, self.origin, self.right, realtime=self.realtime, loop=self.loop, start=self.start, wait=wait
        )
        if isinstance(source, CamerasOptions):  # so that they can be saved for the headset
            settings = settings.model_copy(update={"cameras": source})
        elif isinstance(source, CameraChoice):
            settings = settings.model_copy(update={"cameras": CamerasOptions(both=source)})
        return self.drive(source, settings)
