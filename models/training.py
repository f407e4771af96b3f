"""What every training of this package shares: lessons made ahead, the rate, averaged weights, checkpoints, the loop.

models.train, models.gaze.training and models.deepexp.training keep what is their own: network, lessons, loss and rate.
"""

import contextlib
import datetime
import math
import os
import pickle
import subprocess
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import torch
from torch import Tensor, nn

from bridge.errors import BridgeError
from models.distributed import agreed, world
from models.memory import keep_freed

Lesson = TypeVar("Lesson")
Taken = TypeVar("Taken", contravariant=True)
_AHEAD: Final = 2
"Lessons that are made while the network learns."


class Run(Protocol[Taken]):
    """A network on its way, with everything that a checkpoint keeps."""

    seconds: float
    "That it has learnt for, in earlier runs too."

    @property
    def passed(self) -> float:
        """Share of the training that is over."""

    def learn(self, lesson: Taken, /) -> Tensor:
        """One step; returns the loss."""

    def save(self, path: Path, /) -> None:
        """Write a checkpoint."""


class Resumable(Protocol):
    """How far a run is."""

    step: int
    seconds: float


def keep_learning(
    run: Run[Lesson], lessons: Iterator[Lesson], out: Path, said: Callable[[Tensor], None], save_every: float = 60.0
) -> bool:
    """Learn until the run is over, or Ctrl-C; False for the latter. `said(loss)` after each step.

    Saves every so many seconds, at the end and on Ctrl-C; only the first process of a world writes. There must be
    lessons until the run is over.
    """
    keep_freed()
    began, saved, done = time.monotonic() - run.seconds, time.monotonic(), False
    first = world()[0] == 0
    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(ahead(lessons)) as coming:
        while run.passed < 1.0:
            loss = run.learn(next(coming))
            run.seconds = agreed(time.monotonic() - began)
            said(loss)
            if first and time.monotonic() - saved > save_every:
                run.save(out)
                saved = time.monotonic()
        done = True
    if first:
        run.save(out)
    return done


def ahead(lessons: Iterator[Lesson]) -> Generator[Lesson, None, None]:
    """The same lessons, each made in another thread while the network learns from the ones before."""
    with ThreadPoolExecutor(1) as pool:
        coming = deque(pool.submit(next, lessons, None) for _ in range(_AHEAD))
        while (lesson := coming.popleft().result()) is not None:
            coming.append(pool.submit(next, lessons, None))
            yield lesson


def half_cosine(passed: float, warm_up: float) -> float:
    """Share of the highest learning rate: a rise in the first `warm_up` of the training, then half a cosine to zero."""
    if passed < warm_up:
        return passed / warm_up
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, (passed - warm_up) / (1.0 - warm_up))))


@torch.no_grad()
def follow(average: nn.Module, net: nn.Module, step: int, kept: float) -> None:
    """Move the averaged weights and statistics a little towards the trained ones; faster in the first steps.

    `kept`: share of the average that stays in each step.
    """
    share = 1.0 - min(kept, (1 + step) / (10 + step))
    ours = [tensor for tensor in average.state_dict().values() if tensor.is_floating_point()]
    theirs = [tensor for tensor in net.state_dict().values() if tensor.is_floating_point()]
    torch._foreach_lerp_(ours, theirs, share)


def write_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Whole or not at all; missing folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    torch.save(state, unfinished)
    os.replace(unfinished, path)


def read_checkpoint(path: Path, device: str = "cpu") -> dict[str, Any]:
    """What a training saved. Raises BridgeError when it is missing or damaged."""
    try:
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except OSError as error:
        raise BridgeError(f"cannot read the checkpoint {path}: {error.strerror or error}") from error
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise BridgeError(f"the checkpoint {path} is damaged: train again without --resume") from error
    return state


def progress(run: Resumable, parts: Sequence[str], config: Any) -> dict[str, Any]:
    """What every checkpoint keeps of a run: its parts' states, how it was configured (a dataclass), how far it is."""
    states = {name: getattr(run, name).state_dict() for name in parts}
    return {**states, "config": asdict(config), "step": run.step, "seconds": run.seconds}


def go_on(run: Resumable, path: Path, parts: Sequence[str], config: Any, device: str = "cpu") -> None:
    """Bring a run to where a checkpoint left it. Raises BridgeError when that is damaged, or of another network."""
    state = read_checkpoint(path, device)
    if state["config"] != asdict(config):
        raise BridgeError(f"{path} is another network: resume with the options it began with")
    for name in parts:
        getattr(run, name).load_state_dict(state[name])
    run.step, run.seconds = state["step"], state["seconds"]


def made(commit: str = "") -> dict[str, str]:
    """The commit, asked of git where none is given, and the day: what a checkpoint says of its making."""
    return {"commit": commit or _git_commit(), "date": datetime.date.today().isoformat()}


def _git_commit() -> str:
    try:
        answer = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return answer.stdout.strip()
