"""How strongly emotion and gaze go together, how sure that is, and how likely it is by chance.

Everything is computed from a table of counts, emotions by gaze types: drawing pictures again with replacement (the
bootstrap) is a multinomial draw of that table, and giving the gaze types to the pictures in another order (the
permutation test) is a hypergeometric draw of it. So ten thousand draws take no longer than one.

Pictures count as independent; where one person is in many of them, intervals are too narrow.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
"(..., k, 2): k classes, direct and averted."
Floats = NDArray[np.float64]

DRAWS: Final = 10_000
_SLACK: Final = 1e-12
"Draws as strong as what was found count as such whatever the last digit says."


@dataclass(frozen=True, slots=True)
class Relation:
    """One line of the paper's Table I."""

    pictures: int
    correlation: float
    "Pearson's, of the classes' codes and averted (1) against direct (0); NaN where one of them does not vary."
    interval: tuple[float, float]
    "95 %, percentiles of the bootstrap."
    p: float
    "Two-sided, of the permutation test: how often chance alone gives a correlation as far from 0."
    v: float
    "Cramer's V, for which the codes' order means nothing."
    v_by_chance: float
    "Its mean where gaze and emotion have nothing to do with each other: it is never negative."
    v_p: float


def relate(counts: Counts, codes: Floats, rng: np.random.Generator, draws: int = DRAWS) -> Relation:
    """counts (k, 2), codes (k,): the number that stands for each class."""
    total = int(counts.sum())
    found = float(pearson(counts, codes))
    if not np.isfinite(found):
        nan = float("nan")
        return Relation(total, nan, (nan, nan), nan, nan, nan, nan)
    again = rng.multinomial(total, counts.ravel() / total, draws).reshape(draws, *counts.shape)
    bootstrap = pearson(again, codes)
    low, high = np.percentile(bootstrap[np.isfinite(bootstrap)], (2.5, 97.5))
    of_class = counts.sum(1)
    averted = rng.multivariate_hypergeometric(of_class, int(counts[:, 1].sum()), draws)
    shuffled = np.stack([of_class - averted, averted], -1)
    v, by_chance = float(cramers_v(counts)), cramers_v(shuffled)
    return Relation(
        pictures=total,
        correlation=found,
        interval=(float(low), float(high)),
        p=_at_least(np.abs(pearson(shuffled, codes)), abs(found)),
        v=v,
        v_by_chance=float(by_chance.mean()),
        v_p=_at_least(by_chance, v),
    )


def pearson(counts: Counts, codes: Floats) -> Floats:
    """(...) the correlation of code and averted over the pictures of each table (..., k, 2); NaN where one is constant.

    For two classes this is phi.
    """
    rows, averted = counts.sum(-1).astype(np.float64), counts[..., 1].astype(np.float64)
    total, away = rows.sum(-1), averted.sum(-1)
    across = total * (averted @ codes) - (rows @ codes) * away
    spread = (total * (rows @ codes**2) - (rows @ codes) ** 2) * (away * (total - away))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(spread > 0, across / np.sqrt(np.maximum(spread, 0.0)), np.nan), np.float64)


def cramers_v(counts: Counts) -> Floats:
    """(...) Cramer's V of tables (..., k, 2); 0 where one of the two is constant."""
    table = counts.astype(np.float64)
    total = table.sum((-1, -2))
    expected = table.sum(-1, keepdims=True) * table.sum(-2, keepdims=True) / total[..., None, None]
    chi_squared = ((table - expected) ** 2 / np.where(expected > 0, expected, 1.0)).sum((-1, -2))
    return np.asarray(np.sqrt(chi_squared / total), np.float64)


def share(part: int, whole: int) -> tuple[float, float, float]:
    """A share with its 95 % interval (Wilson, 1927); 0 to 1 where there is nothing to share."""
    if not whole:
        return float("nan"), 0.0, 1.0
    z, p = 1.959964, part / whole
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * np.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return p, float(middle - half), float(middle + half)


def _at_least(drawn: Floats, found: float) -> float:
    """The share of draws as strong as what was found, which counts as one of them, so that p is never 0."""
    return (1 + int((drawn >= found - _SLACK).sum())) / (1 + len(drawn))
