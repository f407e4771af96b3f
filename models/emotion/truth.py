"""truth.npz beside rendered faces: what their makers know and no camera sees."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from bridge.archives import read_arrays
from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.face.machines import Floats
from bridge.files import write_atomically

_FILE: Final = "truth.npz"
_MOST: Final = 1 << 30
"Bytes: two million faces."


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
        stored = read_arrays(path, _MOST, ("names", "weights"))
        names, weights = stored["names"], np.asarray(stored["weights"], np.float64)
        if weights.shape != (len(names), len(ARKIT)) or not np.isfinite(weights).all():
            raise ValueError(f"weights are {weights.shape}")
    except (OSError, ValueError) as error:
        raise BridgeError(f"{path} is damaged ({error}): render the faces again, or delete it") from error
    return {str(name): row for name, row in zip(names, weights, strict=True)}
