"""What keeps the benchmark the same: its version, and what a few of its pairs looked like when it was frozen.

    python -m models.study freeze      after a change of protocol or renderer that is meant

frozen.json holds a sample of what the generator yields: one pair of every hold, as the mean gray level of each cell of
a coarse grid and as the channels of its label. Rendering compares before it writes anything, and writes which sample it
found; the study refuses pairs of another. Cells are means of many pixels and are compared with a tolerance, for other
processors round other pixels; a change of protocol, people or renderer moves them by far more.
"""

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError
from bridge.files import write_atomically

FILE: Final = Path(__file__).with_name("frozen.json")
_CELL: Final = 16
"Pixels of a side."
_CELLS_TOLERANCE: Final = 0.5
"Gray levels of 256."
_CHANNELS_TOLERANCE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Sample:
    """A few pairs."""

    cells: NDArray[np.float64]
    "(n, 72) mean gray levels."
    channels: NDArray[np.float64]
    "(n, 22) in their own units."

    @staticmethod
    def of(images: NDArray[np.uint8], channels: NDArray[Any]) -> "Sample":
        """(n, 96, 192) pairs and their (n, 22) channels."""
        n, height, width = images.shape
        blocks = images.reshape(n, height // _CELL, _CELL, width // _CELL, _CELL)
        return Sample(blocks.mean((2, 4)).reshape(n, -1).round(1), channels.astype(np.float64).round(2))

    def difference(self, other: "Sample") -> str:
        """How the other one differs, in words; empty where it does not."""
        if self.cells.shape != other.cells.shape or self.channels.shape != other.channels.shape:
            return "it has other holds or channels"
        moved = np.abs(self.channels - other.channels).max()
        if moved > _CHANNELS_TOLERANCE:
            return f"its people move differently: a channel by {moved:.2f}"
        lit = np.abs(self.cells - other.cells).max()
        return f"its pictures differ by up to {lit:.1f} gray levels" if lit > _CELLS_TOLERANCE else ""


@dataclass(frozen=True, slots=True)
class Frozen:
    """One version of the benchmark."""

    version: int
    sample: Sample

    @property
    def fingerprint(self) -> str:
        """A short name of the sample: pairs that carry another one are another benchmark's."""
        return f"{zlib.crc32(self.sample.cells.tobytes() + self.sample.channels.tobytes()):08x}"

    def check(self, found: Sample) -> None:
        """Raises BridgeError when the generator yields something else."""
        if words := self.sample.difference(found):
            raise BridgeError(
                f"this program does not render version {self.version} of the benchmark: {words}; check out the commit "
                "that froze it, or make this one the next version with: python -m models.study freeze"
            )

    def write(self, file: Path = FILE) -> None:
        """One line for each pair."""
        sample = self.sample
        rows = [
            json.dumps({"cells": cells.tolist(), "channels": channels.tolist()})
            for cells, channels in zip(sample.cells, sample.channels, strict=True)
        ]
        text = f'{{"version": {self.version}, "sample": [\n' + ",\n".join(rows) + "\n]}\n"
        write_atomically(file, text.encode())


def read(file: Path = FILE) -> Frozen:
    """The version that is frozen. Raises BridgeError when the file is damaged."""
    try:
        stored = json.loads(file.read_text("utf-8"))
        rows = stored["sample"]
        sample = Sample(*(np.array([row[name] for row in rows], np.float64) for name in ("cells", "channels")))
        return Frozen(int(stored["version"]), sample)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BridgeError(f"the frozen benchmark {file} is damaged ({error}): install the program again") from error
