"""Files that no crash, power cut or full disk leaves half written, and what becomes of one that is damaged."""

import contextlib
import errno
import glob
import os
import re
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any, Final

from bridge.errors import BridgeError

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_UNFINISHED: Final = ".unfinished"
"How the name ends under which a file is written before it takes its place."
_ABANDONED: Final = 3600.0
"Seconds after which nobody is at an unfinished file any more: a kill has left it."

NAME: Final = re.compile(r"\w[\w .-]{0,63}")
"What a person may call something of theirs that is kept as a file."


def write_atomically(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Replace the file at `path` by `data`, or leave it exactly as it was; missing folders are made.

    The file is readable by its owner alone. Without `sync`, which waits for the disk, a power cut may yet take it.
    Raises BridgeError with the remedy when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(_UNFINISHED, f".{path.name}.", path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                if sync:
                    os.fsync(file.fileno())
            os.replace(name, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise cannot_write(path, error) from error
    _sweep(path)


def unfinished(path: Path) -> list[Path]:
    """What is being written to take this file's place, or was when a kill came."""
    return list(path.parent.glob(f".{glob.escape(path.name)}.????????{_UNFINISHED}"))


def _sweep(path: Path) -> None:
    """Delete what kills have left of earlier writes of this file; one that is under way elsewhere is younger."""
    oldest = time.time() - _ABANDONED
    for left in unfinished(path):
        with contextlib.suppress(OSError):
            if left.lstat().st_mtime < oldest:
                left.unlink()


def toml_of(data: bytes) -> dict[str, Any]:
    """What a TOML file says. Raises ValueError for what is no TOML, no UTF-8, a number too long, brackets too deep."""
    try:
        return tomllib.loads(data.decode())
    except RecursionError as error:
        raise ValueError(str(error)) from error


def set_aside(path: Path) -> str:
    """Move a damaged file out of the way, to NAME.damaged, and say so for the end of a sentence.

    One that the system keeps open stays where it is, without a word.
    """
    aside, number = path.with_suffix(".damaged"), 2
    while aside.exists():
        aside, number = path.with_suffix(f".damaged{number}"), number + 1
    try:
        os.replace(path, aside)
    except OSError:
        return ""
    return f" and was set aside as {aside.name}"


def cannot_write(path: Path, error: OSError) -> BridgeError:
    """The sentence for a file or folder that the system would not let us write."""
    if error.errno in _FULL:
        return BridgeError(f"cannot save {path}: the disk is full; free some space and try again")
    reason = error.strerror or str(error)
    return BridgeError(f"cannot save {path}: {reason}; check that its folder exists and that you may write there")
