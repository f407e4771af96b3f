"""Start, run, stop: frames from a source through the pipeline to every sink, until the source or the user ends it."""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from bridge import inlets, shipped
from bridge.attendant import Attendant
from bridge.camera_commands import CameraCommand
from bridge.camera_setup import CameraSetup
from bridge.config import Config, adjusted, default_path, save_settings, sliders, switched
from bridge.control import (
    Adjust,
    Command,
    ResetSettings,
    SaveSettings,
    StartRecording,
    StopRecording,
    Switch,
)
from bridge.errors import BridgeError
from bridge.frames import EyeFrame, Image, Result
from bridge.headsets import folder_beside
from bridge.personalization import Profile
from bridge.pipeline import Pipeline
from bridge.preview import Preview, Status
from bridge.prompts import Prompts
from bridge.recorder import Tape, new_folder
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
class _Running:
    """What a run consists of."""

    source: Source
    pipeline: Pipeline
    attendant: Attendant
    targets: Targets
    preview: Preview | None


@dataclass(frozen=True, slots=True)
class Report:
    """How the daemon is doing: for a terminal line, four times a second and at the end."""

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
        self._setup = CameraSetup(
            config.rectification,
            config.cameras,
            config.personalization.headset,
            folder_beside(settings_path or default_path()),
        )
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
            stack.callback(self._setup.close)
            if self._record is not None:
                self._tape.start(self._record, source.rate)
            targets = Targets(dict(config.targets), self.command)
            stack.callback(targets.close)
            prompts = Prompts(config.prompts, targets.say)
            stack.callback(prompts.close)
            attendant = Attendant(pipeline, config.personalization, prompts, self._say)
            attendant.begin()
            stack.enter_context(inlets.opened(config.inlets, self.command))
            preview = self._preview(stack) if config.preview.enabled else None
            self._started(Started(source.name, targets.names, preview.url if preview else None))
            if seconds is not None:
                timer = threading.Timer(seconds, self.stop)
                stack.callback(timer.cancel)
                timer.start()
            self._loop(_Running(source, pipeline, attendant, targets, preview))

    def _loop(self, running: _Running) -> None:
        next_report = 0.0
        status = Status()
        result: Result | None = None
        while not self._stopping.is_set():
            frame = running.source.read()
            if frame is None:
                break
            begun = time.perf_counter()
            self._obey(running)
            self._tape.offer(frame)
            try:
                result = running.pipeline(frame)
            except BridgeError as error:  # no neutral could be made; the line itself is whole
                running.attendant.fail(error)
                continue
            with self.timing.section("send"):
                running.targets.send(result)
            ended = time.perf_counter()
            self.timing.section("end_to_end").add(ended - begun)
            self._latency += 0.05 * (ended - begun - self._latency)
            self._rate.tick(ended)
            running.attendant.follow()
            if ended >= next_report:
                next_report = ended + _REPORT_EVERY
                status = self._status(running)
                self._report(Report(status, result))
            self._show(running, frame, result, status)
        if result is not None:  # a short recording has ended before its next turn
            self._report(Report(self._status(running), result))

    def _show(self, running: _Running, frame: EyeFrame, result: Result, status: Status) -> None:
        """Results and what the guide asks for reach the page with every frame, all else as often as it is reported."""
        if running.preview is not None:
            running.preview.send(result)
            if running.preview.watched:
                running.preview.show(self._setup.view(frame))
            guidance = running.attendant.guidance
            running.preview.tell(status if guidance is status.guide else replace(status, guide=guidance))

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

    def _obey(self, running: _Running) -> None:
        while not self._commands.empty():
            try:
                self._do(self._commands.get_nowait(), running)
            except BridgeError as error:
                self._say(str(error))

    def _do(self, command: Command, running: _Running) -> None:
        if isinstance(command, CameraCommand):
            self._set_up(command, running)
            return
        match command:
            case Adjust(path, value):
                self.config = adjusted(self.config, path, value)
                running.pipeline.reconfigure(self.config)
            case Switch(target, on):
                self.config = switched(self.config, target, on)
                running.targets.switch(target, on)
                self._say(f"{target} is {'on' if on else 'off'}")
            case ResetSettings():
                for slider in sliders(Config()):
                    self.config = adjusted(self.config, slider.path, slider.value)
                running.pipeline.reconfigure(self.config)
                self._say("every slider is at its default again")
            case SaveSettings():
                self._say(f"settings saved to {save_settings(self.config, self._settings_path)}")
            case StartRecording():
                self._tape.start(new_folder(datetime.now()), running.source.rate)
                self._say(f"your eye pictures are being recorded to {self._tape.path}")
            case StopRecording() if self._tape.path:
                self._say(f"the recording is in {self._tape.path}")
                self._tape.stop()
            case StopRecording():
                self._say("nothing is being recorded")
            case _:
                running.attendant.obey(command)

    def _set_up(self, command: CameraCommand, running: _Running) -> None:
        """Cameras as the page wants them; a neutral that was taken with another view of the eyes fits no longer."""
        message = self._setup.obey(command)
        if self._setup.rectification != self.config.rectification:
            self.config = self.config.model_copy(update={"rectification": self._setup.rectification})
            running.pipeline.reconfigure(self.config)
            wearer = running.pipeline.wearer
            if wearer.profile.personal or wearer.progress is not None:
                wearer.forget()
                message = "what the cameras show has changed, so your neutral no longer fits: take it again when done"
        if message:
            self._say(message)

    def _say(self, message: str) -> None:
        self._message = message
        log.info(message)

    def _status(self, running: _Running) -> Status:
        wearer = running.pipeline.wearer
        if failure := self._tape.failed():
            self._say(f"the recording has ended: {failure}")
        if wearer.profile is not self._shown[0]:
            picture = wearer.profile.neutral.astype(np.uint8) if wearer.profile.personal else None
            self._shown = (wearer.profile, picture)
        cameras = running.source.health()
        return Status(
            source=running.source.name,
            fps=self._rate.fps,
            latency_ms=1000.0 * self._latency,
            state=self._message,
            progress=wearer.progress,
            remaining=wearer.remaining,
            neutral=self._shown[1],
            dropped=sum(camera.dropped for camera in cameras),
            targets=running.targets.states(time.monotonic()),
            cameras=cameras,
            guide=running.attendant.guidance,
            guided=wearer.guided,
            undoable=wearer.undoable,
            recorded=self._tape.saved,
        )
