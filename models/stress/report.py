"""The report of the study, as one page: Table IV with our column, and what was left out."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from models.page import cards, left_out, made_of, page
from models.stress.recordings import LEFT_OUT, NOTED, PHASES
from models.stress.study import FOLDS, Frames, Score

TABLE: Final = {
    "emotional recall": (82.99, 83.50, 86.70),
    "stressful images": (85.42, 92.60, 88.42),
    "stressful videos": (85.83, 85.90, 88.83),
}
"DeepExp3D's Table IV, per cent: head motility [24], DWNet1D on the heart's beat [27], DeepExp3D."
_AVERAGE: Final = (84.75, 87.33, 87.98)


def report(frames: Frames, scores: Sequence[Score], trials: int, made: Mapping[str, str]) -> str:
    """The page. `made`: for the table at its end."""
    lost = sum(trouble.kind in LEFT_OUT for trouble in frames.troubles)
    shown = (
        (f"{100 * mean_accuracy(scores):.1f} %", "of frames recognised, of people not learnt from"),
        (f"{100 * float(np.mean([score.recall.mean() for score in scores])):.1f} %", "if both kinds count alike"),
        (frames.recordings, "recordings that count"),
        (lost, "left out, listed below"),
    )
    parts = [
        f"<h1>Stress in faces</h1>{cards(shown)}<p class=soft>The method is that of Koujan et al., DeepExp3D, "
        "section IV-B.</p>",
        _table(scores),
        _meaning(scores, trials),
        left_out(frames.troubles, LEFT_OUT, NOTED),
        made_of(made),
    ]
    return page("Stress in faces", parts)


def mean_accuracy(scores: Sequence[Score]) -> float:
    """Over the phases, as the paper's last line."""
    return float(np.mean([score.accuracy.mean() for score in scores]))


def _table(scores: Sequence[Score]) -> str:
    rows = []
    for phase in PHASES:
        paper = "".join(f"<td class='n paper'>{percent:.2f}" for percent in TABLE[phase])
        score = next((one for one in scores if one.phase == phase), None)
        if score is None:
            rows.append(f"<tr><td>{phase}{paper}<td colspan=5 class=soft>not enough recordings to say anything</tr>")
            continue
        ours = f"<b>{100 * score.accuracy.mean():.2f}</b> &plusmn; {100 * score.accuracy.std():.2f}"
        alike = f"{100 * score.recall.mean():.2f} &plusmn; {100 * score.recall.std():.2f}"
        rows.append(
            f"<tr><td>{phase}{paper}<td class=n>{ours}<td class=n>{alike}<td class=n>{100 * score.frequent:.2f}"
            f"<td class=n>{score.frames}<td class=n>{score.people}</tr>"
        )
    average = "".join(f"<td class='n paper'>{percent:.2f}" for percent in _AVERAGE)
    rows.append(f"<tr><td>average{average}<td class=n><b>{100 * mean_accuracy(scores):.2f}</b><td colspan=4></tr>")
    return (
        "<h2>Table IV</h2><div class=wide><table><thead><tr><th>phase<th class=n>head motility [24]<th class=n>DWNet1D "
        "[27]<th class=n>DeepExp3D (the paper)<th class=n>eyebridge<th class=n>both kinds alike<th class=n>always the "
        f"more frequent<th class=n>frames<th class=n>people</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        "<p class=soft>Per cent of frames. &plusmn; is the spread over the repeats, which differ only in how people "
        "were dealt into folds: it is not how much another set of people would change.</p>"
    )


def _meaning(scores: Sequence[Score], trials: int) -> str:
    repeats = len(scores[0].accuracy)
    return f"""<h2>What was done</h2>
<p>Every frame by itself, from its 28 expression coefficients; {FOLDS} folds, nobody in two of them, {repeats} times;
each phase by itself. A support vector machine with a radial kernel, its hyper-parameters by {trials} rounds of Bayesian
optimization inside each training part. The paper does not say whether a phase's machines learn from the other phases,
nor how many frames of a video count. "Both kinds alike" is the mean of how many frames with stress and how many without
were recognised: 50 is chance. Plain accuracy is no better than chance while it is not above the more frequent kind.</p>
<p class=note>"Stress" here means that somebody was given a task which is meant to stress. It is no diagnosis, and no
measurement of what happened in anybody; tasks also differ in what people look at and in what they do with their faces,
and machines learn that as gladly. Decide nothing about anybody by it.</p>"""
