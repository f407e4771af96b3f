"""Trains EyeNet on rendered pairs (python -m models.synthetic makes them).

On one GPU, about 8 minutes for 400,000 pairs; the data set must fit into its memory (18 KB a pair):

    python -m models.train --data .work/pairs --minutes 8

On several GPUs, each of which holds its share of the pairs; a step still learns from --batch of them:

    torchrun --nproc-per-node 4 -m models.train --data .work/pairs --minutes 4

On two CPU cores, about 2 minutes; enough to see that everything works, not enough to ship:

    python -m models.train --data .work/pairs --minutes 2 --batch 128 --pairs 20000

The run ends when its time is up, whatever the machine: the learning rate falls to zero with the time that is left.
Ctrl-C saves and stops; --resume goes on from there. Then

    python -m models.export .work/eyenet.pt models/weights/eyenet.onnx
    python -m models.evaluate models/weights/eyenet.onnx --data .work/pairs
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress
from torch import Tensor
from torch.nn import functional

from bridge.channels import CHANNELS
from bridge.errors import BridgeError
from models.augment import Augmentation, Augmenter, Batch, batches, truth_of
from models.command import bar_on
from models.dataset import Pairs, load
from models.distributed import average_gradients, joined, own_share, same_start, world
from models.eyenet import EyeNet, Prediction
from models.labels import NONE, columns
from models.metrics import Said, headline, measure
from models.training import follow, go_on, half_cosine, keep_learning, made, progress, write_checkpoint

PARTS = ("net", "average", "optimizer")
LABEL_SMOOTHING = 0.05
EMOTION_WEIGHT = 0.5
CHANNEL_WEIGHT = 5.0
VISIBLE_WEIGHT = 0.2
SCALES = {"ratio": 1.0, "degrees": 5.0, "iris": 0.3}
"Errors of a channel that weigh alike, by its unit: people's pupils differ so little that nothing else teaches them."
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
    add("--device", default="", help="cpu, cuda, cuda:1, ... (a GPU where there is one)")
    found = vars(parser.parse_args())
    return Options(**(found | {"data": tuple(found["data"])}))


def losses(net: EyeNet, said: Prediction, batch: Batch) -> Tensor:
    """Means over what is labelled: cross-entropy of classes, distance of graded channels in their own units."""
    error = (net.in_units(said.channels) - batch.channels.nan_to_num()) / channel_scale(said.channels.device)
    huber = functional.smooth_l1_loss(error, torch.zeros_like(error), beta=0.1, reduction="none")
    visible = list(columns("visible"))
    seen = functional.binary_cross_entropy_with_logits(said.channels[:, visible], batch.channels[:, visible])
    known = batch.known.float()
    return (
        class_loss(said.action_units, batch.action_unit)
        + EMOTION_WEIGHT * class_loss(said.emotions, batch.emotion)
        + CHANNEL_WEIGHT * (huber * known).sum() / known.sum().clamp(min=1.0)
        + VISIBLE_WEIGHT * seen
    )


def class_loss(logits: Tensor, label: Tensor) -> Tensor:
    total = functional.cross_entropy(logits, label, ignore_index=NONE, label_smoothing=LABEL_SMOOTHING, reduction="sum")
    return total / (label != NONE).sum().clamp(min=1)


def channel_scale(device: torch.device) -> Tensor:
    return torch.tensor([SCALES[channel.unit] for channel in CHANNELS], device=device)


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


class Run:
    """Everything that a checkpoint keeps."""

    def __init__(self, options: Options, population_mean: Tensor, pairs: int) -> None:
        self.options, self.population_mean, self.pairs = options, population_mean, pairs
        self.net, self.average = (EyeNet().to(options.device) for _ in range(2))
        self.average.eval().load_state_dict(self.net.state_dict())
        self.optimizer = optimizer_for(self.net, options)
        same_start(self.net)
        self.step, self.seconds = 0, 0.0
        if options.resume:
            go_on(self, options.out, PARTS, self.net.config, options.device)
        self._forward: Callable[[Tensor], Prediction] = torch.compile(self.net) if options.compile else self.net

    @property
    def passed(self) -> float:
        """Share of the time that is over."""
        return self.seconds / (60.0 * self.options.minutes)

    def learn(self, batch: Batch) -> Tensor:
        """One step; returns the loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.rate * half_cosine(self.passed, WARM_UP)
        kind = batch.pair.device.type
        with torch.autocast(kind, torch.bfloat16, enabled=kind == "cuda"):
            said = self._forward(batch.pair.contiguous(memory_format=torch.channels_last))
        loss = losses(self.net, Prediction(*(part.float() for part in said)), batch)
        self.optimizer.zero_grad()
        torch.autograd.backward(loss)
        average_gradients(self.net)
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        follow(self.average, self.net, self.step, AVERAGE)
        return loss.detach()

    def save(self, path: Path) -> None:
        options = self.options
        sets = Counter(folder.resolve() for folder in options.data)
        described = (
            (json.loads((folder / "dataset.json").read_text("utf-8")), times) for folder, times in sets.items()
        )
        state = {
            **progress(self, PARTS, self.net.config),
            "population_mean": self.population_mean.cpu(),
            "trained": {
                **made(options.commit),
                "dataset": " + ".join(
                    f"{about.get('headset', '?')} headsets, seed {about.get('seed')}{f' ({times} times)' * (times > 1)}"
                    for about, times in described
                ),
                "seed": options.seed,
                "pairs": self.pairs,
            },
        }
        write_checkpoint(path, state)


class Watch:
    """What the terminal hears of a run: how far it is and, after each epoch, how well it does on held-out people."""

    def __init__(self, run: Run, bar: Progress, held_out: Pairs, size: int, steps: int) -> None:
        """`size`: of each process's batches, `steps` of which are an epoch."""
        self.run, self.bar, self.held_out, self.size, self.steps = run, bar, held_out, size, steps
        self.task = bar.add_task("training", total=100)
        self.began, self.first = time.monotonic(), run.step

    def __call__(self, loss: Tensor) -> None:
        """After each step."""
        run, (rank, processes) = self.run, world()
        self.bar.update(self.task, completed=round(100 * run.passed))
        if rank > 0 or (run.step % self.steps and run.passed < 1.0):
            return
        speed = (run.step - self.first) * self.size * processes / (time.monotonic() - self.began)
        figures = check(run.average, self.held_out, run.population_mean, self.size)
        said = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        self.bar.print(f"step {run.step}: {speed:.0f} pairs/s, loss {loss.item():.3f}, {said}", soft_wrap=True)
        self.began, self.first = time.monotonic(), run.step


def epochs(pairs: Pairs, augment: Augmenter, size: int) -> Iterator[Batch]:
    """Batches without an end, every pass over the pairs in another order."""
    while True:
        yield from batches(pairs, augment, size, shuffle=True)


def train(options: Options) -> Run:
    """Train until the time is up; every process that torchrun started learns from its own pairs."""
    with joined() as device:
        return _train(replace(options, device=options.device or str(device)))


def _train(options: Options) -> Run:
    rank, processes = world()
    torch.manual_seed(options.seed)
    torch.backends.cudnn.benchmark = True
    torch.set_float32_matmul_precision("high")
    device = torch.device(options.device)
    everyone = load(options.data, held_out=False, limit=options.pairs)
    pairs = everyone.only(own_share(torch.arange(len(everyone) // processes * processes))).to(device)
    held_out = load(options.data, held_out=True, limit=CHECK_PAIRS).to(device)
    mean, size = pairs.population_mean(), max(1, options.batch // processes)
    if rank == 0:
        people = len(torch.unique(everyone.person))
        print(f"{len(everyone)} pairs of {people} people, {len(held_out)} held out; on {processes} x {device}")

    run = Run(options, mean, len(everyone))
    torch.manual_seed(options.seed + 1000 * rank)  # another order and augmentation in each process
    with bar_on(Console(), disable=rank > 0) as bar:
        watch = Watch(run, bar, held_out, size, steps=max(1, len(pairs) // size))
        lessons = epochs(pairs, Augmenter(Augmentation(), mean), size)
        if not keep_learning(run, lessons, options.out, watch):
            bar.print("stopping; go on with --resume")
    if rank == 0:
        print(f"wrote {options.out} after {run.step} steps")
    return run


def main() -> None:
    try:
        train(options_from_command_line())
    except BridgeError as error:
        raise SystemExit(f"models.train: {error}") from error


if __name__ == "__main__":
    main()
