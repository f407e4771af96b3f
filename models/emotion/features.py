"""From a picture to what a classifier learns from: ARKit weights and expression coefficients as the daemon reads them.

Landmarks, then the face network on the aligned face, or, where none is given, the landmarks' own blendshapes, or else
the fit of the face model to them: what the daemon does with each frame (bridge.face.reader), for a model must learn
from what it will be given. But the daemon's fit knows its camera's lens, and a photograph's is anybody's guess.

Pictures are worked on in chunks whose answers are kept.
"""

import copy
import dataclasses
import functools
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.face.basis import ExpressionBasis
from bridge.face.fit import LandmarkFit
from bridge.face.landmarks import FaceLandmarks, open_landmarker
from bridge.face.model import load
from bridge.face.network import FaceNetwork
from bridge.pictures import decode
from models.emotion.faces import Face
from models.kept import fingerprint, kept, key_of, state_of
from models.listing import read_picture
from models.spread import Spread

CHUNK: Final = 32
"Pictures worked on together; what is lost at most when a run is stopped."
_VERSION: Final = 5
"Of readings, here and in models.stress: kept ones of another version are not found."


@dataclass(frozen=True, slots=True)
class Tools:
    """The files that read a face."""

    landmarks: Path
    "MediaPipe's .task, or a 68-point network."
    network: Path | None
    "A face network (.onnx); None: the landmarks' own blendshapes are taken, or the face model is fitted to them."
    model: Path | None
    "The face model; None: the built-in face."

    def fingerprint(self) -> str:
        """Of all that decides what is read. Raises BridgeError when a file is missing or wrong."""
        return key_of(
            _VERSION, fingerprint(self.landmarks, self.network, self.model), open_reader(self).basis.fingerprint
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one picture."""

    kind: str = ""
    "Why it was left out, a key of faces.LEFT_OUT; empty for a face that counts."
    detail: str = ""
    faces: int = 0
    digest: str = ""
    "Of the file's bytes: the same picture twice is found by it."
    weights: tuple[float, ...] = ()
    "ARKit's 52, as the daemon reads them."
    coefficients: tuple[float, ...] = ()
    "The expression basis's 28, likewise."
    fitted: tuple[float, ...] = ()
    "Those of the fit to the landmarks, where the daemon takes the landmarks' own blendshapes instead."
    blendshapes: tuple[float, ...] = ()
    "Where the landmarks' file gives them itself."
    twice: tuple[float, ...] = ()
    "The weights and then those blendshapes, where a face network read the weights; see blendshapes.ARKIT_TWICE."

    def values(self) -> list[Any]:
        """What Reading(*values) is made of again."""
        return [getattr(self, field) for field in Reading.__slots__]


class Reader:
    """Pictures in, readings out."""

    def __init__(self, tools: Tools) -> None:
        """Raises BridgeError when a file is missing or wrong."""
        model = load(tools.model)
        self.basis = ExpressionBasis(model)
        self._fit = LandmarkFit(model)
        self._network = None if tools.network is None else FaceNetwork.load(tools.network, self.basis.fingerprint)
        self._fresh = open_landmarker(tools.landmarks)
        self._landmarker = self._fresh

    def picture(self, image: NDArray[np.uint8]) -> Reading:
        """A picture (h, w, 3) RGB that has nothing to do with the one before."""
        self._landmarker = copy.copy(self._fresh)  # the networks are shared, the face it follows is not
        return self.frame(image)

    def frame(self, image: NDArray[np.uint8]) -> Reading:
        """The next frame (h, w, 3) RGB of a video."""
        found = self._landmarker(image)
        if not found:
            return Reading("no face")
        try:
            read = self._read(image, found[0])
        except ValueError as error:
            return Reading("not fitted", str(error), len(found))
        if not all(np.isfinite(values).all() for values in read):
            return Reading("not fitted", "numbers that are none", len(found))
        return Reading("", "", len(found), "", *(tuple(values.tolist()) for values in read))

    def _read(self, image: NDArray[np.uint8], face: FaceLandmarks) -> tuple[NDArray[np.floating], ...]:
        """Weights and the rest, as in Reading. Raises ValueError for points that are no face."""
        nothing = np.zeros(0)
        shapes = nothing if face.blendshapes is None else face.blendshapes
        if self._network is not None:
            read = self._network(image, face.points)
            weights = self.basis.weights(read)
            return weights, read, nothing, shapes, np.concatenate([weights, shapes]) if shapes.size else nothing
        weights = self._fit(face.points).weights
        fitted = self.basis.coefficients(weights)
        if face.blendshapes is None:
            return weights, fitted, nothing, nothing, nothing
        return shapes, self.basis.coefficients(shapes), fitted, shapes, nothing


open_reader: Final = functools.lru_cache(1)(Reader)


def read_faces(faces: Sequence[Face], tools: Tools, folder: Path, spread: Spread) -> Iterator[dict[str, Reading]]:
    """What was read of every picture by its name, chunk by chunk in any order. Raises BridgeError for a wrong file."""
    made = tools.fingerprint()
    chunks = [faces[start : start + CHUNK] for start in range(0, len(faces), CHUNK)]
    tasks = [(_key(chunk, made), ([(face.path, face.name) for face in chunk], tools)) for chunk in chunks]
    for _, rows in kept(read_chunk, tasks, folder, spread):
        yield {name: Reading(*row) for name, row in rows.items()}


def read_chunk(files: Sequence[tuple[Path, str]], tools: Tools) -> dict[str, list[Any]]:
    """The values of Reading for each picture, in whatever process."""
    reader = open_reader(tools)
    found: dict[str, list[Any]] = {}
    for path, name in files:
        try:
            data = read_picture(path)
            image = np.asarray(cv2.cvtColor(decode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)
        except (OSError, ValueError) as error:
            found[name] = Reading("broken", str(error)).values()
            continue
        digest = hashlib.sha256(data).hexdigest()[:32]
        found[name] = dataclasses.replace(reader.picture(image), digest=digest).values()
    return found


def _key(chunk: Sequence[Face], made: str) -> str:
    return key_of(made, [[state_of(face.path), face.name] for face in chunk])
