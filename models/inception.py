"""InceptionV3, the paper's network (Eyemotion, arXiv 1707.07204, section 4.1; Szegedy et al., arXiv 1512.00567).

Parameters carry torchvision's names, so that ImageNet weights a user has (`inception_v3_google`, 299 x 299) load by
path. The auxiliary classifier of that file is left out: it only helps training from nothing.

    pair (N, 3, 299, 299) -> features (N, 2048) -> classes (N, C)

`width` scales every layer, for machines on which the whole network would take days.
"""

import pickle
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from bridge.errors import BridgeError

SIZE: Final = 299
FEATURES: Final = 2048
SMALLEST: Final = 75
"Pixels; below this nothing is left before the last layer."

_Kernel = int | tuple[int, int]


class BasicConv2d(nn.Module):
    """Convolution, batch normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: _Kernel, stride: int = 1, padding: _Kernel = 0) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(x)), inplace=True)


_WIDE: Final = {(1, 7): (0, 3), (7, 1): (3, 0), (1, 3): (0, 1), (3, 1): (1, 0)}
"Padding of kernels that are longer one way."

_Layer = tuple[str, int, _Kernel, int]
"Suffix of the layer's name, output planes, kernel, stride; unstrided layers keep the size of their input."


class Mixed(nn.Module):
    """One Inception block: branches of layers side by side, their planes joined; names as torchvision's."""

    def __init__(
        self,
        inputs: int,
        branches: dict[str, tuple[_Layer, ...]],
        width: float,
        pool: int | None,
        forks: tuple[str, ...] = (),
    ) -> None:
        """`pool`: planes after the average pool; None for a strided block, whose largest values pass as they are.

        `forks` name branches whose last two layers both read the layer before them.
        """
        super().__init__()
        self._branches = [[f"{branch}{suffix}" for suffix, *_ in layers] for branch, layers in branches.items()]
        self._forks = [branch in forks for branch in branches]
        self._pool = pool is not None
        self.planes = 0
        for (branch, layers), forked in zip(branches.items(), self._forks, strict=True):
            planes = inputs
            for n, (suffix, outputs, kernel, stride) in enumerate(layers):
                outputs = scaled(outputs, width)
                padding = _padding(kernel) if stride == 1 else 0
                self.add_module(f"{branch}{suffix}", BasicConv2d(planes, outputs, kernel, stride, padding))
                last = n >= len(layers) - (2 if forked else 1)
                self.planes += outputs if last else 0
                planes = outputs if not (forked and last) else planes
        if pool is None:
            self.planes += inputs
        else:
            self.branch_pool = BasicConv2d(inputs, scaled(pool, width), 1)
            self.planes += scaled(pool, width)

    def forward(self, x: Tensor) -> Tensor:
        found = []
        for names, forked in zip(self._branches, self._forks, strict=True):
            y = x
            for name in names[: -2 if forked else None]:
                y = self.get_submodule(name)(y)
            found += [self.get_submodule(name)(y) for name in names[-2:]] if forked else [y]
        if self._pool:
            found.append(self.branch_pool(functional.avg_pool2d(x, 3, 1, 1)))
        else:
            found.append(functional.max_pool2d(x, 3, 2))
        return torch.cat(found, 1)


def scaled(planes: int, width: float) -> int:
    """How many planes a layer has in a network of this width."""
    return max(8, round(planes * width))


def _padding(kernel: _Kernel) -> _Kernel:
    return kernel // 2 if isinstance(kernel, int) else _WIDE[kernel]


def _a(inputs: int, pool: int, width: float) -> Mixed:
    return Mixed(
        inputs,
        {
            "branch1x1": (("", 64, 1, 1),),
            "branch5x5": (("_1", 48, 1, 1), ("_2", 64, 5, 1)),
            "branch3x3dbl": (("_1", 64, 1, 1), ("_2", 96, 3, 1), ("_3", 96, 3, 1)),
        },
        width,
        pool,
    )


def _b(inputs: int, width: float) -> Mixed:
    return Mixed(
        inputs,
        {
            "branch3x3": (("", 384, 3, 2),),
            "branch3x3dbl": (("_1", 64, 1, 1), ("_2", 96, 3, 1), ("_3", 96, 3, 2)),
        },
        width,
        None,
    )


def _c(inputs: int, c7: int, width: float) -> Mixed:
    row, column = (1, 7), (7, 1)
    return Mixed(
        inputs,
        {
            "branch1x1": (("", 192, 1, 1),),
            "branch7x7": (("_1", c7, 1, 1), ("_2", c7, row, 1), ("_3", 192, column, 1)),
            "branch7x7dbl": (
                *(("_1", c7, 1, 1), ("_2", c7, column, 1), ("_3", c7, row, 1)),
                *(("_4", c7, column, 1), ("_5", 192, row, 1)),
            ),
        },
        width,
        192,
    )


def _d(inputs: int, width: float) -> Mixed:
    return Mixed(
        inputs,
        {
            "branch3x3": (("_1", 192, 1, 1), ("_2", 320, 3, 2)),
            "branch7x7x3": (("_1", 192, 1, 1), ("_2", 192, (1, 7), 1), ("_3", 192, (7, 1), 1), ("_4", 192, 3, 2)),
        },
        width,
        None,
    )


def _e(inputs: int, width: float) -> Mixed:
    return Mixed(
        inputs,
        {
            "branch1x1": (("", 320, 1, 1),),
            "branch3x3": (("_1", 384, 1, 1), ("_2a", 384, (1, 3), 1), ("_2b", 384, (3, 1), 1)),
            "branch3x3dbl": (
                *(("_1", 448, 1, 1), ("_2", 384, 3, 1)),
                *(("_3a", 384, (1, 3), 1), ("_3b", 384, (3, 1), 1)),
            ),
        },
        width,
        192,
        forks=("branch3x3", "branch3x3dbl"),
    )


def _blocks(planes: int, width: float) -> Iterator[tuple[str, Mixed]]:
    """Every block by torchvision's name; each takes what the one before it gives."""
    for name, make in (
        *(("Mixed_5b", partial(_a, pool=32)), ("Mixed_5c", partial(_a, pool=64)), ("Mixed_5d", partial(_a, pool=64))),
        *(("Mixed_6a", _b), ("Mixed_6b", partial(_c, c7=128)), ("Mixed_6c", partial(_c, c7=160))),
        *(("Mixed_6d", partial(_c, c7=160)), ("Mixed_6e", partial(_c, c7=192))),
        *(("Mixed_7a", _d), ("Mixed_7b", _e), ("Mixed_7c", _e)),
    ):
        block = make(planes, width=width)
        yield name, block
        planes = block.planes


class Inception(nn.Module):
    """InceptionV3 with a classifier of its own."""

    def __init__(self, classes: int, width: float = 1.0, dropout: float = 0.2) -> None:
        super().__init__()
        stem = [scaled(planes, width) for planes in (32, 32, 64, 80, 192)]
        self.Conv2d_1a_3x3 = BasicConv2d(3, stem[0], 3, stride=2)
        self.Conv2d_2a_3x3 = BasicConv2d(stem[0], stem[1], 3)
        self.Conv2d_2b_3x3 = BasicConv2d(stem[1], stem[2], 3, padding=1)
        self.Conv2d_3b_1x1 = BasicConv2d(stem[2], stem[3], 1)
        self.Conv2d_4a_3x3 = BasicConv2d(stem[3], stem[4], 3)
        planes = stem[4]
        for name, block in _blocks(planes, width):
            self.add_module(name, block)
            planes = block.planes
        self.planes = planes
        self.dropout = nn.Dropout(dropout)
        self.fc: nn.Module = nn.Linear(planes, classes)

    def features(self, pictures: Tensor) -> Tensor:
        """(N, 3, h, w) in -1..1 -> (N, planes)."""
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(pictures)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(functional.max_pool2d(x, 3, 2)))
        x = functional.max_pool2d(x, 3, 2)
        for name, block in self.named_children():
            if name.startswith("Mixed"):
                x = block(x)
        return functional.adaptive_avg_pool2d(x, 1).flatten(1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (N, classes)."""
        logits: Tensor = self.fc(self.dropout(self.features(pictures)))
        return logits

    def load_trunk(self, path: Path) -> None:
        """Take everything but the classifier from a state dict with torchvision's names: its own ImageNet weights, or
        what `models.study pretrain` wrote.

        Raises BridgeError when it is none.
        """
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise BridgeError(
                f"cannot read the weights {path} ({error}); give torchvision's inception_v3 file, or one of pretrain"
            ) from error
        kept = {name: value for name, value in state.items() if not name.startswith(("AuxLogits.", "fc."))}
        try:
            missing, unexpected = self.load_state_dict(kept, strict=False)
        except RuntimeError as error:
            raise BridgeError(f"the weights {path} are of another width; torchvision's fit the full preset") from error
        if unexpected or not {*missing} <= {"fc.weight", "fc.bias"}:
            raise BridgeError(f"{path} does not hold an InceptionV3 by torchvision's names")
