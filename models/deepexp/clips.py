"""Faces with known answers, rendered or annotated, in one layout. A set is a folder of clips; a clip is a folder with

    clip.json     format 1; kind: "rendered" or "annotated"; model and basis (fingerprint) that its numbers belong to;
                  rate: frames a second, 0 where each frame stands alone; whatever else its maker says of it
    frames.npy    (f, size, size, 3) uint8 RGB, the face somewhat larger than a network's input
    truth.npz     identity      (modes,)    coefficients of the face model, the same in all frames
                  coefficients  (f, 28)     of the expression basis
                  weights       (f, 52)     the same as ARKit weights
                  landmarks     (f, 68, 2)  pixels x, y of frames.npy, those of hidden points too
                  scale (f,), rotation (f, 3, 3), shift (f, 2)    the camera, as bridge.face.camera has it
    detected.npy  (f, 68, 2) where a detector finds those landmarks, NaN where it finds no face; once it was asked

Nothing of a clip is run or unpickled.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.archives import read_arrays
from bridge.errors import BridgeError
from bridge.files import write_atomically

Floats = NDArray[np.float64]

FORMAT: Final = 1
_FRAMES, _TRUTH, DETECTED, ABOUT = "frames.npy", "truth.npz", "detected.npy", "clip.json"
DROPPED: Final = "review.json"
"What a person dropped of a set, {'drop': [names of clips]}; see models.deepexp.review."
_DAMAGE: Final = (OSError, ValueError, EOFError)
_MOST: Final = 1 << 30
"Bytes of a clip's numbers."


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is known of f frames; see above."""

    identity: Floats
    coefficients: Floats
    weights: Floats
    landmarks: Floats
    scale: Floats
    rotation: Floats
    shift: Floats

    def __post_init__(self) -> None:
        """Raises ValueError where arrays do not fit together."""
        frames = len(self.landmarks)
        shapes = {"coefficients": (28,), "weights": (52,), "landmarks": (68, 2), "scale": (), "rotation": (3, 3)}
        for name, rest in {**shapes, "shift": (2,)}.items():
            array = getattr(self, name)
            if array.shape != (frames, *rest):
                raise ValueError(f"{name} is {array.shape}, not {(frames, *rest)}")
            if not np.isfinite(array).all():
                raise ValueError(f"{name} has numbers that are none")


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One face through some frames."""

    path: Path
    about: dict[str, Any]
    truth: Truth
    detected: Floats | None = None
    "(f, 68, 2) landmarks that `detect` found, NaN where there was no face; None where it has not been here."

    def frames(self) -> NDArray[np.uint8]:
        """(f, size, size, 3) left on disk until they are looked at. Raises BridgeError when they are damaged."""
        try:
            frames = np.load(self.path / _FRAMES, mmap_mode="r", allow_pickle=False)
        except _DAMAGE as error:
            raise BridgeError(f"{self.path / _FRAMES} is damaged ({error}): make the clip again") from error
        if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[::3] != (len(self.truth.landmarks), 3):
            raise BridgeError(f"{self.path / _FRAMES} holds {frames.dtype} {frames.shape}: make the clip again")
        pictures: NDArray[np.uint8] = frames
        return pictures


def write_clip(path: Path, about: dict[str, Any], frames: NDArray[np.uint8], truth: Truth) -> None:
    """The description comes last: a clip without one is not finished. Raises BridgeError when it cannot be written."""
    pictures, numbers = io.BytesIO(), io.BytesIO()
    np.save(pictures, frames)
    kept = {name: getattr(truth, name).astype(np.float32) for name in Truth.__slots__}
    np.savez_compressed(numbers, **kept)
    write_atomically(path / _FRAMES, pictures.getvalue(), sync=False)
    write_atomically(path / _TRUTH, numbers.getvalue(), sync=False)
    write_atomically(path / ABOUT, json.dumps({"format": FORMAT, **about}, indent=2).encode())


def read_clip(path: Path) -> Clip:
    """Raises BridgeError when it is damaged."""
    try:
        about = json.loads((path / ABOUT).read_text("utf-8"))
        if not isinstance(about, dict) or about.get("format") != FORMAT:
            raise ValueError(f"{ABOUT} is not that of a clip of format {FORMAT}")
        stored = read_arrays(path / _TRUTH, _MOST, Truth.__slots__)
        truth = Truth(**{name: array.astype(np.float64) for name, array in stored.items()})
    except _DAMAGE as error:
        raise BridgeError(f"the clip {path} is damaged ({error}): make it again") from error
    return Clip(path, about, truth, _detected(path / DETECTED, len(truth.landmarks)))


def _detected(path: Path, frames: int) -> Floats | None:
    """Raises BridgeError when the file is damaged."""
    if not path.is_file():
        return None
    try:
        points = np.load(path, allow_pickle=False)
    except _DAMAGE as error:
        raise BridgeError(f"{path} is damaged ({error}): delete it, and detect again") from error
    if points.dtype != np.float32 or points.shape != (frames, 68, 2):
        raise BridgeError(f"{path} holds {points.dtype} {points.shape}: delete it, and detect again")
    return np.asarray(points, np.float64)


def clips_of(folder: Path, basis: str) -> list[Clip]:
    """Every finished clip of a set that was not dropped, in order of their names.

    Raises BridgeError when there is none, or one was made with the face model of another basis than this fingerprint.
    """
    dropped = _dropped(folder / DROPPED)
    paths = [found.parent for found in sorted(folder.glob(f"*/{ABOUT}")) if found.parent.name not in dropped]
    clips = [read_clip(path) for path in paths]
    if not clips:
        raise BridgeError(f"there are no clips in {folder}: make some with python -m models.deepexp render or annotate")
    for clip in clips:
        if clip.about.get("basis") != basis:
            raise BridgeError(f"{clip.path} was made with another face model: give --model the one it was made with")
    return clips


def _dropped(path: Path) -> set[str]:
    try:
        names = json.loads(path.read_text("utf-8"))["drop"]
        if not isinstance(names, list):
            raise ValueError("drop is not a list")
    except FileNotFoundError:
        return set()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BridgeError(f"{path} is damaged ({error}): save it again from review.html, or delete it") from error
    return {str(name) for name in names}
