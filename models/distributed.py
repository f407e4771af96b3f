"""Training on several processes, one for each GPU (or, with gloo, on processors alone), as torchrun starts them.

    torchrun --nproc-per-node 4 -m models.study run DATA
    torchrun --nproc-per-node 4 -m models.train --data DATA

A script that is started by itself is a world of one, and nothing here does anything.
"""

import contextlib
import os
from collections.abc import Iterator

import torch
from torch import Tensor, distributed, nn


def world() -> tuple[int, int]:
    """(rank, processes)."""
    return (distributed.get_rank(), distributed.get_world_size()) if distributed.is_initialized() else (0, 1)


@contextlib.contextmanager
def joined() -> Iterator[torch.device]:
    """Join the processes that torchrun started, for the block; gives this process's device."""
    cuda = torch.cuda.is_available()
    if "RANK" not in os.environ:
        yield torch.device("cuda" if cuda else "cpu")
        return
    local = int(os.environ.get("LOCAL_RANK", "0"))
    if cuda:
        torch.cuda.set_device(local)
    distributed.init_process_group("nccl" if cuda else "gloo")
    try:
        yield torch.device("cuda", local) if cuda else torch.device("cpu")
    finally:
        distributed.destroy_process_group()


def own_share(rows: Tensor) -> Tensor:
    """This process's part of a batch of rows: every process draws the same batch and learns another part of it."""
    rank, processes = world()
    return rows[rank::processes]


def same_start(net: nn.Module) -> None:
    """Give every process the first one's weights and statistics."""
    if world()[1] > 1:
        for tensor in net.state_dict().values():
            distributed.broadcast(tensor, 0)


def agreed(value: float) -> float:
    """The first process's value, in every process: a clock would end their loops at different steps."""
    if world()[1] == 1:
        return value
    shared = torch.tensor([value], dtype=torch.float64, device="cuda" if torch.cuda.is_available() else "cpu")
    distributed.broadcast(shared, 0)
    return float(shared)


def average_gradients(net: nn.Module) -> None:
    """The mean of all processes' gradients, to be called between backward and step."""
    _, processes = world()
    if processes == 1:
        return
    gradients = [parameter.grad for parameter in net.parameters() if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= processes
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()
