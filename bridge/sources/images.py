"""A folder of pictures, one a moment, or one a moment and eye in its folders left and right."""

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from bridge.channels import SIDES
from bridge.errors import BridgeError
from bridge.frames import EyeFrame, Image
from bridge.pictures import decode
from bridge.sources.eyes import EyesOptions, EyeSplitter, Picture
from bridge.sources.playback import USUAL_RATE, Playback, PlaybackOptions
from bridge.sources.source import Source

SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})

_EXACT: Final = 1e-6
"Part of a frame by which a moment may miss one."

Pair = tuple[Path | None, Path | None]


class ImagesOptions(EyesOptions, PlaybackOptions, frozen=True, extra="forbid"):
    """A folder of pictures."""

    kind: Literal["images"] = "images"
    path: Path = Field(
        description="The folder of pictures, taken in the order of their names; or one with the folders left and "
        "right, in which pictures of one moment have one name (eyes is then of no account)"
    )
    rate: float = Field(default=USUAL_RATE, gt=0, le=1000, description="Frames a second at which they were taken")

    def open(self) -> Source:
        """Raises BridgeError for a folder that is missing or holds no picture."""
        return Images(self)


class Images(Playback):
    """Plays a folder of pictures; a frame's time is its number over the rate, seconds."""

    def __init__(self, options: ImagesOptions) -> None:
        if not options.path.is_dir():
            raise BridgeError(f"no such folder: {options.path}; give a folder of pictures")
        self._splitter = EyeSplitter(options)
        self._interval = 1 / options.rate
        self._moments = _pairs(options.path) or _pictures(options.path)
        if not self._moments:
            raise BridgeError(f"{options.path} holds no pictures (png, jpg, bmp, tif or webp); give another folder")
        super().__init__(f"images {options.path.name}", options.rate, options)
        self.total = len(self._moments)

    def _play(self, start: float) -> Iterator[EyeFrame]:
        first = math.ceil(start / self._interval - _EXACT)
        for number, moment in enumerate(self._moments[first:], first):
            try:
                left, right = self._load(moment)
            except (OSError, ValueError) as error:
                self.skip(error)
                continue
            yield EyeFrame(left, right, number * self._interval, number)

    def _load(self, moment: Path | Pair) -> tuple[Image | None, Image | None]:
        if isinstance(moment, Path):
            return self._splitter.split(_decode(moment))
        left, right = (None if path is None else _decode(path) for path in moment)
        return self._splitter.pair(left, right)

    def _release(self) -> None:
        """No file stays open."""


def _pairs(folder: Path) -> Sequence[Path | Pair]:
    """The (left, right) pictures of each moment; none for a folder without left and right."""
    left, right = ({path.stem: path for path in _pictures(folder / side)} for side in SIDES)
    if left and right and not left.keys() & right.keys():
        raise BridgeError(f"in {folder}, left and right share no name; name pictures of one moment alike")
    return [(left.get(name), right.get(name)) for name in sorted(left.keys() | right.keys(), key=_natural)]


def _pictures(folder: Path) -> Sequence[Path]:
    """The pictures of a folder in natural order; none for a folder that is not there."""
    if not folder.is_dir():
        return []
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file()]
    except OSError as error:
        raise BridgeError(f"cannot read the folder {folder}: {error.strerror}; check that you may open it") from error
    return sorted(found, key=lambda path: _natural(path.name))


def _decode(path: Path) -> Picture:
    try:
        return decode(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts eye2 before eye10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
