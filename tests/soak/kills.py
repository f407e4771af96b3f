"""python -m tests.soak.kills --rounds 100: kill -9 at random moments while recording, and while saving a profile.

Every round is a process of its own, killed without warning up to a third of a second after its first result. What it
left is then read: a recording must hold every frame whose writing had returned, and a profile must be the one before
or the one after, whole.
"""

import argparse
import itertools
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final
from unittest import mock

import numpy as np

from bridge import profiles
from bridge.channels import CHANNELS
from bridge.frames import EyeFrame, Image
from bridge.personalization import Profile
from bridge.recording import RecordingReader, RecordingWriter

LONGEST: Final = 0.33
"Seconds from a process's first result to the latest moment of its end."
SHAPE: Final = (96, 192)

# A server that forks has imported all of this once; where there is none, every round waits for its imports.
_METHOD: Final = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def eye(number: int) -> Image:
    return np.random.default_rng(number).integers(0, 256, (60, 80), np.uint8)


def record(folder: Path, said: Connection) -> None:
    """Write frames until killed; say each one's number once it is written."""
    writer = RecordingWriter(folder / "recording", lossless=True)
    for number in itertools.count():
        writer.write(EyeFrame(eye(number), eye(number + 1), number / 120, number))
        said.send(number)


def check_recording(folder: Path, last: int) -> None:
    with RecordingReader(folder / "recording") as reader:
        assert last + 1 <= len(reader) <= last + 2, f"{last + 1} were written, {len(reader)} can be read"
        assert reader.damaged <= 1
        for number in {0, len(reader) // 2, len(reader) - 1}:
            frame = reader[number]
            assert frame.index == number
            np.testing.assert_array_equal(frame.left, eye(number))
            np.testing.assert_array_equal(frame.right, eye(number + 1))


def save(folder: Path, said: Connection) -> None:
    """Save one profile after the other under one name until killed; every number in it is its own number."""
    with mock.patch.object(profiles, "folder", partial(Path, folder)):
        for number in itertools.count():
            neutral, resting = np.full(SHAPE, number, np.float32), np.full(len(CHANNELS), number, np.float32)
            profiles.save(Profile(neutral, resting, personal=True), "me", "index")
            said.send(number)


def check_profile(folder: Path, last: int) -> None:
    with mock.patch.object(profiles, "folder", partial(Path, folder)):
        found = profiles.load("me", "index", SHAPE, glasses=False)
    numbers = set(found.neutral.ravel().tolist()) | set(found.resting.tolist())
    assert numbers in ({float(last)}, {float(last + 1)}), f"{last} was saved, {numbers} is there"


CASES: Final[dict[str, tuple[Callable[[Path, Connection], None], Callable[[Path, int], None]]]] = {
    "recording": (record, check_recording),
    "profile": (save, check_profile),
}


def kill_once(case: str, seed: int) -> int:
    """One round; returns the number of the last result before the end. Raises what the check raises."""
    work, check = CASES[case]
    context: Any = multiprocessing.get_context(_METHOD)
    heard, said = context.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as name:
        process = context.Process(target=work, args=(Path(name), said), daemon=True)
        process.start()
        said.close()
        last = heard.recv()
        end = time.monotonic() + random.Random(seed).uniform(0, LONGEST)
        while (left := end - time.monotonic()) > 0:
            if heard.poll(left):  # or the pipe would be full, and the process wait
                last = heard.recv()
        process.kill()
        process.join()
        try:
            while True:
                last = heard.recv()
        except EOFError:
            heard.close()
        check(Path(name), last)
    return int(last)


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.soak.kills", description=__doc__)
    asked.add_argument("--rounds", type=int, default=100)
    asked.add_argument("--seed", type=int, default=0)
    words = asked.parse_args()
    failed = 0
    for case in CASES:
        results = 0
        for number in range(words.rounds):
            try:
                results += kill_once(case, words.seed + number) + 1
            except Exception as error:  # whatever it is, the round has failed and the others go on
                failed += 1
                print(f"{case}, seed {words.seed + number}: {type(error).__name__}: {error}")
        print(f"{case}: {words.rounds} processes killed after {results} results; {failed} left something unreadable")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
