"""How well stress at set tasks is recognised from the expression coefficients of single frames.

    python -m models.stress SRD15 --landmarks face_landmarker.task --network face.onnx
    python -m models.stress SRD15 --landmarks face_landmarker.task --export stress.npz

The report is one HTML page; beside it lies a table of everything that was left out or noted (.troubles.csv). A run that
was stopped goes on where it was. models/stress/README.md says how recordings must lie.
"""

import argparse
import datetime
import importlib.metadata
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from bridge.errors import BridgeError
from bridge.files import write_atomically
from models.command import bar_on, ended
from models.emotion.features import Reading, Tools, open_reader
from models.listing import counts, table_of
from models.spread import Spread, spread_arguments
from models.stress.recordings import LEFT_OUT, PHASES, Listing, find_recordings, read_recordings
from models.stress.report import mean_accuracy, report
from models.stress.study import REPEATS, Frames, Score, final, frames_of, phases_of, repeated, scores

_console: Final = Console(stderr=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.stress", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("set", type=Path, help="folder with tasks.csv and one folder for each person")
    add("--landmarks", type=Path, required=True, help="MediaPipe's face_landmarker.task, or a 68-point network, .onnx")
    add("--network", type=Path, help="face network, .onnx; else the landmarks' own blendshapes or a fit")
    add("--model", type=Path, help="face model, .npz; the built-in face without one")
    add("--frames", type=int, default=30, help="of each recording, spread evenly (%(default)s)")
    add("--repeats", type=int, default=REPEATS, help="times with other folds (%(default)s, as the paper)")
    add("--trials", type=int, default=8, help="rounds of the search for hyper-parameters (%(default)s)")
    add("--export", type=Path, help="write a model of all frames, .npz, for the daemon's slow channel")
    add("--out", type=Path, default=Path("stress.html"), help="report to write (%(default)s)")
    add("--work", type=Path, default=Path(".work/stress"), help="where what was read is kept (%(default)s)")
    spread_arguments(add)
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    """Find, read, learn, ask, write. Raises BridgeError for what the user must change."""
    for name in ("frames", "repeats", "trials"):
        if getattr(options, name) < 1:
            raise BridgeError(f"--{name} must be 1 at least")
    tools = Tools(options.landmarks, options.network, options.model)
    listing = find_recordings(options.set)
    frames = frames_of(listing, _readings(listing, tools, options))
    asked = phases_of(frames)
    if not asked:
        raise BridgeError(
            f"no phase has frames with stress and without, of two people at least: {frames.recordings} recordings "
            f"could be read ({', '.join(_counted(frames)) or 'nothing was left out'})"
        )
    answers = {}
    with bar_on(_console) as bar:
        task = bar.add_task("repeats", total=len(asked) * options.repeats)
        spread = Spread.of(options)
        for phase, repeat, said in repeated(frames, options.repeats, options.trials, options.work, spread):
            answers[phase, repeat] = said
            bar.advance(task)
    scored = scores(frames, answers)
    made = _made(options, tools)
    write_atomically(options.out, report(frames, scored, options.trials, made).encode())
    write_atomically(options.out.with_suffix(".troubles.csv"), table_of(frames.troubles))
    if options.export is not None:
        _export(frames, scored, tools, options)
    _say(frames, scored, options.out)


def _readings(listing: Listing, tools: Tools, options: argparse.Namespace) -> dict[str, list[Reading]]:
    readings = {}
    spread = Spread.of(options)
    with bar_on(_console) as bar:
        task = bar.add_task("recordings", total=len(listing.recordings))
        for recording, read in read_recordings(listing.recordings, tools, options.frames, options.work, spread):
            readings[recording.name] = read
            bar.advance(task)
    return readings


def _export(frames: Frames, scored: Sequence[Score], tools: Tools, options: argparse.Namespace) -> None:
    card = (
        f"{len(frames.stress)} frames of {len(set(frames.people.tolist()))} people at set tasks; "
        f"{100 * mean_accuracy(scored):.1f} % of the frames of people who were held out were recognised. No diagnosis."
    )
    with _console.status("learning from all frames"):
        machines = final(frames, options.trials, open_reader(tools).basis.fingerprint, card)
    write_atomically(options.export, machines.saved())
    _console.print(f"wrote {options.export}", markup=False, soft_wrap=True)


def _made(options: argparse.Namespace, tools: Tools) -> dict[str, str]:
    return {
        "recordings": str(options.set),
        "frames": f"{options.frames} of each",
        "landmarks": options.landmarks.name,
        "face network": options.network.name if options.network else "none",
        "face model": options.model.name if options.model else "the built-in face",
        "basis": open_reader(tools).basis.fingerprint,
        "date": datetime.date.today().isoformat(),
        "eyebridge": importlib.metadata.version("eyebridge"),
    }


def _counted(frames: Frames) -> list[str]:
    return [f"{len(listed)} {LEFT_OUT[kind]}" for kind, listed in counts(frames.troubles, LEFT_OUT).items()]


def _say(frames: Frames, scored: Sequence[Score], out: Path) -> None:
    _console.print(f"{frames.recordings} recordings count")
    for line in _counted(frames):
        _console.print(f"  {line}", markup=False)
    for score in scored:
        said = f"{100 * score.accuracy.mean():5.1f} % +- {100 * score.accuracy.std():.1f}"
        _console.print(f"{said}  {score.phase} (always the more frequent: {100 * score.frequent:.1f} %)", markup=False)
    for phase in PHASES:
        if phase not in {score.phase for score in scored}:
            _console.print(f"    nothing  {phase}: not enough recordings")
    _console.print(f"wrote {out}", markup=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """2 for what the user must change, 130 when stopped by hand."""
    return ended(lambda: run(_options(arguments)))


if __name__ == "__main__":
    sys.exit(main())
