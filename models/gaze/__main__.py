"""The command line of the gaze networks: `python -m models.gaze train` and so on."""

import argparse
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from torch import Tensor

from bridge.errors import BridgeError
from bridge.files import write_atomically
from models.augment import Augmentation
from models.command import Add, Verb, bar_on, field_arguments, filled, run_verb
from models.dataset import load
from models.distributed import joined, world
from models.gaze.evaluate import Reader, compare, table
from models.gaze.export import largest_difference, to_onnx
from models.gaze.faces import open_faces, split
from models.gaze.lessons import EyeLessons, FaceLessons, Lessons
from models.gaze.network import NEAR_EYE, GazeConfig, Kind, restored
from models.gaze.training import Recipe, Run
from models.spread import Spread, spread_arguments
from models.synthetic.parts import FETCH_HELP
from models.training import keep_learning, read_checkpoint

_console: Final = Console(stderr=True)
_CONFIGS: Final = {"face": GazeConfig(), "near-eye": NEAR_EYE}


def _render(options: argparse.Namespace) -> int:
    from models.gaze.portraits import render_set  # numba takes a second, and no other verb needs it

    with bar_on(_console) as bar:
        task = bar.add_task("faces", total=options.people * options.each)
        spread = Spread.of(options)
        for count in render_set(options.out, options.parts, options.people, options.each, options.seed, spread):
            bar.advance(task, count)
    return 0


def _train(options: argparse.Namespace) -> int:
    config = replace(
        _CONFIGS[options.kind], **{name: getattr(options, name) for name in ("size", "width") if getattr(options, name)}
    )
    recipe = filled(Recipe, options)
    lessons, about = _lessons(config, options)
    with joined() as device, bar_on(_console, disable=world()[0] > 0) as bar:
        run = Run(config, recipe, lessons, about, device)
        if options.resume:
            run.resume(options.out)
        elif options.imagenet:
            run.net.trunk.load_imagenet(options.imagenet)
        task = bar.add_task("training", total=run.steps, completed=run.step)
        recent = deque[float](maxlen=50)

        def said(loss: Tensor) -> None:
            recent.append(float(loss))
            words = f"L1 {sum(recent) / len(recent):.4f} rad"
            bar.update(task, completed=run.step, description=words)
            if world()[0] == 0 and run.step % max(1, run.steps // 20) == 0:
                bar.console.print(f"step {run.step} of {run.steps}: {words}")

        done = keep_learning(run, run.lessons_left(), options.out, said, recipe.save_every)
        if world()[0] == 0:
            bar.console.print(f"wrote {options.out}" if done else "Stopped; go on with --resume.")
    return 0 if done else 130


def _lessons(config: GazeConfig, options: argparse.Namespace) -> tuple[Lessons, dict[str, Any]]:
    """What to learn from, and the words for it in the checkpoint."""
    if config.kind == "near-eye":
        pairs = load(options.data, held_out=False, limit=options.pictures)
        about = {"dataset": ", ".join(path.name for path in options.data), "pictures": len(pairs)}
        return EyeLessons(pairs, pairs.population_mean(), Augmentation()), about
    if len(options.data) > 1:
        raise BridgeError("a face network learns from one set at a time: give one folder to --data")
    faces = open_faces(options.data[0])
    rows, held_out = split(faces, options.hold_out)
    if options.pictures:
        rows = rows[:: max(1, len(rows) // options.pictures)]
    names = sorted({faces.names[person] for person in faces.people[held_out]})
    return FaceLessons(faces, rows, config.size), {
        "dataset": options.data[0].name,
        "pictures": len(rows),
        "held out": names,
    }


def _export(options: argparse.Namespace) -> int:
    state = read_checkpoint(options.checkpoint)
    net = restored(state)
    content = to_onnx(net, state["trained"])
    write_atomically(options.onnx, content)
    parameters = sum(parameter.numel() for parameter in net.parameters())
    print(f"{options.onnx}: {parameters} parameters, {len(content)} bytes")
    print(f"largest difference to PyTorch: {largest_difference(net, content):.1e} radians")
    return 0


def _compare(options: argparse.Namespace) -> int:
    readers = [Reader(path) for path in options.networks]
    if len({reader.kind for reader in readers}) > 1:
        raise BridgeError("a network for faces and one for headsets see different pictures: compare them apart")
    found = {name: compare(readers, lessons) for name, lessons in _held_out(readers[0].kind, options).items()}
    print(table(readers, found))
    return 0


def _held_out(kind: Kind, options: argparse.Namespace) -> dict[str, Lessons]:
    """The pictures to judge by: people who were held out of training, and whole sets that were never in it."""
    if kind == "face":
        (folder,) = options.data
        faces = open_faces(folder)
        _, rows = split(faces, options.hold_out)
        return {folder.name: FaceLessons(faces, rows, options.size or GazeConfig().size)}

    def eyes(folders: Sequence[Path]) -> Lessons:
        pairs = load(folders, held_out=True, limit=options.pictures)
        return EyeLessons(pairs, pairs.population_mean(), Augmentation.none())

    found: dict[str, Lessons] = {"people held out": eyes(options.data)}
    if options.strangers:
        found["another head"] = eyes(options.strangers)
    return found


def _render_arguments(add: Add) -> None:
    add("out", type=Path, help="folder to write")
    add("--parts", type=Path, default=Path("../shared/assets"), help=FETCH_HELP)
    add("--people", type=int, default=200, help="how many people (%(default)s)")
    add("--each", type=int, default=40, help="pictures of each (%(default)s)")
    add("--seed", type=int, default=1, help="of everything (%(default)s)")
    spread_arguments(add)


def _train_arguments(add: Add) -> None:
    add("--kind", choices=_CONFIGS, default="face", help="a whole face, or a headset's two eyes (%(default)s)")
    add("--data", type=Path, nargs="+", required=True, help="ETH-XGaze, MPIIFaceGaze, rendered faces or eye pairs")
    add("--out", type=Path, default=Path(".work/gaze.pt"), help="checkpoint to write (%(default)s)")
    add("--size", type=int, help="pixels of a side of the face, or of one eye (224, 96)")
    add("--width", type=float, help="scales the ResNet's layers (1, near-eye 0.125)")
    add("--imagenet", type=Path, help="torchvision's resnet18 weights to begin with")
    add("--hold-out", nargs="+", default=(), metavar="PERSON", help="people to leave out (a tenth of them)")
    add("--pictures", type=int, help="use only so many, evenly thinned out (all)")
    add("--resume", action="store_true", help="go on from the checkpoint at --out")
    words = {
        "rate": "learning rate of Adam",
        "batch": "pictures a step, over all processes",
        "epochs": "passes over the pictures; may be a part of one",
        "warm_up": "epochs in which the learning rate rises",
        "step": "epochs between falls of the learning rate",
        "gamma": "what is left of it at each fall",
        "seed": "of the initial weights and the order",
        "save_every": "seconds between checkpoints",
    }
    field_arguments(add, Recipe(), words)


def _export_arguments(add: Add) -> None:
    add("checkpoint", type=Path, help="written by train")
    add("onnx", type=Path, help="where to write the network")


def _compare_arguments(add: Add) -> None:
    add("networks", type=Path, nargs="+", help="exported networks, or EyeNet's own file")
    add("--data", type=Path, nargs="+", required=True, help="the sets they learnt from: who was held out judges")
    add(
        "--strangers",
        type=Path,
        nargs="+",
        default=(),
        help="sets rendered from another head, all of which is held out",
    )
    add("--hold-out", nargs="+", default=(), metavar="PERSON", help="of a set of faces, as they were named to train")
    add("--size", type=int, help="pixels of a side of the face (224)")
    add("--pictures", type=int, help="use only so many of a set, evenly thinned out (all)")


_VERBS: Final = {
    "render": Verb(_render, _render_arguments, "render faces whose gaze is known, to learn from"),
    "train": Verb(_train, _train_arguments, "train a network; the defaults are the paper's. A stopped run goes on"),
    "compare": Verb(_compare, _compare_arguments, "degrees and milliseconds of exported networks in one table"),
    "export": Verb(_export, _export_arguments, "checkpoint to .onnx, compared with PyTorch"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb; 2 for what the user must change, 130 when stopped by hand."""
    parser = argparse.ArgumentParser(prog="python -m models.gaze", description="Gaze networks: faces and headsets.")
    return run_verb(parser, _VERBS, arguments, "Stopped.")


if __name__ == "__main__":
    sys.exit(main())
