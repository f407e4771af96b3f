"""Measures an exported network on people it never saw: the file that ships, through ONNX Runtime.

    python -m models.evaluate models/weights/eyenet.onnx --data .work/pairs
    python -m models.evaluate models/weights/eyenet.onnx --data .work/pairs --card models/weights/eyenet.md

Four ways: with each session's own neutral image, with the population's mean instead, and both again as worn: other
lights, lenses and noise, a headset that slipped since the neutral, and in a fifth of the pairs no eye before the
cameras (the augmentation of training, seed 0). People of another head than the usual one are all unseen: give their
data set alone, and the table is about that head.
"""

import argparse
import base64
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor

from bridge.errors import BridgeError
from bridge.pictures import decode
from models.augment import Augmentation, Augmenter, Batch, batches, truth_of
from models.dataset import Pairs, load
from models.metrics import Figures, Said, measure

WAYS = {
    "own neutral": Augmentation.none(),
    "population mean": Augmentation.none(population=True),
    "own, worn": Augmentation(population=0.0, lost_eye=0.0, copied_eye=0.0, no_face=0.2),
    "population, worn": Augmentation(population=1.0, lost_eye=0.0, copied_eye=0.0, no_face=0.2),
}
BATCH = 64


def open_network(path: Path) -> tuple[onnxruntime.InferenceSession, dict[str, Any]]:
    """The network and its metadata. `bridge.network` checks them; a network that it refuses is not worth measuring."""
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    about: dict[str, Any] = json.loads(session.get_modelmeta().custom_metadata_map["eyebridge"])
    return session, about


def population_mean(about: dict[str, Any]) -> Tensor:
    """(h, 2 w) uint8: the image that the daemon subtracts until it knows its wearer."""
    try:
        return torch.from_numpy(decode(base64.b64decode(about["population_mean"]), cv2.IMREAD_GRAYSCALE))
    except ValueError as error:
        raise BridgeError("the population's mean image inside the network is damaged: export it again") from error


def evaluate(session: onnxruntime.InferenceSession, pairs: Pairs, augment: Augmenter) -> Figures:
    torch.manual_seed(0)
    steps = -(-len(pairs) // BATCH)
    quiet = not Console().is_terminal
    shown = track(batches(pairs, augment, BATCH, shuffle=False), "reading", steps, transient=True, disable=quiet)
    said, seen = answers(session, shown)
    return measure(said, truth_of(seen, pairs))


def answers(session: onnxruntime.InferenceSession, shown: Iterable[Batch]) -> tuple[Said, list[Batch]]:
    """What the network says, and the batches without their pictures: the labels are all that is needed later."""
    said: list[list[np.ndarray[Any, np.dtype[np.float32]]]] = []
    seen: list[Batch] = []
    for batch in shown:
        said.append(session.run(["action_units", "emotions", "channels"], {"pair": batch.pair.numpy()}))
        seen.append(batch._replace(pair=torch.empty(0)))
    return Said(*map(np.concatenate, zip(*said, strict=True))), seen


def rows_of(figures: Figures, families: Sequence[str]) -> list[tuple[str, float]]:
    """The lines of the table; `families` are the headsets' names."""
    people, gaze = figures["people"], figures["gaze_degrees"]
    lines = [("AU accuracy", figures["action_units"]["accuracy"]), ("AU mean F1", figures["action_units"]["f1"])]
    lines += [(f"F1 {name}", figure["f1"]) for name, figure in figures["action_units"]["classes"].items()]
    lines += [("AU accuracy, worst person", people["worst"]), ("AU accuracy, sd over people", people["sd"])]
    worn = {row: accuracy for row, accuracy in figures["headsets"].items() if row < len(families)}
    lines += [(f"AU accuracy, headset {families[row]}", accuracy) for row, accuracy in worn.items()]
    lines += [("emotion accuracy", figures["emotions"]["accuracy"]), ("emotion mean F1", figures["emotions"]["f1"])]
    lines += [("gaze error, median, degrees", gaze["median"]), ("gaze error, 95 %, degrees", gaze["p95"])]
    lines += [("gaze error, median, fitted", gaze["fitted"])]
    lines += [("closed against open, AUC", figures["closed_auc"])]
    lines += [("eyes taken for none", figures["visible"]["lost"]), ("no eye, noticed", figures["visible"]["noticed"])]
    return lines + [(f"mean error {name}", error) for name, error in figures["mean_error"].items()]


def table(ways: dict[str, Figures], families: Sequence[str]) -> str:
    """All ways side by side, as Markdown: readable in a terminal and in a card."""
    columns = [rows_of(figures, families) for figures in ways.values()]
    lines = [f"| {'figure':<28} | " + " | ".join(f"{way:>16}" for way in ways) + " |"]
    lines.append("|" + "-" * 30 + "|" + "|".join("-" * 17 + ":" for _ in ways) + "|")
    for cells in zip(*columns, strict=True):
        lines.append(f"| {cells[0][0]:<28} | " + " | ".join(f"{value:>16.3f}" for _, value in cells) + " |")
    return "\n".join(lines)


def headsets_of(folders: Sequence[Path]) -> Sequence[str]:
    """The names of the families that the labels number: families are only ever added, so the longest list knows all."""
    named = [json.loads((folder / "dataset.json").read_text("utf-8")).get("headsets", ()) for folder in folders]
    longest: Sequence[str] = max(named, key=len)
    return longest


def fill_card(card: Path, text: str) -> None:
    """Replace what stands between the card's figure marks. Raises BridgeError when it has none."""
    old = card.read_text("utf-8")
    marks = "<!-- figures -->", "<!-- end of figures -->"
    new, found = re.subn(f"(?s){marks[0]}.*{marks[1]}", lambda _: f"{marks[0]}\n{text}\n{marks[1]}", old)
    if not found:
        raise BridgeError(f"{card} has no lines '{marks[0]}' and '{marks[1]}' to put the figures between: add them")
    card.write_text(new, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", type=Path, help="an exported .onnx file")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="data sets; only held-out people are used")
    parser.add_argument("--skins", action="store_true", help="people in skins that training never saw, instead")
    parser.add_argument("--pairs", type=int, default=8192, help="use so many pairs (%(default)s)")
    parser.add_argument("--json", type=Path, help="also write every figure here")
    parser.add_argument("--card", type=Path, help="also write the table into this model card")
    options = parser.parse_args()
    try:
        session, about = open_network(options.network)
        pairs = load(options.data, held_out=True, skins=options.skins, limit=options.pairs)
        mean = population_mean(about)
        ways = {way: evaluate(session, pairs, Augmenter(changes, mean)) for way, changes in WAYS.items()}
        people = len(torch.unique(pairs.person))
        names = ", ".join(folder.name for folder in options.data)
        who = f"{people} people in unknown skins" if options.skins else f"{people} people"
        text = f"{len(pairs)} pairs of {who} held out of {names}; network trained {about['trained']['date']}."
        text += f"\n\n{table(ways, headsets_of(options.data))}"
        Console(width=140, highlight=False, markup=False).print(text)
        if options.json:
            options.json.write_text(json.dumps(ways, indent=1), "utf-8")
        if options.card:
            fill_card(options.card, text)
    except BridgeError as error:
        raise SystemExit(f"models.evaluate: {error}") from error


if __name__ == "__main__":
    main()
