"""eyebridge models: the networks that are installed."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import CliPositionalArg
from rich.markdown import Markdown

from bridge.commands.base import Command
from bridge.commands.terminal import console
from bridge.errors import BridgeError
from bridge.face.network import FaceNetwork, shipped_face_networks
from bridge.network import Network, shipped_networks


class Models(Command):
    """List the installed networks; with a NAME, show that network's model card.

    examples:
      eyebridge models
      eyebridge models eyenet
    """

    verb: ClassVar[str] = "models"
    name: CliPositionalArg[str] = Field("", description="a network whose card to show")

    def execute(self) -> int:
        faces = shipped_face_networks()
        paths = {path.stem: path for path in (*shipped_networks(), *faces)}
        if self.name:
            if self.name not in paths:
                raise BridgeError(f"there is no network {self.name!r}; installed: {', '.join(paths) or 'none'}")
            console.print(Markdown(paths[self.name].with_suffix(".md").read_text("utf-8")))
            return 0
        for path in paths.values():
            card = FaceNetwork(path).card if path in faces else Network(path).card
            console.print(f"[bold]{card.name}[/bold]  {card.size_bytes / 1e6:.1f} MB, {card.licence}")
            console.print(f"  {card.summary}")
            console.print(f"  trained {card.trained}")
            console.print(f"  {card.path}", style="dim")
        return 0
