"""The emotion a face shows, from its 52 ARKit weights or 28 expression coefficients (DeepExp3D, section III-D).

No model comes with eyebridge: train one on pictures that you have, with `python -m models.emotion`. Where these say who
is who, it learns from the difference between a face and the same person's neutral one, and its file says so.

What this is not: knowledge of what somebody feels. It names which posed expression of a data set a face resembles.
"""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.face.machines import Floats, Machines

KIND: Final = "emotion"
NAMES: Final = ("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise")
"The paper's seven, in the order in which tables and models have them."
CONTEMPT: Final = "contempt"
"The eighth of RaFD and CK+."


class EmotionModel:
    """A trained classifier, ready to name."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines
        self.names = machines.names
        "What the probabilities are of, in their order."
        self.basis = machines.basis
        self.card = machines.card
        self._rest = np.array([float(name == NAMES[0]) for name in machines.names])

    @classmethod
    def load(cls, path: Path, basis: str | None = None) -> "EmotionModel":
        """Read a model; `basis`: the fingerprint of the ExpressionBasis whose coefficients it can be given.

        Raises BridgeError in one sentence when it is missing, damaged, no emotion model or of another basis.
        """
        return cls(Machines.load(path, KIND, basis))

    def __call__(self, coefficients: NDArray[np.floating], neutral: NDArray[np.floating] | None = None) -> Floats:
        """(d,) -> (k,) probabilities of `names`, or (n, d) -> (n, k); d: 52 weights, or 28 coefficients of `basis`.

        `neutral`: (d,) those of the wearer's relaxed face, for a model that learnt from differences; the mean of all
        the people it learnt from takes their place where they are None or not finite. Numbers that are not finite are
        a neutral face, where the model knows one.
        """
        found = self._machines(coefficients, neutral)
        if not self._rest.any():
            return found
        known = np.isfinite(coefficients).all(-1, keepdims=True)
        return np.where(known, found, self._rest)
