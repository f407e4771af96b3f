"""Stand-ins for the programs that speak and play: real processes that write down what they are told."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

needs_scripts = pytest.mark.skipif(os.name == "nt", reason="Windows runs no script by its first line")

# A program says each thing in a line of `heard`. It lasts while a file `lasting` lies beside it, and then ends with the
# code in `code`. PowerShell's stand-in is kept: it answers each line like the script that it is given.
_START = (
    f"#!{sys.executable} -SE\n"
    + """
import json, os, sys, time
here, name = os.path.split(os.path.abspath(sys.argv[0]))
def heard(text):
    environment = {key: value for key, value in os.environ.items() if key.startswith("EYEBRIDGE_")}
    with open(os.path.join(here, "heard"), "a") as file:
        file.write(json.dumps([name, os.getpid(), sys.argv[1:], text, environment]) + "\\n")
def lasts():
    return os.path.exists(os.path.join(here, "lasting"))
"""
)
_ONCE = """
heard(sys.stdin.read())
while lasts():
    time.sleep(0.005)
code = os.path.join(here, name + ".code")
sys.exit(int(open(code).read()) if os.path.exists(code) else 0)
"""
_KEPT = """
import select
done = asked = 0
while True:
    while not select.select([0], [], [], 0.005)[0]:
        if done != asked and not lasts():
            done = asked
            print(done, flush=True)
    line = sys.stdin.buffer.raw.readline().decode()
    if not line:
        break
    asked += 1
    silent = line == "\\n"
    heard(line)
"""


class Programs:
    """The only programs on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, *names: str) -> None:
        for name in names:
            path = self.folder / name
            path.write_text(_START + (_KEPT if name == "powershell" else _ONCE))
            path.chmod(0o755)

    def fail(self, name: str) -> None:
        (self.folder / f"{name}.code").write_text("3")

    def last(self) -> None:
        """From now on they speak until `end`."""
        (self.folder / "lasting").touch()

    def end(self) -> None:
        (self.folder / "lasting").unlink()

    @property
    def heard(self) -> list[tuple[str, int, list[str], str, dict[str, str]]]:
        """Program, process, arguments, stdin (or its line), and our variables of its environment."""
        try:
            lines = (self.folder / "heard").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [tuple(json.loads(line)) for line in lines]

    @property
    def texts(self) -> list[str]:
        """What each was to say or to play: its last argument, or else its stdin."""
        return [text.strip() or arguments[-1] for _, _, arguments, text, _ in self.heard]


def until(done: Callable[[], bool]) -> None:
    """Waits for what other threads and processes do."""
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
