"""EyeNet: the network that ships. Both eyes in, action units, emotions and graded channels out.

A face in a mirror makes the mirrored expression, and EyeNet knows that by construction instead of by example. The right
eye is mirrored, so that both look like left eyes, and one trunk reads the two. Each eye's features are then fused with
the other's, own eye first, by shared weights; what is said about a side comes from that side's features, what concerns
the face comes from the sum of both. The features stay a map of places until the last layer (no global pooling): gaze
and brows are questions of where.

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
    widths: tuple[int, int, int, int] = (16, 32, 48, 96)
    "Feature planes at 1/2, 1/4, 1/8 and 1/16 of the size."
    depths: tuple[int, int, int] = (0, 1, 2)
    "Residual blocks at 1/4, 1/8 and 1/16."
    fused: int = 96
    "Feature planes at 1/32, where one eye's features meet the other's."
    embedding: int = 256
    dropout: float = 0.1


class Prediction(NamedTuple):
    """What the network says, as the losses want it; `EyeNet.decode` turns it into `bridge.channels`' units."""

    action_units: Tensor
    "(N, 10) logits"
    emotions: Tensor
    "(N, 5) logits"
    channels: Tensor
    "(N, 22) logits of the place between each channel's low and high"


def convolution(inputs: int, outputs: int, stride: int = 1, size: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """relu(x + f(x)) with a narrow f: two 3x3 convolutions through half the planes."""

    def __init__(self, planes: int) -> None:
        super().__init__()
        self.narrow = convolution(planes, planes // 2)
        self.widen = nn.Sequential(nn.Conv2d(planes // 2, planes, 3, 1, 1, bias=False), nn.BatchNorm2d(planes))

    def forward(self, x: Tensor) -> Tensor:  # (M, planes, h, w) -> the same
        return torch.relu(x + self.widen(self.narrow(x)))


class EyeNet(nn.Module):
    mirrored_unit: Tensor
    sign: Tensor
    low: Tensor
    high: Tensor

    def __init__(self, config: EyeNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or EyeNetConfig()
        if config.height % 32 or config.width % 32:
            raise ValueError(f"EyeNet needs multiples of 32, not {config.height} x {config.width} for each eye")
        a, b, c, d = config.widths
        self.trunk = nn.Sequential(  # one eye: (M, 2, 96, 96)
            convolution(2, a, stride=2, size=5),  # (M, a, 48, 48)
            convolution(a, b, stride=2),  # (M, b, 24, 24)
            *(Residual(b) for _ in range(config.depths[0])),
            convolution(b, c, stride=2),  # (M, c, 12, 12)
            *(Residual(c) for _ in range(config.depths[1])),
            convolution(c, d, stride=2),  # (M, d, 6, 6)
            *(Residual(d) for _ in range(config.depths[2])),
        )
        self.fuse = convolution(2 * d, config.fused, stride=2)  # (M, fused, 3, 3)
        places = (config.height // 32) * (config.width // 32)
        self.embed = nn.Sequential(
            nn.Flatten(),  # keeps the 3 x 3 places apart
            nn.Dropout(config.dropout),
            nn.Linear(config.fused * places, config.embedding),
            nn.ReLU(inplace=True),
            nn.Dropout(config.dropout),
        )
        self.outputs = (len(ACTION_UNITS), len(EMOTIONS), len(CHANNELS) // len(SIDES))
        self.head = nn.Linear(config.embedding, sum(self.outputs))
        self.register_buffer("mirrored_unit", torch.tensor(MIRRORED_UNIT), persistent=False)
        sign = [sign if side else 1.0 for sign, side in zip(MIRRORED_SIGN, SIDE_OF_CHANNEL, strict=True)]
        self.register_buffer("sign", torch.tensor(sign), persistent=False)
        self.register_buffer("low", torch.tensor([channel.low for channel in CHANNELS]), persistent=False)
        self.register_buffer("high", torch.tensor([channel.high for channel in CHANNELS]), persistent=False)

    def forward(self, pair: Tensor) -> Prediction:
        h, w, d = self.config.height, self.config.width, self.config.widths[-1]
        eyes = torch.stack([pair[..., :w], pair[..., w:].flip(-1)], 1)  # (N, 2, 2, h, w): both look like left eyes
        own = self.trunk(eyes.reshape(-1, 2, h, w)).reshape(-1, 2, d, h // 16, w // 16)
        both = torch.cat([own, own.flip(1)], 2)  # (N, 2, 2 d, 6, 6): own eye first, then the other
        fused = self.fuse(both.reshape(-1, 2 * d, h // 16, w // 16))  # (2N, fused, 3, 3)
        said = self.head(self.embed(fused)).reshape(-1, 2, sum(self.outputs))  # (N, 2, 26): by each eye's features
        units, emotions, channels = said.split(self.outputs, 2)
        return Prediction(
            units[:, 0] + units[:, 1, self.mirrored_unit],
            emotions[:, 0] + emotions[:, 1],
            channels.transpose(1, 2).reshape(-1, len(CHANNELS)) * self.sign,  # the right eye was seen in a mirror
        )

    def decode(self, prediction: Prediction) -> tuple[Tensor, Tensor, Tensor]:
        """Probabilities (N, 10) and (N, 5), and channels (N, 22) in their own units."""
        return prediction.action_units.softmax(1), prediction.emotions.softmax(1), self.in_units(prediction.channels)

    def in_units(self, logits: Tensor) -> Tensor:
        return self.low + (self.high - self.low) * logits.sigmoid()
