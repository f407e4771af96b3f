"""Each person's own neutral face, as eyebridge subtracts the wearer's, from the labelled faces of a set."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.face.machines import Floats
from models.emotion.folds import Ints


@dataclass(frozen=True, slots=True)
class Neutrals:
    """What stands for a neutral face beside each of n faces."""

    own: Floats
    "(n, d) mean of the same person's neutral pictures, never of the picture itself; NaN where there is no other."
    others: Floats
    "(n, d) mean of everybody else's neutral faces: all that is known of somebody new."
    everybody: Floats
    "(d,) mean of all people's."

    def first(self, count: int) -> "Neutrals":
        """Of the first faces alone."""
        return Neutrals(self.own[:count], self.others[:count], self.everybody)


def neutrals_of(features: Floats, neutral: NDArray[np.bool_], people: Ints) -> Neutrals:
    """Of features (n, d), whether each is of a neutral picture (n,), and whose it is (n,), people from 0."""
    count = np.bincount(people, neutral)
    total = np.zeros((len(count), features.shape[1]))
    np.add.at(total, people[neutral], features[neutral])
    left = (count[people] - neutral)[:, None]
    own = np.full_like(features, np.nan)
    np.divide(total[people] - neutral[:, None] * features, left, out=own, where=left > 0)
    known = count > 0
    means = np.zeros_like(total)
    means[known] = total[known] / count[known, None]
    fewer = np.maximum(known.sum() - known[people], 1)[:, None]
    return Neutrals(own, (means.sum(0) - means[people]) / fewer, means.sum(0) / max(known.sum(), 1))
