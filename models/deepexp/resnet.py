"""ResNet-50 (He et al., arXiv 1512.03385), the network of DeepExp3D (section III-C).

Parameters carry torchvision's names, so that ImageNet weights a user has (`resnet50`) load by path. As there, the
stride of a bottleneck is in its 3x3 convolution.

    pictures (N, 3, s, s) RGB 0..1 -> (N, outputs); the paper: s = 224, 28 outputs by a linear layer
"""

import pickle
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from bridge.errors import BridgeError

_LAYERS: Final = ((64, 3), (128, 4), (256, 6), (512, 3))
_EXPANSION: Final = 4


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions beside a shortcut, which is a 1x1 convolution where size or planes change."""

    def __init__(self, inputs: int, planes: int, stride: int) -> None:
        super().__init__()
        outputs = _EXPANSION * planes
        self.conv1 = nn.Conv2d(inputs, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        return torch.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class ResNet50(nn.Module):
    """The whole network with a linear layer of its own at the end."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = 64
        for number, (planes, blocks) in enumerate(_LAYERS, 1):
            strides = [1 if number == 1 else 2, *[1] * (blocks - 1)]
            layer = []
            for stride in strides:
                layer.append(Bottleneck(before, planes, stride))
                before = _EXPANSION * planes
            self.add_module(f"layer{number}", nn.Sequential(*layer))
        self.fc = nn.Linear(before, outputs)

    def forward(self, pictures: Tensor) -> Tensor:
        x: Tensor = self.maxpool(torch.relu(self.bn1(self.conv1(pictures))))
        for number in range(1, len(_LAYERS) + 1):
            x = self.get_submodule(f"layer{number}")(x)
        answer: Tensor = self.fc(x.mean((2, 3)))
        return answer

    def load_imagenet(self, path: Path) -> None:
        """Take everything but the last layer from a torchvision state dict. Raises BridgeError when it is none."""
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise BridgeError(f"cannot read the weights {path} ({error}); give torchvision's resnet50 file") from error
        if not isinstance(state, dict):
            raise BridgeError(f"{path} holds no weights; give torchvision's resnet50 file")
        kept = {name: value for name, value in state.items() if not str(name).startswith("fc.")}
        own = {name: value for name, value in self.state_dict().items() if name.startswith("fc.")}
        try:
            self.load_state_dict(kept | own)
        except RuntimeError as error:
            raise BridgeError(f"{path} does not hold torchvision's ResNet-50") from error
