"""Trains one method and asks it about people it has not seen: section 4.1's optimiser, loss and schedule."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.distributed import average_gradients, own_share, same_start, world
from models.study.methods import Method, Preset

DECAY_A_EPOCH: Final = 0.94
L2: Final = 4e-4
VARIATION: Final = 0.02
"Of rotation (of a half turn), scale and brightness (section 3.5): 3.6 degrees, 2 % and 5 gray levels."
_ASK: Final = 64
"Pairs that are asked about at once."


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled pairs of some people."""

    images: Tensor
    "(N, 96, 192) uint8"
    neutrals: Tensor
    "(S, 96, 192) uint8"
    session: Tensor
    "(N,) int64, row of neutrals"
    label: Tensor
    "(N,) int64"

    def __len__(self) -> int:
        return len(self.images)

    def rows(self, chosen: NDArray[np.intp]) -> "Examples":
        """Some of them; neutrals stay."""
        index = torch.from_numpy(chosen)
        return Examples(self.images[index], self.neutrals, self.session[index], self.label[index])


def pictures(examples: Examples, rows: Tensor, method: Method, size: int, vary: bool, device: torch.device) -> Tensor:
    """What the network sees: (n, 3, size, size), or (n, 3, size, 2 size) with a square for each eye; about -1..1."""
    image = examples.images[rows].to(device).float()[:, None]
    neutral = examples.neutrals[examples.session[rows]].to(device).float()[:, None]
    if vary:
        image, neutral = _varied(image, neutral)
    seen = (image - neutral) / 128.0 if method.personalized else image / 127.5 - 1.0
    shape = (size, size if method.square else 2 * size)
    small = functional.interpolate(seen, shape, mode="bilinear", antialias=True).expand(-1, 3, -1, -1)
    return small.contiguous(memory_format=torch.channels_last)  # half the time of a training step on a processor


def _varied(image: Tensor, neutral: Tensor) -> tuple[Tensor, Tensor]:
    """Turned, scaled and brightened a little, a picture and its neutral alike: they share one camera."""
    n, device = len(image), image.device
    turn = _spread(n, device) * VARIATION * math.pi
    zoom = 1 + _spread(n, device) * VARIATION
    aspect = image.shape[-1] / image.shape[-2]
    cos, sin = zoom * turn.cos(), zoom * turn.sin()
    zero = torch.zeros_like(cos)
    matrix = torch.stack([cos, -sin / aspect, zero, sin * aspect, cos, zero], 1).view(n, 2, 3)
    grid = functional.affine_grid(matrix, [n, 1, *image.shape[-2:]], align_corners=False)
    both = functional.grid_sample(torch.cat([image, neutral], 1), grid, padding_mode="border", align_corners=False)
    both = both + (_spread(n, device) * VARIATION * 255.0)[:, None, None, None]
    return both[:, :1], both[:, 1:]


def _spread(n: int, device: torch.device) -> Tensor:
    return 2 * torch.rand(n, device=device) - 1


def optimizer_for(net: nn.Module, preset: Preset) -> torch.optim.Optimizer:
    """The paper's RMSProp. PyTorch adds epsilon outside the root, TensorFlow inside; with 1 both are near sqrt(v) + 1
    for the small gradients there are."""
    learning = [parameter for parameter in net.parameters() if parameter.requires_grad]
    return torch.optim.RMSprop(learning, lr=preset.rate, alpha=0.9, eps=1.0, momentum=0.9, weight_decay=L2)


def trained(
    method: Method, preset: Preset, examples: Examples, classes: int, seed: int, device: torch.device
) -> nn.Module:
    """A network that has learnt these examples; the same on every process of a `models.distributed` world."""
    torch.manual_seed(seed)
    net = preset.network(method, classes).to(device)
    if method.frozen:
        _freeze(net)
    same_start(net)
    optimizer = optimizer_for(net, preset)
    order = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed + 1000 * world()[0])  # every process varies its pictures in its own way
    steps_an_epoch = max(1, len(examples) // preset.batch)
    batches: list[Tensor] = []
    for step in range(max(1, round(preset.epochs * steps_an_epoch))):
        if not batches:
            batches = list(torch.split(torch.randperm(len(examples), generator=order), preset.batch))[:steps_an_epoch]
        for group in optimizer.param_groups:
            group["lr"] = preset.rate * DECAY_A_EPOCH ** (step // steps_an_epoch)
        _learn(net, optimizer, method, preset, examples, own_share(batches.pop()), device)
    return net.eval()


def _freeze(net: nn.Module) -> None:
    """All but the classifier stays as it is."""
    for name, parameter in net.named_parameters():
        parameter.requires_grad = name.startswith("fc.")


def _learn(
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    method: Method,
    preset: Preset,
    examples: Examples,
    rows: Tensor,
    device: torch.device,
) -> None:
    net.train(not method.frozen)  # a network that stays as it is keeps its statistics, too
    seen = pictures(examples, rows, method, preset.size, method.augmented, device)
    loss = functional.cross_entropy(net(seen), examples.label[rows].to(device))
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    average_gradients(net)
    optimizer.step()


@torch.inference_mode()
def probabilities(net: nn.Module, method: Method, preset: Preset, examples: Examples, device: torch.device) -> Tensor:
    """(N, classes) on the processor."""
    said = []
    for rows in torch.split(torch.arange(len(examples)), _ASK):
        seen = pictures(examples, rows, method, preset.size, False, device)
        said.append(net(seen).softmax(1).cpu())
    return torch.cat(said)
