"""Trains a network to say a face's coefficients: AdamW, a learning rate that falls to nothing with the time left.

Under torchrun each process learns from its own draw of every batch. Ctrl-C saves; a stopped run goes on from its
checkpoint for the seconds that were left.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from rich.progress import Progress
from torch import Tensor

from bridge.errors import BridgeError
from models.deepexp.lessons import Lesson, Lessons
from models.deepexp.network import DeepExp, DeepExpConfig, Small, loss
from models.deepexp.strangers import Strangers
from models.distributed import average_gradients, same_start, world
from models.resnet import ResNet50
from models.training import follow, go_on, half_cosine, made, progress, write_checkpoint

_PARTS: Final = ("net", "average", "optimizer")
_AVERAGE: Final = 0.998
"How slowly the averaged weights, the ones that ship, follow the trained ones."
_WARM_UP: Final = 0.02
"Share of the time in which the learning rate rises."
_STRANGERS: Final = 2
"For every face with a picture, so many that are landmarks alone."
_BLIND: Final = 0.5
"How much what landmarks alone say counts beside what the whole network says."
_RECENT, _SAID_EVERY = 50, 200
"Steps over which the loss that is told is averaged, and after which it gets a line of its own."


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train."""

    seconds: float = 3600.0
    steps: int = 0
    "Steps instead of seconds, where others use the machine too; 0: as many as there is time for."
    batch: int = 64
    "Faces a step, over all processes."
    rate: float = 2e-3
    decay: float = 1e-3
    seed: int = 1
    save_every: float = 60.0
    "Seconds between checkpoints."


class Run:
    """Everything that a checkpoint keeps."""

    def __init__(
        self,
        config: DeepExpConfig,
        recipe: Recipe,
        lessons: Lessons,
        strangers: Strangers,
        about: dict[str, Any],
        device: torch.device | str = "cpu",
    ) -> None:
        """`about` goes into the checkpoint beside commit, date, seed and pictures: the dataset, basis and model.

        Raises BridgeError when there are fewer faces than a batch.
        """
        if len(lessons) < recipe.batch:
            raise BridgeError(f"there are {len(lessons)} faces to train on: choose a --batch that is not larger")
        torch.manual_seed(recipe.seed)
        self.config, self.recipe, self.about, self.device = config, recipe, about, device
        self.lessons, self.strangers = lessons, strangers
        self.net, self.average = DeepExp(config).to(device), DeepExp(config).to(device)
        known = torch.from_numpy(lessons.coefficients()).float()
        self.net.get_buffer("centre").copy_(known.mean(0))
        self.net.get_buffer("spread").copy_(known.std(0).clamp(min=1e-6))
        same_start(self.net)
        self.average.eval().load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
        self.step, self.seconds = 0, 0.0

    @property
    def passed(self) -> float:
        """Share of the time, or of the steps, that is over."""
        return self.step / self.recipe.steps if self.recipe.steps else self.seconds / self.recipe.seconds

    def learn(self, lesson: Lesson) -> Tensor:
        """One step; returns the loss of faces with pictures."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate * half_cosine(self.passed, _WARM_UP)
        pictures = lesson.pictures.to(self.device).contiguous(memory_format=torch.channels_last)
        given = (lesson.points.to(self.device),) if self.config.sees_points else ()
        value = self._loss(self.net.standardized(pictures, *given), lesson.coefficients)
        whole = value
        if isinstance(self.net.net, Small):
            points, wanted = lesson.strangers
            whole = whole + _BLIND * self._loss(self.net.net.blind(points.to(self.device)), wanted)
        self.optimizer.zero_grad()
        torch.autograd.backward(whole)
        average_gradients(self.net)
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        follow(self.average, self.net, self.step, _AVERAGE)
        return value.detach()

    def _loss(self, said: Tensor, wanted: Tensor) -> Tensor:
        centre, spread = self.net.get_buffer("centre"), self.net.get_buffer("spread")
        return loss(said, (wanted.to(self.device) - centre) / spread, spread)

    def batches(self) -> Iterator[Lesson]:
        """Faces drawn at random, without an end; no two processes or steps draw alike."""
        rank, processes = world()
        size = max(1, self.recipe.batch // processes)
        for step in range(self.step, 1 << 60):
            rng = np.random.default_rng([self.recipe.seed, step, rank])
            lesson = self.lessons.lesson(rng.integers(0, len(self.lessons), size), rng)
            if self.config.sees_points:
                lesson = replace(lesson, strangers=self.strangers.lesson(_STRANGERS * size, rng))
            yield lesson

    def load_imagenet(self, path: Path) -> None:
        """Begin with torchvision's weights. Raises BridgeError when they are none, or the network is not ResNet-50."""
        if not isinstance(self.net.net, ResNet50):
            raise BridgeError("ImageNet's weights are those of ResNet-50: add --kind resnet50")
        self.net.net.load_imagenet(path)
        self.average.load_state_dict(self.net.state_dict())

    def save(self, path: Path) -> None:
        state = {
            **progress(self, _PARTS, self.config),
            "recipe": asdict(self.recipe),
            "trained": {**made(), "seed": self.recipe.seed, "pictures": len(self.lessons), **self.about},
        }
        write_checkpoint(path, state)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint. Raises BridgeError when it is damaged, or of another network."""
        go_on(self, path, _PARTS, self.config)


class Watch:
    """What the terminal hears of a run: how far it is, and the mean loss of the last steps."""

    def __init__(self, run: Run, bar: Progress) -> None:
        self._run, self._bar, self._task = run, bar, bar.add_task("training", total=100)
        self._recent = deque[float](maxlen=_RECENT)

    def __call__(self, loss: Tensor) -> None:
        """After each step."""
        run = self._run
        self._recent.append(float(loss))
        mean = sum(self._recent) / len(self._recent)
        self._bar.update(self._task, completed=round(100 * run.passed), description=f"loss {mean:.3f}")
        if world()[0] == 0 and run.step % _SAID_EVERY == 0:
            self._bar.console.print(f"step {run.step}, {run.seconds:.0f} s: loss {mean:.4f}")
