"""Support vector machines that name what a face shows, in numpy: the back end of DeepExp3D (section III-D).

Error-correcting output codes (Dietterich, Bakiri: "Solving multiclass learning problems via error-correcting output
codes", JAIR 1995): every machine separates some classes from others, as a column of the code says, and a face belongs
to the class whose row disagrees least with what the machines say, by the hinge loss (Allwein, Schapire, Singer:
"Reducing multiclass to binary", JMLR 2000). One-versus-all is the code with 1 on its diagonal and -1 elsewhere.

A file is an .npz that `python -m models.emotion` or `python -m models.stress` has written; `_SHAPES` says what is in
it: arrays of numbers and names, of which nothing is run.
"""

import io
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.archives import read_arrays
from bridge.blendshapes import ARKIT, ARKIT_BASIS, ARKIT_TWICE
from bridge.errors import BridgeError
from bridge.face import COEFFICIENTS
from bridge.frames import Expressed, Vector

log = logging.getLogger("eyebridge")

Floats = NDArray[np.float64]

FORMAT: Final = 2
"Of the file; it changes when an older program could not use a newer one. 1 knew no neutral."

# k classes, m machines, s support vectors, n coefficients or weights of a face
_SHAPES: Final = {
    "centre": "n",
    "scale": "n",
    "vectors": "sn",
    "duals": "sm",
    "offsets": "m",
    "code": "km",
    "gamma": "",
    "temperature": "",
}
_NEUTRAL: Final = {"neutral": "n"}
"In files of machines that learnt from differences."
_WORDS: Final = {"kind": "", "names": "k", "basis": "", "card": ""}
_WEIGHTS: Final = {ARKIT_BASIS: len(ARKIT), ARKIT_TWICE: 2 * len(ARKIT)}
"How many numbers of a face they read that learnt from weights, which are the same with every face model."
_LARGEST: Final = 32 << 20
"Bytes, packed or not; RAF-DB's 12,000 faces would make 4 MB if every one were a support vector."
_FARTHEST: Final = 8.0
"Spreads from the mean: farther off, no number says more, so that one that hardly varied in training cannot decide all."
_OTHER_MODEL: Final = "is of another face model"
_WITHOUT_SECOND: Final = (
    "reads a face network's weights beside the landmark file's own, and there are not both: give --source.network and "
    "a landmark file with blendshapes, or a model of one alone"
)
_DAMAGE: Final = (OSError, ValueError, TypeError, OverflowError)
"What reading a damaged file may raise."


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines that learnt together, and the code that joins them."""

    kind: str
    "What they name: 'emotion' or 'stress'."
    names: tuple[str, ...]
    "(k,) the classes."
    basis: str
    "Fingerprint of the ExpressionBasis whose coefficients they learnt from, or one of _WEIGHTS."
    card: str
    "What they learnt from and how well, in a few sentences."
    centre: Floats
    "(n,) subtracted from the coefficients, which are then divided by"
    scale: Floats
    vectors: Floats
    "(s, n) support vectors of all machines, in those units."
    duals: Floats
    "(s, m) each machine's weights of them, with the sign of their side."
    offsets: Floats
    "(m,)"
    code: Floats
    "(k, m) 1 where a machine should say yes to a class, -1 where no, 0 where it does not matter."
    gamma: float
    "Of the radial kernel exp(-gamma |x - v|^2)."
    temperature: float
    "Of the softmax that makes probabilities of losses; fitted to faces that the machines had not seen."
    neutral: Floats | None = None
    "(n,) everybody's mean neutral, where they learnt from differences to each person's own; None where they did not."

    def scores(self, coefficients: NDArray[np.floating]) -> Floats:
        """(..., n) coefficients -> (..., m): what each machine says, its margin at -1 and 1."""
        x = (np.asarray(coefficients, np.float64) - self.centre) / self.scale
        x = np.clip(x, -_FARTHEST, _FARTHEST)
        far = (x**2).sum(-1)[..., None] + (self.vectors**2).sum(1) - 2 * x @ self.vectors.T
        return np.asarray(np.exp(-self.gamma * np.maximum(far, 0.0)) @ self.duals + self.offsets, np.float64)

    def __call__(self, coefficients: NDArray[np.floating], neutral: NDArray[np.floating] | None = None) -> Floats:
        """(..., n) coefficients -> (..., k) probabilities; the most probable class is the one the code chooses.

        `neutral`: (n,) those of the same person's relaxed face, which machines that learnt from differences subtract;
        everybody's mean takes its place where it is unknown or not finite. Of coefficients that are not finite nothing
        is known: every class is as probable as another.
        """
        given = np.asarray(coefficients, np.float64)
        if self.neutral is not None:
            given = given - (neutral if neutral is not None and np.isfinite(neutral).all() else self.neutral)
        known = np.isfinite(given).all(-1, keepdims=True)
        found = probabilities(losses(self.scores(np.where(known, given, self.centre)), self.code), self.temperature)
        return np.where(known, found, 1.0 / len(self.names))

    def saved(self) -> bytes:
        """The file."""
        buffer = io.BytesIO()
        names = (*_WORDS, *_SHAPES, *(() if self.neutral is None else _NEUTRAL))
        values: dict[str, Any] = {name: np.asarray(getattr(self, name)) for name in names}
        np.savez_compressed(buffer, format=np.array(FORMAT), **values)
        return buffer.getvalue()

    @classmethod
    def load(cls, path: Path, kind: str, basis: str | None) -> "Machines":
        """Read a file. Raises BridgeError when it is missing, damaged, of another kind or of another basis.

        `basis`: the fingerprint that it must have, if it reads coefficients; None where nobody knows yet.
        """
        remedy = f"make one with: python -m models.{kind}"
        try:
            machines = _parsed(path)
        except FileNotFoundError as error:
            raise BridgeError(f"there is no {kind} model at {path}: {remedy}") from error
        except _DAMAGE as error:
            raise BridgeError(f"{path} is no {kind} model, or a damaged one ({error}): {remedy}") from error
        if machines.kind != kind:
            raise BridgeError(f"{path} is a model of {machines.kind[:40]!r}, not of {kind}: {remedy}")
        if basis is not None and machines.basis not in (basis, *_WEIGHTS):
            raise BridgeError(
                f"the {kind} model {path} learnt from another face model's coefficients ({machines.basis[:40]!r}, not "
                f"{basis!r}): choose its face model, or {remedy}"
            )
        return machines


class OwnBasis:
    """What a face expresses in the basis that a model learnt from; the first time that is not known, it is said."""

    def __init__(self, basis: str, kind: str, consequence: str) -> None:
        """`kind`: of the model, 'emotion' or 'stress'; `consequence`: what happens without it, for the user."""
        why = _WITHOUT_SECOND if basis == ARKIT_TWICE else _OTHER_MODEL
        self._basis, self._complaint = basis, f"the {kind} model {why}; {consequence}"
        self._refused = ""

    def __call__(self, face: Expressed) -> Vector | None:
        """See Expressed.told_in."""
        told = face.told_in(self._basis)
        if told is None and self._refused != face.basis:
            self._refused = face.basis
            log.warning(self._complaint)
        return told


def losses(scores: Floats, code: Floats) -> Floats:
    """(..., m) what machines say, (k, m) code -> (..., k): mean hinge loss of each class, over the machines it has."""
    used = np.abs(code)
    each = np.maximum(0.0, 1.0 - code * scores[..., None, :]) / 2
    return np.asarray((each * used).sum(-1) / used.sum(-1), np.float64)


def probabilities(lost: Floats, temperature: float) -> Floats:
    """(..., k) losses -> (..., k) probabilities."""
    part = np.exp((lost.min(-1, keepdims=True) - lost) / temperature)
    return np.asarray(part / part.sum(-1, keepdims=True), np.float64)


def _parsed(path: Path) -> Machines:
    """Raises one of _DAMAGE."""
    arrays = read_arrays(path, _LARGEST, ("format", *_WORDS, *_SHAPES), tuple(_NEUTRAL))
    if (version := int(arrays.pop("format"))) not in range(1, FORMAT + 1):
        raise ValueError(f"format {version}, and this program knows {FORMAT}")
    _check(arrays, _WEIGHTS.get(str(arrays["basis"]), COEFFICIENTS))
    words = {name: str(arrays[name]) for name in _WORDS}
    numbers = {name: np.asarray(array, np.float64) for name, array in arrays.items() if name not in _WORDS}
    return Machines(
        kind=words["kind"],
        names=tuple(str(name) for name in arrays["names"]),
        basis=words["basis"],
        card=words["card"],
        centre=numbers["centre"],
        scale=numbers["scale"],
        vectors=numbers["vectors"],
        duals=numbers["duals"],
        offsets=numbers["offsets"],
        code=numbers["code"],
        gamma=float(numbers["gamma"]),
        temperature=float(numbers["temperature"]),
        neutral=numbers.get("neutral"),
    )


def _check(arrays: dict[str, NDArray[Any]], numbers: int) -> None:
    """Raises ValueError unless every shape fits the others, a face has so many numbers, and every number can be one."""
    sizes: dict[str, int] = {}
    letters_of = _SHAPES | _WORDS | _NEUTRAL
    for name, array in arrays.items():
        letters, shape = letters_of[name], array.shape
        if len(shape) != len(letters) or any(
            sizes.setdefault(*part) != part[1] for part in zip(letters, shape, strict=True)
        ):
            raise ValueError(f"{name} has a shape {shape} that does not fit")
        if (array.dtype.kind == "U") != (name in _WORDS):
            raise ValueError(f"{name} is {array.dtype}")
        if name not in _WORDS and not (array.dtype.kind == "f" and np.isfinite(array).all()):
            raise ValueError(f"{name} has numbers that are none")
    if not (2 <= sizes["k"] <= 100 and sizes["m"] and sizes["s"]):
        raise ValueError("it has no classes or no machines")
    if sizes["n"] != numbers:
        raise ValueError(f"it reads {sizes['n']} numbers of a face, not {numbers}")
    if len(set(arrays["names"].tolist())) != sizes["k"]:
        raise ValueError("two classes have one name")
    code = arrays["code"]
    if not np.isin(code, (-1.0, 0.0, 1.0)).all() or not np.abs(code).sum(1).all():
        raise ValueError("its code is none")
    if not (arrays["scale"] > 0).all() or not arrays["gamma"] > 0 or not arrays["temperature"] > 0:
        raise ValueError("a scale is not above 0")
