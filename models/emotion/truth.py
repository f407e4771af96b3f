"""truth.npz beside rendered faces: what their makers know and no camera sees."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.face.machines import Floats
from bridge.files import write_atomically

_FILE: Final = "truth.npz"
_DAMAGE: Final = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


def write_truth(folder: Path, weights: Mapping[str, Floats]) -> None:
    """ARKit weights (52,) by the picture's name."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, names=np.array(list(weights)), weights=np.stack(list(weights.values())))
    write_atomically(folder / _FILE, buffer.getvalue())


def read_truth(folder: Path) -> dict[str, Floats]:
    """Nothing where there is no such file. Raises BridgeError when it is damaged."""
    path = folder / _FILE
    if not path.is_file():
        return {}
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            names, weights = stored["names"], np.asarray(stored["weights"], np.float64)
        if weights.shape != (len(names), len(ARKIT)) or not np.isfinite(weights).all():
            raise ValueError(f"weights are {weights.shape}")
    except _DAMAGE as error:
        raise BridgeError(f"{path} is damaged ({error}): render the faces again, or delete it") from error
    return {str(name): row for name, row in zip(names, weights, strict=True)}
