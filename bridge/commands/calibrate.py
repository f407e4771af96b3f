"""eyebridge calibrate: the wearer's neutral image, and with --guided what their expressions show, kept as a profile."""

import contextlib
import math
from typing import ClassVar, Final

from pydantic import Field
from pydantic_settings import CliPositionalArg
from rich.progress import BarColumn, Progress, TextColumn

from bridge import profiles
from bridge.commands.base import RIGHT, SOURCE, ConfiguredCommand, chosen_source
from bridge.commands.terminal import Typed, console, interruptible
from bridge.errors import BridgeError
from bridge.exercises import NEUTRAL
from bridge.guide import Prompt
from bridge.pipeline import Pipeline
from bridge.sources import Source
from bridge.wearer import Wearer

_COLUMNS: Final = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))


class Calibrate(ConfiguredCommand):
    """Take your neutral image and keep it as a profile.

    Put the headset on, relax your face and look straight ahead until the bar is full; blinks are left out by
    themselves. A profile holds a mean picture of your eyes and stays on this machine; take it again after the headset
    has moved. With --guided you are then asked for ten expressions and to follow a dot, three quarters of a minute in
    all; Enter skips what you cannot do, what shows too little is left out by itself, and the avatar fits you better.
    The page of `eyebridge run` guides you as well, and speaks. To take a profile back: eyebridge profiles undo NAME.

    examples:
      eyebridge calibrate 0 --name me
      eyebridge calibrate 0 --name me --guided
      eyebridge run 0 --personalization.profile me
    """

    verb: ClassVar[str] = "calibrate"
    origin: CliPositionalArg[str] = Field(alias="SOURCE", description=SOURCE)
    right: CliPositionalArg[str | None] = Field(None, description=RIGHT)
    name: str = Field("me", description="name of the profile")
    guided: bool = Field(
        False, description="also ask for some expressions and for the gaze, three quarters of a minute in all"
    )

    def execute(self) -> int:
        profiles.path_of(self.name)  # a name that will not do is said before anybody holds still
        settings = self.worn
        wanted = settings.personalization
        with contextlib.ExitStack() as stack:
            pipeline = Pipeline(settings, settings.network.open())
            source = stack.enter_context(chosen_source(settings, self.origin, self.right, realtime=False).open())
            stack.enter_context(interruptible(source.close))
            if self.guided:
                pipeline.wearer.start_guide()
            else:
                pipeline.wearer.capture_neutral(wanted.seconds)
            _collect(source, pipeline)
        for notice in pipeline.wearer.take_notices():
            console.print(notice, markup=False)
        kept = profiles.path_of(self.name).is_file()
        console.print(f"saved {profiles.save(pipeline.profile, self.name, wanted.headset, wanted.glasses)}")
        source_words = " ".join(filter(None, (self.origin, self.right)))
        console.print(f"use it with: eyebridge run {source_words} --personalization.profile {self.name}")
        if kept:
            console.print(f"take back the one before with: eyebridge profiles undo {self.name}")
        return 0


def _collect(source: Source, pipeline: Pipeline) -> None:
    """Until the calibration that the wearer has begun is over. Raises BridgeError when the source ends before."""
    wearer, typed, asked = pipeline.wearer, Typed(), 0
    if wearer.prompt is not None:
        typed.listen()
    with Progress(*_COLUMNS, console=console) as progress:
        task = progress.add_task(NEUTRAL.prompt, total=1.0)
        while (done := wearer.progress) is not None:
            frame = source.read()
            if frame is None:
                raise BridgeError(f"{source.name} ended before the calibration was done; nothing was saved")
            prompt = wearer.prompt
            if prompt is not None:
                asked = _ask(prompt, asked)
                if list(typed.take()):
                    _skip(wearer, prompt)
                progress.update(task, description=_countdown(prompt))
            pipeline(frame)
            progress.update(task, completed=done)
        progress.update(task, completed=1.0, description="done")


def _ask(prompt: Prompt, asked: int) -> int:
    """Say a step once, when it begins; returns the number of the step that was asked for last."""
    if prompt.number != asked:
        console.print(f"{prompt.number} of {prompt.of}: {prompt.text}", markup=False)
    return prompt.number


def _skip(wearer: Wearer, prompt: Prompt) -> None:
    if prompt.skippable:
        console.print(f"skipped: {prompt.text}", markup=False)
        wearer.skip_step()
    else:
        console.print("this step cannot be skipped: all others count from it", markup=False)


def _countdown(prompt: Prompt) -> str:
    if prompt.holding:
        return f"hold {math.ceil(prompt.seconds)} s" + ("   Enter skips" if prompt.skippable else "")
    return f"get ready {math.ceil(prompt.seconds)} s"
