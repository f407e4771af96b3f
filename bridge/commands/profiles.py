"""eyebridge profiles: the wearers that this machine knows."""

from typing import ClassVar, Literal

from pydantic import Field
from pydantic_settings import CliPositionalArg

from bridge import profiles
from bridge.commands.base import Command
from bridge.commands.terminal import console
from bridge.errors import BridgeError


class Profiles(Command):
    """List the saved profiles, show one, take back the one before, or delete one with all that is kept of it.

    examples:
      eyebridge profiles
      eyebridge profiles show me
      eyebridge profiles undo me
      eyebridge profiles delete me
    """

    verb: ClassVar[str] = "profiles"
    action: CliPositionalArg[Literal["list", "show", "undo", "delete"]] = Field("list", description="what to do")
    name: CliPositionalArg[str] = Field("", description="the profile to do it with")

    def execute(self) -> int:
        if self.action == "list":
            for name in profiles.names():
                _show(name)
            if not profiles.names():
                console.print("no profiles yet; make one with: eyebridge calibrate SOURCE --name me")
            return 0
        if not self.name:
            raise BridgeError(f"say which one: eyebridge profiles {self.action} NAME")
        if self.action == "show":
            profiles.read(self.name)
            _show(self.name)
        elif self.action == "undo":
            console.print(f"{profiles.undo(self.name)} is the one from before; the same command takes this back")
        else:
            profiles.delete(self.name)
            console.print(f"profile {self.name!r} and all that was kept of it are deleted")
        return 0


def _show(name: str) -> None:
    """One line; a profile that cannot be read says why instead, and the list goes on."""
    try:
        stored = profiles.read(name)
    except BridgeError as error:
        console.print(f"{name}: {error}", style="red", markup=False)
        return
    words = [f"headset {stored.headset}", "with glasses" if stored.glasses else "without glasses"]
    words.append("guided" if stored.profile.fit is not None else "neutral only")
    if profiles.previous_of(name).is_file():
        words.append("the one before is kept")
    console.print(f"{name}: {', '.join(words)}", markup=False)
