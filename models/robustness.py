"""What hurts an exported network: the same held-out people again, each time with one thing wrong.

    python -m models.robustness models/weights/eyenet.onnx --data .work/pairs

An image and its neutral suffer alike, but for slip and motion, which come after the neutral was taken.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import torch
from rich.console import Console
from torch import Tensor
from torch.nn import functional

from bridge.errors import BridgeError
from models.augment import Augmentation, Augmenter, Batch, batches, to_eyes, to_pair, truth_of
from models.dataset import Pairs, load
from models.evaluate import BATCH, answers, open_network, population_mean
from models.metrics import headline, measure

NOTHING: Final = Augmentation.none()


def as_it_is(eyes: Tensor) -> Tensor:
    """Every change takes and gives (B, K, S, h, w): gray levels 0..1 of the neutral and the image."""
    return eyes


def spectacles(eyes: Tensor) -> Tensor:
    """Two reflections of lamps on a lens, a tenth of the picture wide, and the veil of a dirty one."""
    h, w = eyes.shape[-2:]
    y, x = torch.linspace(-1, 1, h)[:, None], torch.linspace(-1, 1, w)
    glare = sum(torch.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * 0.1**2)) for a, b in ((-0.35, -0.1), (0.3, 0.25)))
    return (0.1 + 0.9 * eyes + glare).clamp(0.0, 1.0)


def without_brow(eyes: Tensor) -> Tensor:
    """The lower 60 % of the picture, as a camera below the eye sees it."""
    h, w = eyes.shape[-2:]
    kept = eyes[..., round(0.4 * h) :, round(0.2 * w) : round(0.8 * w)].flatten(0, 2)[:, None]
    return functional.interpolate(kept, (h, w), mode="bilinear").reshape(eyes.shape)


def overexposed(eyes: Tensor) -> Tensor:
    return (2.2 * eyes).clamp(max=1.0)


def underexposed(eyes: Tensor) -> Tensor:
    """A fifth of the light, and the noise that is left."""
    noise = 0.015 * torch.randn_like(eyes) * torch.tensor([0.0, 1.0]).reshape(1, 2, 1, 1, 1)
    return (0.2 * eyes + noise).clamp(0.0, 1.0)


def tinted(eyes: Tensor) -> Tensor:
    """A colour sensor that loses its infrared filter: pink, so that its gray picture is pale and soft."""
    small = functional.avg_pool2d(eyes.flatten(0, 2)[:, None], 2)
    soft = functional.interpolate(small, eyes.shape[-2:], mode="bilinear").reshape(eyes.shape)
    return 0.4 + 0.5 * soft


def long_shutter(eyes: Tensor) -> Tensor:
    """15 frames a second with the shutter open all along: the image is smeared over seven pixels."""
    neutral, image = eyes.unbind(1)
    smeared = functional.avg_pool2d(functional.pad(image, (0, 0, 3, 3), mode="replicate"), (7, 1), 1)
    return torch.stack([neutral, smeared], 1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong."""

    change: Callable[[Tensor], Tensor] = as_it_is
    augmentation: Augmentation = NOTHING


TROUBLES: Final = {
    "nothing": Trouble(),
    "spectacles with glare": Trouble(spectacles),
    "one eye only": Trouble(augmentation=replace(NOTHING, lost_eye=1.0)),
    "no brow in view": Trouble(without_brow),
    "overexposed": Trouble(overexposed),
    "underexposed": Trouble(underexposed),
    "pink tint": Trouble(tinted),
    "15 Hz, long shutter": Trouble(long_shutter),
    "slip since the neutral": Trouble(augmentation=replace(NOTHING, slip=1.0)),
}


def troubled(pairs: Pairs, mean: Tensor, trouble: Trouble) -> Iterator[Batch]:
    """The pairs in order, each with its own neutral, after the trouble."""
    torch.manual_seed(0)
    for batch in batches(pairs, Augmenter(trouble.augmentation, mean), BATCH, shuffle=False):
        difference, image = to_eyes(batch.pair).unbind(1)  # (B, S, h, w)
        there = image.amax((-2, -1), keepdim=True) > 0
        neutral, image = trouble.change(torch.stack([image - difference, image], 1)).unbind(1)
        planes = torch.stack([image - neutral, image], 1) * there[:, None]  # an eye that is missing stays black
        yield batch._replace(pair=to_pair(planes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", type=Path, help="an exported .onnx file")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="data sets; only held-out people are used")
    parser.add_argument("--pairs", type=int, default=1500, help="use so many pairs (%(default)s)")
    options = parser.parse_args()
    console = Console(width=160, highlight=False, markup=False)
    try:
        session, about = open_network(options.network)
        pairs, mean = load(options.data, held_out=True, limit=options.pairs), population_mean(about)
        for number, (name, trouble) in enumerate(TROUBLES.items()):
            said, seen = answers(session, troubled(pairs, mean, trouble))
            figures = headline(measure(said, truth_of(seen, pairs)))
            if not number:
                console.print(f"| {'trouble':<22} | " + " | ".join(figures) + " |")
                console.print("|---|" + "---:|" * len(figures))
            console.print(f"| {name:<22} | " + " | ".join(f"{figure:.3f}" for figure in figures.values()) + " |")
    except BridgeError as error:
        raise SystemExit(f"models.robustness: {error}") from error


if __name__ == "__main__":
    main()
