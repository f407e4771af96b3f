"""What a page is told about the guided calibration: what is asked for now, and what has come of it."""

import math
from dataclasses import dataclass

from bridge.frames import Weights
from bridge.guide import Guided, Prompt


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the wearer should do now, and how an avatar shows it."""

    prompt: Prompt
    exemplar: Weights


def asked(guidance: Guidance | None) -> dict[str, object] | None:
    """For the page; null while there is no guide."""
    if guidance is None:
        return None
    prompt, gaze = guidance.prompt, guidance.exemplar.gaze
    return {
        "step": prompt.step,
        "number": prompt.number,
        "of": prompt.of,
        "text": prompt.text,
        "holding": prompt.holding,
        "seconds": round(prompt.seconds, 3),
        "length": prompt.length,
        "progress": round(prompt.progress, 4),
        "target": None if prompt.target is None else [round(angle, 2) for angle in prompt.target],
        "skippable": prompt.skippable,
        "weights": [round(weight, 3) for weight in guidance.exemplar.blendshapes.tolist()],
        "gaze": [round(angle, 2) for angle in (gaze.left_yaw, gaze.left_pitch, gaze.right_yaw, gaze.right_pitch)],
    }


def outcome(guided: Guided | None) -> dict[str, object] | None:
    """For the page: shares of right expressions and degrees of gaze, before and after; null where nothing was seen."""
    if guided is None:
        return None
    return {
        "expressions": _pair(guided.fit.before, guided.fit.after),
        "gaze": _pair(guided.gaze.before, guided.gaze.after),
        "learnt": guided.profile.fit is not None,
        "weak": [name.replace("_", " ") for name in guided.fit.weak],
        "skipped": len(guided.skipped),
    }


def _pair(before: float, after: float) -> list[float] | None:
    return [round(before, 3), round(after, 3)] if math.isfinite(before) and math.isfinite(after) else None
