"""The command line: one table, verb -> command."""

import importlib
import importlib.metadata
import logging
import sys
from collections.abc import Sequence
from typing import Final

from rich.logging import RichHandler

from bridge.commands.terminal import console
from bridge.errors import BridgeError

COMMANDS: Final = {
    "demo": ("bridge.commands.demo:Demo", "play the bundled recording through the real pipeline and show the avatar"),
    "run": ("bridge.commands.run:Run", "drive avatars from a camera, a stream, a video, pictures or a recording"),
    "calibrate": ("bridge.commands.calibrate:Calibrate", "take your neutral image and keep it as a profile"),
    "profiles": ("bridge.commands.profiles:Profiles", "list, show, take back or delete saved profiles"),
    "record": ("bridge.commands.record:Record", "keep the eye pictures of a source in a recording folder"),
    "collect": ("bridge.commands.collect:Collect", "record people showing each expression on request: a data set"),
    "analyze": ("bridge.commands.analyze:Analyze", "any source to a CSV: a row for each frame"),
    "doctor": ("bridge.commands.doctor:Doctor", "check cameras, ports, targets, files; say what to do about each"),
    "monitor": ("bridge.commands.monitor:Monitor", "show what arrives at a port, when nothing moves"),
    "bench": ("bridge.commands.bench:Bench", "measure speed and memory on this machine"),
    "models": ("bridge.commands.models:Models", "list the networks that are installed, with their cards"),
}

USAGE: Final = """\
eyebridge: gives an avatar its wearer's face, from infrared eye cameras.

usage: eyebridge COMMAND [options]

{commands}

eyebridge COMMAND --help explains each one. New here? Start with: eyebridge demo
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 2 told the user what is wrong, 130 interrupted twice."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        print(USAGE.format(commands="\n".join(f"  {verb:10}{help_}" for verb, (_, help_) in COMMANDS.items())), end="")
        return 0 if words else 2
    if words[0] in ("-V", "--version"):
        print(f"eyebridge {importlib.metadata.version('eyebridge')}")
        return 0
    handler = RichHandler(console=console, show_path=False, show_time=False)
    logging.basicConfig(level="INFO", format="%(message)s", handlers=[handler])
    try:
        if words[0] not in COMMANDS:
            raise BridgeError(f"there is no command {words[0]!r}; choose one of {', '.join(COMMANDS)}")
        module, name = COMMANDS[words[0]][0].split(":")
        return int(getattr(importlib.import_module(module), name).read(words[1:]).execute())
    except BridgeError as error:
        print(f"eyebridge: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
