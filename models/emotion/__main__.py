"""How well the emotion that a set of faces shows is recognised from their expression coefficients.

    python -m models.emotion KDEF --layout kdef --landmarks face_landmarker.task --network face.onnx
    python -m models.emotion RAF-DB --layout raf-db --landmarks face_landmarker.task --export emotion.npz

The report is one HTML page; beside it lie a table of every face (.csv) and one of everything that was left out or noted
(.troubles.csv). A run that was stopped goes on where it was. models/emotion/README.md says what the layouts are.
"""

import argparse
import datetime
import importlib.metadata
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, get_args

from rich.console import Console

from bridge.errors import BridgeError
from bridge.files import write_atomically
from models.command import bar_on, ended
from models.emotion.answers import Answers, answered, final, joined
from models.emotion.classes import CLASSES
from models.emotion.classifier import Setting
from models.emotion.faces import LEFT_OUT, Choice, Listing, View
from models.emotion.features import Reading, Tools, open_reader, read_faces
from models.emotion.layouts import LAYOUTS, find_faces
from models.emotion.study import Row, Study, study_of
from models.emotion.truth import read_truth
from models.listing import counts, table, table_of
from models.spread import Spread, spread_arguments

_console: Final = Console(stderr=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.emotion", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("set", type=Path, help="folder of the set, as it is published")
    add("--layout", choices=tuple(LAYOUTS), required=True, help="which set it is")
    add("--landmarks", type=Path, required=True, help="MediaPipe's face_landmarker.task, or a 68-point network, .onnx")
    add(
        "--network",
        type=Path,
        help="face network, .onnx; without one the landmarks' own blendshapes, or else a fit to them",
    )
    add("--model", type=Path, help="face model, .npz; the built-in face without one")
    add("--view", choices=get_args(View), default="frontal", help="of RaFD and KDEF (%(default)s)")
    add("--contempt", action="store_true", help="keep contempt, an eighth class of RaFD and CK+")
    add("--compound", action="store_true", help="keep compound emotions of RAF-DB and CFEE as further classes")
    add("--no-neutral", action="store_true", help="leave neutral faces out, as in CK+'s 327 peaks")
    add("--absolute", action="store_true", help="do not compare faces with their people's neutral, nor leave any out")
    add("--trials", type=int, default=30, help="rounds of the search for hyper-parameters (%(default)s)")
    add("--export", type=Path, help="write a model of all the faces, .npz, for the daemon")
    add("--out", type=Path, default=Path("emotion.html"), help="report to write (%(default)s)")
    add("--work", type=Path, default=Path(".work/emotion"), help="where what was read is kept (%(default)s)")
    add("--seed", type=int, default=0, help="of parts, draws and search (%(default)s)")
    spread_arguments(add)
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    """Find, read, learn, ask, write. Raises BridgeError for what the user must change."""
    from models.emotion.report import How, report, title  # matplotlib takes a second

    if options.trials < 1:
        raise BridgeError("--trials must be 1 at least")
    choice = Choice(options.view, options.contempt, options.compound, not options.no_neutral, options.seed)
    tools = Tools(options.landmarks, options.network, options.model)
    with _console.status("finding faces"):
        listing = find_faces(options.set, options.layout, choice)
    readings, truth = _readings(listing, tools, options), _truth(tools, options.set)
    study = study_of(listing, readings, truth, not options.absolute, options.seed)
    _check(study)
    answers = _answers(study, options)
    made = _made(options, tools)
    how = How(options.layout, choice, options.trials, options.network is not None)
    write_atomically(options.out, report(study, answers, how, made).encode())
    write_atomically(options.out.with_suffix(".csv"), _faces(study, answers[study.best]))
    write_atomically(options.out.with_suffix(".troubles.csv"), table_of(study.troubles))
    if options.export is not None:
        _export(study, answers[study.best], options)
    _say(study, {title(row): answer for row, answer in answers.items()}, options.out)


def _readings(listing: Listing, tools: Tools, options: argparse.Namespace) -> dict[str, Reading]:
    readings: dict[str, Reading] = {}
    faces = listing.faces if options.absolute else listing.faces + listing.neutrals
    with bar_on(_console) as bar:
        task = bar.add_task("faces", total=len(faces))
        for chunk in read_faces(faces, tools, options.work, Spread.of(options)):
            readings |= chunk
            bar.advance(task, len(chunk))
    return readings


def _check(study: Study) -> None:
    """Raises BridgeError where nothing can be learnt."""
    if len(study.names) < 2 or len(set(study.groups.tolist())) < 2:
        raise BridgeError(
            f"only {len(study.faces)} faces could be read, of {len(study.names)} emotions: at least two emotions of "
            f"two people are needed ({', '.join(_counted(study)) or 'nothing was left out'})"
        )


def _answers(study: Study, options: argparse.Namespace) -> dict[Row, Answers]:
    answers: dict[Row, Answers] = {}
    spread = Spread.of(options)
    for learnt, asked in study.questions():
        parts: dict[Row, dict[int, tuple[Setting, list[int]]]] = {row: {} for row in asked}
        given = (study, learnt, tuple(asked.values()), options.trials, options.seed, options.work, spread)
        with bar_on(_console) as bar:
            task = bar.add_task(" ".join(next(iter(asked))), total=len(study.tests))
            for number, setting, found in answered(*given):
                for row, said in zip(asked, found, strict=True):
                    parts[row][number] = setting, said
                bar.advance(task)
        answers |= {row: joined(study, part) for row, part in parts.items()}
    return answers


def _truth(tools: Tools, folder: Path) -> dict[str, list[float]]:
    """By their names, the coefficients that rendered faces were rendered with."""
    known = read_truth(folder)
    basis = open_reader(tools).basis
    return {name: basis.coefficients(weights).tolist() for name, weights in known.items()}


def _export(study: Study, answers: Answers, options: argparse.Namespace) -> None:
    accuracy, spread = answers.accuracy(study.labels)
    card = (
        f"{len(study.faces)} faces of {study.title}; {100 * accuracy:.1f} % (+- {100 * spread:.1f}) of faces that were "
        f"held out were recognised{'' if study.plain else ', each minus its own neutral'}. "
        f"{'Rendered people: not for real ones. ' if options.layout == 'rendered' else ''}"
        "It names posed expressions, not what anybody feels."
    )
    with _console.status("learning from all faces"):
        machines = final(study, options.trials, options.seed, card)
    write_atomically(options.export, machines.saved())
    _console.print(f"wrote {options.export}", markup=False, soft_wrap=True)


def _made(options: argparse.Namespace, tools: Tools) -> dict[str, str]:
    return {
        "set": f"{options.set}, layout {options.layout}",
        "landmarks": options.landmarks.name,
        "face network": options.network.name if options.network else "none",
        "face model": options.model.name if options.model else "the built-in face",
        "basis": open_reader(tools).basis.fingerprint,
        "seed": str(options.seed),
        "date": datetime.date.today().isoformat(),
        "eyebridge": importlib.metadata.version("eyebridge"),
    }


def _faces(study: Study, answers: Answers) -> bytes:
    rows = []
    for face, said in zip(study.faces, answers.found.tolist(), strict=True):
        rows.append([face.name, CLASSES[face.emotion], study.names[said] if said >= 0 else "", face.person])
    return table(("picture", "emotion", "said", "person"), rows)


def _counted(study: Study) -> list[str]:
    return [f"{len(listed)} {LEFT_OUT[kind]}" for kind, listed in counts(study.troubles, LEFT_OUT).items()]


def _say(study: Study, answers: dict[str, Answers], out: Path) -> None:
    _console.print(f"{len(study.faces)} faces count; {study.looked_at - len(study.faces)} were left out")
    for line in _counted(study):
        _console.print(f"  {line}", markup=False)
    if study.plain:
        _console.print(study.plain, markup=False)
    for name, answer in answers.items():
        accuracy, spread = answer.accuracy(study.labels)
        said = f"{100 * accuracy:5.1f} % +- {100 * spread:.1f}  {name}"
        _console.print(said, markup=False, soft_wrap=True)
    _console.print(f"wrote {out}", markup=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """2 for what the user must change, 130 when stopped by hand."""
    return ended(lambda: run(_options(arguments)))


if __name__ == "__main__":
    sys.exit(main())
