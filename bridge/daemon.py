"""Start, run, stop: frames from a source through the pipeline to every sink, until the source or the user ends it."""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bridge import profiles, shipped
from bridge.config import Config, adjusted, save_settings, sliders, switched
from bridge.control import Adjust, CaptureNeutral, Command, ForgetNeutral, ResetSettings, SaveSettings, Switch
from bridge.errors import BridgeError
from bridge.frames import Image, Result
from bridge.personalization import Profile
from bridge.pipeline import Pipeline
from bridge.preview import Preview, Status
from bridge.recorder import Tape
from bridge.sources import Source
from bridge.targets import Targets
from bridge.timing import FrameRate, Sections

log = logging.getLogger("eyebridge")

_REPORT_EVERY: Final = 0.25
"Seconds between two reports to the preview and the terminal."


@dataclass(frozen=True, slots=True)
class Started:
    """What runs, for the person who started it."""

    source: str
    targets: list[str]
    preview: str | None
    "Address of the preview page."


@dataclass(frozen=True, slots=True)
class Report:
    """How the daemon is doing: for a terminal line, four times a second."""

    status: Status
    result: Result


class Daemon:
    """Owns all that runs. `run` returns when the source has ended or `stop` was called."""

    def __init__(
        self,
        config: Config,
        open_source: Callable[[], Source],
        *,
        settings_path: Path | None = None,
        record: Path | None = None,
        report: Callable[[Report], None] = lambda report: None,
        started: Callable[[Started], None] = lambda started: None,
    ) -> None:
        """`settings_path` is where "save" stores the sliders; `record` is a new folder that keeps the eye pictures;
        `started` is told once all runs.
        """
        self.config = config
        self.timing = Sections()
        self._open_source = open_source
        self._settings_path = settings_path
        self._record = record
        self._tape = Tape()
        self._report = report
        self._started = started
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._source: Source | None = None
        self._rate = FrameRate()
        self._latency = 0.0
        self._message = ""
        self._shown: tuple[Profile | None, Image | None] = (None, None)
        "The profile whose neutral image the preview has, and that image: the same array as long as it is the same."

    def command(self, command: Command) -> None:
        """Obey between two frames; may be called from any thread."""
        self._commands.put(command)

    def stop(self) -> None:
        """End `run` at once; may be called from any thread or a signal handler."""
        self._stopping.set()
        if self._source is not None:
            self._source.close()

    def run(self, seconds: float | None = None) -> None:
        """Run for so long, or until the source ends or `stop` is called.

        Raises BridgeError when something needed cannot be opened or the source fails for good.
        """
        config = self.config
        with contextlib.ExitStack() as stack:
            pipeline = Pipeline(config, config.network.open(), self.timing)
            self._source = source = stack.enter_context(self._open_source())
            stack.callback(self._tape.close)
            if self._record is not None:
                self._tape.start(self._record, source.rate)
            self._begin_personal(pipeline)
            targets = Targets(dict(config.targets), self.command)
            stack.callback(targets.close)
            preview = self._preview(stack) if config.preview.enabled else None
            self._started(Started(source.name, targets.names, preview.url if preview else None))
            if seconds is not None:
                timer = threading.Timer(seconds, self.stop)
                stack.callback(timer.cancel)
                timer.start()
            self._loop(source, pipeline, targets, preview)

    def _loop(self, source: Source, pipeline: Pipeline, targets: Targets, preview: Preview | None) -> None:
        next_report = 0.0
        while not self._stopping.is_set():
            frame = source.read()
            if frame is None:
                return
            begun = time.perf_counter()
            self._obey(pipeline, targets)
            self._tape.offer(frame)
            collecting = pipeline.capture_progress is not None
            try:
                result = pipeline(frame)
            except BridgeError as error:  # no neutral could be made; the line itself is whole
                self._say(str(error))
                continue
            if collecting and pipeline.capture_progress is None:
                self._say("your neutral image is taken: the avatar now moves from your own resting face")
            with self.timing.section("send"):
                targets.send(result)
            if preview is not None:
                preview.send(result)
            ended = time.perf_counter()
            self.timing.section("end_to_end").add(ended - begun)
            self._latency += 0.05 * (ended - begun - self._latency)
            self._rate.tick(ended)
            if ended >= next_report:
                next_report = ended + _REPORT_EVERY
                status = self._status(source, pipeline, targets)
                self._report(Report(status, result))
                if preview is not None:
                    preview.tell(status)

    def _begin_personal(self, pipeline: Pipeline) -> None:
        options = self.config.personalization
        if options.profile is not None:
            try:
                pipeline.use(profiles.load(options.profile, options.headset, pipeline.profile.neutral.shape))
                self._say(f"profile {options.profile!r} is loaded")
                return
            except BridgeError as error:  # the avatar lives without it; the wearer is told how to get it back
                self._say(str(error))
        if options.automatic:
            self._capture(pipeline, options.seconds)
        elif options.profile is None:
            self._say("running without your neutral image; capture it for a better match")

    def _capture(self, pipeline: Pipeline, seconds: float) -> None:
        pipeline.capture_neutral(seconds)
        self._say("look straight ahead with a relaxed face while your neutral image is taken")

    def _preview(self, stack: contextlib.ExitStack) -> Preview:
        preview = Preview(
            self.config.preview,
            sliders=lambda: sliders(self.config),
            on_command=self.command,
            avatar=shipped.avatar(),
        )
        stack.callback(preview.close)
        preview.start()
        return preview

    def _obey(self, pipeline: Pipeline, targets: Targets) -> None:
        while not self._commands.empty():
            try:
                self._do(self._commands.get_nowait(), pipeline, targets)
            except BridgeError as error:
                self._say(str(error))

    def _do(self, command: Command, pipeline: Pipeline, targets: Targets) -> None:
        match command:
            case CaptureNeutral(seconds):
                self._capture(pipeline, seconds)
            case ForgetNeutral():
                pipeline.forget_neutral()
                self._say("your neutral image is forgotten")
            case Adjust(path, value):
                self.config = adjusted(self.config, path, value)
                pipeline.reconfigure(self.config)
            case Switch(target, on):
                self.config = switched(self.config, target, on)
                targets.switch(target, on)
                self._say(f"{target} is {'on' if on else 'off'}")
            case ResetSettings():
                for slider in sliders(Config()):
                    self.config = adjusted(self.config, slider.path, slider.value)
                pipeline.reconfigure(self.config)
                self._say("every slider is at its default again")
            case SaveSettings():
                self._say(f"settings saved to {save_settings(self.config, self._settings_path)}")

    def _say(self, message: str) -> None:
        self._message = message
        log.info(message)

    def _status(self, source: Source, pipeline: Pipeline, targets: Targets) -> Status:
        if pipeline.profile is not self._shown[0]:
            picture = pipeline.profile.neutral.astype(np.uint8) if pipeline.profile.personal else None
            self._shown = (pipeline.profile, picture)
        cameras = source.health()
        return Status(
            source=source.name,
            fps=self._rate.fps,
            latency_ms=1000.0 * self._latency,
            state=self._message,
            progress=pipeline.capture_progress,
            neutral=self._shown[1],
            dropped=sum(camera.dropped for camera in cameras),
            targets=targets.states(time.monotonic()),
            cameras=cameras,
        )
