"""eyebridge record: keep eye pictures."""

import contextlib
from pathlib import Path
from typing import ClassVar

from pydantic import Field
from pydantic_settings import CliPositionalArg
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from bridge.commands.base import RIGHT, SOURCE, Command, source_for
from bridge.commands.terminal import console, interruptible
from bridge.recorder import keeping
from bridge.recording import RecordingWriter


class Record(Command):
    """Keep the eye pictures of a source in a recording folder, which every other command can read.

    The pictures are biometric: they go into that folder and nowhere else. Whatever happens, a frame that is on the disk
    stays readable. Avatars stay still meanwhile; to move them too, use: eyebridge run SOURCE --record FOLDER

    examples:
      eyebridge record 0 my-eyes --seconds 60
      eyebridge record http://192.168.1.20/ http://192.168.1.21/ my-eyes       a camera for each eye
      eyebridge analyze my-eyes
    """

    verb: ClassVar[str] = "record"
    source: CliPositionalArg[str] = Field(description=SOURCE)
    right: CliPositionalArg[str | None] = Field(None, description=RIGHT)
    folder: CliPositionalArg[Path] = Field(description="the new recording's folder")
    seconds: float | None = Field(None, gt=0.0, description="stop after this many seconds")
    quality: int | None = Field(
        None, ge=10, le=100, description="keep JPEGs of this quality, a third as large at 90, instead of exact pictures"
    )
    note: str = Field("", description="a line about this recording, kept in it")

    def execute(self) -> int:
        with contextlib.ExitStack() as stack:
            source = stack.enter_context(source_for(self.source, self.right, realtime=False).open())
            writer = stack.enter_context(self._writer(source.rate))
            keep = stack.enter_context(keeping(writer, live=source.live))
            columns = (TextColumn("recording {task.completed} frames"), TimeElapsedColumn(), TextColumn("Ctrl-C ends"))
            progress = stack.enter_context(Progress(*columns, console=console))
            stack.enter_context(interruptible(source.close))
            task = progress.add_task("", total=None)
            first: float | None = None
            while (frame := source.read()) is not None:
                if frame.left is None and frame.right is None:  # no camera gives anything at the moment
                    continue
                first = frame.time if first is None else first
                if self.seconds is not None and frame.time - first >= self.seconds:
                    break
                keep(frame)
                progress.update(task, completed=writer.written)
        if not source.live:  # a recorder says it itself
            console.print(f"{writer.written} frames are in {self.folder}")
        return 0

    def _writer(self, rate: float | None) -> RecordingWriter:
        lossless = self.quality is None
        return RecordingWriter(self.folder, rate, quality=self.quality or 90, lossless=lossless, note=self.note)
