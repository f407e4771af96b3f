"""Folds that keep a person on one side and have their share of every class."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def folds(labels: Ints, groups: Ints, count: int, seed: int) -> list[Ints]:
    """The rows of each test part, at most `count`, in which every row is once and no group is in two.

    Groups are dealt out, the largest first and those of one size in a random order, each to the fold that then has the
    most even share of the classes it brings. A fold that gets nothing is left out.
    """
    rng = np.random.default_rng(seed)
    names, group = np.unique(groups, return_inverse=True)
    held = np.zeros((len(names), int(labels.max(initial=0)) + 1), np.int64)
    np.add.at(held, (group, labels), 1)
    share = np.maximum(held.sum(0), 1) / count
    filled = np.zeros((count, held.shape[1]))
    fold_of = np.zeros(len(names), np.int64)
    shuffled = rng.permutation(len(names))
    for one in shuffled[np.argsort(-held[shuffled].sum(1), kind="stable")]:
        # how much the sum of squares over its share grows, and then the emptiest fold
        growth = ((2 * filled + held[one]) * held[one] / share**2).sum(1)
        fold_of[one] = np.lexsort((filled.sum(1), growth.round(9)))[0]
        filled[fold_of[one]] += held[one]
    parts = [np.flatnonzero(fold_of[group] == number) for number in range(count)]
    return [part for part in parts if len(part)]
