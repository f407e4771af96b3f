"""python -m models.synthetic: renders infrared eye pairs of people who do not exist, with exact labels."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from models.command import ended
from models.synthetic.dataset import Plan, write_dataset
from models.synthetic.headset import FAMILIES
from models.synthetic.makehuman import MAKEHUMAN, bake_makehuman
from models.synthetic.parts import FETCH_HELP, TOPOLOGY, open_parts
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
    columns = (TextColumn("pairs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console) as progress:
        task = progress.add_task("pairs", total=plan.sessions * plan.frames)
        for pairs in write_dataset(options.out, options.parts, plan, options.workers):
            progress.advance(task, pairs)


def _sheet(options: argparse.Namespace) -> None:
    write_sheet(
        options.out, open_parts(options.parts), options.headset, options.seed, options.rows, options.publishable
    )


def _recording(options: argparse.Namespace) -> None:
    parts = open_parts(options.parts)
    frames = write_recording(options.out, parts, options.seed, options.headset, options.rate, options.quality)
    _console.print(f"{options.out}: {frames} frames")


# verb: what it does, its words for --help
_VERBS: Final[dict[str, tuple[Callable[[argparse.Namespace], None], str]]] = {
    "bake": (_bake, "make one compact file of the assets, which --parts takes too"),
    "dataset": (_dataset, "render a data set for training; a stopped run goes on where it ended"),
    "recording": (_recording, "render a person over time, every expression in turn, as a recording with its truth"),
    "sheet": (_sheet, "draw people x expressions as one picture to look at"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.synthetic", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, (_, words) in _VERBS.items():
        command = verbs.add_parser(
            verb, help=words, description=words, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        command.add_argument("out", type=Path, help="what to write")
        command.add_argument("--parts", type=Path, default=Path("../shared/assets"), help=FETCH_HELP)
        if verb == "bake":
            topologies = (TOPOLOGY, MAKEHUMAN)
            command.add_argument("--topology", choices=topologies, default=TOPOLOGY, help="whose head it is")
            continue
        command.add_argument("--seed", type=int, default=1, help="other seeds, other people")
        family = "hmd1" if verb == "recording" else "any"
        command.add_argument("--headset", choices=FAMILIES, default=family, help="camera placement and picture size")
        if verb == "recording":
            command.add_argument("--rate", type=float, default=30.0, help="frames a second")
            command.add_argument("--quality", type=int, default=60, help="of the pictures' JPEG, 1 to 100")
            continue
        command.add_argument("--publishable", action="store_true", help="only people whose pictures may be shown")
        if verb == "sheet":
            command.add_argument("--rows", type=int, default=8, help="people")
        if verb == "dataset":
            command.add_argument("--sessions", type=int, default=64, help="two sessions a person")
            command.add_argument("--frames", type=int, default=48, help="frames a session, beside its neutral ones")
            heavy = "long dense lashes out of focus: a curtain before a shut lid"
            command.add_argument("--heavy-lashes", action="store_true", help=heavy)
            command.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    return parser


def main() -> int:
    """Runs one verb; 2 for what the user must change, 130 when stopped by hand."""
    options = _parser().parse_args()
    return ended(lambda: _VERBS[options.verb][0](options))


if __name__ == "__main__":
    sys.exit(main())
