"""Trains a gaze network as the paper does (section IV A): L1 loss, Adam, a linear warm-up, then StepLR.

`Recipe()` is the paper's; every number of it is an option of `python -m models.gaze train`. Under torchrun each process
learns another part of every batch. A run that was stopped goes on from its checkpoint.
"""

import datetime
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from bridge.errors import BridgeError
from models.distributed import average_gradients, own_share, same_start, world
from models.export import read_checkpoint
from models.gaze.lessons import Lesson, Lessons
from models.gaze.network import GazeConfig, Network, network_of
from models.train import git_commit


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train; the paper's numbers."""

    rate: float = 5e-4
    "Learning rate of Adam, whose betas are 0.9 and 0.999, after the warm-up."
    batch: int = 512
    epochs: float = 100.0
    warm_up: float = 5.0
    "Epochs in which the learning rate rises from nothing."
    step: float = 60.0
    "Epochs after the warm-up from one fall of the learning rate to the next."
    gamma: float = 0.5
    "What is left of it at each fall."
    seed: int = 1
    save_every: float = 120.0
    "Seconds between checkpoints."


def rate_at(epoch: float, recipe: Recipe) -> float:
    """The learning rate when so many epochs are over."""
    if epoch < recipe.warm_up:
        return recipe.rate * epoch / recipe.warm_up
    return recipe.rate * float(recipe.gamma ** ((epoch - recipe.warm_up) // recipe.step))


def l1(said: Tensor, lesson: Lesson) -> Tensor:
    """Mean distance of pitch and yaw in radians, over the gazes that are known."""
    off = (said - lesson.gaze).abs().mean(-1) * lesson.known
    return off.sum() / lesson.known.sum().clamp(min=1)


class Run:
    """Everything that a checkpoint keeps."""

    def __init__(self, config: GazeConfig, recipe: Recipe, lessons: Lessons, about: dict[str, Any]) -> None:
        """`about` goes into the checkpoint beside the commit and the date: what the network learnt from."""
        if lessons.kind != config.kind:
            raise ValueError(f"a {config.kind} network cannot learn from {lessons.kind} pictures")
        if len(lessons) < recipe.batch:
            raise BridgeError(f"there are {len(lessons)} pictures to train on: choose a --batch that is not larger")
        torch.manual_seed(recipe.seed)
        self.config, self.recipe, self.lessons, self.about = config, recipe, lessons, about
        self.net: Network = network_of(config)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=recipe.rate, betas=(0.9, 0.999))
        self.step, self.seconds = 0, 0.0
        self.device = torch.device("cpu")

    @property
    def steps_an_epoch(self) -> int:
        """Whole batches; what is left over waits for another order."""
        return len(self.lessons) // self.recipe.batch

    @property
    def steps(self) -> int:
        return max(1, round(self.recipe.epochs * self.steps_an_epoch))

    def to(self, device: torch.device) -> "Run":
        self.device = device
        self.net.to(device)
        same_start(self.net)
        return self

    def learn(self, lesson: Lesson) -> Tensor:
        """One step; returns the loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at((self.step + 1) / self.steps_an_epoch, self.recipe)
        lesson = Lesson(*(part.to(self.device) for part in lesson))
        loss = l1(self.net(lesson.pictures), lesson)
        self.optimizer.zero_grad()
        torch.autograd.backward(loss)
        average_gradients(self.net)
        self.optimizer.step()
        self.step += 1
        return loss.detach()

    def lessons_left(self) -> Iterator[Lesson]:
        """From the step that is next to the last one; every epoch has an order of its own that only its number sets."""
        for step in range(self.step, self.steps):
            epoch, place = divmod(step, self.steps_an_epoch)
            order = torch.Generator().manual_seed(self.recipe.seed * 100_003 + epoch)
            rows = torch.randperm(len(self.lessons), generator=order)
            yield self.lessons.lesson(own_share(rows[place * self.recipe.batch :][: self.recipe.batch]))

    def save(self, path: Path) -> None:
        """Whole or not at all; only the first process writes."""
        if world()[0]:
            return
        state = {
            "net": self.net.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "config": asdict(self.config),
            "recipe": asdict(self.recipe),
            "step": self.step,
            "seconds": self.seconds,
            "trained": {"commit": git_commit(), "date": datetime.date.today().isoformat(), **self.about},
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        torch.save(state, unfinished)
        os.replace(unfinished, path)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint. Raises BridgeError when it is damaged, or of another network."""
        state = read_checkpoint(path)
        if state["config"] != asdict(self.config):
            raise BridgeError(f"{path} is a network of another size: resume with the options it began with")
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]


def train(run: Run, out: Path, said: Callable[[int, int, float], None]) -> bool:
    """Train until the recipe is done, or Ctrl-C; False for the latter. `said(step, steps, loss)` after each step."""
    began, saved, before = time.monotonic(), time.monotonic(), run.seconds
    run.net.train()
    try:
        for lesson in ahead(run.lessons_left()):
            loss = run.learn(lesson)
            said(run.step, run.steps, float(loss))
            run.seconds = before + time.monotonic() - began
            if time.monotonic() - saved > run.recipe.save_every:
                run.save(out)
                saved = time.monotonic()
    except KeyboardInterrupt:
        run.save(out)
        return False
    run.save(out)
    return True


def ahead(lessons: Iterator[Lesson]) -> Iterator[Lesson]:
    """The same lessons, each made in another thread while the network learns from the one before."""
    with ThreadPoolExecutor(1) as pool:
        coming = deque(pool.submit(next, lessons, None) for _ in range(2))
        while (lesson := coming.popleft().result()) is not None:
            coming.append(pool.submit(next, lessons, None))
            yield lesson
