"""Weights to begin with where ImageNet's may not be had: a trunk that has learnt to see eyes, and no expression.

    python -m models.study pretrain PAIRS ... --out .work/start-small.pt

The paper's networks begin as ImageNet left them: they can see, and know nothing of faces. The stand-in learns from
rendered people who are not the benchmark's what an eye tracker is taught: how far the lids are open, where the irises
are, how wide the pupils are. It meets no label of an expression. Infrared eyes are nearer to the task than ImageNet's
photographs are, and its pairs are thousands instead of a million pictures: an honest stand-in, not an equal one.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from bridge.files import write_atomically
from models.dataset import Pairs
from models.dataset import load as load_pairs
from models.inception import Inception
from models.study.data import LANDMARKS
from models.study.methods import PLAIN, Preset
from models.study.training import Examples, pictures

RATE: Final = 2e-3
_CHECKED: Final = 512
"Pairs of people held out that the end is judged by."


def learn(net: Inception, pairs: Pairs, preset: Preset, steps: int, device: torch.device) -> Iterator[float]:
    """Teaches the network `standardized`; yields the loss of every step."""
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.1)
    examples, wanted = _examples(pairs), standardized(pairs)
    for _ in range(steps):
        rows = torch.randint(len(pairs), (preset.batch,))
        said = net(pictures(examples, rows, PLAIN, preset.size, True, device))
        loss = functional.smooth_l1_loss(said, wanted[rows].to(device))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
        yield loss.item()


def write_start(out: Path, folders: Sequence[Path], preset: Preset, steps: int, device: torch.device) -> Iterator[str]:
    """Learns, and writes what `Inception.load_trunk` reads; yields a few words after each step, and at last its worth.

    Raises BridgeError as `models.dataset.load` does.
    """
    torch.manual_seed(1)
    net = Inception(len(LANDMARKS), preset.width).to(device)
    for loss in learn(net, load_pairs(folders, held_out=False), preset, steps, device):
        yield f"loss {loss:.3f}"
    buffer = io.BytesIO()
    torch.save({name: tensor.cpu() for name, tensor in net.state_dict().items()}, buffer)
    write_atomically(out, buffer.getvalue())
    share = explained(net.eval(), load_pairs(folders, held_out=True, limit=_CHECKED), preset, device)
    yield f"explains {share:.0%} of how lids, irises and pupils differ in people whom it never saw"


def standardized(pairs: Pairs) -> Tensor:
    """(N, 8) lids, irises and pupils, each in its standard deviations from its mean; 0 where it is not known."""
    seen = pairs.channels[:, LANDMARKS]
    known = seen.isfinite()
    mean = seen.nan_to_num().sum(0) / known.sum(0)
    off = torch.where(known, seen - mean, 0.0)
    return off / ((off**2).sum(0) / known.sum(0)).sqrt().clamp(min=1e-6)


@torch.inference_mode()
def explained(net: Inception, pairs: Pairs, preset: Preset, device: torch.device) -> float:
    """Share of the variance of `standardized` that is said: 1 is all of it, 0 what always saying the mean does."""
    examples, wanted = _examples(pairs), standardized(pairs)
    said = [
        net(pictures(examples, rows, PLAIN, preset.size, False, device)).cpu()
        for rows in torch.split(torch.arange(len(pairs)), 64)
    ]
    return float(1 - ((torch.cat(said) - wanted) ** 2).mean() / (wanted**2).mean())


def _examples(pairs: Pairs) -> Examples:
    return Examples(pairs.images, pairs.neutrals, pairs.session, pairs.action_unit)
