"""Other lights, lenses and sensors, for batches of eyes (B, K, S, h, w): B pairs, K = 2 kinds of picture (neutral,
image), S = 2 sides.

Rendered people become real ones here: on real footage, photometric augmentation mattered most by far. One draw serves
an image and its neutral, because they come from one camera.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional


def uniform(shape: tuple[int, ...], low: float, high: float, like: Tensor) -> Tensor:
    return torch.empty(shape, device=like.device).uniform_(low, high)


def some_of(b: int, share: float, like: Tensor, sides: int = 1) -> Tensor:
    """(B, 1, S or 1, 1, 1) bool: which pairs (or eyes) a change touches."""
    return torch.rand((b, 1, sides, 1, 1), device=like.device) < share


def relight(eyes: Tensor, share: float) -> Tensor:
    """Light, lens and sensor, in that order; `share` scales how many pairs each change touches."""
    b = len(eyes)

    def some(probability: float, low: float, high: float, usual: Tensor | float = 0.0, sides: int = 1) -> Tensor:
        """(B, 1, sides, 1, 1): low..high for this share of the pairs, the usual value for the others."""
        drawn = uniform((b, 1, sides, 1, 1), low, high, eyes)
        return torch.where(some_of(b, probability * share, eyes, sides), drawn, usual)

    eyes = _on_a_part(eyes, 0.4 * share, _coarser)
    eyes = _on_a_part(eyes, 0.4 * share, _blurred)
    eyes = _on_a_part(eyes, 0.15 * share, _streaked)

    y = torch.linspace(-1, 1, eyes.shape[3], device=eyes.device)[:, None]
    x = torch.linspace(-1, 1, eyes.shape[4], device=eyes.device)
    slope = 1.0 + some(0.6, -0.5, 0.5, sides=2) * x + some(0.6, -0.5, 0.5, sides=2) * y
    off_centre = (x - some(0.5, -0.4, 0.4, sides=2)) ** 2 + (y - some(0.5, -0.4, 0.4, sides=2)) ** 2
    eyes = eyes * (slope * (1.0 - some(0.5, 0.0, 0.55) * off_centre)).clamp(min=0.05)
    eyes = eyes + some(0.5, 0.0, 1.0, sides=2) * _spots(eyes, x, y)
    eyes = _on_a_part(eyes, 0.2 * share, _edge)

    gamma = some(0.7, math.log(0.5), math.log(2.0)).exp()
    eyes = eyes.clamp(1e-4, 1.0) ** gamma
    mean = eyes.mean((1, 2, 3, 4), keepdim=True).clamp(min=0.01)
    aim = some(0.8, math.log(0.12), math.log(0.85), usual=mean.log()).exp()  # cameras aim at a mean, not at a gain
    gain = (aim / mean).clamp(0.3, 4.0) * some(0.8, 0.9, 1.1, usual=1.0, sides=2)
    contrast = some(0.7, 0.5, 1.8, usual=1.0)
    veil, stray = some(0.4, 0.0, 0.45), some(1.0, 0.1, 0.9)
    eyes = ((eyes - mean) * contrast + mean) * gain * (1.0 - veil) + veil * stray
    eyes = eyes.clamp(max=some(0.15, 0.55, 1.0, usual=1.0))

    # exposure and lamps drift between neutral and image; only the image is noisy, for the neutral is a mean of many
    drift = some(0.8, 0.0, 1.0)
    change, offset = (uniform((b, 2, 2, 1, 1), -reach, reach, eyes) * drift for reach in (0.1, 0.04))
    noise = some(0.7, 0.0, 0.04) * torch.tensor([0.1, 1.0], device=eyes.device).reshape(1, 2, 1, 1, 1)
    return (eyes * (1.0 + change) + offset + noise * torch.randn_like(eyes)).clamp(0.0, 1.0)


def _on_a_part(eyes: Tensor, share: float, change: Callable[[Tensor], Tensor]) -> Tensor:
    """Change this share of the pairs, drawn anew each time; cheaper than changing all and choosing."""
    rows = torch.randperm(len(eyes), device=eyes.device)[: round(share * len(eyes))]
    return eyes.index_copy(0, rows, change(eyes[rows])) if len(rows) else eyes


def _coarser(eyes: Tensor) -> Tensor:
    """Fewer pixels and back: one factor a batch, 1.3 to 3.5 times."""
    h, w = eyes.shape[-2:]
    factor = 1.3 * (3.5 / 1.3) ** float(torch.rand(()))
    small = functional.interpolate(eyes.flatten(1, 2), (round(h / factor), round(w / factor)), mode="area")
    return functional.interpolate(small, (h, w), mode="bilinear").reshape(eyes.shape)


def _blurred(eyes: Tensor) -> Tensor:
    """Out of focus: one Gaussian a batch, 0.5 to 2.2 pixels; replicated borders, or a network reads the dark frame."""
    sigma = 0.5 + 1.7 * float(torch.rand(()))
    reach = math.ceil(2.5 * sigma)
    taps = torch.softmax(-(torch.arange(-reach, reach + 1).float() ** 2) / (2 * sigma**2), 0).tolist()
    pictures = functional.pad(eyes.flatten(1, 2), (reach, reach, reach, reach), mode="replicate")
    for axis in (-1, -2):  # shifted sums: on a processor a convolution of one plane takes three times as long
        size = eyes.shape[axis]
        blurred = taps[0] * pictures.narrow(axis, 0, size)
        for start, tap in enumerate(taps[1:], 1):
            blurred.add_(pictures.narrow(axis, start, size), alpha=tap)
        pictures = blurred
    return pictures.reshape(eyes.shape)


def _streaked(eyes: Tensor) -> Tensor:
    """A lid or an eye in motion while the shutter is open: only the image is smeared, up or down, 3 to 11 pixels."""
    neutral, image = eyes.unbind(1)
    length = 2 * int(torch.randint(1, 6, ())) + 1
    rows = functional.pad(image, (0, 0, length // 2, length // 2), mode="replicate").cumsum(-2)
    rows = functional.pad(rows, (0, 0, 1, 0))
    return torch.stack([neutral, (rows[..., length:, :] - rows[..., :-length, :]) / length], 1)


def _spots(eyes: Tensor, x: Tensor, y: Tensor, count: int = 3) -> Tensor:
    """Reflections of lamps, small to middling, which wander a little between neutral and image; x (w,), y (h, 1)."""
    b = len(eyes)
    size = uniform((b, 1, 2, count, 1), math.log(0.02), math.log(0.25), eyes).exp()
    bright = uniform((b, 1, 2, count, 1), 0.0, 1.0, eyes)

    def profile(along: Tensor) -> Tensor:  # (B, K, S, count, pixels): a Gaussian is a product of two
        place = uniform((b, 1, 2, count, 1), -0.9, 0.9, eyes)
        wander = 0.06 * torch.randn((b, 2, 2, count, 1), device=eyes.device)
        return torch.exp(-((along.flatten() - place - wander) ** 2) / (2 * size**2))

    return (profile(y) * bright).transpose(-1, -2) @ profile(x)


def _edge(eyes: Tensor) -> Tensor:
    """The rim of a lens, a frame of glasses, hair: what lies beyond a soft straight edge takes one gray level."""
    b, _, _, h, w = eyes.shape
    y = torch.linspace(-1, 1, h, device=eyes.device)[:, None]
    x = torch.linspace(-1, 1, w, device=eyes.device)
    turn = uniform((b, 1, 2, 1, 1), -math.pi, math.pi, eyes)
    place = uniform((b, 1, 2, 1, 1), 0.5, 1.1, eyes) + 0.02 * torch.randn((b, 2, 2, 1, 1), device=eyes.device)
    softness = uniform((b, 1, 2, 1, 1), 0.02, 0.15, eyes)
    beyond = ((x * turn.cos() + y * turn.sin() - place) / softness).clamp(0.0, 1.0)
    return torch.lerp(eyes, uniform((b, 1, 2, 1, 1), 0.0, 1.0, eyes).expand_as(eyes), beyond)
