"""The 3D face model: x = mean + sum of identity modes i + sum of expressions w (DeepExp3D, equation 2).

A face model of one's own is an .npz file (numpy.savez) with

    mean              (n, 3) metres; the wearer's left is +x, up +y, out of the face +z; the origin between the eyes
    identity          (modes, n, 3) how people differ: what one standard deviation of each mode moves, metres
    expressions       (e, n, 3) what each expression moves at full strength, metres
    expression_names  (e,) strings, from blendshapes.ARKIT; an expression that is not there does not move
    triangles         (t, 3) vertices, counter-clockwise from outside
    landmarks         (68,) the vertices of the 68-point scheme (Multi-PIE, iBUG), from the wearer's right ear on
    name              optional: a short string

ICT-FaceKit (https://github.com/ICT-VGL/ICT-FaceKit, MIT) is read as its arrays are stored in ict_facekit_light.npz:
neutral, identity, expression, expression_names, triangles and landmark68, in centimetres. Its face is used, without the
back of the head, the teeth and the eyes.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.archives import read_arrays
from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.face import builtin

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LANDMARKS: Final = 68

_NEEDED: Final = ("mean", "identity", "expressions", "expression_names", "triangles", "landmarks")
ICT_ARRAYS: Final = ("neutral", "identity", "expression", "expression_names", "triangles", "landmark68")
"Of a file of ICT-FaceKit's."
_ICT_FACE: Final = 9409
"The first vertices of ICT-FaceKit are the face; the rest is head, mouth, eyes and lashes."
_ICT_EYES: Final = ((21451, 23021), (23021, 24591))
"Its eyeballs: the origin lies between them."
_ICT_PAIRS: Final = ("browInnerUp", "cheekPuff")
"What ICT-FaceKit has for each side and ARKit for both together."
_BYTES: Final = 1 << 29
"No face model needs more: 512 MiB, unpacked."
_VERTICES: Final = 100_000
_MODES: Final = 300
_FACE_SIZE: Final = (0.05, 0.6)
"Metres across: anything else is in other units."
_REMEDY: Final = "see bridge/face/model.py for what such a file holds, or leave the model out for the built-in face"


@dataclass(frozen=True, slots=True)
class FaceModel:
    """Every face: what people and expressions do to the mean face. Metres; left is the wearer's."""

    name: str
    mean: Floats
    "(n, 3): the wearer's left is +x, up +y, out of the face +z; the origin lies between the eyes' centres."
    identity: Floats
    "(modes, n, 3): what each mode moves; coefficients of people are N(0, 1)."
    expressions: Floats
    "(52, n, 3) in the order of blendshapes.ARKIT, at full strength; zeros where the model lacks one."
    triangles: Ints
    "(t, 3), counter-clockwise from outside."
    landmarks: Ints
    "(68,) vertices of the 68-point scheme."

    def shape(self, identity: NDArray[np.floating], weights: NDArray[np.floating]) -> Floats:
        """(n, 3) a face: (modes,) identity coefficients, of which fewer may be given, and (52,) weights."""
        known = self.identity[: len(identity)]
        return self.mean + np.tensordot(identity, known, 1) + np.tensordot(weights, self.expressions, 1)

    def sparse(self) -> "FaceModel":
        """The same face on its 68 landmarks alone: what fitting needs."""
        at = self.landmarks
        nothing = np.empty((0, 3), np.int64)
        return FaceModel(
            self.name, self.mean[at], self.identity[:, at], self.expressions[:, at], nothing, np.arange(LANDMARKS)
        )


def load(path: Path | None) -> FaceModel:
    """The face model in a file, or the built-in one. Raises BridgeError when the file is missing or not a face."""
    if path is None:
        return _builtin()
    arrays = _read(path)
    try:
        model = _ict(arrays) if "neutral" in arrays else _own(arrays, path.stem)
        _check(model)
    except (ValueError, TypeError, OverflowError) as error:
        raise BridgeError(f"the face model {path} is not right ({error}): {_REMEDY}") from error
    return model


@cache
def _builtin() -> FaceModel:
    return _own(builtin.arrays(), "builtin")


def _read(path: Path) -> dict[str, NDArray[Any]]:
    try:
        arrays = read_arrays(path, _BYTES, (), tuple(dict.fromkeys((*ICT_ARRAYS, *_NEEDED, "name"))))
    except OSError as error:
        raise BridgeError(f"cannot read the face model {path} ({error.strerror or error}): {_REMEDY}") from error
    except ValueError as error:
        raise BridgeError(f"{path} is not a face model, a plain .npz file ({error}): {_REMEDY}") from error
    if missing := [name for name in (ICT_ARRAYS if "neutral" in arrays else _NEEDED) if name not in arrays]:
        raise BridgeError(f"the face model {path} has no {', '.join(missing)}: {_REMEDY}")
    return arrays


def _own(arrays: dict[str, NDArray[Any]], stem: str) -> FaceModel:
    """Raises ValueError in words where the arrays are no face."""
    names = [str(name) for name in arrays["expression_names"].ravel()]
    if unknown := sorted(set(names) - set(ARKIT)):
        raise ValueError(f"ARKit has no expression {', '.join(unknown[:3])}")
    if len(set(names)) != len(names):
        raise ValueError("an expression is named twice")
    mean, moves = _floats(arrays["mean"], 2), _floats(arrays["expressions"], 3)
    if moves.shape != (len(names), *mean.shape):
        raise ValueError(f"expressions are {moves.shape}, not {(len(names), *mean.shape)}")
    expressions = np.zeros((len(ARKIT), *mean.shape))
    expressions[[ARKIT.index(name) for name in names]] = moves
    name = str(arrays["name"].ravel()[0])[:64] if arrays.get("name", np.empty(0)).size else stem
    triangles, landmarks = _ints(arrays["triangles"]), _ints(arrays["landmarks"])
    return FaceModel(name, mean, _floats(arrays["identity"], 3), expressions, triangles, landmarks)


def _ict(arrays: dict[str, NDArray[Any]]) -> FaceModel:
    """Raises ValueError in words where the arrays are not ICT-FaceKit's."""
    neutral = _floats(arrays["neutral"], 2)
    if len(neutral) < _ICT_EYES[1][1]:
        raise ValueError(f"ICT-FaceKit has 26719 vertices, not {len(neutral)}")
    moves = {str(name): move for name, move in zip(arrays["expression_names"], arrays["expression"], strict=True)}
    expressions = np.zeros((len(ARKIT), _ICT_FACE, 3))
    for row, name in enumerate(ARKIT):
        for source in ict_names(name):
            if source in moves:
                expressions[row] += 0.01 * _floats(moves[source][:_ICT_FACE], 2)
    origin = np.mean([neutral[first:last].mean(0) for first, last in _ICT_EYES], axis=0)
    triangles = _ints(arrays["triangles"])
    return FaceModel(
        "ict",
        0.01 * (neutral[:_ICT_FACE] - origin),
        0.01 * _floats(arrays["identity"][:, :_ICT_FACE], 3),
        expressions,
        triangles[(triangles < _ICT_FACE).all(1)],
        _ints(arrays["landmark68"]),
    )


def ict_names(name: str) -> tuple[str, ...]:
    """ICT-FaceKit's names of an ARKit expression: eyeBlink_L; jawLeft and mouthLeft move to a side and keep theirs."""
    if name in _ICT_PAIRS:
        return f"{name}_L", f"{name}_R"
    for side in ("Left", "Right"):
        if name.endswith(side) and name not in (f"jaw{side}", f"mouth{side}"):
            return (f"{name.removesuffix(side)}_{side[0]}",)
    return (name,)


def _floats(array: NDArray[Any], dimensions: int) -> Floats:
    if array.dtype.kind not in "fiu" or array.ndim != dimensions or array.shape[-1] != 3:
        raise ValueError(f"an array of {array.dtype} {array.shape} where points (..., 3) belong")
    return np.asarray(array, np.float64)


def _ints(array: NDArray[Any]) -> Ints:
    if array.dtype.kind not in "iu":
        raise ValueError(f"vertices are numbered by whole numbers, not by {array.dtype}")
    return np.asarray(array, np.int64)


def _check(model: FaceModel) -> None:
    """Raises ValueError in words where shapes, sizes or numbers are impossible."""
    count = len(model.mean)
    if not LANDMARKS <= count <= _VERTICES:
        raise ValueError(f"{count} vertices; a face has {LANDMARKS} to {_VERTICES}")
    if model.identity.shape[1:] != (count, 3) or not 1 <= len(model.identity) <= _MODES:
        raise ValueError(f"identity is {model.identity.shape}, not (1..{_MODES}, {count}, 3)")
    if model.triangles.ndim != 2 or model.triangles.shape[1] != 3 or model.landmarks.shape != (LANDMARKS,):
        raise ValueError(f"triangles are {model.triangles.shape}, landmarks {model.landmarks.shape}")
    for what, numbers in (("triangle", model.triangles), ("landmark", model.landmarks)):
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
            raise ValueError(f"a {what} at a vertex that is not there")
    for what, values in (("mean", model.mean), ("identity", model.identity), ("expressions", model.expressions)):
        if not np.isfinite(values).all() or np.abs(values).max() > 2.0:
            raise ValueError(f"{what} has numbers that are not metres of a face")
    points = model.mean[model.landmarks]
    size = float(np.ptp(points, axis=0).max())
    if not _FACE_SIZE[0] <= size <= _FACE_SIZE[1]:
        raise ValueError(f"the face is {size:.3g} m across; give metres")
    if points[45, 0] <= points[36, 0] or points[8, 1] >= points[27, 1]:
        raise ValueError("the wearer's left is not +x or up is not +y")
