"""What a face camera said, in a recording folder: faces.bin, a record of one size for each frame that had a reading.

    index         int64            the frame's, as in frames.csv; ascending
    time          float64          of the reading, seconds
    quality       float64          0..1
    gaze          4 float64        left yaw, left pitch, right yaw, right pitch, degrees
    head          6 float64        yaw, pitch, roll, degrees; x, y, z, metres
    blendshapes   52 float32       in the order of blendshapes.ARKIT; NaN where a headset hides that part
    coefficients  28 float32
    basis         32 bytes         the basis's fingerprint, ASCII, filled up with NUL
    second        52 float32       the landmark detector's opinion beside a face network's; NaN throughout without one

All little-endian, after 8 bytes that say so (HEADER); a file without these is of the version before, which had no
second opinions. A record that is cut off or holds senseless numbers is left out, its frame then has no face. The
camera's pictures of the face are never kept.
"""

from dataclasses import astuple
from pathlib import Path
from typing import Final

import numpy as np

from bridge.blendshapes import ARKIT
from bridge.face import COEFFICIENTS
from bridge.frames import FaceReading, Gaze, Head

FACES: Final = "faces.bin"
HEADER: Final = b"FACES 2\n"
"What the file begins with; as an index it would be out of all reason."

_FIRST: Final = np.dtype(
    [
        ("index", "<i8"),
        ("time", "<f8"),
        ("quality", "<f8"),
        ("gaze", "<f8", len(Gaze.__slots__)),
        ("head", "<f8", len(Head.__slots__)),
        ("blendshapes", "<f4", len(ARKIT)),
        ("coefficients", "<f4", COEFFICIENTS),
        ("basis", "S32"),
    ]
)
"A record of the version before."
_RECORD: Final = np.dtype([*((name, _FIRST[name]) for name in _FIRST.fields or ()), ("second", "<f4", len(ARKIT))])
_NONE: Final = np.full(len(ARKIT), np.nan, np.float32)
_LONGEST: Final = 10_000_000
"Records; a day at 100 Hz. What comes after them is not read."


def packed(index: int, face: FaceReading) -> bytes:
    """A frame's record."""
    second = _NONE if face.second is None else face.second
    fields = (
        *(index, face.time, face.quality, astuple(face.gaze), astuple(face.head)),
        *(face.blendshapes, face.coefficients, face.basis.encode("ascii", "replace"), second),
    )
    return np.array([fields], _RECORD).tobytes()


def read(path: Path) -> tuple[dict[int, FaceReading], int]:
    """The readings of a file by their frames' index, and how many records are damaged; {} where there is no file.

    Raises OSError where the file cannot be read.
    """
    if not path.is_file():
        return {}, 0
    with path.open("rb") as file:
        data = file.read(len(HEADER) + _LONGEST * _RECORD.itemsize)
    kind = _RECORD if data.startswith(HEADER) else _FIRST
    data = data.removeprefix(HEADER)
    whole, cut = divmod(len(data), kind.itemsize)
    records = _of_today(np.frombuffer(data, kind, whole))
    good = records[_sensible(records)]
    return {int(record["index"]): _reading(record) for record in good}, len(records) - len(good) + (cut > 0)


def _of_today(records: np.ndarray) -> np.ndarray:
    """(n,) records of either version -> of this one."""
    today = np.empty(len(records), _RECORD)
    today["second"] = np.nan
    for name in records.dtype.names or ():
        today[name] = records[name]
    return today


def _sensible(records: np.ndarray) -> np.ndarray:
    """(n,) which records a face camera could have made."""
    shapes, gaze = np.concatenate([records["blendshapes"], records["second"]], 1), records["gaze"]
    return np.asarray(
        (records["index"] >= 0)
        & np.isfinite(records["time"])
        & ((records["quality"] >= 0) & (records["quality"] <= 1))
        & (np.isnan(shapes) | ((shapes >= 0) & (shapes <= 1))).all(1)
        & (np.isnan(gaze).all(1) | (np.abs(gaze) <= 90).all(1))
        & (np.abs(records["head"]) <= 360).all(1)
        & ~np.isinf(records["coefficients"]).any(1)
        & np.array([name.isascii() for name in records["basis"]], np.bool_)
    )


def _reading(record: np.void) -> FaceReading:
    second = record["second"].astype(np.float32)
    return FaceReading(
        blendshapes=record["blendshapes"].astype(np.float32),
        coefficients=record["coefficients"].astype(np.float32),
        basis=record["basis"].decode("ascii"),
        second=None if np.isnan(second).all() else second,
        gaze=Gaze(*record["gaze"].tolist()),
        head=Head(*record["head"].tolist()),
        quality=float(record["quality"]),
        time=float(record["time"]),
    )
