"""ResNet-18 without its classifier (He et al., arXiv 1512.03385), the paper's feature extractor.

Parameters carry torchvision's names, so that ImageNet weights a user has (`resnet18`) load by path.

    pictures (N, 3, h, w) -> features (N, 512 width, h / 32, w / 32)

`width` scales every layer, `inputs` the planes of the picture; ImageNet weights fit width 1 and three planes.
"""

import pickle
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from bridge.errors import BridgeError

_PLANES: Final = (64, 128, 256, 512)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where size or planes change."""

    def __init__(self, inputs: int, planes: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample: nn.Module = nn.Identity()
        if stride > 1 or inputs != planes:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.downsample(x))


class ResNet18(nn.Module):
    """The convolutions of ResNet-18."""

    def __init__(self, inputs: int = 3, width: float = 1.0) -> None:
        super().__init__()
        stem, *_, self.planes = planes = [max(8, round(width * count)) for count in _PLANES]
        self.conv1 = nn.Conv2d(inputs, stem, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = stem
        for number, count in enumerate(planes, 1):
            layer = nn.Sequential(BasicBlock(before, count, 1 if number == 1 else 2), BasicBlock(count, count, 1))
            self.add_module(f"layer{number}", layer)
            before = count

    def forward(self, pictures: Tensor) -> Tensor:
        x: Tensor = self.maxpool(torch.relu(self.bn1(self.conv1(pictures))))
        for number in range(1, len(_PLANES) + 1):
            x = self.get_submodule(f"layer{number}")(x)
        return x

    def load_imagenet(self, path: Path) -> None:
        """Take everything but the classifier from a torchvision state dict.

        Raises BridgeError when it is none, or this network is of another width.
        """
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise BridgeError(f"cannot read the weights {path} ({error}); give torchvision's resnet18 file") from error
        kept = {name: value for name, value in state.items() if not name.startswith("fc.")}
        try:
            self.load_state_dict(kept)
        except RuntimeError as error:
            raise BridgeError(
                f"{path} does not hold torchvision's ResNet-18, or the network here is not the whole one of width 1"
            ) from error
