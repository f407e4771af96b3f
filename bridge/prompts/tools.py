"""Programs of the operating system that speak a text or play a file, and how the first that works is found."""

import contextlib
import logging
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import IO, Final, Protocol

log: Final = logging.getLogger("eyebridge")

LONGEST: Final = 20.0
"Seconds after which a program that is still at it hangs; no prompt takes half of that."

_NO_WINDOW: Final[int] = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would flash a console


class Tool(Protocol):
    """Does one thing at a time, in the background. Every method raises OSError when it cannot."""

    @property
    def name(self) -> str: ...

    def start(self, what: str) -> None:
        """Begin with this, whatever was under way; returns at once."""

    def busy(self) -> bool:
        """Whether it is still at it; OSError when it has failed."""

    def close(self) -> None:
        """Be silent and let go of everything; raises nothing, and `start` may follow."""


class Run:
    """A program that is run once for each thing: a file or a text as its last argument, or a text on its stdin."""

    def __init__(self, command: Sequence[str], *, stdin: bool = False) -> None:
        self.name = command[0]
        self._command = command
        self._stdin = stdin
        self._process: subprocess.Popen[bytes] | None = None
        self._until = 0.0

    def start(self, what: str) -> None:
        self.close()
        command = self._command if self._stdin else [*self._command, what]
        self._process = process = _open(command, stdin=self._stdin)
        self._until = time.monotonic() + LONGEST
        if process.stdin is not None:
            with process.stdin as pipe:
                pipe.write(what.encode())

    def busy(self) -> bool:
        if self._process is None:
            return False
        code = self._process.poll()
        if code is None and time.monotonic() < self._until:
            return True
        self.close()
        if code != 0:
            raise _failure(code)
        return False

    def close(self) -> None:
        if self._process is not None:
            _end(self._process)
            self._process = None


class Kept:
    """A program that starts too slowly to be run for each thing: it gets a line for each, which cuts off the last.

    When the newest is done, it answers with how many lines there were so far.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = command[0]
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = 0
        self._done = 0
        self._until = 0.0

    def start(self, what: str) -> None:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = process = _open(self._command, stdin=True, stdout=True, environment=self._environment)
            self._asked = self._done = 0
            threading.Thread(target=self._listen, args=(process,), name=self.name, daemon=True).start()
        assert self._process.stdin is not None
        self._asked += 1
        self._until = time.monotonic() + LONGEST
        self._process.stdin.write(what.encode() + b"\n")
        self._process.stdin.flush()

    def busy(self) -> bool:
        if self._process is None or self._done == self._asked:
            return False
        code = self._process.poll()
        if code is None and time.monotonic() < self._until:
            return True
        self.close()
        raise _failure(code)

    def close(self) -> None:
        if self._process is not None:
            _end(self._process)
            self._process = None

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        answers: IO[bytes] | None = process.stdout
        assert answers is not None
        with answers:
            while line := answers.readline(32):
                if line.strip().isdigit() and process is self._process:
                    self._done = int(line)


class Outlet:
    """The first tool that works; one that fails makes way for the next, which takes over what it was at.

    Nothing here raises: what does not work is said once in the log, and `missing` where none does.
    """

    def __init__(self, tools: Sequence[Tool], missing: str, level: int = logging.INFO) -> None:
        self._tools = deque(tools)
        self._missing = missing
        self._level = level
        self._what = ""
        self._left = 0
        "Tools that have not yet failed at it."
        self._said: set[str] = set()

    def start(self, what: str) -> None:
        """Begin with this, whatever was under way."""
        self._what = what
        self._left = len(self._tools)
        self._begin()

    @property
    def busy(self) -> bool:
        """Whether it is still at it."""
        if not self._tools:
            return False
        try:
            return self._tools[0].busy()
        except OSError as error:
            self._give_way(error)
            self._begin()
            return self._left > 0

    def close(self) -> None:
        for tool in self._tools:
            tool.close()

    def _begin(self) -> None:
        while self._left:
            try:
                self._tools[0].start(self._what)
                return
            except OSError as error:
                self._give_way(error)
        self._say(self._missing)

    def _give_way(self, error: OSError) -> None:
        tool = self._tools[0]
        tool.close()
        self._say(f"{tool.name} does not work: {error.strerror or error}")
        self._tools.rotate(-1)
        self._left -= 1

    def _say(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            log.log(self._level, sentence)


def _open(
    command: Sequence[str], *, stdin: bool = False, stdout: bool = False, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Never by a shell: an argument is only ever an argument."""
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE if stdout else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        creationflags=_NO_WINDOW,
    )


def _failure(code: int | None) -> OSError:
    return ChildProcessError(f"not done within {LONGEST:g} s" if code is None else f"exit code {code}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    if process.stdin is not None:
        with contextlib.suppress(OSError):  # it is gone and has not read all
            process.stdin.close()
    process.wait()
