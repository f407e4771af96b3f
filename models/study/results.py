"""Writes models/RESULTS.md: every table of the paper beside ours, with what it was measured on."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from bridge.channels import ACTION_UNITS, EMOTIONS
from bridge.files import write_atomically
from models.study.data import NAMES
from models.study.methods import METHODS, PERSONALIZED, PLAIN, VOCABULARIES, Preset, Vocabulary
from models.study.report import (
    PAPER,
    PAPER_ACCURACY,
    PAPER_P,
    PAPER_RATERS,
    Gain,
    Table,
    confusion,
    gain,
    table,
)
from models.study.runs import BASELINE, SINGLE, Answers, Task, answers_of, crossed

_TITLES: Final[dict[Vocabulary, str]] = {"action_unit": "Action units", "emotion": "Emotive expressions"}
_LABELS: Final = {item.name: item.label for item in (*ACTION_UNITS, *EMOTIONS)}
_NUMBER: Final[dict[tuple[Vocabulary, bool], int]] = {
    ("action_unit", False): 2,
    ("action_unit", True): 3,
    ("emotion", False): 4,
    ("emotion", True): 5,
}
"Of the paper's table: by vocabulary, and whether personalized."


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run of the study was measured on: the report's first lines."""

    preset: Preset
    benchmark: int
    pairs: int
    removed: int | None
    "Pairs that `models.clean` listed; None where it was not run."
    device: str
    date: str


def write(out: Path, work: Path, setting: Setting) -> None:
    """RESULTS.md at `out`, and its figures in a folder `results` beside it."""
    preset = setting.preset
    parts = [_begin(setting), _first_table(work, preset)]
    for vocabulary in VOCABULARIES:
        plain, personal = (crossed(work, method.key, vocabulary, preset) for method in (PLAIN, PERSONALIZED))
        baseline = crossed(work, BASELINE, vocabulary, preset)
        tables = [table(answers, vocabulary) for answers in (plain, personal)]
        for answers, figures, personalized in ((plain, tables[0], False), (personal, tables[1], True)):
            parts.append(_class_table(figures, vocabulary, personalized))
            _draw(out.parent / "results", answers, vocabulary, personalized)
        parts.append(_spread(vocabulary, [table(baseline, vocabulary), *tables], gain(plain, personal)))
    write_atomically(out, "\n".join(parts).encode())


def _begin(setting: Setting) -> str:
    preset = setting.preset
    weights = f"ImageNet weights {preset.imagenet.name}" if preset.imagenet else "no ImageNet weights: random ones"
    cleaned = "not cleaned" if setting.removed is None else f"{setting.removed} pairs left out by models.clean"
    return f"""# The Eyemotion study on rendered people

The systems of Hickson et al., *Eyemotion* (arXiv 1707.07204), trained and asked as the paper did, on people of which
not one is real. One command makes this file:

    python -m models.study render .work/benchmark --every {preset.every}
    python -m models.clean .work/benchmark
    python -m models.study run .work/benchmark --preset {preset.name}

| | |
|---|---|
| benchmark | version {setting.benchmark}, every {preset.every}. frame: {setting.pairs} pairs; {cleaned} |
| preset | {preset.name}: {preset.size} x {preset.size} pixels, width {preset.width:g}, {preset.epochs:g} epochs, \
batches of {preset.batch} |
| start | {weights} |
| device | {setting.device} |
| date | {setting.date} |

The paper's numbers are of 46 real people, InceptionV3 in full, with ImageNet weights. Numbers of another preset than
`full` show how the methods compare at that size, not how good they can be.
"""


def _first_table(work: Path, preset: Preset) -> str:
    lines = [
        "## Table 1: one split, four people of the headset left out, action units",
        "",
        "| | method | paper | here |",
        "|--:|---|--:|--:|",
    ]
    lines += [f"| {row} | {title} | {paper:.0%} | people: quoted |" for row, title, paper in PAPER_RATERS]
    landmarks = _accuracy(answers_of(work, Task(BASELINE, "action_unit", SINGLE)))
    lines.append(f"| | exact eye landmarks (section 4), HMD2 | failed | {landmarks:.1%} |")
    for method in METHODS:
        here = _accuracy(answers_of(work, Task(method.key, "action_unit", SINGLE)))
        lines.append(f"| {method.row} | {method.title} | {method.paper:.0%} | {here:.1%} |")
    return "\n".join([*lines, ""])


def _accuracy(answers: Answers) -> float:
    return float((answers.label == answers.said).mean())


def _class_table(figures: Table, vocabulary: Vocabulary, personalized: bool) -> str:
    number, paper = _NUMBER[vocabulary, personalized], PAPER[vocabulary, personalized]
    how = "with personalization" if personalized else "without personalization"
    lines = [
        f"## Table {number}: {_TITLES[vocabulary].lower()}, {how}",
        "",
        f"Accuracy here {figures.accuracy:.1%} (mean of the classes {figures.balanced:.1%}); "
        f"the paper {PAPER_ACCURACY[vocabulary, personalized]:.1%}.",
        "",
        "| class | precision | paper | recall | paper | F1 | paper | support | paper |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, row in figures.rows.items():
        p = paper[name]
        lines.append(
            f"| {_LABELS[name]} | {row.precision:.2f} | {p[0]:.2f} | {row.recall:.2f} | {p[1]:.2f} | {row.f1:.2f} "
            f"| {p[2]:.2f} | {row.support} | {p[3]} |"
        )
    row = figures.average
    lines.append(f"| average | {row.precision:.2f} | | {row.recall:.2f} | | {row.f1:.2f} | | {row.support} | |")
    picture = f"results/{_picture(vocabulary, personalized)}"
    return "\n".join([*lines, "", f"![Confusion matrix of table {number}]({picture})", ""])


def _spread(vocabulary: Vocabulary, tables: list[Table], test: Gain) -> str:
    titles = ("exact eye landmarks", "without personalization", "with personalization")
    lines = [
        f"## {_TITLES[vocabulary]}: from person to person",
        "",
        "| | mean | sd | worst | best |",
        "|---|--:|--:|--:|--:|",
    ]
    for title, figures in zip(titles, tables, strict=True):
        people = figures.people
        lines.append(
            f"| {title} | {people.mean():.1%} | {people.std():.1%} | {people.min():.1%} | {people.max():.1%} |"
        )
    return "\n".join(
        [
            *lines,
            "",
            f"Personalization changes a person's accuracy by {test.mean:+.1%} on average: paired one-tailed t-test "
            f"over {test.people} people, t = {test.t:.2f}, p = {test.p:.2g} (the paper: p {PAPER_P[vocabulary]}).",
            "",
        ]
    )


def _picture(vocabulary: Vocabulary, personalized: bool) -> str:
    return f"{vocabulary}-{'personalized' if personalized else 'plain'}.png"


def _draw(folder: Path, answers: Answers, vocabulary: Vocabulary, personalized: bool) -> None:
    shares = confusion(answers, vocabulary)
    labels = [_LABELS[name] for name in NAMES[vocabulary]]
    figure, axes = plt.subplots(figsize=(5.2, 4.8), dpi=110)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=60, ha="right", fontsize=7)
    axes.set_yticks(range(len(labels)), labels, fontsize=7)
    axes.set_xlabel("called", fontsize=8)
    axes.set_ylabel("shown", fontsize=8)
    for y, x in np.argwhere(shares >= 0.005):
        colour = "white" if shares[y, x] > 0.5 else "black"
        axes.text(x, y, f"{100 * shares[y, x]:.0f}", ha="center", va="center", fontsize=6, color=colour)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / _picture(vocabulary, personalized), buffer.getvalue())
