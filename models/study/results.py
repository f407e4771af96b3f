"""Writes models/RESULTS.md: every table of the paper beside ours, with what it was measured on."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

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
from models.study.runs import BASELINE, SINGLE, Answers, Task, answers_of, crossed, tasks
from models.study.shipped import SHIPPED, shipped_network
from models.study.strangers import section

_TITLES: Final[dict[Vocabulary, str]] = {"action_unit": "Action units", "emotion": "Emotive expressions"}
_LABELS: Final = {item.name: item.label for item in (*ACTION_UNITS, *EMOTIONS)}
_NUMBER: Final[dict[tuple[Vocabulary, bool], int]] = {
    ("action_unit", False): 2,
    ("action_unit", True): 3,
    ("emotion", False): 4,
    ("emotion", True): 5,
}
"Of the paper's table: by vocabulary, and whether personalized."
_TITLE_OF: Final = {
    BASELINE: "exact eye landmarks",
    PLAIN.key: "InceptionV3",
    PERSONALIZED.key: "InceptionV3, personalized",
    **{key: title for key, (title, _) in SHIPPED.items()},
}
"What is asked about everybody, by the method's key."
_PAIRED: Final = ((PLAIN.key, PERSONALIZED.key), tuple(SHIPPED))
"Without and with personalization."


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


def write(out: Path, work: Path, setting: Setting, strangers: Sequence[Path] = ()) -> None:
    """RESULTS.md at `out`, its figures in a folder `results` beside it; `strangers` as `strangers.section` has them.

    Raises BridgeError as that does.
    """
    preset = setting.preset
    figures = out.parent / "results"
    parts = [_begin(setting, work), _first_table(work, preset)]
    for vocabulary in VOCABULARIES:
        found = {key: crossed(work, key, vocabulary, preset) for key in _TITLE_OF}
        for key, personalized in ((PLAIN.key, False), (PERSONALIZED.key, True)):
            parts.append(_class_table(table(found[key], vocabulary), vocabulary, personalized))
            _draw(figures, found[key], vocabulary, personalized)
        parts.append(_spread(vocabulary, found))
        _draw_people(figures, found, vocabulary)
    if strangers:
        parts.append(section(strangers))
    write_atomically(out, "\n".join(parts).encode())


def _begin(setting: Setting, work: Path) -> str:
    preset = setting.preset
    begun = f" --start {preset.start.name}" if preset.start else ""
    weights = f"the weights {preset.start.name}" if preset.start else "random weights"
    minutes = sum(answers_of(work, task).seconds for task in tasks(preset)) / 60
    cleaned = "not cleaned" if setting.removed is None else f"{setting.removed} pairs left out by models.clean"
    return f"""# The Eyemotion study on rendered people

The systems of Hickson et al., *Eyemotion* (arXiv 1707.07204), trained and asked as the paper did, on people of which
not one is real. One command makes this file:

    python -m models.study render .work/benchmark --every {preset.every}
    python -m models.clean .work/benchmark
    python -m models.study run .work/benchmark --preset {preset.name}{begun}

| | |
|---|---|
| benchmark | version {setting.benchmark}, every {preset.every}. frame: {setting.pairs} pairs; {cleaned} |
| preset | {preset.name}: {preset.size} x {preset.size} pixels, width {preset.width:g}, {preset.epochs:g} epochs, \
batches of {preset.batch}, rate {preset.rate:g} |
| start | {weights}; the two-tower network always begins with random ones |
| device | {setting.device}; {minutes:.0f} minutes of processor time for {len(tasks(preset))} trainings and askings |
| EyeNet | {shipped_network().card.trained} |
| folds | {preset.folds}, by participant |
| date | {setting.date} |

The paper's numbers are of 46 real people, InceptionV3 in full, with ImageNet weights. With another preset than `full`
the InceptionV3 rows are undertrained: a row near chance (10 % of action units, 20 % of emotions) has learnt nothing
yet, and a gain over it says how much sooner differences are learnt, not what personalization is worth. That is to be
read off EyeNet's two rows, which are one trained network with and without the wearer's neutral. How the benchmark's
difficulty was set, what weights named start-... have learnt, and how the full preset is run:
[study/README.md](study/README.md).
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
    for key, (title, _) in SHIPPED.items():
        here = _accuracy(answers_of(work, Task(key, "action_unit", SINGLE)))
        lines.append(f"| | {title}, HMD2 | | {here:.1%} |")
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


def _spread(vocabulary: Vocabulary, found: dict[str, Answers]) -> str:
    lines = [
        f"## {_TITLES[vocabulary]}: from person to person",
        "",
        "| | all pairs | mean of people | sd | worst | best |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for key, answers in found.items():
        figures = table(answers, vocabulary)
        people = figures.people
        lines.append(
            f"| {_TITLE_OF[key]} | {figures.accuracy:.1%} | {people.mean():.1%} | {people.std():.1%} "
            f"| {people.min():.1%} | {people.max():.1%} |"
        )
    lines += ["", f"![Every person's accuracy](results/{_people_picture(vocabulary)})", ""]
    for without, own in _PAIRED:
        lines += [_gain_words(_TITLE_OF[own], gain(found[without], found[own])), ""]
    lines += [f"The paper's own gain: p {PAPER_P[vocabulary]}; its people without personalization: 31 % to 90 %.", ""]
    return "\n".join(lines)


def _gain_words(title: str, test: Gain) -> str:
    return (
        f"{title}: {test.mean:+.1%} for a person on average over the same without it, by a paired one-tailed t-test "
        f"over {test.people} people: t = {test.t:.2f}, p = {test.p:.2g}."
    )


def _picture(vocabulary: Vocabulary, personalized: bool) -> str:
    return f"{vocabulary}-{'personalized' if personalized else 'plain'}.png"


def _people_picture(vocabulary: Vocabulary) -> str:
    return f"{vocabulary}-people.png"


def _draw_people(folder: Path, found: dict[str, Answers], vocabulary: Vocabulary) -> None:
    """A line for each person, from without to with personalization."""
    figure, axes = plt.subplots(figsize=(5.2, 3.2), dpi=110)
    for place, (keys, colour) in enumerate(zip(_PAIRED, ("tab:blue", "tab:orange"), strict=True)):
        pair = np.array([table(found[key], vocabulary).people for key in keys])
        axes.plot([2.5 * place, 2.5 * place + 1], pair, color=colour, alpha=0.5, marker="o", markersize=3, linewidth=1)
    axes.set_xticks([0, 1, 2.5, 3.5], ["InceptionV3", "personalized", "EyeNet, mean", "own neutral"], fontsize=8)
    axes.set_ylim(0, 1)
    axes.set_ylabel("a person's accuracy", fontsize=8)
    _save(figure, folder / _people_picture(vocabulary))


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
    _save(figure, folder / _picture(vocabulary, personalized))


def _save(figure: Figure, file: Path) -> None:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
    write_atomically(file, buffer.getvalue())
