"""Writing files so that no crash, power cut or full disk leaves half of one."""

import contextlib
import errno
import os
import tempfile
from pathlib import Path
from typing import Final

from bridge.errors import BridgeError

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the file at `path` by `data`, or leave it exactly as it was; missing folders are made.

    The file is readable by its owner alone. Raises BridgeError with the remedy when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> BridgeError:
    """The sentence for a file or folder that the system would not let us write."""
    if error.errno in _FULL:
        return BridgeError(f"cannot save {path}: the disk is full; free some space and try again")
    reason = error.strerror or str(error)
    return BridgeError(f"cannot save {path}: {reason}; check that its folder exists and that you may write there")
