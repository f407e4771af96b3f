"""EyeNet: the network that ships. Both eyes in, action units, emotions and graded channels out.

A face in a mirror makes the mirrored expression, and EyeNet knows that by construction instead of by example. The right
eye is mirrored, so that both look like left eyes, and one trunk reads the two. Each eye's features are then fused with
the other's, own eye first, by shared weights; what is said about a side comes from that side's features, what concerns
the face comes from the sum of both. The features stay a map of places until the last layer (no global pooling): gaze
and brows are questions of where.

Speed is part of the design: one processor thread must not notice it. So the first layer takes patches of 4 x 4 pixels
at once, instead of sliding over all of them; the mirror is a product with a permutation, half the price of a reversed
slice in ONNX Runtime; and the eyes meet where nine places are left of each.

    pair (N, 2, 96, 192)  plane 0: the difference to the neutral image, -1..1; plane 1: the image, 0..1
      -> eyes (2N, 2, 96, 96) -> trunk (2N, C, 6, 6) -> fuse with the other eye (2N, C', 3, 3) -> (2N, D)
      -> action units (N, 10), emotions (N, 5), channels (N, 22)
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from bridge.channels import ACTION_UNITS, CHANNELS, EMOTIONS, SIDES
from models.labels import MIRRORED_SIGN, MIRRORED_UNIT, SIDE_OF_CHANNEL


@dataclass(frozen=True, slots=True)
class EyeNetConfig:
    height: int = 96
    width: int = 96
    "Of one eye; a multiple of 32, as is the height."
    widths: tuple[int, int, int] = (32, 64, 96)
    "Feature planes at 1/4, 1/8 and 1/16 of the size."
    fused: int = 96
    "Feature planes at 1/32, where one eye's features meet the other's."
    embedding: int = 160
    dropout: float = 0.05


class Prediction(NamedTuple):
    """What the network says, as the losses want it; `EyeNet.decode` turns it into `bridge.channels`' units."""

    action_units: Tensor
    "(N, 10) logits"
    emotions: Tensor
    "(N, 5) logits"
    channels: Tensor
    "(N, 22) logits of the place between each channel's low and high"


def convolution(inputs: int, outputs: int, stride: int = 1, size: int = 3) -> nn.Sequential:
    """Without a border where it takes patches that do not overlap."""
    border = 0 if size == stride else size // 2
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, border, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """relu(x + f(x)) with a narrow f: two 3x3 convolutions through half the planes."""

    def __init__(self, planes: int) -> None:
        super().__init__()
        self.narrow = convolution(planes, planes // 2)
        self.widen = nn.Sequential(nn.Conv2d(planes // 2, planes, 3, 1, 1, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x: Tensor) -> Tensor:  # (M, planes, h, w) -> the same
        return torch.relu(x + self.widen(self.narrow(x)))


def agreement() -> Tensor:
    """(52, 37) what the two eyes' features say, 26 numbers each, into what is said of the face.

    The right eye was seen in a mirror, so its words are the mirrored ones. Both speak of the classes; of a side's
    channels that side alone.
    """
    units, emotions, channels = len(ACTION_UNITS), len(EMOTIONS), len(CHANNELS)
    said = units + emotions + channels // len(SIDES)
    matrix = torch.zeros(2 * said, units + emotions + channels)
    for unit, mirrored in enumerate(MIRRORED_UNIT):
        matrix[unit, unit] = matrix[said + mirrored, unit] = 1.0
    for emotion in range(units, units + emotions):
        matrix[emotion, emotion] = matrix[said + emotion, emotion] = 1.0
    for channel, side in enumerate(SIDE_OF_CHANNEL):
        row = side * said + units + emotions + channel // len(SIDES)
        matrix[row, units + emotions + channel] = MIRRORED_SIGN[channel] if side else 1.0
    return matrix


class EyeNet(nn.Module):
    mirror: Tensor
    agreement: Tensor
    low: Tensor
    high: Tensor

    def __init__(self, config: EyeNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or EyeNetConfig()
        if config.height % 32 or config.width % 32:
            raise ValueError(f"EyeNet needs multiples of 32, not {config.height} x {config.width} for each eye")
        a, b, c = config.widths
        self.trunk = nn.Sequential(  # one eye: (M, 2, 96, 96)
            convolution(2, a, stride=4, size=4),  # (M, a, 24, 24)
            convolution(a, b, stride=2),  # (M, b, 12, 12)
            convolution(b, c, stride=2),  # (M, c, 6, 6)
            Residual(c),
        )
        self.fuse = convolution(2 * c, config.fused, stride=2, size=2)  # (M, fused, 3, 3)
        places = (config.height // 32) * (config.width // 32)
        self.embed = nn.Sequential(
            nn.Flatten(),  # keeps the 3 x 3 places apart
            nn.Dropout(config.dropout),
            nn.Linear(config.fused * places, config.embedding),
            nn.ReLU(inplace=True),
            nn.Dropout(config.dropout),
        )
        self.head = nn.Linear(config.embedding, len(ACTION_UNITS) + len(EMOTIONS) + len(CHANNELS) // len(SIDES))
        self.register_buffer("mirror", torch.eye(config.width).flip(0), persistent=False)
        self.register_buffer("agreement", agreement(), persistent=False)
        self.register_buffer("low", torch.tensor([channel.low for channel in CHANNELS]), persistent=False)
        self.register_buffer("high", torch.tensor([channel.high for channel in CHANNELS]), persistent=False)

    def forward(self, pair: Tensor) -> Prediction:
        h, w, c = self.config.height, self.config.width, self.config.widths[-1]
        eyes = torch.cat([pair[..., :w], pair[..., w:] @ self.mirror], 1)  # both look like left eyes
        left, right = self.features(eyes.reshape(-1, 2, h, w)).reshape(-1, 2 * c, h // 16, w // 16).chunk(2, 1)
        own_first = torch.cat([left, right, right, left], 1).reshape(-1, 2 * c, h // 16, w // 16)  # (2N, 2 C, 6, 6)
        said = self.head(self.embed(self.fuse(own_first)))  # (2N, 26): by each eye's features
        together = said.reshape(-1, 2 * said.shape[-1]) @ self.agreement
        return Prediction(*together.split((len(ACTION_UNITS), len(EMOTIONS), len(CHANNELS)), 1))

    def features(self, eyes: Tensor) -> Tensor:
        """What one eye's two planes show, (M, 2, 96, 96) -> (M, C, 6, 6)."""
        features: Tensor = self.trunk(eyes)
        return features

    def decode(self, prediction: Prediction) -> tuple[Tensor, Tensor, Tensor]:
        """Probabilities (N, 10) and (N, 5), and channels (N, 22) in their own units."""
        return prediction.action_units.softmax(1), prediction.emotions.softmax(1), self.in_units(prediction.channels)

    def in_units(self, logits: Tensor) -> Tensor:
        return self.low + (self.high - self.low) * logits.sigmoid()
