"""Blinks found on real infrared clips, against hand labels; one eye stands for both by mirroring.

    python -m tests.real.blinks

The clips and labels lie in ../shared/real and are for trying the product only: nothing is trained on them.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bridge.blinks import find_blinks
from bridge.commands.analyze import more_open
from bridge.config import Config
from bridge.errors import BridgeError
from bridge.frames import Result
from bridge.pipeline import Pipeline
from bridge.sources.video import VideoOptions

FOLDER: Final = Path(__file__).parents[3] / "shared" / "real" / "clips"


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip and what its labels' README says of it."""

    file: str
    labels: str
    tolerance: int
    "Frames by which a label may be off."
    unsure: tuple[tuple[int, int], ...] = ()
    "Frames that may be a blink or not: neither right nor wrong."


CLIPS: Final = {
    "eyeloop": Clip("eyeloop_short_human_3blink_640x480.mp4", "eyeloop", 1),
    "meye": Clip("meye_human_640x480.mp4", "meye", 2, ((306, 315), (550, 551), (666, 667))),
    "deepvog": Clip("deepvog_demo_320x240.mp4", "deepvog", 1, ((1079, 1086),)),
}


@dataclass(frozen=True, slots=True)
class Score:
    hits: int
    misses: int
    false_alarms: tuple[tuple[int, int], ...]
    "(first, last) frame of each blink that nobody labelled."
    in_the_dark: int
    "Frames without a usable picture on which a blink was reported."
    area: float
    "Area under the ROC curve of lid openness, closed frames against open ones; NaN where none is closed."


def analyze(clip: Clip, personalize: bool = True) -> list[Result]:
    """Every frame of a clip as the daemon gives it, the neutral taken from its first five seconds."""
    options = VideoOptions(path=FOLDER / clip.file, realtime=False)
    config = Config.model_validate({"rectification": {"mirror_missing": True}})
    network = config.network.open()
    pipeline = Pipeline(config, network)
    if personalize:
        first = Pipeline(config, network)
        first.capture_neutral(config.personalization.seconds)
        with options.open() as source:
            while not first.profile.personal and (frame := source.read()) is not None:
                first(frame)
        try:
            first.finish_capture()
        except BridgeError as error:
            print(f"{clip.file}: {error}")
        pipeline.use(first.profile)
    results = []
    with options.open() as source:
        while (frame := source.read()) is not None:
            results.append(pipeline(frame))
    return results


def labels_of(clip: Clip) -> list[str]:
    """The state of each frame: open, partial, closed or none."""
    states: list[str] = []
    found = next((FOLDER / "labels").glob(f"{clip.labels}*.csv"))
    with found.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            states += [row["state"]] * (int(row["last_frame"]) - int(row["first_frame"]) + 1)
    return states


def runs(flags: list[bool]) -> list[tuple[int, int]]:
    """(first, last) of each run of True."""
    edges = np.flatnonzero(np.diff(np.array(flags, int), prepend=0, append=0))
    return [(int(first), int(after) - 1) for first, after in edges.reshape(-1, 2)]


def found_live(results: list[Result]) -> list[tuple[int, int]]:
    """(first, last) frame of each time that the daemon called the eyes shut."""
    return runs([result.blink for result in results])


def found_afterwards(results: list[Result]) -> list[tuple[int, int]]:
    """(first, last) frame of each blink in the whole trace, as `eyebridge analyze` counts them."""
    times = np.array([result.time for result in results])
    blinks = find_blinks(times, np.array([more_open(result) for result in results]))
    return [(int(np.searchsorted(times, blink.start)), int(np.searchsorted(times, blink.end))) for blink in blinks]


def score(clip: Clip, results: list[Result], found: list[tuple[int, int]]) -> Score:
    """Against the labels."""
    states = labels_of(clip)[: len(results)]
    true = [run for run in runs([state in ("closed", "partial") for state in states]) if not _touches(run, clip.unsure)]
    hits = sum(_touches(run, found, clip.tolerance) for run in true)
    alarms = [run for run in found if not _touches(run, (*true, *clip.unsure), clip.tolerance)]
    dark = sum(result.blink for result, state in zip(results, states, strict=True) if state == "none")
    return Score(hits, len(true) - hits, tuple(alarms), dark, _area(results, states))


def _touches(run: tuple[int, int], others: object, tolerance: int = 0) -> bool:
    assert isinstance(others, list | tuple)
    return any(run[0] <= last + tolerance and first - tolerance <= run[1] for first, last in others)


def _area(results: list[Result], states: list[str]) -> float:
    openness = np.array([result.expression["lid_openness_left"] for result in results])
    closed = openness[[state == "closed" for state in states]]
    opened = openness[[state == "open" for state in states]]
    if not len(closed):
        return float("nan")
    return float(((closed[:, None] < opened).mean() + (closed[:, None] <= opened).mean()) / 2)


def main() -> None:
    for personalize in (True, False):
        print("with the clip's own neutral" if personalize else "with the population's mean")
        for name, clip in CLIPS.items():
            results = analyze(clip, personalize)
            for how, blinks in (("afterwards", found_afterwards(results)), ("live", found_live(results))):
                found = score(clip, results, blinks)
                print(
                    f"  {name:8} {how:10} {found.hits} of {found.hits + found.misses} blinks, false alarms "
                    f"{list(found.false_alarms) or 'none'}, {found.in_the_dark} in the dark, "
                    f"openness AUC closed/open {found.area:.4f}"
                )


if __name__ == "__main__":
    main()
