"""python -m models.synthetic: renders infrared eye pairs of people who do not exist, with exact labels."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from models.command import Add, Verb, bar_on, run_verb
from models.spread import Spread, spread_arguments
from models.synthetic.dataset import Plan, write_dataset
from models.synthetic.headset import FAMILIES
from models.synthetic.makehuman import MAKEHUMAN, bake_makehuman
from models.synthetic.parts import FETCH_HELP, TOPOLOGY, baked, open_parts
from models.synthetic.recording import write_recording
from models.synthetic.sheet import write_sheet

_console: Final = Console(stderr=True)


def _bake(options: argparse.Namespace) -> None:
    parts = open_parts(options.parts)
    if options.topology == MAKEHUMAN:
        parts = bake_makehuman(options.parts, parts)
    parts.save(options.out)
    _console.print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


def _dataset(options: argparse.Namespace) -> None:
    plan = Plan(
        options.seed,
        options.sessions,
        options.frames,
        options.headset,
        options.publishable,
        options.heavy_lashes,
    )
    with baked(options.parts, _console, bool(options.ray)) as parts, bar_on(_console) as progress:
        task = progress.add_task("pairs", total=plan.sessions * plan.frames)
        for pairs in write_dataset(options.out, parts, plan, Spread.of(options)):
            progress.advance(task, pairs)


def _sheet(options: argparse.Namespace) -> None:
    write_sheet(
        options.out, open_parts(options.parts), options.headset, options.seed, options.rows, options.publishable
    )


def _recording(options: argparse.Namespace) -> None:
    parts = open_parts(options.parts)
    frames = write_recording(options.out, parts, options.seed, options.headset, options.rate, options.quality)
    _console.print(f"{options.out}: {frames} frames")


def _places(add: Add) -> None:
    add("out", type=Path, help="what to write")
    add("--parts", type=Path, default=Path("../shared/assets"), help=f"{FETCH_HELP} (%(default)s)")


def _people(add: Add, family: str = "any") -> None:
    _places(add)
    add("--seed", type=int, default=1, help="other seeds, other people (%(default)s)")
    add("--headset", choices=FAMILIES, default=family, help="camera placement and picture size (%(default)s)")


def _publishable(add: Add) -> None:
    _people(add)
    add("--publishable", action="store_true", help="only people whose pictures may be shown")


def _bake_arguments(add: Add) -> None:
    _places(add)
    add("--topology", choices=(TOPOLOGY, MAKEHUMAN), default=TOPOLOGY, help="whose head it is (%(default)s)")


def _dataset_arguments(add: Add) -> None:
    _publishable(add)
    add("--sessions", type=int, default=64, help="two sessions a person (%(default)s)")
    add("--frames", type=int, default=48, help="frames a session, beside its neutral ones (%(default)s)")
    heavy = "long dense lashes out of focus: a curtain before a shut lid"
    add("--heavy-lashes", action="store_true", help=heavy)
    spread_arguments(add, os.cpu_count() or 1)


def _recording_arguments(add: Add) -> None:
    _people(add, family="hmd1")
    add("--rate", type=float, default=30.0, help="frames a second (%(default)s)")
    add("--quality", type=int, default=60, help="of the pictures' JPEG, 1 to 100 (%(default)s)")


def _sheet_arguments(add: Add) -> None:
    _publishable(add)
    add("--rows", type=int, default=8, help="people (%(default)s)")


_VERBS: Final = {
    "bake": Verb(_bake, _bake_arguments, "make one compact file of the assets, which --parts takes too"),
    "dataset": Verb(
        _dataset, _dataset_arguments, "render a data set for training; a stopped run goes on where it ended"
    ),
    "recording": Verb(
        _recording,
        _recording_arguments,
        "render a person over time, every expression in turn, as a recording with its truth",
    ),
    "sheet": Verb(_sheet, _sheet_arguments, "draw people x expressions as one picture to look at"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb; 2 for what the user must change, 130 when stopped by hand."""
    parser = argparse.ArgumentParser(prog="python -m models.synthetic", description=__doc__)
    return run_verb(parser, _VERBS, arguments)


if __name__ == "__main__":
    sys.exit(main())
