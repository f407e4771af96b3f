"""Runs an exported network: numpy in, `Expression` out.

The .onnx file is the interface between training and the daemon. Beside its graph it carries one metadata entry,
`eyebridge`: JSON with the names it predicts, the size and scale of its input, the mean neutral image of the people it
learnt from, and where it comes from. A file that does not fit this program's `channels` is refused with the difference.
"""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.errors import BridgeError
from bridge.frames import Expression, Image
from bridge.pictures import decode
from bridge.sessions import REFUSED, first_line, metadata_text, open_session, read_network

FORMAT: Final = 1
"Of the metadata entry; it changes when an older program could not run a newer file."
METADATA_KEY: Final = "eyebridge"
PLANES: Final = ("difference", "image")
OUTPUTS: Final = {"action_units": ACTION_UNIT_NAMES, "emotions": EMOTION_NAMES, "channels": CHANNEL_NAMES}

_WEIGHTS: Final = Path(__file__).parent.parent / "models" / "weights"
_DEFAULT: Final = _WEIGHTS / "eyenet.onnx"
_REMEDY: Final = "reinstall eyebridge or choose another with --network.path (list them with: eyebridge models)"


class NetworkOptions(BaseModel, frozen=True, extra="forbid"):
    """Which network reads the eyes."""

    path: Path | None = Field(None, description="an exported network (.onnx); the one that ships when not given")
    threads: int = Field(1, ge=1, le=16, description="processor threads; one is enough for 120 frames/s")

    def open(self) -> "Network":
        """Raises BridgeError when the file is missing, damaged or not for this program."""
        return Network(self.path or _DEFAULT, self.threads)


class _Input(BaseModel):
    planes: tuple[str, ...]
    height: int = Field(ge=8, le=1024)
    width: int = Field(ge=8, le=2048)
    scale: float = Field(gt=0.0, le=65535.0)


class _Trained(BaseModel):
    commit: str
    date: str
    dataset: str
    seed: int
    pairs: int


class _Metadata(BaseModel):
    """The JSON inside the file."""

    format: Literal[1]
    name: str
    action_units: tuple[str, ...]
    emotions: tuple[str, ...]
    channels: tuple[str, ...]
    input: _Input
    population_mean: str
    trained: _Trained
    licence: str
    card: str


@dataclass(frozen=True, slots=True)
class NetworkCard:
    """What a person wants to know about a network file."""

    name: str
    path: Path
    size_bytes: int
    summary: str
    "What it is and what it is not good at, in a few sentences."
    licence: str
    trained: str
    "When, from which commit and on what."


class Network:
    """One exported network, ready to predict. Not safe for two threads at once: the input buffer is shared."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Raises BridgeError when the file is missing, damaged or not for this program."""
        content = read_network(path, _REMEDY)
        self._session = open_session(path, content, threads, _REMEDY)
        metadata = _metadata(path, self._session)
        self.card = _card(path, len(content), metadata)
        self.size = (metadata.input.height, metadata.input.width)
        "(height, width) of the pair it wants."
        self.population_mean: Image = _mean_image(path, metadata)
        "(height, width) mean neutral image of the people it learnt from: stands in for a wearer's own."
        self._scale = np.float32(1.0 / metadata.input.scale)
        self._pair = np.zeros((1, len(PLANES), *self.size), np.float32)
        self._name = self._session.get_inputs()[0].name
        self._check_run(path)

    def predict(self, difference: NDArray[np.float32], image: NDArray[np.float32]) -> Expression:
        """Read one rectified pair.

        `difference`: (h, w) gray levels, the pair minus the wearer's mean neutral image (P(I) of Eyemotion, section
        4.2) or minus `population_mean`; `image`: (h, w) gray levels 0..255. A half that is not seen is 0 in both.
        Numbers that are not finite give an expression in which nothing is known: neutral, with every channel NaN.
        """
        np.multiply(difference, self._scale, out=self._pair[0, 0])
        np.multiply(image, self._scale, out=self._pair[0, 1])
        units, emotions, channels = (output[0] for output in self._session.run([*OUTPUTS], {self._name: self._pair}))
        if not (np.isfinite(units).all() and np.isfinite(emotions).all() and np.isfinite(channels).all()):
            return _unknown()
        return Expression(units, emotions, channels)

    def _check_run(self, path: Path) -> None:
        """Read one gray pair, so that a file that loads but cannot run is refused at start and not while worn."""
        try:
            outputs = self._session.run([*OUTPUTS], {self._name: self._pair})
        except REFUSED as error:
            raise BridgeError(f"the network {path} does not run ({first_line(error)}): {_REMEDY}") from error
        for (name, names), output in zip(OUTPUTS.items(), outputs, strict=True):
            if getattr(output, "shape", None) != (1, len(names)) or output.dtype != np.float32:
                raise BridgeError(f"the network {path} gives no {len(names)} numbers for {name}: {_REMEDY}")


def shipped_networks() -> list[Path]:
    """The networks that come with this installation, by name."""
    return sorted(_WEIGHTS.glob("*.onnx"))


def _metadata(path: Path, session: onnxruntime.InferenceSession) -> _Metadata:
    text = metadata_text(path, session, METADATA_KEY, _REMEDY)
    try:
        inputs = [tuple(given.shape[1:]) for given in session.get_inputs()]
        outputs = {given.name for given in session.get_outputs()}
    except UnicodeDecodeError as error:
        raise BridgeError(f"the network {path} is damaged ({error}): {_REMEDY}") from error
    try:
        metadata = _Metadata.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the text"
        raise BridgeError(
            f"the metadata of the network {path} is wrong at {where} ({first['msg']}): {_REMEDY}"
        ) from error
    for what, names in OUTPUTS.items():
        _compare(path, what, getattr(metadata, what), names)
    _compare(path, "input planes", metadata.input.planes, PLANES)
    if missing := OUTPUTS.keys() - outputs:
        raise BridgeError(f"the network {path} has no output {', '.join(sorted(missing))}: {_REMEDY}")
    if inputs != [(len(PLANES), metadata.input.height, metadata.input.width)]:
        raise BridgeError(f"the network {path} takes an input {inputs} that its metadata does not describe: {_REMEDY}")
    return metadata


def _compare(path: Path, what: str, found: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    if found == wanted:
        return
    parts = [("lacks", set(wanted) - set(found)), ("has unknown", set(found) - set(wanted))]
    difference = "; ".join(f"{verb} {', '.join(sorted(names))}" for verb, names in parts if names)
    raise BridgeError(f"the {what} of the network {path} do not fit: {difference or 'other order'}; {_REMEDY}")


def _mean_image(path: Path, metadata: _Metadata) -> Image:
    try:
        image = decode(base64.b64decode(metadata.population_mean, validate=True), cv2.IMREAD_GRAYSCALE)
    except ValueError:  # of base64, too
        image = None
    if image is None or image.shape != (metadata.input.height, metadata.input.width):
        raise BridgeError(f"the population's mean image inside the network {path} is damaged: {_REMEDY}")
    return image.astype(np.uint8)


def _card(path: Path, size_bytes: int, metadata: _Metadata) -> NetworkCard:
    origin = metadata.trained
    trained = f"{origin.date} at commit {origin.commit} on {origin.pairs} pairs of {origin.dataset}, seed {origin.seed}"
    return NetworkCard(metadata.name, path, size_bytes, metadata.card, metadata.licence, trained)


def _unknown() -> Expression:
    units = np.zeros(len(ACTION_UNIT_NAMES), np.float32)
    emotions = np.zeros(len(EMOTION_NAMES), np.float32)
    units[ACTION_UNIT_NAMES.index("neutral")] = emotions[EMOTION_NAMES.index("neutral")] = 1.0
    return Expression(units, emotions, np.full(len(CHANNEL_NAMES), np.nan, np.float32))
