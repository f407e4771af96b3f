"""The report of the study, as one page: Table III with our rows, confusions, what was left out."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from models.drawing import TEXT, svg
from models.emotion.answers import Answers
from models.emotion.faces import LEFT_OUT, NOTED, Choice
from models.emotion.folds import Ints
from models.emotion.published import OURS, TABLE
from models.emotion.study import (
    BLENDSHAPES,
    COEFFICIENTS,
    FITTED,
    OTHERS,
    OWN,
    PLAIN,
    TRUTH,
    TWICE,
    WEIGHTS,
    Row,
    Study,
)
from models.page import cards, figure, left_out, made_of, page

_LEARNT: Final = {
    TWICE: "eyebridge: 52 ARKit weights as the avatar gets them, beside MediaPipe's",
    WEIGHTS: "52 ARKit weights as the avatar gets them",
    COEFFICIENTS: "28 expression coefficients, as in the paper",
    FITTED: "28 coefficients of the face model's fit to the landmarks",
    BLENDSHAPES: "MediaPipe's 52 blendshapes (baseline)",
    TRUTH: "28 coefficients of the movements that were rendered, which no camera sees",
}
_AGAINST: Final = {
    PLAIN: "",
    OWN: ", minus the person's own neutral",
    OTHERS: ", the same asked before the person's neutral is known: minus everybody else's",
}


def title(row: Row) -> str:
    """What was learnt from."""
    source, against = row
    return _LEARNT[source] + _AGAINST[against]


@dataclass(frozen=True, slots=True)
class How:
    """How the set was read."""

    layout: str
    choice: Choice
    trials: int
    network: bool
    "Whether a face network read the coefficients."


def report(study: Study, answers: Mapping[Row, Answers], how: How, made: Mapping[str, str]) -> str:
    """The page. `answers`: by what they were learnt from, in the table's order. `made`: for the table at its end."""
    parts = [
        _head(study, answers[study.best], how),
        _table(study, answers, how),
        _confusions(study, answers),
        _settings(answers),
        _meaning(study, how),
        left_out(study.troubles, LEFT_OUT, NOTED),
        made_of(made),
    ]
    return page(f"Emotions of {study.title}", parts)


def _head(study: Study, answers: Answers, how: How) -> str:
    accuracy, _ = answers.accuracy(study.labels)
    means, _ = answers.recall(study.labels, len(study.names))
    shown = (
        (f"{100 * accuracy:.1f} %", "recognised, of faces not learnt from"),
        (f"{100 * means:.1f} %", "mean accuracy of the classes"),
        (len(study.faces), "faces that count"),
        (len(np.unique(study.groups)) if study.known_people else "&ndash;", "people"),
        (study.looked_at - len(study.faces), "left out, listed below"),
    )
    honest = (
        "<p class=note>These people are <b>rendered</b>: their faces were made by the recipes of "
        "<code>models/emotion/recipes.py</code>. The figures say how the parts work together, not how well anything "
        "recognises people.</p>"
        if how.layout == "rendered"
        else ""
    )
    return (
        f"<h1>Emotions of {html.escape(study.title)}</h1>{cards(shown)}{honest}<p class=soft>The method is that of "
        "Koujan, Alharbawee, Giannakakis, Pugeault and Roussos, <i>Real-time Facial Expression Recognition &ldquo;In "
        "The Wild&rdquo; by Disentangling 3D Expression from Identity</i> (DeepExp3D), section III-D.</p>"
    )


def _table(study: Study, answers: Mapping[Row, Answers], how: How) -> str:
    published = TABLE.get(how.layout)
    rows = []
    for name, percent, spread in published.rows if published else ():
        given = f"{percent:.2f}" + ("" if spread is None else f" &plusmn; {spread:.2f}")
        words = f"<b>{html.escape(name)}</b>" if name == OURS else html.escape(name)
        rows.append(f"<tr><td class=paper>{words}<td class='n paper'>{given}<td><td></tr>")
    own = published is not None and published.measure.startswith("mean")
    for row, answer in answers.items():
        name = f"<b>{html.escape(title(row))}</b>" if row == study.best else html.escape(title(row))
        accuracy, means = answer.accuracy(study.labels), answer.recall(study.labels, len(study.names))
        compared, varied = means if own else accuracy
        rows.append(
            f"<tr><td>{name}<td class=n><b>{100 * compared:.2f}</b> &plusmn; {100 * varied:.2f}"
            f"<td class=n>{100 * accuracy[0]:.2f}<td class=n>{100 * means[0]:.2f}</tr>"
        )
    if BLENDSHAPES not in study.sources:
        rows.append(
            f"<tr><td>{_LEARNT[BLENDSHAPES]}<td colspan=3 class=soft>the landmark file gives no blendshapes</tr>"
        )
    measure = published.measure if published else "accuracy"
    papers = "Gray rows are the paper's, which does not say of what its &plusmn; is. " if published else ""
    heading = "Table III" if published else "Recognised"
    return (
        f"<h2>{heading}</h2><div class=wide><table><thead><tr><th>approach<th class=n>% {html.escape(measure)}"
        f"<th class=n>accuracy<th class=n>mean of classes</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        f"<p class=soft>{papers}{_protocol(study)} Our &plusmn; is the spread from part to part. "
        f"{_compared(study)}</p>"
    )


def _protocol(study: Study) -> str:
    if len(study.tests) == 1:
        return "Learnt from the set's own training part, asked about its test part."
    who = (
        "nobody is in two of them"
        if study.known_people
        else "the set does not say who is who, so one person may be in several, and figures are then too good"
    )
    return f"Cross-validation in {len(study.tests)} parts, drawn evenly over the emotions; {who}."


def _compared(study: Study) -> str:
    if study.plain:
        return f"{html.escape(study.plain.capitalize())}."
    return (
        "Every face is learnt from as it is, and minus the mean of the neutral pictures of its own person, as the "
        "daemon subtracts its wearer's; a neutral picture is never among those that are subtracted from it. So who "
        "is asked about has been seen at rest before, with a picture labelled as such."
    )


def _confusions(study: Study, answers: Mapping[Row, Answers]) -> str:
    figures = "".join(
        figure(
            confusion(answer.confusion(study.labels, len(study.names)), study.names),
            f"{html.escape(title(row))}. Rows: the label; columns: what was said; per cent of the row.",
        )
        for row, answer in answers.items()
    )
    return f"<h2>Confusions</h2><div class=pair>{figures}</div>"


def confusion(counts: Ints, names: tuple[str, ...]) -> str:
    """The paper's figures 2 and 3."""
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)

    def draw() -> Figure:
        size = 1.2 + 0.55 * len(names)
        drawn, axes = plt.subplots(figsize=(size + 0.6, size))
        axes.set(xlim=(-0.5, len(names) - 0.5), ylim=(len(names) - 0.5, -0.5), aspect="equal")
        for row, column in np.ndindex(shares.shape):
            colour, share = "#0072b2" if row == column else "#d55e00", float(shares[row, column])
            axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, color=colour, alpha=0.75 * share, lw=0))
            if counts[row, column]:
                axes.text(column, row, f"{100 * share:.1f}", ha="center", va="center", fontsize=8, color=TEXT)
        axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
        axes.set_yticks(range(len(names)), [f"{name} ({n})" for name, n in zip(names, counts.sum(1), strict=True)])
        axes.tick_params(length=0)
        return drawn

    return svg(draw)


def _settings(answers: Mapping[Row, Answers]) -> str:
    rows = []
    for row, answer in answers.items():
        if row[1] == OTHERS:  # asked of the same machines as the row before
            continue
        for number, setting in enumerate(answer.settings, 1):
            said = "by rarity" if setting.balanced else "alike"
            rows.append(
                f"<tr><td>{html.escape(title(row))}<td class=n>{number}<td class=n>{setting.cost:.3g}"
                f"<td class=n>{setting.gamma:.3g}<td>{said}</tr>"
            )
    return (
        "<h2>Hyper-parameters</h2><details><summary>what the search found inside each training part</summary>"
        "<div class=wide><table><thead><tr><th>of<th class=n>part<th class=n>C<th class=n>gamma<th>classes weigh</tr>"
        f"</thead><tbody>{''.join(rows)}</tbody></table></div></details>"
    )


def _meaning(study: Study, how: How) -> str:
    read = "the fit of the face model to 68 landmarks"
    if how.network:
        read = "a face network on the aligned face"
    elif FITTED in study.sources:
        read = "the landmark file's own blendshapes, which the daemon takes where it has no face network"
    choice = how.choice
    view = f" Faces seen from {choice.view} only." if how.layout in ("rafd", "kdef") else ""
    return f"""<h2>What was done</h2>
<p>Each face's expression was read by {read}, in {len(study.names)} classes.{view} Support vector
machines with radial kernels, joined by a one-versus-all code and decided by hinge loss; C, gamma and the weight of rare
classes by {how.trials} rounds of Bayesian optimization inside each training part, so that no face that is asked
about had a say in them.</p>
<p class=note>A label says which expression somebody was asked to pose, or what raters saw. None of it is what anybody
felt: people smile when they are sad, and frown when they read.</p>"""
