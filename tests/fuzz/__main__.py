"""python -m tests.fuzz osc --inputs 1000000: the long run, with progress. --all takes every target in turn."""

import argparse
import logging
import sys

from tests.fuzz.mutation import mutated
from tests.fuzz.runner import Summary, run
from tests.fuzz.targets import TARGETS


def main() -> int:
    """Exit code 0: nothing found; 1: something was."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("names", nargs="*", choices=[[], *TARGETS], metavar="NAME", help=", ".join(TARGETS))
    asked.add_argument("--all", action="store_true", help="every target, one after the other")
    asked.add_argument("--inputs", type=int, default=100_000, help="how many inputs for each (100000)")
    asked.add_argument("--seed", type=int, default=0, help="another seed makes other inputs")
    asked.add_argument("--number", type=int, help="feed this one input only, and show it and what happens")
    words = asked.parse_args()
    names = list(TARGETS) if words.all else words.names
    if not names:
        asked.error("name a target, or say --all")
    logging.disable(logging.WARNING)  # readers say what they refuse; a million times is too often
    if words.number is not None:
        return _again(names[0], words.seed, words.number)
    found = 0
    for name in names:
        summary = run(name, TARGETS[name], words.inputs, words.seed, _progress)
        print(f"\r\033[K{summary}" if sys.stderr.isatty() else str(summary), flush=True)
        found += len(summary.findings)
    return 1 if found else 0


def _progress(summary: Summary) -> None:
    if sys.stderr.isatty():
        print(f"\r{summary.target}: {summary.inputs} inputs", end="", file=sys.stderr, flush=True)


def _again(name: str, seed: int, number: int) -> int:
    target = TARGETS[name]
    data = mutated(tuple(target.seeds()), seed, number)
    print(f"{len(data)} bytes: {data[:2000]!r}")
    try:
        print("taken:", repr(target.read(data))[:2000])
    except target.refuses as error:
        print("refused:", error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
