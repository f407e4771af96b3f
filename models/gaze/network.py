"""The paper's gaze network, and the same design for the two eye cameras of a headset.

A ResNet-18 turns a picture into a small map; a 1x1 convolution narrows it to 32 planes (as GazeTR-Hybrid does, Cheng
and Lu, arXiv 2105.14424: the paper gives only the 32x7x7). Each place of the map is a token, told where it is by a
learnt position. A learnt token joins them, and what an encoder of 6 layers with 8 heads has made of it says the gaze.

    FaceGaze    faces (N, 3, 224, 224) RGB 0..1          -> map (N, 32, 7, 7) -> 1 + 49 tokens      -> (N, 1, 2)
    NearEyeGaze pair (N, 2, 96, 192) as EyeNet gets it   -> map (2N, 32, 3, 3) -> 1 + 9 + 9 tokens  -> (N, 2, 2)

Answers are (pitch, yaw) in radians; `models.gaze.angles` says which way they count.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.resnet import IMAGENET_DEVIATION, IMAGENET_MEAN, ResNet18

Kind = Literal["face", "near-eye"]


@dataclass(frozen=True, slots=True)
class GazeConfig:
    """The paper's network by default (section III B)."""

    kind: Kind = "face"
    size: int = 224
    "Pixels of a side of the face, or of one eye; a multiple of 32."
    width: float = 1.0
    "Scales the ResNet's layers."
    planes: int = 32
    "Of the map, and numbers in each token; a multiple of the heads."
    layers: int = 6
    heads: int = 8
    hidden: int = 512
    "Inside each layer's perceptron."
    dropout: float = 0.1


NEAR_EYE: Final = GazeConfig(kind="near-eye", size=96, width=0.125, hidden=128)
"Small enough to learn on a processor, and to be compared with EyeNet."


class Layer(nn.Module):
    """One layer of an encoder: attention, then a perceptron, each added to what came in and normalised."""

    def __init__(self, config: GazeConfig) -> None:
        super().__init__()
        self.heads, self.dropout = config.heads, config.dropout
        self.ask = nn.Linear(config.planes, 3 * config.planes)
        self.answer = nn.Linear(config.planes, config.planes)
        self.think = nn.Sequential(
            *(nn.Linear(config.planes, config.hidden), nn.ReLU(inplace=True), nn.Dropout(config.dropout)),
            nn.Linear(config.hidden, config.planes),
        )
        self.drop = nn.Dropout(config.dropout)
        self.first, self.second = nn.LayerNorm(config.planes), nn.LayerNorm(config.planes)

    def forward(self, tokens: Tensor) -> Tensor:  # (N, T, D) -> the same
        n, count, size = tokens.shape
        parts = self.ask(tokens).reshape(n, count, 3, self.heads, size // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)  # (N, heads, T, D / heads)
        dropout = self.dropout if self.training else 0.0
        seen = functional.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
        tokens = self.first(tokens + self.drop(self.answer(seen.transpose(1, 2).reshape(n, count, size))))
        out: Tensor = self.second(tokens + self.drop(self.think(tokens)))
        return out


class Encoder(nn.Module):
    """Tokens (N, T, D) -> gaze (N, 2): what has become of the learnt token in front of them."""

    def __init__(self, config: GazeConfig, tokens: int) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, config.planes))
        self.positions = nn.Parameter(torch.randn(1, 1 + tokens, config.planes))  # as loud as what the tokens say
        self.layers = nn.Sequential(*(Layer(config) for _ in range(config.layers)))
        self.say = nn.Linear(config.planes, 2)

    def forward(self, tokens: Tensor) -> Tensor:
        joined = torch.cat([self.token.expand(tokens.shape[0], -1, -1), tokens], 1) + self.positions
        gaze: Tensor = self.say(self.layers(joined)[:, 0])
        return gaze


class _Hybrid(nn.Module):
    """What both networks share: ResNet-18, the narrowing to a token's size, the encoder."""

    def __init__(self, config: GazeConfig, inputs: int, views: int) -> None:
        super().__init__()
        if config.size % 32 or config.planes % config.heads:
            raise ValueError("the size must be a multiple of 32, the planes of the heads")
        self.config = config
        self.trunk = ResNet18(inputs, config.width)
        self.narrow = nn.Sequential(
            nn.Conv2d(self.trunk.planes, config.planes, 1, bias=False), nn.BatchNorm2d(config.planes)
        )
        self.encoder = Encoder(config, views * (config.size // 32) ** 2)

    def tokens(self, pictures: Tensor) -> Tensor:
        """(N, inputs, size, size) -> (N, places, planes)"""
        tokens: Tensor = self.narrow(self.trunk(pictures)).flatten(2).transpose(1, 2)
        return tokens


class FaceGaze(_Hybrid):
    """The paper's network."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: GazeConfig | None = None) -> None:
        super().__init__(config or GazeConfig(), inputs=3, views=1)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).reshape(3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(IMAGENET_DEVIATION).reshape(3, 1, 1), persistent=False)

    def forward(self, faces: Tensor) -> Tensor:
        """(N, 3, size, size) RGB 0..1 -> (N, 1, 2)"""
        gaze: Tensor = self.encoder(self.tokens((faces - self.mean) / self.deviation))
        return gaze[:, None]


class NearEyeGaze(_Hybrid):
    """Both eyes of a headset. The right eye is seen in a mirror, so one trunk and one encoder know only left eyes; each
    eye's learnt token reads its own eye's places first and the other eye's after them."""

    mirror: Tensor
    sign: Tensor

    def __init__(self, config: GazeConfig = NEAR_EYE) -> None:
        super().__init__(config, inputs=2, views=2)
        self.register_buffer("mirror", torch.eye(config.size).flip(0), persistent=False)
        self.register_buffer("sign", torch.tensor([[1.0, 1.0], [1.0, -1.0]]), persistent=False)

    def forward(self, pair: Tensor) -> Tensor:
        """(N, 2, size, 2 size) -> (N, 2, 2): the left eye's gaze, the right eye's"""
        size = self.config.size
        eyes = torch.stack([pair[..., :size], pair[..., size:] @ self.mirror], 1)  # (N, 2 eyes, 2, size, size)
        places = self.tokens(eyes.flatten(0, 1))
        left, right = places.reshape(-1, 2, *places.shape[1:]).unbind(1)  # (N, places, planes) each
        own_first = torch.stack([torch.cat([left, right], 1), torch.cat([right, left], 1)], 1)
        gaze: Tensor = self.encoder(own_first.flatten(0, 1))
        return gaze.reshape(-1, 2, 2) * self.sign


Network = FaceGaze | NearEyeGaze


def network_of(config: GazeConfig) -> Network:
    """A network with fresh weights."""
    return FaceGaze(config) if config.kind == "face" else NearEyeGaze(config)


def restored(state: dict[str, Any]) -> Network:
    """The network of a checkpoint that `models.gaze.training` saved."""
    net = network_of(GazeConfig(**state["config"]))
    net.load_state_dict(state["net"])
    return net.eval()
