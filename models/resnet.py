"""Residual networks (He et al., arXiv 1512.03385): ResNet-18 without its classifier, and ResNet-50.

Parameters carry torchvision's names, so that ImageNet weights a user has (`resnet18`, `resnet50`) load by path. As
there, the stride of a bottleneck is in its 3x3 convolution.

    ResNet18   pictures (N, inputs, h, w) -> features (N, 512 width, h / 32, w / 32)
    ResNet50   pictures (N, 3, s, s)      -> (N, outputs), by a linear layer of its own
"""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

import torch
from torch import Tensor, nn

from bridge.errors import BridgeError

IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION: Final = (0.229, 0.224, 0.225)
"Of ImageNet's pictures in RGB: what its weights expect to be taken out."
_PLANES: Final = (64, 128, 256, 512)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where size or planes change."""

    expansion: ClassVar[int] = 1

    def __init__(self, inputs: int, planes: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = _shortcut(inputs, planes, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.downsample(x))


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions beside the same shortcut; the last one widens."""

    expansion: ClassVar[int] = 4

    def __init__(self, inputs: int, planes: int, stride: int) -> None:
        super().__init__()
        outputs = self.expansion * planes
        self.conv1 = nn.Conv2d(inputs, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = _shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        return torch.relu(self.bn3(self.conv3(y)) + self.downsample(x))


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Module:
    if stride == 1 and inputs == outputs:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


class _ResNet(nn.Module):
    """The convolutions that both share, and the reading of ImageNet's weights."""

    name: ClassVar[str]

    def __init__(
        self, block: type[BasicBlock | Bottleneck], counts: Sequence[int], inputs: int = 3, width: float = 1.0
    ) -> None:
        """`counts`: blocks in each layer. `width` scales every layer; ImageNet's weights fit 1 and three planes."""
        super().__init__()
        stem, *_ = planes = [max(8, round(width * count)) for count in _PLANES]
        self.conv1 = nn.Conv2d(inputs, stem, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.planes = stem
        "Of the features."
        for number, (own, count) in enumerate(zip(planes, counts, strict=True), 1):
            layer = []
            for place in range(count):
                layer.append(block(self.planes, own, 2 if number > 1 and place == 0 else 1))
                self.planes = block.expansion * own
            self.add_module(f"layer{number}", nn.Sequential(*layer))

    def features(self, pictures: Tensor) -> Tensor:
        """(N, planes, h / 32, w / 32)"""
        x: Tensor = self.maxpool(torch.relu(self.bn1(self.conv1(pictures))))
        for number in range(1, len(_PLANES) + 1):
            x = self.get_submodule(f"layer{number}")(x)
        return x

    def load_imagenet(self, path: Path) -> None:
        """Take everything but the classifier from a torchvision state dict.

        Raises BridgeError when it is none, or of another network than this one.
        """
        file = self.name.lower().replace("-", "")
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise BridgeError(f"cannot read the weights {path} ({error}); give torchvision's {file} file") from error
        if not isinstance(state, dict):
            raise BridgeError(f"{path} holds no weights; give torchvision's {file} file")
        kept = {name: value for name, value in state.items() if not str(name).startswith("fc.")}
        own = {name: value for name, value in self.state_dict().items() if name.startswith("fc.")}
        try:
            self.load_state_dict(kept | own)
        except RuntimeError as error:
            raise BridgeError(
                f"{path} does not hold torchvision's {self.name}, or the network here is not the whole one of width 1"
            ) from error


class ResNet18(_ResNet):
    """The convolutions of ResNet-18."""

    name: ClassVar[str] = "ResNet-18"

    def __init__(self, inputs: int = 3, width: float = 1.0) -> None:
        super().__init__(BasicBlock, (2, 2, 2, 2), inputs, width)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.features(pictures)


class ResNet50(_ResNet):
    """The whole of ResNet-50, with a linear layer of its own at the end."""

    name: ClassVar[str] = "ResNet-50"

    def __init__(self, outputs: int) -> None:
        super().__init__(Bottleneck, (3, 4, 6, 3))
        self.fc = nn.Linear(self.planes, outputs)

    def forward(self, pictures: Tensor) -> Tensor:
        answer: Tensor = self.fc(self.features(pictures).mean((2, 3)))
        return answer
