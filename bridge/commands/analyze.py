"""eyebridge analyze: any source to a CSV, a row for each frame."""

import contextlib
import csv
import math
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final, TextIO

import numpy as np
from pydantic import Field
from pydantic_settings import CliPositionalArg
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bridge import profiles
from bridge.blendshapes import ARKIT
from bridge.blinks import find_blinks
from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.commands.base import RIGHT, SOURCE, ConfiguredCommand, chosen_source
from bridge.commands.score import Score
from bridge.commands.terminal import console, interruptible
from bridge.errors import BridgeError
from bridge.files import cannot_write, write_atomically
from bridge.frames import Result
from bridge.pipeline import Pipeline
from bridge.sources import Source, SourceOptions
from bridge.truth import read_truth

COLUMNS: Final = (
    *("frame", "time", "quality", "left_seen", "right_seen", "personalized", "blink", "action_unit", "emotion"),
    *(f"au_{name}" for name in ACTION_UNIT_NAMES),
    *(f"emotion_{name}" for name in EMOTION_NAMES),
    *CHANNEL_NAMES,
    *ARKIT,
)


class Analyze(ConfiguredCommand):
    """Write what the eyes do to a CSV: a row for each frame, as fast as this machine can.

    Columns: frame number, time in seconds, quality 0..1, which eyes are seen, blink, the most probable action unit and
    emotion, every probability, every graded channel in its own unit (empty while that eye is not seen), every
    blendshape weight: what an avatar would get, smoothing included. The neutral image comes from the first seconds of a
    file, which are then read again with it, so that every row is personalized; --no-personalization.automatic leaves
    it out. A recording that holds its truth is scored against it. Blinks are counted with a look at the whole trace:
    the column `blink` says what was known at that moment.

    examples:
      eyebridge analyze eyes.mp4 --out eyes.csv
      eyebridge analyze my-eyes > eyes.csv
      eyebridge analyze eye.mp4 --rectification.mirror-missing --out eye.csv
    """

    verb: ClassVar[str] = "analyze"
    origin: CliPositionalArg[str] = Field(alias="SOURCE", description=SOURCE)
    right: CliPositionalArg[str | None] = Field(None, description=RIGHT)
    out: Path | None = Field(None, description="the CSV file; standard output without it")
    blinks_out: Path | None = Field(None, description="also write the blinks to this CSV: start, end, depth")
    seconds: float | None = Field(None, gt=0.0, description="stop after this many seconds of the source")

    def execute(self) -> int:
        options = chosen_source(self.settings, self.origin, self.right, realtime=False)
        with contextlib.ExitStack() as stack:
            pipeline = self._pipeline(options)
            source = stack.enter_context(options.open())
            stack.enter_context(interruptible(source.close))
            table = csv.writer(stack.enter_context(self._stream()), lineterminator="\n")
            score = Score(read_truth(Path(self.origin))) if options.kind == "recording" else Score({})
            table.writerow(COLUMNS)
            times, openness = array("d"), array("d")
            for result in self._results(source, pipeline):
                table.writerow(_row(result))
                score.add(result)
                times.append(result.time)
                openness.append(more_open(result))
        if not score.frames:
            raise BridgeError(f"{source.name} has no readable frame")
        blinks = find_blinks(np.array(times), np.array(openness), self.blinks)
        if self.blinks_out is not None:
            rows = [f"{blink.start:.6f},{blink.end:.6f},{blink.depth:.4f}" for blink in blinks]
            write_atomically(self.blinks_out, "\n".join(["start,end,depth", *rows, ""]).encode())
        damaged = f"; {source.corrupt} more could not be read" if source.corrupt else ""
        console.print(f"{score.frames} frames analyzed, {score.personalized} of them personalized{damaged}")
        console.print(f"{len(blinks)} blinks")
        if score.labelled:
            console.print(score.table())
        return 0

    def _pipeline(self, options: SourceOptions) -> Pipeline:
        """A pipeline that knows the wearer, if it can: from a profile, or from the first seconds of a file."""
        settings, wanted = self.worn, self.personalization
        network = settings.network.open()
        pipeline = Pipeline(settings, network)
        if wanted.profile is not None:
            shape = pipeline.profile.neutral.shape
            pipeline.use(profiles.load(wanted.profile, wanted.headset, shape, wanted.glasses))
        elif wanted.automatic:
            pipeline.capture_neutral(wanted.seconds)
            with options.open() as source:
                if source.live:  # nobody can look at a camera's first seconds twice
                    return pipeline
                try:
                    while not pipeline.profile.personal and (frame := source.read()) is not None:
                        pipeline(frame)
                    pipeline.finish_capture()
                except BridgeError as error:
                    console.print(f"not personalized: {error}")
            profile = pipeline.profile
            pipeline = Pipeline(settings, network)
            pipeline.use(profile)
        return pipeline

    def _results(self, source: Source, pipeline: Pipeline) -> Iterator[Result]:
        columns = (TextColumn("analyzing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("", total=source.total)
            first: float | None = None
            while (frame := source.read()) is not None:
                first = frame.time if first is None else first
                if self.seconds is not None and frame.time - first >= self.seconds:
                    return
                yield pipeline(frame)
                progress.advance(task)

    @contextlib.contextmanager
    def _stream(self) -> Iterator[TextIO]:
        if self.out is None:
            yield sys.stdout
            return
        try:
            with self.out.open("w", encoding="utf-8", newline="") as stream:
                yield stream
        except OSError as error:
            raise cannot_write(self.out, error) from error


def more_open(result: Result) -> float:
    """Lid openness of the eye that is more open, so that a wink is no blink; NaN while no eye is seen."""
    return float(np.fmax(result.expression["lid_openness_left"], result.expression["lid_openness_right"]))


def _row(result: Result) -> list[object]:
    face = result.expression
    numbers = (*face.action_units, *face.emotions, *face.channels, *result.weights.blendshapes)
    seen, flags = result.seen, (result.personalized, result.blink)
    return [
        *(result.index, f"{result.time:.6f}", f"{result.quality:.4f}", *map(int, seen), *map(int, flags)),
        *(face.action_unit, face.emotion),
        *("" if math.isnan(number) else f"{number:.5g}" for number in numbers),
    ]
