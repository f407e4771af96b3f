"""The networks that turn an aligned face into coefficients of the expression basis.

    resnet50   DeepExp3D as the paper has it: ResNet-50 and a linear layer, 224x224
    small      for the daemon: ten convolutions, 112x112, beside the landmarks that the face was aligned by

    pictures (N, 3, s, s) RGB 0..1, small also points (N, 68, 2) as AlignedFace.offsets -> coefficients (N, 28)

Landmarks are there before any network is asked, they say most of what a mouth does, and no light changes them; pictures
say what landmarks do not: gaze, cheeks, lids. Both networks learn coefficients in units of their standard deviations;
the way back is part of them.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from bridge.face import COEFFICIENTS
from bridge.face.model import LANDMARKS
from models.resnet import IMAGENET_DEVIATION, IMAGENET_MEAN, ResNet50

Kind = Literal["small", "resnet50"]
_POINTS: Final = 256
"Features of landmarks."
_LARGER: Final = 10.0
"Offsets of landmarks are a tenth of the picture's side."


@dataclass(frozen=True, slots=True)
class DeepExpConfig:
    kind: Kind = "small"
    size: int = 112
    "Pixels of a side of the aligned face."
    width: int = 8
    "Planes of the small network's first layer; the others are multiples."

    @property
    def sees_points(self) -> bool:
        """Whether the network looks at landmarks, too."""
        return self.kind == "small"


PAPER: Final = DeepExpConfig("resnet50", 224)


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut."""

    def __init__(self, planes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + x)


class Small(nn.Module):
    """What landmarks say, and what the picture adds to it.

    The picture is halved four times. The face is aligned, so places mean something: the last map is not averaged.
    """

    def __init__(self, config: DeepExpConfig, outputs: int) -> None:
        super().__init__()
        planes = [config.width, 2 * config.width, 4 * config.width, 6 * config.width]
        layers: list[nn.Module] = []
        for number, (before, after) in enumerate(zip([3, *planes], planes, strict=False)):
            layers += [nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            layers += [Block(after)] if number else []
        side = -(-config.size // 16)
        self.body = nn.Sequential(*layers, nn.Conv2d(planes[-1], 2 * config.width, 1), nn.ReLU(), nn.Flatten())
        self.points = nn.Sequential(
            nn.Linear(2 * LANDMARKS, _POINTS), nn.ReLU(), nn.Linear(_POINTS, _POINTS), nn.ReLU()
        )
        self.known = nn.Linear(_POINTS, outputs)
        self.hidden = nn.Linear(2 * config.width * side * side + _POINTS, 192)
        self.fc = nn.Linear(192, outputs)

    def forward(self, pictures: Tensor, points: Tensor) -> Tensor:
        seen = self._seen(points)
        hidden = torch.relu(self.hidden(torch.cat([self.body(pictures), seen], 1)))
        answer: Tensor = self.known(seen) + self.fc(hidden)
        return answer

    def blind(self, points: Tensor) -> Tensor:
        """What landmarks alone say."""
        answer: Tensor = self.known(self._seen(points))
        return answer

    def _seen(self, points: Tensor) -> Tensor:
        features: Tensor = self.points(_LARGER * points.flatten(1))
        return features


class DeepExp(nn.Module):
    """Either network, with ImageNet's mean taken out of the picture and coefficients given in the basis' own units."""

    def __init__(self, config: DeepExpConfig) -> None:
        super().__init__()
        self.config = config
        self.net = Small(config, COEFFICIENTS) if config.kind == "small" else ResNet50(COEFFICIENTS)
        for name, values in (("mean", IMAGENET_MEAN), ("deviation", IMAGENET_DEVIATION)):
            self.register_buffer(name, torch.tensor(values).reshape(3, 1, 1))
        self.register_buffer("centre", torch.zeros(COEFFICIENTS))
        self.register_buffer("spread", torch.ones(COEFFICIENTS))

    def standardized(self, pictures: Tensor, *points: Tensor) -> Tensor:
        """(N, 28) in standard deviations from the mean of what was learnt from."""
        said: Tensor = self.net((pictures - self.get_buffer("mean")) / self.get_buffer("deviation"), *points)
        return said

    def forward(self, pictures: Tensor, *points: Tensor) -> Tensor:
        return self.get_buffer("centre") + self.get_buffer("spread") * self.standardized(pictures, *points)


def loss(said: Tensor, wanted: Tensor, spread: Tensor) -> Tensor:
    """Half the squared error of standardized coefficients, half that of the face's vertices over their variance.

    The paper's l2 norm is the second alone (the basis is orthonormal); it is all jaw: a blink moves few vertices.
    """
    fine = functional.mse_loss(said, wanted)
    share = spread.square() / spread.square().sum()
    coarse = ((said - wanted).square() * share).sum(-1).mean()
    return 0.5 * (fine + coarse)


def restored(state: dict[str, Any]) -> DeepExp:
    """The averaged weights of a checkpoint, which are the ones that ship."""
    net = DeepExp(DeepExpConfig(**state["config"]))
    net.load_state_dict(state["average"])
    return net.eval()
