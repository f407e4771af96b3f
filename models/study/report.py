"""The tables of the paper from the answers, each beside the paper's own numbers."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.study.data import NAMES
from models.study.methods import Vocabulary
from models.study.runs import Answers

# Precision, recall, F1, support; arXiv 1707.07204, Tables 2 to 5. In the order of the paper's rows.
PAPER: Final[dict[tuple[Vocabulary, bool], dict[str, tuple[float, float, float, int]]]] = {
    ("action_unit", False): {
        "brow_lower": (0.59, 0.66, 0.63, 2897),
        "upper_lid_raise": (0.74, 0.76, 0.75, 4912),
        "cheek_raise": (0.56, 0.64, 0.60, 2659),
        "eyes_closed": (0.54, 0.51, 0.53, 793),
        "brow_raise_left": (0.52, 0.28, 0.36, 1598),
        "wink_left": (0.95, 0.86, 0.90, 2638),
        "neutral": (0.48, 0.59, 0.53, 2309),
        "brow_raise_right": (0.29, 0.18, 0.22, 1855),
        "wink_right": (0.83, 0.87, 0.85, 2220),
        "squint": (0.62, 0.71, 0.66, 2135),
    },
    ("action_unit", True): {
        "brow_lower": (0.67, 0.74, 0.70, 2576),
        "upper_lid_raise": (0.75, 0.70, 0.73, 4956),
        "cheek_raise": (0.65, 0.64, 0.64, 2903),
        "eyes_closed": (0.92, 0.54, 0.68, 872),
        "brow_raise_left": (0.61, 0.33, 0.43, 1616),
        "wink_left": (0.93, 0.90, 0.91, 2577),
        "neutral": (0.53, 0.96, 0.68, 2372),
        "brow_raise_right": (0.50, 0.24, 0.32, 1701),
        "wink_right": (0.82, 0.87, 0.84, 2235),
        "squint": (0.65, 0.67, 0.66, 2208),
    },
    ("emotion", False): {
        "anger": (0.72, 0.72, 0.72, 2695),
        "closed_eyes": (0.77, 0.78, 0.77, 899),
        "happiness": (0.66, 0.67, 0.66, 2610),
        "neutral": (0.60, 0.78, 0.68, 2274),
        "surprise": (0.71, 0.51, 0.59, 2425),
    },
    ("emotion", True): {
        "anger": (0.71, 0.83, 0.77, 2455),
        "closed_eyes": (0.90, 0.67, 0.77, 863),
        "happiness": (0.81, 0.60, 0.69, 2644),
        "neutral": (0.64, 0.95, 0.77, 2425),
        "surprise": (0.81, 0.60, 0.69, 2516),
    },
}
PAPER_ACCURACY: Final = {
    ("action_unit", False): 0.637,
    ("action_unit", True): 0.702,
    ("emotion", False): 0.666,
    ("emotion", True): 0.737,
}
"Mean accuracies of the same four."

PAPER_RATERS: Final = (
    (1, "Average of human raters", 0.47),
    (2, "Average of human raters, with a neutral example", 0.50),
    (3, "Advanced human raters", 0.58),
    (4, "Advanced human raters, with a neutral example", 0.62),
)
"Rows 1 to 4 of Table 1: people, whom no program replaces."

PAPER_P: Final = {"action_unit": "< 0.001", "emotion": "0.018"}
"Of the one-tailed test in section 4.2."


@dataclass(frozen=True, slots=True)
class Row:
    """One class."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Table:
    """One method on everybody it had not seen."""

    rows: dict[str, Row]
    average: Row
    "Weighted by support, as the paper's last line."
    accuracy: float
    "Over all pairs."
    balanced: float
    "Mean of the classes' recalls."
    people: NDArray[np.float64]
    "Each person's accuracy."


def table(answers: Answers, vocabulary: Vocabulary) -> Table:
    """The figures of one method."""
    label, said = answers.label, answers.said
    rows = {}
    for index, name in enumerate(NAMES[vocabulary]):
        hits = int(((label == index) & (said == index)).sum())
        calls, cases = int((said == index).sum()), int((label == index).sum())
        rows[name] = Row(hits / max(calls, 1), hits / max(cases, 1), 2 * hits / max(calls + cases, 1), cases)
    weight = np.array([row.support for row in rows.values()], float)
    weight /= weight.sum()
    mean = {
        part: float(weight @ [getattr(row, part) for row in rows.values()]) for part in ("precision", "recall", "f1")
    }
    average = Row(mean["precision"], mean["recall"], mean["f1"], len(label))
    people = np.array([(label == said)[answers.person == person].mean() for person in np.unique(answers.person)])
    present = [row.recall for row in rows.values() if row.support]
    return Table(rows, average, float((label == said).mean()), float(np.mean(present)), people)


def confusion(answers: Answers, vocabulary: Vocabulary) -> NDArray[np.float64]:
    """(classes, classes): of each true class (row) the share that was called each class (column)."""
    classes = len(NAMES[vocabulary])
    counts = np.zeros((classes, classes))
    np.add.at(counts, (answers.label, answers.said), 1)
    return np.asarray(counts / np.maximum(counts.sum(1, keepdims=True), 1))


@dataclass(frozen=True, slots=True)
class Gain:
    """Whether personalization helps: section 4.2."""

    mean: float
    "Of accuracy, over people."
    t: float
    p: float
    "One-tailed, paired over people."
    people: int


def gain(plain: Answers, personalized: Answers) -> Gain:
    """Pairs are first collapsed into one accuracy for each person, session and class, so that none counts twice."""
    before, after = (_collapsed(answers) for answers in (plain, personalized))
    people = sorted({person for person, *_ in before.keys() & after.keys()})
    means = [
        [np.mean([value for (who, *_), value in side.items() if who == person]) for person in people]
        for side in (before, after)
    ]
    mean = float(np.mean(means[1]) - np.mean(means[0]))
    if np.ptp(np.subtract(means[1], means[0])) == 0:  # the same for everybody: there is no spread to test against
        return Gain(mean, 0.0, 1.0, len(people))
    test = stats.ttest_rel(means[1], means[0], alternative="greater")
    return Gain(mean, float(test.statistic), float(test.pvalue), len(people))


def _collapsed(answers: Answers) -> dict[tuple[int, int, int], float]:
    keys = np.stack([answers.person, answers.session, answers.label], 1)
    right = answers.label == answers.said
    found, place = np.unique(keys, axis=0, return_inverse=True)
    place = place.reshape(-1)
    share = np.bincount(place, right) / np.bincount(place)
    return {(int(a), int(b), int(c)): float(value) for (a, b, c), value in zip(found, share, strict=True)}
