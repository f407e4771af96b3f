"""The baseline of section 4: what positions of lids, iris and pupil say about the class, and nothing else.

The paper's landmarker was a proprietary one and often failed. Here the positions are the renderer's own, without any
error, so this is the most that such features could do: lid opening, iris place and pupil size of both eyes, with their
squares and products, in multinomial logistic regression.
"""

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

_L2: Final = 1e-3
_STEPS: Final = 60


def features(channels: NDArray[np.floating]) -> NDArray[np.float32]:
    """(N, k) -> (N, 1 + k + k (k + 1) / 2): ones, the values, their products."""
    values = np.asarray(channels, np.float32)
    row, column = np.triu_indices(values.shape[1])
    return np.hstack([np.ones((len(values), 1), np.float32), values, values[:, row] * values[:, column]])


def classified(
    seen: NDArray[np.floating], label: NDArray[np.integer], asked: NDArray[np.floating], classes: int
) -> Tensor:
    """(M, classes) probabilities of the (M, k) positions that are asked about, learnt from (N, k) with labels."""
    known, wanted = features(seen), features(asked)
    middle, spread = known[:, 1:].mean(0), known[:, 1:].std(0) + 1e-6
    for table in (known, wanted):
        table[:, 1:] = (table[:, 1:] - middle) / spread
    x, y = torch.from_numpy(known), torch.from_numpy(np.asarray(label, np.int64))
    weights = torch.zeros(x.shape[1], classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> float:
        optimizer.zero_grad()
        value = functional.cross_entropy(x @ weights, y) + _L2 * (weights**2).sum()
        torch.autograd.backward(value)
        return float(value.detach())

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return (torch.from_numpy(wanted) @ weights.detach()).softmax(1)
