"""What a network can do with the wearer's neutral image: five ways, each learnt from nothing with the same pairs, steps
and seed, and measured on held-out people.

    python -m models.neutral --data .work/pairs --steps 300

Small on purpose: it ranks the ways, it makes no network to ship.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import torch
from rich.console import Console
from torch import Tensor

from bridge.errors import BridgeError
from models.augment import Augmentation, Augmenter, Batch, batches, truth_of
from models.dataset import Pairs, load
from models.eyenet import EyeNet, Prediction
from models.metrics import Said, headline, measure
from models.train import WARM_UP, losses
from models.training import half_cosine

AUGMENTATION: Final = Augmentation(population=0.0, lost_eye=0.0, copied_eye=0.0, no_face=0.0, close=0.0, photometry=0.0)
"Other fits and slip: what a neutral must cope with. Light and lens would only take time from all ways alike."
WORN: Final = replace(AUGMENTATION, geometry=0.0)

Planes = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class NeutralFeatures(EyeNet):
    """Reads the image and the neutral by the same trunk, and goes on with what differs between their features."""

    def features(self, eyes: Tensor) -> Tensor:
        neutral, image = eyes[:, :1], eyes[:, 1:]
        empty = torch.zeros_like(image)
        both = self.trunk(torch.cat([torch.cat([empty, image], 1), torch.cat([empty, neutral], 1)]))
        of_image, of_neutral = both.chunk(2)
        difference: Tensor = of_image - of_neutral
        return difference


# way: its network, and its two planes from the difference to the neutral and the image
WAYS: Final[dict[str, tuple[type[EyeNet], Planes]]] = {
    "none": (EyeNet, lambda difference, image: (torch.zeros_like(image), image)),
    "difference alone (Eyemotion)": (EyeNet, lambda difference, image: (difference, torch.zeros_like(image))),
    "difference and image (EyeNet)": (EyeNet, lambda difference, image: (difference, image)),
    "neutral and image": (EyeNet, lambda difference, image: (image - difference, image)),
    "neutral's features": (NeutralFeatures, lambda difference, image: (image - difference, image)),
}


def seen_in(way: str, batch: Batch) -> Batch:
    """The batch as this way sees it."""
    return batch._replace(pair=torch.stack(WAYS[way][1](*batch.pair.unbind(1)), 1))


def learn(way: str, pairs: Pairs, steps: int, size: int, rate: float, seed: int) -> EyeNet:
    """A network of this way after so many steps."""
    torch.manual_seed(seed)
    net = WAYS[way][0]()
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.05)
    augment, step = Augmenter(AUGMENTATION, pairs.population_mean()), 0
    while step < steps:
        for batch in batches(pairs, augment, size, shuffle=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * half_cosine(step / steps, WARM_UP)
            seen = seen_in(way, batch)
            optimizer.zero_grad()
            torch.autograd.backward(losses(net, net(seen.pair), seen))
            torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimizer.step()
            step += 1
            if step == steps:
                break
    return net.eval()


@torch.no_grad()
def judge(way: str, net: EyeNet, held_out: Pairs, mean: Tensor, worn: bool) -> dict[str, float]:
    """The headline figures with each wearer's own neutral, taken just now or, worn, before the headset slipped."""
    torch.manual_seed(0)
    augment = Augmenter(WORN if worn else Augmentation.none(), mean)
    seen = [seen_in(way, batch) for batch in batches(held_out, augment, 64, shuffle=False)]
    answers: list[Prediction] = [net(batch.pair) for batch in seen]
    said = zip(*(net.decode(answer) for answer in answers), strict=True)
    return headline(measure(Said(*(torch.cat(part).numpy() for part in said)), truth_of(seen, held_out)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", type=Path, nargs="+", required=True, help="data sets: folders with a dataset.json")
    add("--steps", type=int, default=300, help="steps of learning for each way (%(default)s)")
    add("--batch", type=int, default=96, help="pairs a step (%(default)s)")
    add("--rate", type=float, default=2e-3, help="highest learning rate (%(default)s)")
    add("--judged", type=int, default=1000, help="held-out pairs to judge by (%(default)s)")
    add("--seed", type=int, default=1, help="of weights, order and augmentation (%(default)s)")
    options = parser.parse_args()
    console = Console(width=140, highlight=False, markup=False)
    try:
        pairs = load(options.data, held_out=False)
        held_out = load(options.data, held_out=True, limit=options.judged)
        mean = pairs.population_mean()
        console.print(f"{options.steps} steps of {options.batch} of {len(pairs)} pairs; {len(held_out)} held out\n")
        for number, way in enumerate(WAYS):
            net = learn(way, pairs, options.steps, options.batch, options.rate, options.seed)
            fresh, slipped = (judge(way, net, held_out, mean, worn) for worn in (False, True))
            if not number:
                console.print(f"| {'neutral':<29} | " + " | ".join(f"{name}, slipped" for name in fresh) + " |")
                console.print("|---|" + "---:|" * len(fresh))
            cells = (f"{fresh[name]:.3f}, {slipped[name]:.3f}" for name in fresh)
            console.print(f"| {way:<29} | " + " | ".join(cells) + " |")
    except BridgeError as error:
        raise SystemExit(f"models.neutral: {error}") from error


if __name__ == "__main__":
    main()
