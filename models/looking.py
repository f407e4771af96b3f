"""Measures the live gaze on rendered people whom no network saw: calibrated, centred, through blinks and saccades.

    python -m models.looking --people 8
    python -m models.looking --people 8 --parts parts.npz --network models/weights/eyenet.onnx

Each person rests, follows the guide's moving target 0.15 s late and half a degree inexactly, and looks at random points
in its field; then the headset slips by 1.5 to 4 mm and about 2 degrees, and they look straight ahead for a second.
Then their eyes jump from point to point at 120 pictures a second and blink at each. Median degrees over both eyes; the
mean over people.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from bridge.channels import CHANNEL_NAMES, SIDES
from bridge.errors import BridgeError
from bridge.fewshot import Fit
from bridge.frames import Expression, EyeFrame, EyePair
from bridge.gaze_calibration import fit_gaze
from bridge.gaze_centering import GazeCentering
from bridge.gaze_smoothing import GazeSmoother, GazeSmoothing, OneEuro
from bridge.guide import target
from bridge.network import Network, NetworkOptions
from bridge.personalization import Profile
from bridge.rectification import RectificationOptions, Rectifier
from bridge.visibility import trusted
from models.synthetic.dataset import begin_stranger
from models.synthetic.expression import EyeState, FaceState
from models.synthetic.headset import Slip, drift
from models.synthetic.parts import FETCH_HELP, Parts, open_parts

Floats = NDArray[np.float64]
Row = dict[str, float]

SEED: Final = 9010
_GAZE: Final = [[CHANNEL_NAMES.index(f"gaze_{axis}_{side}") for axis in ("yaw", "pitch")] for side in SIDES]
_LIDS: Final = [CHANNEL_NAMES.index(f"lid_openness_{side}") for side in SIDES]
_LAG: Final = 0.15
_FOLLOWING: Final = np.arange(0.2, 8.0, 1 / 10)
"Seconds into the target's path."
_LOOKS: Final = 50
_FAST: Final = 120.0
_POINTS: Final = ((0, 0), (12, 0), (-8, 6), (-8, -9), (5, 3), (0, -14))
"Degrees of yaw and pitch of the fixations."
_FIXATION: Final = 66
"Frames of each: a saccade, rest from the 12th, a blink from the 24th, and the next saccade soon after it."
_REST: Final = slice(12, 24)
_BLINK: Final = slice(22, _FIXATION)
_BLINKS: Final = 0.2
"Seconds into a fixation."
_CLOSING, _SHUT, _OPENING, _SACCADE = 0.08, 0.05, 0.15, 0.045


class _Person:
    """One rendered person in one headset, before a network's eyes."""

    def __init__(self, parts: Parts, network: Network, number: int) -> None:
        self._session, self._pupil = begin_stranger(parts, SEED, number)
        self.rng = np.random.default_rng((SEED, number))
        self.network = network
        self._rectify = Rectifier(RectificationOptions(blank_contrast=0.0))
        self._slip = Slip()

    def slip(self) -> None:
        way = self.rng.normal(0, 1, 3)
        x, y, z = (way / np.linalg.norm(way) * self.rng.uniform(0.15, 0.4)).tolist()
        roll, yaw, pitch = self.rng.normal(0, 2.0, 3).tolist()
        self._slip = Slip((x, y, z), (roll, yaw, pitch))

    def show(self, yaw: float, pitch: float, blink: float = 0.0, moving: float = 0.0) -> EyePair:
        eye = EyeState(blink=blink, pupil=self._pupil, lid_motion=moving)
        sway = drift(self._session.headset, 0.1, self.rng)
        shift, turn = (
            tuple(np.add(a, b).tolist()) for a, b in ((sway.shift, self._slip.shift), (sway.turn, self._slip.turn))
        )
        left, right = self._session.render(FaceState(eye, eye).looking(yaw, pitch), Slip(shift, turn), self.rng)
        return self._rectify(EyeFrame(left, right, 0.0, 0))

    def read(self, profile: Profile, pair: EyePair) -> Expression:
        """What a pipeline trusts of the network's reading."""
        return trusted(self.network.predict(profile.difference(pair), pair.pixels.astype(np.float32)), pair)[0]

    def rested(self) -> Profile:
        pairs = [self.show(*self.rng.normal(0, 1.0, 2)) for _ in range(20)]
        own = Profile.mean_of(pairs)
        return own.resting_at([self.read(own, pair) for pair in pairs])

    def error(self, profile: Profile, looks: list[tuple[EyePair, Floats]]) -> float:
        """Median degrees between what is said and where they look."""
        said = [profile.personalized(self.read(profile, pair)).channels[_GAZE] for pair, _ in looks]
        return float(np.nanmedian(np.linalg.norm(np.array(said) - [[look, look] for _, look in looks], axis=-1)))

    def looks(self) -> list[tuple[EyePair, Floats]]:
        points = self.rng.uniform((-18, -11), (18, 11), (_LOOKS, 2))
        return [(self.show(*point), point) for point in points]


def calibrated(person: _Person) -> Row:
    """Before and after the target; after a slip, and after looking straight ahead once more."""
    own, row = person.rested(), {}
    shown = [person.show(*(target(np.array([t - _LAG]))[0] + person.rng.normal(0, 0.5, 2))) for t in _FOLLOWING]
    channels = np.array([own.relative(person.read(own, pair)).channels for pair in shown], np.float64)
    outcome = fit_gaze(_FOLLOWING, channels, target)
    fit = None if outcome.coefficients is None else Fit.of({**_arrays(), "gaze": outcome.coefficients})
    fitted, looks = own.fitted(fit), person.looks()
    row["own neutral"], row["after the target"] = person.error(own, looks), person.error(fitted, looks)
    row["lag found, s"] = outcome.lag
    person.slip()
    looks = person.looks()
    row["slipped"] = person.error(fitted, looks)
    centering = GazeCentering(0.5)
    for n in range(16):
        centering.add(person.read(fitted, person.show(*person.rng.normal(0, 0.5, 2))), n / 30)
    row["centred again"] = person.error(centering.profile(fitted), looks)
    return row


def _arrays() -> dict[str, NDArray[np.float32]]:
    nothing = Fit.nothing()
    return {name: getattr(nothing, name) for name in nothing.__slots__}


def jumping(person: _Person) -> Floats:
    """(n, channels) as read at 120 pictures a second: a saccade to each point, rest, a blink."""
    own, before, said = person.rested(), np.zeros(2), []
    for point in np.array(_POINTS, np.float64):
        for n in range(_FIXATION):
            time = n / _FAST
            there = before + _eased(time / _SACCADE) * (point - before)
            blink, next_blink = _blink(time - _BLINKS), _blink(time + 1 / _FAST - _BLINKS)
            pair = person.show(there[0], there[1], blink, abs(next_blink - blink) / 2)
            said.append(own.relative(person.read(own, pair)).channels)
        before = point
    return np.array(said, np.float64)


def _eased(x: float) -> float:
    x = min(max(x, 0.0), 1.0)
    return x * x * (3 - 2 * x)


def _blink(since: float) -> float:
    return _eased(since / _CLOSING) * _eased((_CLOSING + _SHUT + _OPENING - since) / _OPENING) if since > 0 else 0.0


def smoothed(channels: Floats) -> Floats:
    """(n, 2 eyes, 2) as the pipeline shows it."""
    smoother = GazeSmoother(GazeSmoothing())
    return np.array([smoother(row[_GAZE], row[_LIDS], n / _FAST) for n, row in enumerate(channels)])


def one_euro(channels: Floats) -> Floats:
    """The same through a one euro filter of 1.5 Hz and 0.15 alone, held below a quarter of openness."""
    euro, shown = OneEuro(1.5, 0.15), channels[0][_GAZE]
    result = []
    for n, row in enumerate(channels):
        euro = euro.step(np.where((row[_LIDS] < 0.25)[:, None], shown, row[_GAZE]), n / _FAST)
        shown = euro.value
        result.append(shown)
    return np.array(result)


def raw(channels: Floats) -> Floats:
    return channels[:, _GAZE]


def steadied(channels: Floats, filtered: Callable[[Floats], Floats]) -> Row:
    """Of one way to smooth: how far gaze goes in a blink, how it trembles at rest, and when a saccade has arrived."""
    read, shown = (x.reshape(len(_POINTS), _FIXATION, 2, 2) for x in (raw(channels), filtered(channels)))
    rest = np.median(read[:, _REST], 1)
    away = shown[:, _BLINK] - rest[:, None]
    start, way = np.median(read[:-1, -8:], 1), rest[1:] - np.median(read[:-1, -8:], 1)
    passed = ((shown[1:] - start[:, None]) * way[:, None]).sum(-1) / (way**2).sum(-1)[:, None]
    large = np.linalg.norm(way, axis=-1) > 6.0
    arrived = np.where((passed > 0.9).any(1), (passed > 0.9).argmax(1), _FIXATION)[large]
    return {
        "worst in a blink": float(np.median(np.linalg.norm(away, axis=-1).max(1))),
        "dip in a blink": float(np.median(-away[..., 1].min(1))),
        "rms at rest": float(np.sqrt(np.median(shown[:, _REST].var(1)))),
        "90 % of a saccade, ms": float(1000 / _FAST * np.median(arrived)) if len(arrived) else np.nan,
    }


def table(rows: dict[str, list[Row]]) -> str:
    """Means over people as Markdown: a line for each way."""
    figures = list(next(iter(rows.values()))[0])
    lines = [f"| {'':<24} | " + " | ".join(figures) + " |", "|---|" + "--:|" * len(figures)]
    for way, people in rows.items():
        means = [np.nanmean([row[name] for row in people]) for name in figures]
        lines.append(f"| {way:<24} | " + " | ".join(f"{mean:.2f}" for mean in means) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=8, help="rendered people (%(default)s)")
    parser.add_argument("--network", type=Path, help="an exported .onnx file; the one that ships when not given")
    parser.add_argument("--parts", type=Path, default=Path("../shared/assets"), help=FETCH_HELP)
    options = parser.parse_args()
    console = Console(width=140, highlight=False, markup=False)
    ways = {"as read": raw, "one euro alone": one_euro, "gaze smoothing": smoothed}
    calibrations: list[Row] = []
    traces: dict[str, list[Row]] = {way: [] for way in ways}
    try:
        network, parts = NetworkOptions(path=options.network).open(), open_parts(options.parts)
    except BridgeError as error:
        raise SystemExit(f"models.looking: {error}") from error
    for number in range(options.people):
        person = _Person(parts, network, number)
        trace = jumping(person)
        for way, filtered in ways.items():
            traces[way].append(steadied(trace, filtered))
        try:
            calibrations.append(calibrated(person))
        except BridgeError as error:  # as some real people do, some have to do it again
            console.print(f"person {number + 1} is left out of the calibration: {error}")
        else:
            console.print(f"person {number + 1}: {calibrations[-1]}")
    if not calibrations:
        raise SystemExit("models.looking: nobody is left to measure")
    console.print(f"\n{options.people} people of seed {SEED}, {len(calibrations)} calibrated, degrees\n")
    console.print(table({"calibration": calibrations}) + "\n\n" + table(traces))


if __name__ == "__main__":
    main()
