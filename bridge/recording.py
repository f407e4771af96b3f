"""The recording folder: every picture a source saw, safe at every moment of its making.

    recording.json   format, program, frame rate, codec, note; written first, atomically
    left.mjpg        the left eye's pictures, one encoded picture after the other (.mpng when lossless)
    right.mjpg       the right eye's
    frames.csv       a line per frame: index, time, left_offset, left_size, right_offset, right_size
    faces.bin        what a face camera said, where there was one (recorded_faces.py); never its pictures

A frame's line is written after its pictures, in one piece. Whatever ends the writing, a kill or a full disk, the
reader finds every frame up to the last whole line; `truth.py` adds what the frames show. All of it is readable by its
owner alone where the system knows owners (POSIX).
"""

import contextlib
import math
import os
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Literal, Self

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from bridge import recorded_faces
from bridge.errors import BridgeError
from bridge.files import cannot_write, write_atomically
from bridge.frames import EyeFrame, Image
from bridge.pictures import decode, to_gray

ABOUT: Final = "recording.json"
INDEX: Final = "frames.csv"
COLUMNS: Final = ("index", "time", "left_offset", "left_size", "right_offset", "right_size")

SYNC_EVERY: Final = 1.0
"Seconds of recorded time between two orders to the system to bring everything to the disk itself."

_SUFFIX: Final = {"jpeg": "mjpg", "png": "mpng"}
_LONGEST_LINE: Final = 256
_SMALLEST_PICTURE: Final = 64
"Bytes; no JPEG or PNG is shorter, so that a picture file's size limits how many frames an index may claim."


class About(BaseModel, frozen=True):
    """What recording.json says."""

    format: Literal[1] = 1
    created_by: str = ""
    rate: float | None = Field(default=None, gt=0, le=1000)
    codec: Literal["jpeg", "png"] = "jpeg"
    note: str = ""

    def pictures(self, folder: Path) -> tuple[Path, Path]:
        """The (left, right) files of pictures."""
        return folder / f"left.{_SUFFIX[self.codec]}", folder / f"right.{_SUFFIX[self.codec]}"


class RecordingWriter:
    """Writes a new recording, frame by frame.

    Args:
        path: the folder; it is made, readable by its owner alone.
        rate: nominal frames a second, where known.
        quality: of the JPEG, 1..100.
        lossless: PNG instead of JPEG: about four times as large.
        note: words for whoever finds the recording.

    Raises:
        BridgeError: the folder holds a recording already, or cannot be written.
    """

    def __init__(
        self, path: Path, rate: float | None = None, quality: int = 90, lossless: bool = False, note: str = ""
    ) -> None:
        self.path = path
        self.written = 0
        self._encoding = (".png", []) if lossless else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality])
        self._synced = -math.inf
        about = About(created_by=_program(), rate=rate, codec="png" if lossless else "jpeg", note=note)
        with contextlib.ExitStack() as opened:
            try:
                if (path / ABOUT).exists():
                    raise BridgeError(f"{path} already holds a recording; give another folder or delete that one")
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
                # Unbuffered: what a write has returned from, a killed process no longer takes along.
                left, right, index = (
                    opened.enter_context(open(file, "xb", buffering=0, opener=_private))
                    for file in (*about.pictures(path), path / INDEX)
                )
                _write_whole(index, (",".join(COLUMNS) + "\n").encode())
                write_atomically(path / ABOUT, about.model_dump_json(indent=2).encode(), sync=False)
                words = opened.enter_context(open(path / ABOUT, "r+b", buffering=0))
            except FileExistsError as error:
                raise BridgeError(f"{path} holds parts of a recording; give another folder or empty it") from error
            except OSError as error:
                raise cannot_write(path, error) from error
            # Two eyes of 400 x 400 pixels at 120 Hz are too much for one thread, and a disk may take a second to sync.
            self._helpers = opened.enter_context(ThreadPoolExecutor(2, thread_name_prefix="recording"))
            self._left, self._right, self._index = left, right, index
            self._faces: BinaryIO | None = None
            self._all = [words, left, right, index]
            self._syncing = self._helpers.submit(self._sync)
            self._files = opened.pop_all()

    def write(self, frame: EyeFrame, hurried: bool = False) -> None:
        """Append a frame; hurried, a lossless one takes a fraction of the time and twice the space.

        Raises BridgeError and closes when the disk is full: what was saved before stays whole.
        """
        try:
            encoding = self._helpers.submit(self._encoded, frame.right, hurried)
            left = _append(self._left, self._encoded(frame.left, hurried))
            right = _append(self._right, encoding.result())
            if frame.face is not None:
                _write_whole(self._face_file(), recorded_faces.packed(frame.index, frame.face))
            numbers = (frame.index, repr(float(frame.time)), *left, *right)
            _write_whole(self._index, (",".join(map(str, numbers)) + "\n").encode())
            if frame.time - self._synced >= SYNC_EVERY and self._syncing.done():
                self._syncing.result()  # raises what the disk had to say meanwhile
                self._syncing, self._synced = self._helpers.submit(self._sync), frame.time
        except OSError as error:
            self._files.close()
            raise cannot_write(self.path, error) from error
        self.written += 1

    def close(self) -> None:
        """End the recording; it may be closed twice."""
        if self._index.closed:
            return
        with self._files:
            try:
                self._sync()
            except OSError as error:
                raise cannot_write(self.path, error) from error

    def _face_file(self) -> BinaryIO:
        """Made with the first face: most recordings have none."""
        if self._faces is None:
            file = open(self.path / recorded_faces.FACES, "xb", buffering=0, opener=_private)  # noqa: SIM115
            self._faces = self._files.enter_context(file)
            _write_whole(file, recorded_faces.HEADER)
            self._all = [*self._all, self._faces]  # anew: a sync may be going through the others now
        return self._faces

    def _encoded(self, picture: Image | None, hurried: bool) -> bytes:
        """The picture as a file's bytes; none of them for no picture."""
        suffix, parameters = self._encoding
        if picture is None:
            return b""
        if hurried and suffix == ".png":
            return stored_png(picture)
        return cv2.imencode(suffix, picture, parameters)[1].tobytes()

    def _sync(self) -> None:
        for file in self._all:
            os.fsync(file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of frames.csv."""

    index: int
    time: float
    left_offset: int
    left_size: int
    right_offset: int
    right_size: int


class RecordingReader:
    """A recording's frames, by position or one after the other.

    Nothing in the folder is trusted: a line that is cut off, senseless or points past the end is left out, a picture
    that cannot be decoded is skipped when iterating; both are counted in `damaged`.

    Raises:
        BridgeError: the folder is no recording, or none that this version can read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.about = _read_about(path)
        self.damaged = 0
        with contextlib.ExitStack() as opened:
            try:
                left, right, index = (
                    opened.enter_context(_open_plain(file)) for file in (*self.about.pictures(path), path / INDEX)
                )
            except OSError as error:
                raise BridgeError(f"{path} is not a whole recording: {error.strerror}: {error.filename}") from error
            try:
                self._faces, damaged = recorded_faces.read(path / recorded_faces.FACES)
            except OSError as error:
                raise BridgeError(f"the faces of {path} cannot be read: {error.strerror}") from error
            self.damaged += damaged
            self._lines = list(self._read_lines(index, _size(left), _size(right)))
            self._left, self._right = left, right
            self._files = opened.pop_all()

    @property
    def times(self) -> NDArray[np.float64]:
        """(n,) capture times, seconds."""
        return np.array([line.time for line in self._lines], np.float64)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, position: int) -> EyeFrame:
        """The frame at this position. Raises BridgeError when its pictures are damaged, IndexError past the end."""
        line = self._lines[position]
        try:
            left = _read_picture(self._left, line.left_offset, line.left_size)
            right = _read_picture(self._right, line.right_offset, line.right_size)
        except (OSError, ValueError) as error:
            raise BridgeError(f"frame {line.index} of {self.path} is damaged: {error}") from error
        return EyeFrame(left, right, line.time, line.index, self._faces.get(line.index))

    def __iter__(self) -> Iterator[EyeFrame]:
        for position in range(len(self)):
            try:
                yield self[position]
            except BridgeError:
                self.damaged += 1

    def close(self) -> None:
        """Close the files; it may be closed twice."""
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def _read_lines(self, index: BinaryIO, left_bytes: int, right_bytes: int) -> Iterator[_Line]:
        """The lines of frames.csv that can be true, in files of so many bytes."""
        room = (left_bytes + right_bytes) // _SMALLEST_PICTURE + len(self._faces)
        time = -math.inf
        index.readline(_LONGEST_LINE)
        while room > 0 and (text := index.readline(_LONGEST_LINE)):
            line = _parse_line(text)
            while text and not text.endswith(b"\n"):  # too long, or cut off where the writing ended
                text = index.readline(_LONGEST_LINE)
            if line is None or line.time < time or not self._fits(line, left_bytes, right_bytes):
                self.damaged += 1
                continue
            yield line
            room -= 1
            time = line.time

    def _fits(self, line: _Line, left_bytes: int, right_bytes: int) -> bool:
        """Whether the line has a sensible number and time, points inside the files, and has an eye or a face."""
        inside = (
            offset >= 0 and (size == 0 or _SMALLEST_PICTURE <= size <= total - offset)
            for offset, size, total in (
                (line.left_offset, line.left_size, left_bytes),
                (line.right_offset, line.right_size, right_bytes),
            )
        )
        shows = line.left_size + line.right_size > 0 or line.index in self._faces
        return line.index >= 0 and math.isfinite(line.time) and all(inside) and shows


def _read_about(path: Path) -> About:
    try:
        with _open_plain(path / ABOUT) as file:
            text = file.read(1 << 16)
    except OSError as error:
        raise BridgeError(f"{path} is not a recording: it holds no readable {ABOUT}") from error
    try:
        return About.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BridgeError(f"{path / ABOUT} is damaged or of a newer version: {where}: {first['msg']}") from error


def _parse_line(text: bytes) -> _Line | None:
    fields = text.strip().split(b",")
    if len(fields) != len(COLUMNS) or not text.endswith(b"\n"):
        return None
    try:
        index, left_offset, left_size, right_offset, right_size = map(int, (fields[0], *fields[2:]))
        time = float(fields[1])
    except ValueError:
        return None
    return _Line(index, time, left_offset, left_size, right_offset, right_size)


def _read_picture(file: BinaryIO, offset: int, size: int) -> Image | None:
    if size == 0:
        return None
    file.seek(offset)
    return to_gray(decode(file.read(size)))


def stored_png(picture: Image) -> bytes:
    """A gray PNG that is not compressed (PNG specification, chapters 5 and 11): as fast as its checksums."""
    height, width = picture.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each begins with 0: not filtered
    rows[:, 1:] = picture
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def _append(file: BinaryIO, data: bytes) -> tuple[int, int]:
    """(offset, size) in bytes of the data at the file's end; (0, 0) for none."""
    if not data:
        return 0, 0
    offset = file.tell()
    _write_whole(file, data)
    return offset, len(data)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write_whole(file: BinaryIO, data: bytes) -> None:
    """Raw files may take a part at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _open_plain(path: Path) -> BinaryIO:
    """Open a file, and never wait at a pipe or device that stands where one should be."""
    if not path.is_file():
        raise FileNotFoundError(2, "missing", str(path))
    return path.open("rb")


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _program() -> str:
    try:
        return f"eyebridge {version('eyebridge')}"
    except PackageNotFoundError:
        return "eyebridge"
