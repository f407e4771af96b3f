"""The command line of DeepExp3D: `python -m models.deepexp render` and so on."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console

from bridge.errors import BridgeError
from bridge.files import write_atomically
from models.command import Add, Verb, bar_on, field_arguments, filled, run_verb
from models.spread import Spread, spread_arguments

if TYPE_CHECKING:  # torch takes seconds, and few verbs need it
    import torch

    from models.deepexp.training import Run

_console: Final = Console(stderr=True)
_MODEL_HELP: Final = "a face model (.npz), such as ICT-FaceKit's arrays (the built-in face)"


def _render(options: argparse.Namespace) -> int:
    from models.deepexp.rendering import Order, render_set  # numba takes a second, and few verbs need it

    order = filled(Order, options)
    with bar_on(_console) as bar:
        task = bar.add_task("frames", total=order.people * order.frames)
        for count in render_set(options.out, order, Spread.of(options)):
            bar.advance(task, count)
    return 0


def _annotate(options: argparse.Namespace) -> int:
    from bridge.face.basis import ExpressionBasis
    from bridge.face.model import load
    from models.deepexp.annotating import Order, annotate
    from models.deepexp.clips import clips_of
    from models.deepexp.review import write_review

    order = filled(Order, options)
    kept = 0
    with bar_on(_console) as bar:
        task = bar.add_task("videos", total=len(options.videos))
        for name, faces in annotate(options.videos, options.out, order, Spread.of(options)):
            bar.advance(task)
            kept += sum(1 for face in faces if face.clip)
            for face in faces:
                if face.reason:
                    bar.console.print(f"left out of {name}: {face.reason}", markup=False, soft_wrap=True)
    if not kept:
        raise BridgeError("no face of these videos was kept; the reasons stand above and in the .json of each video")
    model = load(order.model)
    clips = clips_of(options.out, ExpressionBasis(model).fingerprint)
    write_review(options.out, clips, model)
    print(f"{kept} faces kept; look at {options.out / 'review.html'} before training from them")
    return 0


def _check(options: argparse.Namespace) -> int:
    from models.deepexp.checking import check, table

    errors = []
    with bar_on(_console) as bar:
        task = bar.add_task("people", total=options.people)
        spread = Spread.of(options)
        for found in check(options.model, options.people, options.frames, options.seed, spread):
            errors += found
            bar.advance(task)
    print(table(errors))
    return 0


def _train(options: argparse.Namespace) -> int:
    from models.deepexp.training import Watch
    from models.distributed import joined, world
    from models.training import keep_learning

    with joined() as device, bar_on(_console, disable=world()[0] > 0) as bar:
        run = _begun(options, device)
        done = keep_learning(run, run.batches(), options.out, Watch(run, bar), run.recipe.save_every)
        if world()[0] == 0:
            bar.console.print(
                f"wrote {options.out} after {run.step} steps" if done else "Stopped; go on with --resume."
            )
    return 0 if done else 130


def _begun(options: argparse.Namespace, device: "torch.device") -> "Run":
    """A training as the command line asks for it: from nothing, from ImageNet, or where another one stopped."""
    from bridge.face.basis import ExpressionBasis
    from bridge.face.model import load
    from models.deepexp.clips import clips_of
    from models.deepexp.lessons import Lessons
    from models.deepexp.network import PAPER, DeepExpConfig
    from models.deepexp.strangers import Strangers
    from models.deepexp.training import Recipe, Run

    model = load(options.model)
    learnt = load(None) if options.built_in else model
    basis, made_with = ExpressionBasis(learnt), ExpressionBasis(model).fingerprint
    clips = [clip for path in options.data for clip in clips_of(path, made_with)]
    config = PAPER if options.kind == "resnet50" else DeepExpConfig()
    config = replace(config, size=options.size or config.size)
    about = {"dataset": ", ".join(path.name for path in options.data), "basis": basis.fingerprint, "model": learnt.name}
    lessons, strangers = Lessons(clips, basis, config.size), Strangers(model, basis, clips)
    run = Run(config, filled(Recipe, options), lessons, strangers, about, device)
    if options.resume:
        run.resume(options.out)
    elif options.imagenet:
        run.load_imagenet(options.imagenet)
    return run


def _detect(options: argparse.Namespace) -> int:
    from models.deepexp.detecting import detect

    looked = missed = 0
    with bar_on(_console) as bar:
        task = bar.add_task("clips", total=None)
        for faces, none in detect(options.data, options.landmarks, Spread.of(options)):
            looked, missed = looked + faces, missed + none
            bar.update(task, advance=1, description=f"{missed} of {looked} faces missed")
    print(f"{missed} of {looked} faces were not found")
    return 0


def _export(options: argparse.Namespace) -> int:
    from models.deepexp.export import largest_difference, to_onnx
    from models.deepexp.network import restored
    from models.training import read_checkpoint

    state = read_checkpoint(options.checkpoint)
    net = restored(state)
    content = to_onnx(net, options.onnx.stem, state["trained"])
    write_atomically(options.onnx, content)
    parameters = sum(parameter.numel() for parameter in net.parameters())
    print(f"{options.onnx}: {parameters} parameters, {len(content)} bytes")
    print(f"largest difference to PyTorch: {largest_difference(net, content):.1e} standard deviations")
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from models.deepexp.evaluate import PAPER, Methods, evaluate, gathered, speed, speed_table, table

    methods = Methods(options.network, options.model, options.landmarks)
    people = []
    with bar_on(_console) as bar:
        task = bar.add_task("people", total=options.people)
        spread = Spread.of(options)
        for found in evaluate(methods, options.people, options.each, options.seed, spread):
            people.append(found)
            bar.advance(task)
    print(table(gathered(people)))
    print("\nThe paper, on its own videos: " + ", ".join(f"{name} {value}" for name, value in PAPER.items()) + "\n")
    print(speed_table(speed(methods)))
    return 0


def _render_arguments(add: Add) -> None:
    add("out", type=Path, help="folder to write clips to; those that are there already are kept")
    add("--model", type=Path, help=_MODEL_HELP)
    add("--people", type=int, default=100, help="how many people, a clip of each (%(default)s)")
    add("--frames", type=int, default=20, help="of each clip (%(default)s)")
    motions = ("moments", "none", "little", "much")
    add("--motion", choices=motions, default="moments", help="single moments, or a talk and how much the head moves")
    add("--size", type=int, default=144, help="pixels of a side (%(default)s)")
    add("--seed", type=int, default=1, help="of everything (%(default)s)")
    add("--easy", action="store_true", help="light from in front, nothing in the way")
    spread_arguments(add)


def _annotate_arguments(add: Add) -> None:
    add("videos", type=Path, nargs="+", help="video files, or folders of rendered clips")
    add("--landmarks", type=Path, required=True, help="MediaPipe's face_landmarker.task or a 68-point .onnx network")
    add("--out", type=Path, required=True, help="folder to write clips to; videos that are done are not done again")
    add("--model", type=Path, help=_MODEL_HELP)
    add("--frames", type=int, default=2000, help="F: frames after which a video is long enough (%(default)s)")
    add("--lost", type=int, default=5, help="K: frames without the face that end a video (%(default)s)")
    add("--fewest", type=int, default=25, help="frames a face must be followed for (%(default)s)")
    add("--every", type=int, default=5, help="keep one frame of so many (%(default)s)")
    add("--size", type=int, default=144, help="pixels of a side of what is kept (%(default)s)")
    add("--furthest", type=float, help="norm of an identity above which a face is pruned (one person in a thousand's)")
    spread_arguments(add)


def _detect_arguments(add: Add) -> None:
    add("data", type=Path, nargs="+", help="folders of clips; those that were asked about before are left as they are")
    add("--landmarks", type=Path, required=True, help="MediaPipe's face_landmarker.task or a 68-point .onnx network")
    spread_arguments(add)


def _check_arguments(add: Add) -> None:
    add("--model", type=Path, help=_MODEL_HELP)
    add("--people", type=int, default=5, help="(%(default)s)")
    add("--frames", type=int, default=100, help="of each person's talk (%(default)s)")
    add("--seed", type=int, default=1, help="of everything (%(default)s)")
    spread_arguments(add)


def _train_arguments(add: Add) -> None:
    from models.deepexp.training import Recipe

    add("--data", type=Path, nargs="+", required=True, help="folders of clips, rendered or annotated")
    add("--out", type=Path, default=Path(".work/face.pt"), help="checkpoint to write (%(default)s)")
    add("--model", type=Path, help=f"{_MODEL_HELP}; that of the clips")
    built_in = "learn the built-in face's basis all the same: what the daemon reads without source.model"
    add("--built-in", action="store_true", help=built_in)
    add("--kind", choices=("small", "resnet50"), default="small", help="the daemon's network or the paper's")
    add("--size", type=int, choices=(112, 224), help="pixels of a side of the face (112, resnet50 224)")
    add("--imagenet", type=Path, help="torchvision's resnet50 weights to begin with")
    add("--resume", action="store_true", help="go on from the checkpoint at --out")
    words = {
        "seconds": "time to train; the learning rate falls with what is left",
        "steps": "steps instead of seconds (0: seconds)",
        "batch": "faces a step, over all processes",
        "rate": "learning rate of AdamW",
        "decay": "weight decay",
        "seed": "of the initial weights and the order",
        "save_every": "seconds between checkpoints",
    }
    field_arguments(add, Recipe(), words)


def _export_arguments(add: Add) -> None:
    add("checkpoint", type=Path, help="written by train")
    add("onnx", type=Path, help="where to write the network")


def _evaluate_arguments(add: Add) -> None:
    add("network", type=Path, nargs="?", help="an exported network (none: the landmark fits alone)")
    add("--model", type=Path, help=_MODEL_HELP)
    add("--landmarks", type=Path, help="a detector to use instead of the true landmarks with errors")
    add("--people", type=int, default=30, help="whom no network has met (%(default)s)")
    add("--each", type=int, default=6, help="expressions of each (%(default)s)")
    add("--seed", type=int, default=1, help="of everything (%(default)s)")
    spread_arguments(add)


_VERBS: Final = {
    "render": Verb(_render, _render_arguments, "render clips of faces with everything known"),
    "annotate": Verb(_annotate, _annotate_arguments, "videos of faces to clips with expressions, by the batch fit"),
    "detect": Verb(_detect, _detect_arguments, "landmarks of a detector beside the true ones, for train to learn from"),
    "check": Verb(_check, _check_arguments, "errors of the batch fit on known faces, as a table"),
    "train": Verb(_train, _train_arguments, "train a network from clips; torchrun spreads it"),
    "export": Verb(_export, _export_arguments, "checkpoint to .onnx, compared with PyTorch"),
    "evaluate": Verb(_evaluate, _evaluate_arguments, "errors and milliseconds beside the landmark fits, as tables"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb; 2 for what the user must change, 130 when stopped by hand."""
    parser = argparse.ArgumentParser(prog="python -m models.deepexp", description="Expressions of faces: DeepExp3D.")
    return run_verb(parser, _VERBS, arguments)


if __name__ == "__main__":
    sys.exit(main())
