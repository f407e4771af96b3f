"""Trains a gaze network as the paper does (section IV A): L1 loss, Adam, a linear warm-up, then StepLR.

`Recipe()` is the paper's; every number of it is an option of `python -m models.gaze train`. Under torchrun each process
learns another part of every batch. A run that was stopped goes on from its checkpoint.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from bridge.errors import BridgeError
from models.distributed import average_gradients, own_share, same_start
from models.gaze.lessons import Lesson, Lessons
from models.gaze.network import GazeConfig, Network, network_of
from models.training import go_on, made, progress, write_checkpoint

_PARTS: Final = ("net", "optimizer")


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

    def __init__(
        self,
        config: GazeConfig,
        recipe: Recipe,
        lessons: Lessons,
        about: dict[str, Any],
        device: torch.device | str = "cpu",
    ) -> None:
        """`about` goes into the checkpoint beside the commit and the date: what the network learnt from."""
        if lessons.kind != config.kind:
            raise ValueError(f"a {config.kind} network cannot learn from {lessons.kind} pictures")
        if len(lessons) < recipe.batch:
            raise BridgeError(f"there are {len(lessons)} pictures to train on: choose a --batch that is not larger")
        torch.manual_seed(recipe.seed)
        self.config, self.recipe, self.lessons, self.about, self.device = config, recipe, lessons, about, device
        self.net: Network = network_of(config).to(device)
        same_start(self.net)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=recipe.rate, betas=(0.9, 0.999))
        self.step, self.seconds = 0, 0.0

    @property
    def steps_an_epoch(self) -> int:
        """Whole batches; what is left over waits for another order."""
        return len(self.lessons) // self.recipe.batch

    @property
    def steps(self) -> int:
        return max(1, round(self.recipe.epochs * self.steps_an_epoch))

    @property
    def passed(self) -> float:
        """Share of the steps that is over."""
        return self.step / self.steps

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
        state = {
            **progress(self, _PARTS, self.config),
            "recipe": asdict(self.recipe),
            "trained": {**made(), **self.about},
        }
        write_checkpoint(path, state)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint. Raises BridgeError when it is damaged, or of another network."""
        go_on(self, path, _PARTS, self.config)
