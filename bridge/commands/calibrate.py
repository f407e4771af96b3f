"""eyebridge calibrate: the wearer's neutral image, and with --guided what their expressions show, kept as a profile."""

import contextlib
from typing import ClassVar

from pydantic import Field
from pydantic_settings import CliPositionalArg
from rich.progress import BarColumn, Progress, TextColumn

from bridge import profiles
from bridge.commands.base import RIGHT, SOURCE, ConfiguredCommand, source_for
from bridge.commands.terminal import console, interruptible
from bridge.errors import BridgeError
from bridge.pipeline import Pipeline


class Calibrate(ConfiguredCommand):
    """Take your neutral image and keep it as a profile.

    Put the headset on, relax your face and look straight ahead until the bar is full; blinks are left out by
    themselves. A profile holds a mean picture of your eyes and stays on this machine; take it again after the headset
    has moved. With --guided you are then asked for ten expressions and to follow a dot, half a minute in all; what you
    cannot do is left out by itself, and the avatar fits you better. To take it back: eyebridge profiles undo NAME.

    examples:
      eyebridge calibrate 0 --name me
      eyebridge calibrate 0 --name me --guided
      eyebridge run 0 --personalization.profile me
    """

    verb: ClassVar[str] = "calibrate"
    source: CliPositionalArg[str] = Field(description=SOURCE)
    right: CliPositionalArg[str | None] = Field(None, description=RIGHT)
    name: str = Field("me", description="name of the profile")
    guided: bool = Field(False, description="also ask for some expressions and for the gaze, half a minute in all")

    def execute(self) -> int:
        profiles.path_of(self.name)  # a name that will not do is said before anybody holds still
        settings, wanted = self.settings, self.settings.personalization
        with contextlib.ExitStack() as stack:
            pipeline = Pipeline(settings, settings.network.open())
            source = stack.enter_context(source_for(self.source, self.right).open())
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
            progress = stack.enter_context(Progress(*columns, console=console))
            stack.enter_context(interruptible(source.close))
            task = progress.add_task("relax, look straight ahead", total=1.0)
            wearer = pipeline.wearer
            if self.guided:
                wearer.start_guide()
            else:
                wearer.capture_neutral(wanted.seconds)
            while (done := wearer.progress) is not None:
                frame = source.read()
                if frame is None:
                    raise BridgeError(f"{source.name} ended before the calibration was done; nothing was saved")
                pipeline(frame)
                prompt = wearer.prompt
                words = "relax, look straight ahead"
                if prompt is not None:
                    words = prompt.text if prompt.holding else f"next: {prompt.text}"
                progress.update(task, completed=done, description=words)
            progress.update(task, completed=1.0)
        for notice in wearer.take_notices():
            console.print(notice, markup=False)
        console.print(f"saved {profiles.save(pipeline.profile, self.name, wanted.headset, wanted.glasses)}")
        source_words = " ".join(filter(None, (self.source, self.right)))
        console.print(f"use it with: eyebridge run {source_words} --personalization.profile {self.name}")
        return 0
