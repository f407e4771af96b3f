"""Trains EyeNet on rendered pairs (python -m models.synthetic makes them).

On one GPU, about 8 minutes for 400,000 pairs; the data set must fit into its memory (18 KB a pair):

    python -m models.train --data .work/pairs --minutes 8

On two CPU cores, about 2 minutes; enough to see that everything works, not enough to ship:

    python -m models.train --data .work/pairs --minutes 2 --batch 128 --pairs 20000

The run ends when its time is up, whatever the machine: the learning rate falls to zero with the time that is left.
Ctrl-C saves and stops; --resume goes on from there. Then

    python -m models.export .work/eyenet.pt models/weights/eyenet.onnx
    python -m models.evaluate models/weights/eyenet.onnx --data .work/pairs
"""

import argparse
import datetime
import json
import math
import os
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from torch import Tensor
from torch.nn import functional

from bridge.channels import CHANNELS
from bridge.errors import BridgeError
from models.augment import Augmentation, Augmenter, Batch, batches, truth_of
from models.dataset import Pairs, load
from models.eyenet import EyeNet, Prediction
from models.labels import NONE, columns
from models.metrics import Said, headline, measure

LABEL_SMOOTHING = 0.05
EMOTION_WEIGHT = 0.5
CHANNEL_WEIGHT = 5.0
VISIBLE_WEIGHT = 0.2
DEGREES = 20.0
"A gaze error of this many degrees weighs as much as an error of 1 in a ratio."
AVERAGE = 0.999
"How slowly the averaged weights, the ones that ship, follow the trained ones."
WARM_UP = 0.03
"Share of the time in which the learning rate rises."
CHECK_PAIRS = 8192
"Held-out pairs that are looked at after each epoch."


@dataclass(frozen=True, slots=True)
class Options:
    data: tuple[Path, ...]
    out: Path
    minutes: float
    batch: int
    rate: float
    decay: float
    pairs: int | None
    seed: int
    commit: str
    resume: bool
    compile: bool
    device: str


def options_from_command_line() -> Options:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", type=Path, nargs="+", required=True, help="data sets: folders with a dataset.json")
    add("--out", type=Path, default=Path(".work/eyenet.pt"), help="checkpoint to write (%(default)s)")
    add("--minutes", type=float, default=8.0, help="how long to train (%(default)s)")
    add("--batch", type=int, default=1024, help="pairs a step (%(default)s)")
    add("--rate", type=float, default=2e-3, help="highest learning rate (%(default)s)")
    add("--decay", type=float, default=0.05, help="weight decay of AdamW (%(default)s)")
    add("--pairs", type=int, help="use only so many pairs, evenly thinned out (all)")
    add("--seed", type=int, default=1, help="of the initial weights, order and augmentation (%(default)s)")
    add("--commit", default="", help="commit to record in the checkpoint (asked of git)")
    add("--resume", action="store_true", help="go on from the checkpoint at --out")
    add("--compile", action="store_true", help="torch.compile the network: starts a minute later, then runs faster")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="(%(default)s)")
    found = vars(parser.parse_args())
    return Options(**(found | {"data": tuple(found["data"])}))


def losses(net: EyeNet, said: Prediction, batch: Batch) -> dict[str, Tensor]:
    """Means over what is labelled: cross-entropy of classes, distance of graded channels in their own units."""
    error = (net.in_units(said.channels) - batch.channels.nan_to_num()) / channel_scale(said.channels.device)
    huber = functional.smooth_l1_loss(error, torch.zeros_like(error), beta=0.1, reduction="none")
    visible = list(columns("visible"))
    seen = functional.binary_cross_entropy_with_logits(said.channels[:, visible], batch.channels[:, visible])
    known = batch.known.float()
    return {
        "units": class_loss(said.action_units, batch.action_unit),
        "emotions": EMOTION_WEIGHT * class_loss(said.emotions, batch.emotion),
        "channels": CHANNEL_WEIGHT * (huber * known).sum() / known.sum().clamp(min=1.0),
        "visible": VISIBLE_WEIGHT * seen,
    }


def class_loss(logits: Tensor, label: Tensor) -> Tensor:
    total = functional.cross_entropy(logits, label, ignore_index=NONE, label_smoothing=LABEL_SMOOTHING, reduction="sum")
    return total / (label != NONE).sum().clamp(min=1)


def channel_scale(device: torch.device) -> Tensor:
    return torch.tensor([DEGREES if channel.unit == "degrees" else 1.0 for channel in CHANNELS], device=device)


@torch.no_grad()
def check(net: EyeNet, pairs: Pairs, mean: Tensor, size: int) -> dict[str, float]:
    """The headline figures on held-out people, with their own neutral."""
    seen = list(batches(pairs, Augmenter(Augmentation.none(), mean), size, shuffle=False))
    said = zip(*(net.decode(net(batch.pair)) for batch in seen), strict=True)
    return headline(measure(Said(*(torch.cat(part).cpu().numpy() for part in said)), truth_of(seen, pairs)))


def optimizer_for(net: EyeNet, options: Options) -> torch.optim.AdamW:
    weights = [parameter for parameter in net.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in net.parameters() if parameter.ndim <= 1]
    groups = [{"params": weights, "weight_decay": options.decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=options.rate, fused=options.device.startswith("cuda"))


def rate_at(progress: float) -> float:
    """Share of the highest learning rate: a short rise, then half a cosine down to zero."""
    if progress < WARM_UP:
        return progress / WARM_UP
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, (progress - WARM_UP) / (1.0 - WARM_UP))))


@torch.no_grad()
def follow(average: EyeNet, net: EyeNet, step: int) -> None:
    """Move the averaged weights (and running statistics) a little towards the trained ones; faster at first."""
    share = 1.0 - min(AVERAGE, (1 + step) / (10 + step))
    ours = [tensor for tensor in average.state_dict().values() if tensor.is_floating_point()]
    theirs = [tensor for tensor in net.state_dict().values() if tensor.is_floating_point()]
    torch._foreach_lerp_(ours, theirs, share)


def save(path: Path, state: dict[str, Any]) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    torch.save(state, unfinished)
    os.replace(unfinished, path)


def git_commit() -> str:
    try:
        answer = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return answer.stdout.strip()


def train(options: Options) -> None:
    torch.manual_seed(options.seed)
    torch.backends.cudnn.benchmark = True
    torch.set_float32_matmul_precision("high")
    device = torch.device(options.device)
    pairs = load(options.data, held_out=False, limit=options.pairs).to(device)
    checked = load(options.data, held_out=True, limit=CHECK_PAIRS).to(device)
    mean = pairs.population_mean()
    print(
        f"{len(pairs)} pairs of {len(torch.unique(pairs.person))} people to train on, {len(checked)} held out; {device}"
    )

    net, average = EyeNet().to(device), EyeNet().to(device).eval()
    average.load_state_dict(net.state_dict())
    optimizer = optimizer_for(net, options)
    step, spent = 0, 0.0
    if options.resume:
        state = torch.load(options.out, map_location=device, weights_only=True)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["seconds"]
    forward = torch.compile(net) if options.compile else net
    augment = Augmenter(Augmentation(), mean)
    start, budget = time.monotonic() - spent, 60.0 * options.minutes
    names = ", ".join(
        json.loads((folder / "dataset.json").read_text()).get("name", folder.name) for folder in options.data
    )

    def checkpoint() -> None:
        trained = {
            "commit": options.commit or git_commit(),
            "date": datetime.date.today().isoformat(),
            "dataset": names,
            "seed": options.seed,
            "pairs": len(pairs),
        }
        models = {"net": net.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()}
        clock = {"step": step, "seconds": time.monotonic() - start}
        save(options.out, models | clock | {"config": asdict(net.config), "population_mean": mean, "trained": trained})

    columns_shown = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with Progress(*columns_shown) as bar:
        task = bar.add_task("training", total=budget, now="")
        try:
            while (progress := (time.monotonic() - start) / budget) < 1.0:
                for batch in batches(pairs, augment, options.batch, shuffle=True):
                    progress = (time.monotonic() - start) / budget
                    for group in optimizer.param_groups:
                        group["lr"] = options.rate * rate_at(progress)
                    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                        said = forward(batch.pair.contiguous(memory_format=torch.channels_last))
                    parts = losses(net, Prediction(*(part.float() for part in said)), batch)
                    loss = torch.stack(list(parts.values())).sum()
                    optimizer.zero_grad()
                    torch.autograd.backward(loss)
                    torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
                    optimizer.step()
                    step += 1
                    follow(average, net, step)
                    if step % 20 == 0:
                        bar.update(task, completed=progress * budget, now=f"step {step}, loss {loss.item():.3f}")
                    if progress >= 1.0:
                        break
                figures = check(average, checked, mean, options.batch)
                shown = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
                bar.print(f"step {step}, {step * options.batch / (time.monotonic() - start):.0f} pairs/s: {shown}")
                checkpoint()
        except KeyboardInterrupt:
            bar.print("stopping; go on with --resume")
    checkpoint()
    print(f"wrote {options.out} after {step} steps")


def main() -> None:
    try:
        train(options_from_command_line())
    except BridgeError as error:
        raise SystemExit(f"models.train: {error}") from error


if __name__ == "__main__":
    main()
