"""The gaze network of Krafka et al. ("Eye Tracking for Everyone", CVPR 2016), with its two eye towers only.

Row 5 of Eyemotion's Table 1 adapts it to expressions: one tower of tied weights for each eye, their features joined.
Face and grid towers are left out, since there is no face in a headset's picture.

    pair (N, 3, s, 2 s): the wearer's left eye in the left half -> classes (N, C)
"""

import torch
from torch import Tensor, nn

from models.inception import Inception, scaled


class TwoTower(nn.Module):
    """Four convolutions an eye, as AlexNet begins; `width` scales every layer."""

    def __init__(self, classes: int, width: float = 1.0) -> None:
        super().__init__()
        a, b, c, d = (scaled(planes, width) for planes in (96, 256, 384, 64))
        self.tower = nn.Sequential(
            *(nn.Conv2d(3, a, 11, 4), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2), nn.LocalResponseNorm(5)),
            *(nn.Conv2d(a, b, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2), nn.LocalResponseNorm(5)),
            *(nn.Conv2d(b, c, 3, padding=1), nn.ReLU(inplace=True)),
            *(nn.Conv2d(c, d, 1), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(6), nn.Flatten()),
        )
        hidden = scaled(128, width)
        self.join = nn.Sequential(nn.Linear(2 * 36 * d, hidden), nn.ReLU(inplace=True))
        self.fc = nn.Linear(hidden, classes)

    def features(self, pair: Tensor) -> Tensor:
        """(N, hidden) of both eyes."""
        left, right = pair.chunk(2, -1)
        joined: Tensor = self.join(torch.cat([self.tower(left), self.tower(right)], 1))
        return joined

    def forward(self, pair: Tensor) -> Tensor:
        """Logits (N, classes)."""
        logits: Tensor = self.fc(self.features(pair))
        return logits


class InceptionTowers(nn.Module):
    """Row 6 of the table: InceptionV3, one tower for each eye, tied weights."""

    def __init__(self, classes: int, width: float = 1.0) -> None:
        super().__init__()
        self.tower = Inception(classes, width)
        self.tower.fc = nn.Identity()  # each tower gives features; the classes are said of both
        self.fc = nn.Linear(2 * self.tower.planes, classes)

    def features(self, pair: Tensor) -> Tensor:
        """(N, 2 planes) of the left and the right eye."""
        return torch.cat([self.tower.features(eye) for eye in pair.chunk(2, -1)], 1)

    def forward(self, pair: Tensor) -> Tensor:
        """Logits (N, classes)."""
        logits: Tensor = self.fc(self.tower.dropout(self.features(pair)))
        return logits
