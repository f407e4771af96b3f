"""Arrays in .npz files from outside: read within limits, or refused. Nothing in such a file is ever run."""

import io
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_DAMAGE: Final = (
    *(OSError, ValueError, KeyError, EOFError, MemoryError, NotImplementedError, RuntimeError, AttributeError),
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, tokenize.TokenError, SyntaxError, OverflowError, TypeError),
)
"What Python's and numpy's readers may raise at a damaged archive."


def read_arrays(path: Path, most: int, needed: Sequence[str], optional: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
    """The arrays of these names, of the optional ones those that are there; no other is looked at.

    `most`: bytes that the file may have and may unpack to. Raises OSError when the file cannot be read, and ValueError
    in words when it is no such archive, larger, or lacks something.
    """
    if path.stat().st_size > most:
        raise ValueError("it is too large")
    content = io.BytesIO(path.read_bytes())
    try:
        with zipfile.ZipFile(content) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > most:
            raise ValueError(f"it unpacks to {size >> 20} MiB, more than any needs")
        with np.load(content, allow_pickle=False) as stored:
            if missing := [name for name in needed if name not in stored.files]:
                raise ValueError(f"it has no {', '.join(missing)}")
            arrays = {name: stored[name] for name in (*needed, *optional) if name in stored.files}
    except _DAMAGE as error:
        raise ValueError(str(error) or type(error).__name__) from error
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):  # numpy gives what is no array as bytes
        raise ValueError("it holds something else than arrays")
    return arrays
