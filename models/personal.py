"""Measures what personalization is worth on rendered people whom no network saw: the guide's fit, and slip's upkeep.

    python -m models.personal --people 12
    python -m models.personal --people 12 --parts parts.npz --network models/weights/eyenet.onnx

Each person goes through the real guide (bridge.guide), tired and inexact as people are, and is then measured on random
moments. Then the headset slips by 1.5 to 4 mm and about 2 degrees; ten seconds of rest and expressions follow, with and
without upkeep (bridge.slip), and new random moments are measured; last, with a neutral that is taken anew where the
headset sits now, which is the best that upkeep can come to. Means over people.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.progress import track

from bridge.channels import CHANNELS, SIDES
from bridge.errors import BridgeError
from bridge.exercises import Exercise, Movements
from bridge.frames import Expression, EyeFrame, EyePair
from bridge.guide import STEPS, Guide, Prompt
from bridge.network import Network, NetworkOptions
from bridge.personalization import Profile
from bridge.rectification import RectificationOptions, Rectifier
from bridge.slip import Upkeep, UpkeepOptions
from bridge.visibility import trusted
from models.labels import columns
from models.synthetic.dataset import begin_stranger
from models.synthetic.expression import EyeState, FaceState
from models.synthetic.expression import Truth as FrameTruth
from models.synthetic.headset import Slip, drift
from models.synthetic.parts import FETCH_HELP, Parts, open_parts
from models.synthetic.script import neutral, random_moment, with_gaze

SEED: Final = 9009
RATE: Final = 10.0
_MOMENTS: Final = 100
_AFTER_SLIP: Final = 70
"Frames in ten seconds."
_EXTRA: Final[dict[str, Movements]] = {
    "cheek_raise": {"smile": 0.4},
    "happiness": {"smile": 0.9},
    "anger": {"sneer": 0.5},
}
"What else moves in an expression, beside what a network is asked for."
_MOVING: Final = tuple(
    dict.fromkeys(channel.name.rpartition("_")[0] for channel in CHANNELS if channel.unit == "ratio")
)[1:-1]

Row = dict[str, float]


class _Person:
    """One rendered person in one headset, before a network's eyes."""

    def __init__(self, parts: Parts, network: Network, number: int) -> None:
        self._session, self._pupil = begin_stranger(parts, SEED, number)
        self.rng = np.random.default_rng((SEED, number))
        self.network = network
        self._rectify = Rectifier(RectificationOptions(blank_contrast=0.0))
        self._slip = Slip()
        self.time = 0.0

    def read(self, profile: Profile, pair: EyePair) -> Expression:
        """What a pipeline trusts of the network's reading."""
        return trusted(self.network.predict(profile.difference(pair), pair.pixels.astype(np.float32)), pair)[0]

    def slip(self) -> None:
        """Push the headset by some millimetres and degrees."""
        way = self.rng.normal(0, 1, 3)
        x, y, z = (way / np.linalg.norm(way) * self.rng.uniform(0.15, 0.4)).tolist()
        roll, yaw, pitch = self.rng.normal(0, 2.0, 3).tolist()
        self._slip = Slip((x, y, z), (roll, yaw, pitch))

    def show(self, state: FaceState, seconds: float = 1.0 / RATE) -> tuple[EyePair, FrameTruth]:
        """The next frame, so much later."""
        self.time += seconds
        sway = drift(self._session.headset, 0.2, self.rng)
        shift, turn = (
            tuple(np.add(a, b).tolist()) for a, b in ((sway.shift, self._slip.shift), (sway.turn, self._slip.turn))
        )
        left, right = self._session.render(state, Slip(shift, turn), self.rng)
        return self._rectify(EyeFrame(left, right, self.time, 0)), self._session.truth(state)

    def resting(self) -> FaceState:
        return with_gaze(neutral(self.rng, 0.0), self.rng, self._pupil, 3.0, 2.0)

    def moment(self) -> FaceState:
        return random_moment(self.rng, self._session.person.spill, self._pupil)

    def answering(self, prompt: Prompt, exercise: Exercise) -> FaceState:
        """What this person makes of a prompt: nearly all of it, and on the other side as much as they cannot help."""
        if prompt.target is not None:
            yaw, pitch = (degrees + self.rng.normal(0, 1.0) for degrees in prompt.target)
            return self.resting().looking(yaw, pitch, float(self.rng.gamma(1.5, 1.0)))
        effort = np.random.default_rng((SEED, prompt.number, int(self._pupil * 1e6))).uniform(0.7, 1.0)
        spill = 0.8 * self._session.person.spill
        eyes = []
        for own, other in ((exercise.left, exercise.right), (exercise.right, exercise.left)):
            asked = {name: own.get(name, 0.0) or spill * other.get(name, 0.0) for name in {**own, **other}}
            shut = 1.0 - own.get("lid_openness", 1.0)
            asked = {name: amount for name, amount in asked.items() if name != "lid_openness"} | _EXTRA.get(
                exercise.name, {}
            )
            moved = {
                name: float(np.clip(effort * amount + self.rng.normal(0, 0.03), 0, 1)) for name, amount in asked.items()
            }
            eyes.append(EyeState(blink=shut, **moved))
        return with_gaze(FaceState(eyes[0], eyes[1]), self.rng, self._pupil, 4.0, 3.0)

    def measured(self, profile: Profile, says: Callable[[Expression], Expression]) -> Row:
        """The figures of random moments, `says` being what is made of a trusted reading."""
        self.rng = np.random.default_rng((SEED, round(1000 * self._pupil), len(self._slip.shift)))
        shown = [self.show(self.moment()) for _ in range(_MOMENTS)]
        said = [says(self.read(profile, pair)) for pair, _ in shown]
        return _figures(said, [truth for _, truth in shown])


def _figures(said: list[Expression], truths: list[FrameTruth]) -> Row:
    channels, true = np.array([each.channels for each in said]), np.array([truth.channels for truth in truths])
    error = np.where(_known(true), np.abs(channels - true), np.nan)
    gaze = [np.hypot(error[:, columns("gaze_yaw")[side]], error[:, columns("gaze_pitch")[side]]) for side in range(2)]
    units = [
        each.action_units.argmax() == truth.action_unit
        for each, truth in zip(said, truths, strict=True)
        if truth.action_unit >= 0
    ]
    emotions = [
        each.emotions.argmax() == truth.emotion for each, truth in zip(said, truths, strict=True) if truth.emotion >= 0
    ]
    return {
        "AU accuracy": float(np.mean(units)),
        "emotion accuracy": float(np.mean(emotions)),
        "movement error": float(np.nanmean(error[:, [column for stem in _MOVING for column in columns(stem)]])),
        "gaze, degrees": float(np.nanmedian(np.concatenate(gaze))),
    }


def _known(channels: np.ndarray) -> np.ndarray:
    """Where a label means something: on eyes that are seen, and gaze on open ones."""
    known = np.empty(channels.shape, np.bool_)
    for column, channel in enumerate(CHANNELS):
        side = SIDES.index(channel.side)
        seen = channels[:, columns("visible")[side]] > 0.5
        opened = channels[:, columns("lid_openness")[side]] > 0.5
        known[:, column] = seen & (opened | (channel.unit != "degrees"))
    return known


def guided(person: _Person) -> Profile:
    """The profile after the whole guide."""
    guide = Guide(person.read)
    nobody = Profile.population(person.network.population_mean)
    while (prompt := guide.prompt) is not None:
        exercise = STEPS[prompt.number - 1].exercise
        pair, _ = person.show(person.answering(prompt, exercise) if prompt.holding else person.resting())
        guide.add(pair, person.read(nobody, pair))
    return guide.result().profile


def lived(person: _Person, profile: Profile, upkeep: Upkeep) -> Profile:
    """The profile after ten seconds of rest and expressions in turn."""
    for index in range(_AFTER_SLIP):
        pair, _ = person.show(person.moment() if index // 7 % 2 else person.resting(), 10.0 / _AFTER_SLIP)
        profile = upkeep(profile, pair, person.read(profile, pair))
    return profile


def figures_of(person: _Person) -> dict[str, Row]:
    """Every way that is measured, by its name."""
    profile = guided(person)
    rows = {"own neutral": person.measured(profile, profile.relative)}
    rows["and the guide's fit"] = person.measured(profile, profile.personalized)
    person.slip()
    rows["slipped, no upkeep"] = person.measured(profile, profile.personalized)
    kept = lived(person, profile, Upkeep(UpkeepOptions()))
    rows["slipped, 10 s of upkeep"] = person.measured(kept, kept.personalized)
    anew = replace(profile, neutral=Profile.mean_of([person.show(person.resting())[0] for _ in range(30)]).neutral)
    rows["slipped, taken anew"] = person.measured(anew, anew.personalized)
    return rows


def table(people: list[dict[str, Row]]) -> str:
    """Ways by figures, as Markdown: the means over people."""
    figures = list(next(iter(people[0].values())))
    lines = [f"| {'':<24} | " + " | ".join(f"{name:>16}" for name in figures) + " |"]
    lines.append("|" + "-" * 26 + "|" + "|".join("-" * 17 + ":" for _ in figures) + "|")
    for way in people[0]:
        values = [float(np.nanmean([rows[way][name] for rows in people])) for name in figures]
        lines.append(f"| {way:<24} | " + " | ".join(f"{value:>16.3f}" for value in values) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=12, help="rendered people (%(default)s)")
    parser.add_argument("--network", type=Path, help="an exported .onnx file; the one that ships when not given")
    parser.add_argument("--parts", type=Path, default=Path("../shared/assets"), help=FETCH_HELP)
    options = parser.parse_args()
    console = Console(width=140, highlight=False, markup=False)
    try:
        network, parts = NetworkOptions(path=options.network).open(), open_parts(options.parts)
    except BridgeError as error:
        raise SystemExit(f"models.personal: {error}") from error
    people = []
    for number in track(range(options.people), "people", console=Console(stderr=True)):
        try:
            people.append(figures_of(_Person(parts, network, number)))
        except BridgeError as error:  # as some real people do, some have to do it again
            console.print(f"person {number} is left out: {error}")
    if not people:
        raise SystemExit("models.personal: nobody is left to measure")
    console.print(f"{len(people)} people of seed {SEED}\n\n{table(people)}")


if __name__ == "__main__":
    main()
