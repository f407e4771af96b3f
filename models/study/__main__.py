"""The command line of the study: `python -m models.study render` and `run`."""

import argparse
import datetime
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bridge.errors import BridgeError
from models.clean import removed_rows
from models.study import benchmark
from models.study.data import load
from models.study.methods import PRESETS
from models.study.protocol import HOLDS
from models.study.spread import Spread
from models.synthetic.parts import FETCH_HELP, open_parts

_console: Final = Console(stderr=True)
_COLUMNS: Final = (
    *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()),
)


def _render(options: argparse.Namespace) -> None:
    plan = benchmark.Plan(options.every, options.people)
    total = len(plan.shards()) * len(HOLDS) * len(plan.frames())
    with tempfile.TemporaryDirectory() as scratch, Progress(*_COLUMNS, console=_console) as bar:
        parts = options.parts
        if parts.is_dir():
            with _console.status("baking the parts once for all"):
                baked = open_parts(parts)
                parts = Path(scratch) / "parts.npz"
                baked.save(parts)
        task = bar.add_task("pairs", total=total)
        for count in benchmark.render(options.out, parts, plan, Spread(options.workers, options.ray)):
            bar.advance(task, count)


def _run(options: argparse.Namespace) -> None:
    from models.study.results import Setting, write  # needs matplotlib, rendering does not
    from models.study.runs import run_all, tasks

    preset = replace(PRESETS[options.preset], imagenet=options.imagenet)
    work = options.work / f"{preset.name}-{benchmark.VERSION}"
    with Progress(*_COLUMNS, console=_console) as bar:
        task = bar.add_task("trainings", total=len(tasks(preset)))
        for done in run_all(options.data, work, preset, Spread(options.workers, options.ray)):
            bar.advance(task)
            bar.console.print(f"{done.file} is done", highlight=False)
    removed = removed_rows(options.data)
    setting = Setting(
        preset,
        benchmark.VERSION,
        len(load(options.data, preset.every, removed).images),
        None if removed is None else len(removed),
        torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU ({platform.machine()})",
        datetime.date.today().isoformat(),
    )
    write(options.out, work, setting)
    _console.print(f"wrote {options.out}")


_VERBS: Final[dict[str, tuple[Callable[[argparse.Namespace], None], str]]] = {
    "render": (_render, "render the frozen benchmark, or a part of its frames"),
    "run": (_run, "train and ask every method, and write the tables; a run that was stopped goes on"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.study", description="The Eyemotion study as a program.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, (_, words) in _VERBS.items():
        command = verbs.add_parser(
            verb, help=words, description=words, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        add = command.add_argument
        if verb == "render":
            add("out", type=Path, help="folder to write")
            add("--parts", type=Path, default=Path("../shared/assets"), help=FETCH_HELP)
            add("--every", type=int, default=1, help="only every so many-th frame of each hold; small needs 20")
            add("--people", type=int, default=benchmark.PEOPLE, help="only the first so many people")
        else:
            add("data", type=Path, help="a rendered benchmark")
            add("--preset", choices=PRESETS, default="small", help="full needs a GPU and hours")
            add("--imagenet", type=Path, help="torchvision's InceptionV3 weights to begin with (full preset)")
            add("--work", type=Path, default=Path(".work/study"), help="where answers are kept")
            add("--out", type=Path, default=Path("models/RESULTS.md"), help="report to write")
        add("--workers", type=int, default=1, help="processes on this machine")
        add("--ray", help="address of a Ray cluster to spread the work over; 'local' starts one here")
    return parser


def main() -> int:
    """Runs one verb; 2 for what the user must change, 130 when stopped by hand."""
    options = _parser().parse_args()
    try:
        _VERBS[options.verb][0](options)
    except BridgeError as error:
        _console.print(str(error), style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        _console.print("Stopped; the same command goes on from here.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
