"""The report of the study, as one page."""

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.gaze_emotion import figures
from models.gaze_emotion.emotions import EMOTIONS
from models.gaze_emotion.relations import LENGTH, LINES, THRESHOLD, counted, related
from models.gaze_emotion.sets import LEFT_OUT, NOTED
from models.gaze_emotion.statistics import DRAWS, Relation, share
from models.gaze_emotion.study import Study
from models.page import cards, figure, left_out, made_of, page


@dataclass(frozen=True, slots=True)
class Setting:
    """How the numbers were made."""

    limit: float
    "Faces turned farther than this are not turned forward."
    detector: bool
    "Whether a face detector was asked."
    seed: int
    draws: int = DRAWS


def report(study: Study, setting: Setting, made: Mapping[str, str]) -> str:
    """The whole report. `made`: what it was made of and how, for the table at its end."""
    parts = [
        _head(study, setting),
        _table(study, setting),
        _meaning(study, setting),
        _figures(study, setting),
        left_out(study.troubles, LEFT_OUT, NOTED),
        made_of(made),
    ]
    return page("Gaze and emotion", parts)


def _head(study: Study, setting: Setting) -> str:
    faces, forward = study.faces, study.faces.forward(setting.limit)
    away = counted(faces, [emotion.number for emotion in EMOTIONS])[:, 1].sum()
    relation = related(faces, LINES[1], seed=setting.seed, draws=setting.draws)
    values = (
        (len(faces.emotion), "pictures that count"),
        (study.looked_at - len(faces.emotion), "left out, listed below"),
        (len(forward.emotion), "of them turned forward"),
        (f"{100 * away / len(faces.emotion):.1f} %" if len(faces.emotion) else "&ndash;", "with averted gaze"),
    )
    return (
        f"<h1>Gaze and emotion</h1><p class=lead>{_sentence(relation)}</p>{cards(values)}"
        f"<p class=soft>{html.escape(study.layout)}. The method is that of Zheng, Xu and Bhattacharjee, <i>Perceive "
        "Emotions from Gazes</i>. Gaze here is a pseudo-label that a network gave each picture; nobody measured it.</p>"
    )


def _sentence(relation: Relation) -> str:
    if not math.isfinite(relation.correlation):
        return "These pictures cannot say how gaze and emotion go together: there is only one kind of one of them."
    low, high = relation.interval
    size = abs(relation.correlation)
    words = next(
        word for limit, word in ((0.1, "hardly"), (0.3, "weakly"), (0.5, "clearly"), (2, "strongly")) if size < limit
    )
    if relation.p >= 0.05:
        words = "not demonstrably"
    way = "averted gaze with avoidance" if relation.correlation > 0 else "averted gaze with approach"
    return (
        f"In these pictures gaze and the orientation of the emotion go together {words} ({way}): correlation "
        f"{relation.correlation:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}, p {_p(relation.p)}."
    )


def _table(study: Study, setting: Setting) -> str:
    rows = []
    groups = (("All pictures", study.faces), ("Faces turned forward", study.faces.forward(setting.limit)))
    for group, (title, faces) in enumerate(groups):
        rows.append(f"<tr class=group><th colspan=8>{title}</th></tr>")
        for line in LINES:
            relation = related(faces, line, seed=setting.seed, draws=setting.draws)
            rows.append(_row(line.words, relation, line.paper[group]))
    return (
        "<h2>Table I</h2><div class=wide><table><thead><tr><th>between<th class=n>pictures<th class=n>correlation"
        "<th class=n>95 % interval<th class=n>p<th class=n>paper<th class=n>Cramér's V<th class=n>p of V</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div><p class=soft>p: of a two-sided permutation test, "
        f"{setting.draws} orders; intervals: percentiles of {setting.draws} bootstrap samples. Beside V stands what "
        "chance alone gives, for V is never negative. These are eight tests: where nothing goes together, up to "
        "one report in three has a p below 0.05 somewhere.</p>"
    )


def _row(words: str, relation: Relation, paper: float | None) -> str:
    beside = "" if paper is None else f"{paper:.4f}"
    if not math.isfinite(relation.correlation):
        why = "only one kind of emotion, or of gaze" if relation.pictures else "no picture"
        return (
            f"<tr><td>{words}<td class=n>{relation.pictures}<td colspan=3 class=soft>{why}"
            f"<td class='n paper'>{beside}<td class=n><td class=n></tr>"
        )
    low, high = relation.interval
    return (
        f"<tr><td>{words}<td class=n>{relation.pictures}<td class=n><b>{relation.correlation:+.4f}</b>"
        f"<td class=n>{low:+.3f} … {high:+.3f}<td class=n>{_p(relation.p)}<td class='n paper'>{beside}"
        f"<td class=n>{relation.v:.3f} ({relation.v_by_chance:.3f})<td class=n>{_p(relation.v_p)}</tr>"
    )


def _p(value: float) -> str:
    return "&lt; 0.001" if value < 0.001 else f"{value:.3f}"


def _meaning(study: Study, setting: Setting) -> str:
    known = int(np.isfinite(study.faces.turned).sum())
    detector = "" if setting.detector else "Without a face detector nobody looked whether each shows a face at all."
    return f"""<h2>What is correlated</h2>
<p>A gaze of length {LENGTH:g} is projected into the picture: dx = &minus;{LENGTH:g} sin(yaw), dy = &minus;{LENGTH:g}
sin(pitch). Shorter than {THRESHOLD:.2f} (10√5) it is direct (0), else averted (1): about
{math.degrees(math.asin(THRESHOLD / LENGTH)):.0f} degrees from the camera. Fear, sadness and disgust avoid (1);
happiness, anger, surprise and neutral approach (0). The correlation is Pearson's of these numbers over the pictures;
between two kinds of each it is phi. A positive one between orientation and gaze is what the shared signal hypothesis
expects.</p>
<p>The paper does not say what its correlations are of, but it can only be this kind. Measures from chi-squared, such as
Cramér's V, cannot rise when seven emotions are merged into two; the paper's rises, from 0.0116 to 0.1039 over the same
pictures. For the seven emotions it must have used RAF-DB's numbers 1 to 7, which have no order: <b>that line's
correlation means nothing</b> and is here for comparison. V beside it does not depend on any order. Of which pictures
the paper's lines of two emotions are, it does not say; they stand with the faces turned forward.</p>
<p>A face counts as turned forward while one eye is at most {setting.limit:g} times as far from the nose tip as the
other; the paper gives no limit. Eyes and nose of {known} of {len(study.faces.emotion)} pictures are known.
{detector}</p>
<p class=note>Nothing here says what anybody feels. A picture's label is what others saw in a face, the gaze is what a
network guessed, and how they go together in a collection says little about one person at one moment. A gaze network
errs more on turned and on expressive faces, lowered lids read as a lowered gaze, and either can make a correlation by
itself. Pictures of one person are not independent; intervals are then too narrow.</p>"""


def _figures(study: Study, setting: Setting) -> str:
    faces = study.faces
    rows = []
    for emotion, (direct, away) in zip(EMOTIONS, counted(faces, [e.number for e in EMOTIONS]).tolist(), strict=True):
        part, low, high = share(away, direct + away)
        said = f"{100 * part:.1f} %<td class=n>{100 * low:.1f} … {100 * high:.1f} %" if direct + away else "<td>"
        kind = "avoids" if emotion.avoids else "approaches"
        rows.append(
            f"<tr><td>{emotion.number} {emotion.name}<td>{kind}<td class=n>{direct}<td class=n>{away}<td class=n>{said}"
        )
    return f"""<h2>Emotions</h2>
{figure(figures.histogram(faces), "Pictures of each emotion; the paper's figure 4.")}
{figure(figures.shares(faces), "How many of each look away, with 95 % intervals (Wilson).")}
<div class=wide><table><thead><tr><th>emotion<th>orientation<th class=n>direct<th class=n>averted<th class=n>share
averted<th class=n>95 % interval</tr></thead><tbody>{"".join(rows)}</tbody></table></div>
<h2>Gaze</h2>
{figure(figures.flat(faces), "Pitch and yaw; the paper's figure 5. Inside the dashed line a gaze is direct.")}
<div class=pair>{figure(figures.solid(faces, [e.number for e in EMOTIONS]), "Directions in space; figure 6.")}
{
        figure(
            figures.solid(faces.forward(setting.limit), (6, 3)), "Anger and disgust, faces turned forward; figure 9."
        )
    }</div>
<h2>How much hangs on the threshold</h2>
{
        figure(
            figures.thresholds(faces, setting.seed),
            "Approach or avoidance against gaze types, all pictures, for other "
            "borders between direct and averted. The paper chose its own by eye.",
        )
    }"""
