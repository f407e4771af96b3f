"""Pseudo-labels: what a gaze network says of every picture of a set.

The network is any .onnx file that takes one picture tensor (N, 3, h, w), RGB in 0..1, and answers (N, 2): pitch and
yaw in radians as ETH-XGaze counts them (models.gaze.angles). `python -m models.gaze export` writes such files; for
another network, put what it needs in front of and behind it (its mean, degrees, order) before exporting it.

Pictures are worked on in chunks, and what a chunk gave is kept (models.kept).
"""

import functools
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

from bridge.errors import BridgeError
from bridge.pictures import decode
from models.gaze_emotion.points import Image, Points, YuNet, cut_out, turned
from models.gaze_emotion.sets import Picture
from models.kept import fingerprint, kept, key_of, state_of
from models.listing import read_picture
from models.spread import Spread

CHUNK: Final = 64
"Pictures worked on together; what is lost at most when a run is stopped."
_VERSION: Final = 2
"Of the files in the work folder; another one does not find those of the last."

_REFUSED: Final = (
    *(runtime.Fail, runtime.InvalidArgument, runtime.InvalidGraph, runtime.InvalidProtobuf),
    *(runtime.NotImplemented, runtime.RuntimeException, RuntimeError, ValueError),
)
"What ONNX Runtime raises for a file that it cannot read or run."

Chunk = Sequence[Picture]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one picture."""

    kind: str = ""
    "Why it was left out, a key of sets.LEFT_OUT; empty for a picture that counts."
    detail: str = ""
    pitch: float = float("nan")
    yaw: float = float("nan")
    turned: float = float("nan")
    "See points.turned; NaN where no points are known."
    faces: int = 0
    "How many the detector found; 0 where none was asked."
    digest: str = ""
    "Of the file's bytes: the same picture twice is found by it."


class GazeNetwork:
    """A network as described above, on one thread: processes are spread instead."""

    def __init__(self, path: Path) -> None:
        """Raises BridgeError when the file is no such network."""
        try:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 4
            self._session = onnxruntime.InferenceSession(
                path.read_bytes(), options, providers=["CPUExecutionProvider"], enable_fallback=0
            )
        except OSError as error:
            raise BridgeError(f"cannot read the gaze network {path}: {error.strerror or error}") from error
        except _REFUSED as error:
            raise BridgeError(f"{path} is no ONNX network that can be run ({str(error)[:200]})") from error
        inputs = self._session.get_inputs()
        shape = inputs[0].shape if len(inputs) == 1 else []
        if len(shape) != 4 or shape[1] != 3 or not isinstance(shape[2], int) or shape[2] != shape[3]:
            raise BridgeError(
                f"{path} does not take faces: it needs one input (N, 3, s, s), not {[i.shape for i in inputs]}"
            )
        self.size = int(shape[2])
        self._name = inputs[0].name
        self._one_by_one = isinstance(shape[0], int)
        try:
            answer = self(np.zeros((1, self.size, self.size, 3), np.uint8))
        except _REFUSED as error:
            raise BridgeError(f"the gaze network {path} does not run ({str(error)[:200]})") from error
        if answer.shape != (1, 2):
            raise BridgeError(f"{path} answers {answer.shape}, not (N, 2) pitch and yaw: convert it first")

    def __call__(self, faces: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(n, s, s, 3) BGR -> (n, 2) pitch and yaw in radians; NaN or infinite where the network is not well."""
        planes = np.ascontiguousarray(faces[..., ::-1].transpose(0, 3, 1, 2), np.float32) / 255
        parts = [planes[i : i + 1] for i in range(len(planes))] if self._one_by_one else [planes]
        found = [np.asarray(self._session.run(None, {self._name: part})[0], np.float64) for part in parts]
        return np.concatenate(found)


_open_network: Final = functools.lru_cache(1)(GazeNetwork)
_open_detector: Final = functools.lru_cache(1)(YuNet)


@dataclass(frozen=True, slots=True)
class Work:
    """How a set is worked on."""

    gaze: Path
    detector: Path | None
    folder: Path
    "Where what the chunks gave is kept."

    def fingerprint(self) -> str:
        """Of the files that decide the answers. Raises BridgeError when one cannot be read."""
        return fingerprint(self.gaze, self.detector)


def label(pictures: Chunk, work: Work, spread: Spread) -> Iterator[dict[str, Seen]]:
    """What was seen of every picture by its name, chunk by chunk in any order; chunks known already come first.

    Raises BridgeError when a network is no network.
    """
    _open_network(work.gaze)
    if work.detector is not None:
        _open_detector(work.detector)
    made = work.fingerprint()
    chunks = [pictures[start : start + CHUNK] for start in range(0, len(pictures), CHUNK)]
    for _, rows in kept(look_at, [(_key(chunk, made), (chunk, work)) for chunk in chunks], work.folder, spread):
        yield {name: Seen(*row) for name, row in rows.items()}


def look_at(chunk: Chunk, work: Work) -> dict[str, list[Any]]:
    """The values of Seen for each picture of one chunk, in whatever process."""
    seen = look(chunk, _open_network(work.gaze), _open_detector(work.detector) if work.detector else None)
    return {name: [getattr(one, field) for field in Seen.__slots__] for name, one in seen.items()}


def look(chunk: Chunk, network: GazeNetwork, detector: YuNet | None) -> dict[str, Seen]:
    """Read, find, cut out, ask. A picture that cannot be used says why."""
    seen: dict[str, Seen] = {}
    faces: dict[str, Image] = {}
    for picture in chunk:
        try:
            data = read_picture(picture.path)
            image = np.asarray(decode(data, cv2.IMREAD_COLOR), np.uint8)
        except (OSError, ValueError) as error:
            seen[picture.name] = Seen("broken", str(error))
            continue
        found = detector.find(image) if detector else None
        if detector and not found and not picture.placed:
            seen[picture.name] = Seen("no face")
            continue
        points = picture.points if picture.points is not None else found.points if found else None
        placed = picture.points if picture.placed else found.points if found else None
        faces[picture.name] = _face(image, placed, network.size)
        seen[picture.name] = Seen(
            turned=float("nan") if points is None else turned(points),
            faces=found.faces if found else 0,
            digest=hashlib.sha256(data).hexdigest()[:32],
        )
    gazes = network(np.stack(list(faces.values()))) if faces else np.zeros((0, 2))
    return seen | {name: _with_gaze(seen[name], gaze) for name, gaze in zip(faces, gazes, strict=True)}


def _face(image: Image, placed: Points | None, size: int) -> Image:
    """Cut out where the points are this picture's own; else the whole picture, as RAF-DB's aligned ones are meant."""
    if placed is not None:
        return cut_out(image, placed, size)
    how = cv2.INTER_AREA if max(image.shape[:2]) > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (size, size), interpolation=how), np.uint8)


def _with_gaze(seen: Seen, gaze: NDArray[np.float64]) -> Seen:
    pitch, yaw = map(float, gaze)
    if not np.isfinite(gaze).all() or np.abs(gaze).max() > np.pi:
        return Seen("no gaze", f"the network said {pitch:g}, {yaw:g}", digest=seen.digest)
    return Seen("", "", pitch, yaw, seen.turned, seen.faces, seen.digest)


def _key(chunk: Chunk, made: str) -> str:
    """The chunk's name: of the networks, and of each file, its name in the set and its points."""
    pictures = [
        [state_of(one.path), one.name, None if one.points is None else one.points.tolist(), one.placed] for one in chunk
    ]
    return key_of(_VERSION, made, pictures)
