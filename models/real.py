"""Makes a data set of recorded people: the frames of a recording set as the daemon would see them, with what was asked.

    python -m models.real my-set .work/real                          to train on, beside rendered people
    python -m models.real my-set .work/real-test --held-out          everybody is kept from training: to measure
    python -m models.clean .work/real-test                           frames with shut eyes that their class wants open
    python -m models.evaluate models/weights/eyenet.onnx --data .work/real-test

`eyebridge collect` makes recording sets (Eyemotion, arXiv 1707.07204, section 3.1). Each recording is a session: its
mean neutral image comes from the first five seconds of its neutral hold (section 4.2), its pictures go through the
daemon's own Rectifier, ten a second as in the paper. Graded channels were not asked for and stay unlabelled, but for
which eye is seen. A recording that cannot be used is listed, and the others are.
"""

import argparse
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.collection import STILL
from bridge.errors import BridgeError
from bridge.frames import EyePair
from bridge.personalization import Profile
from bridge.recording import RecordingReader
from bridge.recording_set import RecordingSet, Take, read_set
from bridge.rectification import EYE_SIZE, Rectifier
from bridge.truth import FrameTruth, read_truth
from models.dataset import is_held_out
from models.labels import NONE, columns
from models.synthetic.dataset import SessionPairs, write_shard
from models.synthetic.expression import Truth
from models.synthetic.headset import FAMILIES

FIRST: Final = 100_000
"Number of the first person: rendered people count from 0, and nobody may share a number in one training."
RATE: Final = 10.0
_UNKNOWN: Final = "unknown headset"
_VISIBLE: Final = columns("visible")
_STRENGTH: Final = float("nan")
"Nobody knows how strongly a person moves who was asked to."

Labelled = tuple[EyePair, FrameTruth]


def write_real(folder: Path, out: Path, *, first: int = FIRST, held_out: bool = False, rate: float = RATE) -> list[str]:
    """Writes the data set `out` of the recording set `folder`; a sentence for each recording that was left out.

    People are numbered from `first` on, with `held_out` only by such numbers as training never sees.

    Raises BridgeError when the set cannot be read, nothing in it can be used, or `out` holds a data set already.
    """
    listed = read_set(folder)
    headsets = _headsets(listed)
    if (out / "dataset.json").exists():
        raise BridgeError(f"{out} holds a data set already; give another folder or delete that one")
    out.mkdir(parents=True, exist_ok=True)
    numbers = (number for number in itertools.count(first) if is_held_out(number) or not held_out)
    left_out, shard = [], 0
    for person, number in zip(listed.participants, numbers, strict=False):
        headset = headsets.index(person.form.headset or _UNKNOWN)
        for take in person.takes:
            try:
                session = read_session(folder / person.name / take.folder, take, number, headset, rate)
            except BridgeError as error:
                left_out.append(str(error))
                continue
            write_shard(out / f"shard-{shard:05d}", [session], [shard])
            shard += 1
    if not shard:
        raise BridgeError(f"no recording in {folder} can be used" + "".join(f"; {reason}" for reason in left_out))
    _write_about(out, headsets)
    return left_out


def read_session(recording: Path, take: Take, person: int, headset: int, rate: float) -> SessionPairs:
    """The labelled pairs of a recording, at most `rate` a second.

    Raises BridgeError when it is damaged, or holds no neutral, or nothing that was asked.
    """
    pairs = list(_labelled(recording, take, rate))
    neutral = [pair for pair, truth in pairs if truth.action_unit == "neutral"]
    neutral = [pair for pair in neutral if pair.time - neutral[0].time <= STILL]
    if not neutral:
        raise BridgeError(f"{recording} holds no frame that was asked to be neutral and shows an eye")
    return SessionPairs(
        images=np.stack([pair.pixels for pair, _ in pairs]),
        neutral=np.rint(Profile.mean_of(neutral).neutral).astype(np.uint8),
        truths=[_truth(pair, truth) for pair, truth in pairs],
        person=person,
        headset=headset,
        skin=NONE,
    )


def _labelled(recording: Path, take: Take, rate: float) -> Iterator[Labelled]:
    truths, rectify, last = read_truth(recording), Rectifier(take.rectification), -np.inf
    with RecordingReader(recording) as reader:
        for frame in reader:
            truth = truths.get(frame.index)
            if truth is None or not (truth.action_unit or truth.emotion) or frame.time - last < (1 - 1e-6) / rate:
                continue
            pair = rectify(frame)
            if any(pair.seen):
                last = frame.time
                yield pair, truth


def _truth(pair: EyePair, asked: FrameTruth) -> Truth:
    channels = asked.channels.copy()
    channels[list(_VISIBLE)] = pair.seen
    return Truth(
        action_unit=ACTION_UNIT_NAMES.index(asked.action_unit) if asked.action_unit else NONE,
        emotion=EMOTION_NAMES.index(asked.emotion) if asked.emotion else NONE,
        strength=_STRENGTH,
        channels=channels,
    )


def _headsets(listed: RecordingSet) -> list[str]:
    """Families as labels number them: the rendered ones, then those of the set."""
    worn = {person.form.headset or _UNKNOWN for person in listed.participants}
    return [*FAMILIES, *sorted(worn - set(FAMILIES))]


def _write_about(out: Path, headsets: list[str]) -> None:
    about = {
        "format": 1,
        "image": [EYE_SIZE[0], 2 * EYE_SIZE[1]],
        "headsets": headsets,
        "channels": list(CHANNEL_NAMES),
        "action_units": list(ACTION_UNIT_NAMES),
        "emotions": list(EMOTION_NAMES),
    }
    (out / "dataset.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, help="recording set, as eyebridge collect makes it")
    parser.add_argument("out", type=Path, help="the new data set's folder")
    parser.add_argument("--held-out", action="store_true", help="number everybody so that training never sees them")
    parser.add_argument("--first", type=int, default=FIRST, help="number of the first person (%(default)s)")
    parser.add_argument("--rate", type=float, default=RATE, help="pairs a second (%(default)s)")
    options = parser.parse_args()
    if not 0.0 < options.rate <= 1000.0:
        parser.error("--rate is more than 0 and at most 1000 pairs a second")
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        left_out = write_real(
            options.set, options.out, first=options.first, held_out=options.held_out, rate=options.rate
        )
    except BridgeError as error:
        raise SystemExit(f"models.real: {error}") from error
    for reason in left_out:
        console.print(f"left out: {reason}")
    console.print(f"{len(list(options.out.glob('shard-*')))} sessions are in {options.out}")


if __name__ == "__main__":
    main()
