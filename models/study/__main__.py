"""The command line of the study: `python -m models.study render`, `pretrain`, `run` and `freeze`."""

import argparse
import datetime
import platform
import sys
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import torch
from rich.console import Console

from models.clean import removed_rows
from models.command import Add, Verb, bar_on, run_verb
from models.spread import Spread, spread_arguments
from models.study import benchmark, frozen, start
from models.study.data import load
from models.study.methods import PRESETS
from models.study.protocol import HOLDS
from models.study.strangers import COLUMNS
from models.synthetic.parts import FETCH_HELP, baked, open_parts

_console: Final = Console(stderr=True)


def _render(options: argparse.Namespace) -> None:
    plan = benchmark.Plan(options.every, options.people)
    total = len(plan.shards()) * len(HOLDS) * len(plan.frames())
    with baked(options.parts, _console, bool(options.ray)) as parts, bar_on(_console) as bar:
        task = bar.add_task("pairs", total=total)
        for count in benchmark.render(options.out, parts, plan, Spread.of(options)):
            bar.advance(task, count)


def _freeze(options: argparse.Namespace) -> None:
    with baked(options.parts, _console) as parts:
        found = benchmark.sample(open_parts(parts))
    before = frozen.read() if frozen.FILE.is_file() else frozen.Frozen(0, found)
    if before.version and not before.sample.difference(found):
        _console.print(f"the benchmark is still version {before.version}, nothing is written")
        return
    now = frozen.Frozen(before.version + 1, found)
    now.write()
    _console.print(f"wrote {frozen.FILE}: version {now.version}, fingerprint {now.fingerprint}")


def _pretrain(options: argparse.Namespace) -> None:
    preset, device = PRESETS[options.preset], torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with bar_on(_console) as bar:
        task = bar.add_task("steps", total=options.steps)
        for words in start.write_start(options.out, options.data, preset, options.steps, device):
            bar.update(task, advance=1, description=words)
    _console.print(f"wrote {options.out}: {words}")


def _run(options: argparse.Namespace) -> None:
    from models.study.results import Setting, write  # needs matplotlib, rendering does not
    from models.study.runs import run_all, tasks

    preset = replace(PRESETS[options.preset], start=options.start)
    version = frozen.read().version
    work = options.work / f"{preset.name}-{version}-{zlib.crc32(repr(preset).encode()):08x}"
    with bar_on(_console) as bar:
        task = bar.add_task("trainings", total=len(tasks(preset)))
        for done in run_all(options.data, work, preset, Spread.of(options, gpus=1)):
            bar.advance(task)
            bar.console.print(f"{done.file} is done", highlight=False)
    removed = removed_rows(options.data)
    setting = Setting(
        preset,
        version,
        len(load(options.data, preset.every, removed).images),
        None if removed is None else len(removed),
        torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU ({platform.machine()})",
        datetime.date.today().isoformat(),
    )
    write(options.out, work, setting, options.strangers or ())
    _console.print(f"wrote {options.out}")


def _parts_argument(add: Add) -> None:
    add("--parts", type=Path, default=Path("../shared/assets"), help=f"{FETCH_HELP} (%(default)s)")


def _preset_argument(add: Add) -> None:
    add("--preset", choices=PRESETS, default="small", help="full needs a GPU and hours (%(default)s)")


def _render_arguments(add: Add) -> None:
    _parts_argument(add)
    add("out", type=Path, help="folder to write")
    words = "only every so many-th frame of each hold; medium needs 5, small 20 (%(default)s)"
    add("--every", type=int, default=1, help=words)
    add("--people", type=int, default=benchmark.PEOPLE, help="only the first so many people (%(default)s)")
    spread_arguments(add)


def _pretrain_arguments(add: Add) -> None:
    _preset_argument(add)
    add("data", type=Path, nargs="+", help="data sets of models.synthetic")
    add("--steps", type=int, default=2000, help="batches to learn from (%(default)s)")
    add("--out", type=Path, default=Path(".work/start-small.pt"), help="weights to write (%(default)s)")


def _run_arguments(add: Add) -> None:
    _preset_argument(add)
    add("data", type=Path, help="a rendered benchmark")
    add("--start", type=Path, help="weights to begin with: pretrain's, or torchvision's InceptionV3 (full)")
    add("--work", type=Path, default=Path(".work/study"), help="where answers are kept (%(default)s)")
    add("--out", type=Path, default=Path("models/RESULTS.md"), help="report to write (%(default)s)")
    words = "figures of models.evaluate --json on the benchmark and unknown people, skins and heads, for a table"
    add("--strangers", type=Path, nargs=len(COLUMNS), metavar=COLUMNS, help=words)
    spread_arguments(add)


_VERBS: Final = {
    "render": Verb(_render, _render_arguments, "render the frozen benchmark, or a part of its frames"),
    "pretrain": Verb(
        _pretrain,
        _pretrain_arguments,
        "make weights to begin with where there are no ImageNet's, of pairs from models.synthetic",
    ),
    "run": Verb(
        _run, _run_arguments, "train and ask every method, and write the tables; a run that was stopped goes on"
    ),
    "freeze": Verb(_freeze, _parts_argument, "make what this program renders the next version of the benchmark"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb; 2 for what the user must change, 130 when stopped by hand."""
    parser = argparse.ArgumentParser(prog="python -m models.study", description="The Eyemotion study as a program.")
    return run_verb(parser, _VERBS, arguments)


if __name__ == "__main__":
    sys.exit(main())
