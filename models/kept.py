"""Work whose answers are kept: a run that was stopped finds them again.

The answer to a piece of work is one JSON file, written whole or not at all, named after what it was made of; work on
anything else does not take it for its own.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bridge.errors import BridgeError
from bridge.files import write_atomically
from models.spread import Spread

Task = tuple[str, tuple[Any, ...]]
"A key and what the work is given."


def kept(do: Callable[..., Any], tasks: Sequence[Task], folder: Path, spread: Spread) -> Iterator[tuple[str, Any]]:
    """(key, answer) of every task, in any order; those known already come first.

    `do` answers with what JSON can hold. Raises what `do` raises, and BridgeError when the folder cannot be written.
    """
    waiting = []
    for key, given in tasks:
        try:
            yield key, json.loads((folder / f"{key}.json").read_text("utf-8"))
        except (OSError, ValueError):
            waiting.append((do, folder, key, given))
    yield from spread.map(done, waiting)


def done(do: Callable[..., Any], folder: Path, key: str, given: tuple[Any, ...]) -> tuple[str, Any]:
    """Do one piece of work and keep its answer, in whatever process."""
    answer = do(*given)
    write_atomically(folder / f"{key}.json", json.dumps(answer).encode())
    return key, answer


def key_of(*parts: Any) -> str:
    """A name for what these parts, which JSON can hold, decide."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def state_of(path: Path) -> list[Any]:
    """What tells a file from another one, or from itself after a change: path, size and time."""
    try:
        status = path.stat()
    except OSError:
        return [str(path.absolute())]
    return [str(path.absolute()), status.st_size, status.st_mtime_ns]


def fingerprint(*paths: Path | None) -> str:
    """Of the contents of files that decide answers. Raises BridgeError when one cannot be read."""
    try:
        parts = [b"" if path is None else path.read_bytes() for path in paths]
    except OSError as error:
        raise BridgeError(f"cannot read {error.filename}: {error.strerror or error}") from error
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
