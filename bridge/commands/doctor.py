"""eyebridge doctor: what is wrong, and what to do about it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar, Final

from pydantic import Field
from pydantic_settings import CliPositionalArg
from rich.console import Console
from rich.text import Text

from bridge.checks import Finding, eyes, face, machine, ports, prompts
from bridge.commands.base import RIGHT, SOURCE, Command, chosen_source
from bridge.errors import BridgeError
from bridge.sources import FaceOptions

_MARKS: Final = {"ok": ("ok", "green"), "warning": ("warning", "yellow"), "problem": ("problem", "red")}


class Doctor(Command):
    """Check everything that eyebridge needs, a line each, and say what to do about what it finds.

    It looks at versions, your settings, your headset, the disk, the network, your profile, the preview's port,
    every target that is switched on, voice and sounds for prompts, and the cameras; given a source, it also looks
    at that for two seconds, and for three at the face camera where the settings have one (source.kind). Nothing is
    changed, and no picture is kept. The exit code is 1 when there is a problem; warnings leave it 0.

    examples:
      eyebridge doctor
      eyebridge doctor 0                                is the camera fast, bright and at an eye?
      eyebridge doctor --json > report.json             to send along with a question
    """

    verb: ClassVar[str] = "doctor"
    source: CliPositionalArg[str | None] = Field(None, description=f"also look at this: {SOURCE}")
    right: CliPositionalArg[str | None] = Field(None, description=RIGHT)
    config: Path | None = Field(None, description="settings file to use (TOML) instead of your own one")
    json_: bool = Field(False, alias="json", description="print JSON instead of lines")

    def execute(self) -> int:
        findings, console = [], Console(highlight=False, soft_wrap=True)
        for finding in self._findings():
            findings.append(finding)
            if not self.json_:
                console.print(_line(finding))
        if self.json_:
            print(json.dumps([asdict(finding) for finding in findings], indent=2))
        return int(any(finding.state == "problem" for finding in findings))

    def _findings(self) -> Iterator[Finding]:
        config, about = machine.read_config(self.config)
        config, saved = machine.headset(config, self.config)
        yield from machine.versions()
        yield about
        yield saved
        yield from machine.disk()
        yield from machine.network(config)
        yield from machine.profile(config)
        yield from ports.preview(config)
        yield from ports.targets(config)
        yield from prompts.prompts(config)
        if self.source is None and config.source.kind == "eyes":
            yield from eyes.cameras()
            return
        try:
            options = chosen_source(config, self.source, self.right)
        except BridgeError as error:
            yield from eyes.cameras()
            yield Finding("source", "problem", str(error), "eyebridge run --help shows how each kind is written")
        else:
            yield from face.look(options) if isinstance(options, FaceOptions) else eyes.look(options, config)


def _line(finding: Finding) -> Text:
    mark, colour = _MARKS[finding.state]
    line = Text(f"{mark:8} ", style=colour).append(f"{finding.topic}: {finding.text}", style="default")
    return line.append(f" -> {finding.remedy}", style="bold") if finding.remedy else line
