"""Runs an exported face network: an aligned face in, 28 coefficients of an expression basis out.

The .onnx file takes a picture, float32 (1, 3, size, size) RGB 0..1 of size 112 or 224, and may then take the landmarks
that it was aligned by, (1, 68, 2) as AlignedFace.offsets has them; it answers (1, 28). Its one metadata entry,
`eyebridge_face`, is JSON:

    format     1
    name       what it is called
    basis      the fingerprint of the ExpressionBasis whose coefficients it learnt (16 letters)
    model      the name of that basis's face model
    size       112 or 224
    trained    commit, date, dataset, seed, pictures
    licence, card
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
from pydantic import BaseModel, Field, ValidationError

from bridge.errors import BridgeError
from bridge.face import COEFFICIENTS
from bridge.face.alignment import aligned
from bridge.face.crop import RgbImage
from bridge.face.model import LANDMARKS, Floats
from bridge.sessions import REFUSED, first_line, metadata_text, open_session, read_network

FORMAT: Final = 1
METADATA_KEY: Final = "eyebridge_face"

_SHIPPED: Final = Path(__file__).parents[2] / "models" / "weights" / "face"
_REMEDY: Final = "choose another face network, or none: the landmarks alone then say what the face does"


class _Trained(BaseModel):
    commit: str
    date: str
    dataset: str
    seed: int
    pictures: int


class _Metadata(BaseModel):
    """The JSON inside the file."""

    format: Literal[1]
    name: str
    basis: str = Field(pattern="^[0-9a-f]{16}$")
    model: str
    size: Literal[112, 224]
    trained: _Trained
    licence: str
    card: str


@dataclass(frozen=True, slots=True)
class FaceCard:
    """What a person wants to know about a face network."""

    name: str
    path: Path
    size_bytes: int
    model: str
    "The name of the face model that it was trained with."
    summary: str
    licence: str
    trained: str


class FaceNetwork:
    """One exported network, ready to predict. For one thread."""

    def __init__(self, path: Path, basis: str | None = None, threads: int = 1) -> None:
        """See load."""
        content = read_network(path, _REMEDY)
        self._session = open_session(path, content, threads, _REMEDY)
        metadata = _metadata(path, metadata_text(path, self._session, METADATA_KEY, _REMEDY))
        if basis is not None and metadata.basis != basis:
            raise BridgeError(
                f"the face network {path} learnt the expressions of another face model ({metadata.model}): "
                f"give that one too, or {_REMEDY}"
            )
        self.basis = metadata.basis
        "The fingerprint of the ExpressionBasis whose coefficients it gives."
        self.card = _card(path, len(content), metadata)
        self._size = metadata.size
        self._inputs = self._check(path)

    @classmethod
    def load(cls, path: Path, basis: str | None = None, threads: int = 1) -> "FaceNetwork":
        """`basis`: the fingerprint of the ExpressionBasis that will read its coefficients.

        A bare name is that of a network that ships. Raises BridgeError in one sentence when the file is missing,
        damaged, another network or of another basis.
        """
        own = _SHIPPED / f"{path}.onnx"
        return cls(own if own in shipped_face_networks() else path, basis, threads)

    def __call__(self, image: RgbImage, points: Floats) -> Floats:
        """(28,) coefficients of the face with landmarks (68, 2) in a picture; NaN throughout where the network fails.

        Raises ValueError where the landmarks lie on one spot or are not finite.
        """
        face = aligned(image, points, self._size)
        picture = cv2.dnn.blobFromImage(face.picture, 1.0 / 255.0)  # (1, 3, size, size), faster than numpy
        given = dict(zip(self._inputs, (picture, face.offsets()[None]), strict=False))
        answer = self._session.run(None, given)[0][0].astype(np.float64)
        return answer if np.isfinite(answer).all() else np.full(COEFFICIENTS, np.nan)

    def _check(self, path: Path) -> list[str]:
        """The inputs' names. Read one gray face, so that a file that cannot run is refused at start."""
        shapes = [[3, self._size, self._size], [LANDMARKS, 2]]
        inputs = self._session.get_inputs()
        found = [list(given.shape[1:]) for given in inputs]
        if found not in (shapes[:1], shapes):
            raise BridgeError(f"the face network {path} takes {found}, which its metadata does not describe: {_REMEDY}")
        names = [str(given.name) for given in inputs]
        try:
            gray = {name: np.full((1, *shape), 0.5, np.float32) for name, shape in zip(names, shapes, strict=False)}
            answer = self._session.run(None, gray)[0]
        except REFUSED as error:
            raise BridgeError(f"the face network {path} does not run ({first_line(error)}): {_REMEDY}") from error
        if getattr(answer, "shape", None) != (1, COEFFICIENTS) or answer.dtype != np.float32:
            raise BridgeError(f"the face network {path} does not give {COEFFICIENTS} coefficients: {_REMEDY}")
        return names


def shipped_face_networks() -> list[Path]:
    """Those that come with this installation, by name."""
    return sorted(_SHIPPED.glob("*.onnx"))


def _metadata(path: Path, text: str) -> _Metadata:
    try:
        return _Metadata.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the text"
        raise BridgeError(
            f"the metadata of the face network {path} is wrong at {where} ({first['msg']}): {_REMEDY}"
        ) from error


def _card(path: Path, size_bytes: int, metadata: _Metadata) -> FaceCard:
    origin = metadata.trained
    made = f"{origin.date} at commit {origin.commit} on {origin.pictures} pictures of {origin.dataset}"
    trained = f"{made}, seed {origin.seed}"
    return FaceCard(metadata.name, path, size_bytes, metadata.model, metadata.card, metadata.licence, trained)
