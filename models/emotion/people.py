"""Rendered people who show the basic emotions, where no set of real ones is at hand.

    python -m models.emotion.people FACES --people 60 --model ict_facekit_light.npz
    python -m models.emotion FACES --layout rendered --landmarks face_landmarker.task --model ict_facekit_light.npz

Everybody shows each of the seven emotions twice, by the recipes of models.emotion.recipes, in pictures
person012_anger_8.png; truth.npz has their movements.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from rich.console import Console
from rich.progress import track

from bridge.errors import BridgeError
from bridge.face.machines import Floats
from bridge.files import write_atomically
from models.command import ended
from models.deepexp.people import Person, make_person
from models.deepexp.picture import View, make_scene, picture
from models.deepexp.rendering import rigged
from models.deepexp.rig import Rig
from models.emotion.recipes import Difficulty, acted
from models.emotion.truth import write_truth
from models.spread import Spread, spread_arguments

_console: Final = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Order:
    """What to render."""

    out: Path
    model: Path | None
    size: int
    turned: float
    "Degrees by which heads turn at most."
    seed: int


def render_person(order: Order, number: int) -> int:
    """Write one person's pictures that are not there yet; gives their number."""
    _, _, rig = rigged(order.model)
    rng = np.random.default_rng([order.seed, number, 1])
    person = make_person(rig, rng)
    shown = acted(number, order.seed, Difficulty())
    for place, (label, _, weights) in enumerate(shown):
        path = order.out / _name(number, label, place)
        if not path.exists():
            image = _photographed(rig, person, weights, order, np.random.default_rng([order.seed, number, 2, place]))
            write_atomically(
                path, cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tobytes(), sync=False
            )
    return len(shown)


def _name(number: int, label: str, place: int) -> str:
    return f"person{number:03d}_{label}_{place}.png"


def movements(people: int, seed: int) -> dict[str, Floats]:
    """What everybody shows, by the picture's name."""
    return {
        _name(number, label, place): weights
        for number in range(people)
        for place, (label, _, weights) in enumerate(acted(number, seed, Difficulty()))
    }


def _photographed(rig: Rig, person: Person, weights: Floats, order: Order, rng: Generator) -> np.ndarray:
    """(size, size, 3) RGB: the face before a camera at arm's length and more, in light from in front."""
    yaw, pitch, roll = rng.uniform(-1, 1, 3) * order.turned * (1, 0.5, 0.3)
    size = order.size
    zoom = 0.5 * size / 0.147 * rng.uniform(0.9, 1.1)
    view = View(float(yaw), float(pitch), float(roll), float(rng.uniform(0.6, 1.5)), float(zoom), size / 2, size / 2)
    return picture(rig, person, weights, view, make_scene(rng, easy=True), (size, size), rng)[0]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m models.emotion.people", description=__doc__, formatter_class=style)
    add = parser.add_argument
    add("out", type=Path, help="folder for the pictures")
    add("--people", type=int, default=60, help="(%(default)s)")
    add("--model", type=Path, help="face model, .npz; the built-in face without one")
    add("--size", type=int, default=320, help="pixels of a picture's side (%(default)s)")
    add("--turned", type=float, default=10.0, help="degrees by which heads turn at most (%(default)s)")
    add("--seed", type=int, default=0, help="(%(default)s)")
    spread_arguments(add)
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    """Render. Raises BridgeError for what the user must change."""
    if not (options.people >= 1 and 64 <= options.size <= 2048 and 0 <= options.turned <= 60):
        raise BridgeError("--people must be 1 at least, --size 64 to 2048 and --turned 0 to 60")
    order = Order(options.out, options.model, options.size, options.turned, options.seed)
    tasks = [(order, number) for number in range(options.people)]
    write_truth(options.out, movements(options.people, options.seed))
    done = Spread.of(options).map(render_person, tasks)
    pictures = sum(track(done, "people", total=len(tasks), console=_console))
    _console.print(f"{pictures} pictures of {options.people} people in {options.out}", markup=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """2 for what the user must change, 130 when stopped by hand."""
    return ended(lambda: run(_options(arguments)))


if __name__ == "__main__":
    sys.exit(main())
