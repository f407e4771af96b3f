"""Removes closed eyes from classes that are open-eyed (Eyemotion, arXiv 1707.07204, section 3.4).

    python -m models.clean .work/benchmark

A small classifier learns open and shut eyes from the set's own neutral and eyes-closed pairs, reads every other pair,
and lists those in which an eye is shut that the class wants open, with the pictures to look at: removed.csv and
removed.png in the data set's folder. No picture is deleted; training, evaluation and `models.study` leave the listed
rows out. Delete a line to keep its pair.
"""

import argparse
import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from bridge.channels import ACTION_UNIT_NAMES, EMOTION_NAMES
from bridge.errors import BridgeError
from bridge.files import write_atomically
from models.labels import CLOSED_EMOTION, CLOSED_UNIT, NONE

LIST: Final = "removed.csv"
SIZE: Final = 48
"Pixels of a side of the eye that the classifier sees."
SHUT: Final = 0.5
STEPS: Final = 400
BATCH: Final = 128
_NEUTRAL: Final = ACTION_UNIT_NAMES.index("neutral")
_WINKS: Final = tuple(ACTION_UNIT_NAMES.index(f"wink_{side}") for side in ("left", "right"))
_SHOWN: Final = 120
"Pairs in the picture of what was removed."


@dataclass(frozen=True, slots=True)
class Found:
    """A pair that its class does not fit."""

    row: int
    "Of the whole data set, shard after shard in the order of their names."
    action_unit: int
    emotion: int
    shut: tuple[float, float]
    "Probability that the (left, right) eye is shut."


def blink_classifier() -> nn.Module:
    """(N, 1, 48, 48) of one eye, 0..1, the right one mirrored -> (N,) logits that it is shut."""
    layers: list[nn.Module] = []
    for inputs, outputs in ((1, 16), (16, 32), (32, 32)):
        layers += [nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(32 * 36, 1), nn.Flatten(0))


def eyes(images: NDArray[np.uint8]) -> Tensor:
    """(N, 96, 192) pairs -> (2 N, 1, 48, 48), all left eyes and then all right ones in a mirror."""
    pair = torch.from_numpy(images).float()[:, None] / 255.0
    left, right = pair.chunk(2, -1)
    both = torch.cat([left, right.flip(-1)])
    return functional.interpolate(both, (SIZE, SIZE), mode="area")


def learn(images: NDArray[np.uint8], shut: NDArray[np.bool_], seed: int = 3) -> nn.Module:
    """A classifier of pairs whose eyes are both open or both shut. Raises BridgeError when one kind is missing."""
    if shut.all() or not shut.any():
        raise BridgeError("blinks can only be learnt from a data set with neutral and with eyes-closed pairs")
    torch.manual_seed(seed)
    seen, label = eyes(images), torch.from_numpy(np.tile(shut, 2)).float()
    net = blink_classifier()
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=0.01)
    kinds = [(label == kind).nonzero()[:, 0] for kind in (0, 1)]
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * (1 - step / STEPS)
        rows = torch.cat([kind[torch.randint(len(kind), (BATCH // 2,))] for kind in kinds])
        gain = torch.rand(BATCH, 1, 1, 1) * 0.6 + 0.7
        loss = functional.binary_cross_entropy_with_logits(net(seen[rows] * gain), label[rows])
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    return net.eval()


@torch.inference_mode()
def shut_probability(net: nn.Module, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 2) that the left and the right eye is shut."""
    said = [net(eyes(part)).sigmoid().view(2, -1).T for part in np.array_split(images, len(images) // 512 + 1)]
    return np.asarray(torch.cat(said).numpy(), np.float32)


def wanted_open(action_unit: NDArray[Any], emotion: NDArray[Any]) -> NDArray[np.bool_]:
    """(N, 2): whether the class wants the left, the right eye open; nothing is wanted of a pair without a class."""
    labelled = (action_unit != NONE) | (emotion != NONE)
    either = labelled & (action_unit != CLOSED_UNIT) & (emotion != CLOSED_EMOTION)
    return np.stack([either & (action_unit != wink) for wink in _WINKS], 1)


def clean(images: NDArray[np.uint8], action_unit: NDArray[Any], emotion: NDArray[Any]) -> list[Found]:
    """The pairs in which an eye is shut that their class wants open. Raises BridgeError as `learn` does."""
    known = (action_unit == _NEUTRAL) | (action_unit == CLOSED_UNIT)
    net = learn(images[known], action_unit[known] == CLOSED_UNIT)
    probability = shut_probability(net, images)
    wrong = (probability > SHUT) & wanted_open(action_unit, emotion)
    return [
        Found(
            int(row), int(action_unit[row]), int(emotion[row]), (float(probability[row, 0]), float(probability[row, 1]))
        )
        for row in np.flatnonzero(wrong.any(1))
    ]


def removed_rows(folder: Path) -> NDArray[np.intp] | None:
    """The rows that a data set's list leaves out; None where it was never cleaned.

    Raises BridgeError when the list is damaged.
    """
    file = folder / LIST
    if not file.is_file():
        return None
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            return np.array([int(line["row"]) for line in csv.DictReader(lines)], np.intp)
    except (OSError, KeyError, ValueError) as error:
        raise BridgeError(f"the list {file} is damaged ({error}); delete it, or clean the data set again") from error


def write_list(folder: Path, found: list[Found], images: NDArray[np.uint8]) -> None:
    """removed.csv and removed.png."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("row", "action_unit", "emotion", "shut_left", "shut_right"))
    for one in found:
        unit = "" if one.action_unit == NONE else ACTION_UNIT_NAMES[one.action_unit]
        emotion = "" if one.emotion == NONE else EMOTION_NAMES[one.emotion]
        writer.writerow((one.row, unit, emotion, *(f"{value:.3f}" for value in one.shut)))
    write_atomically(folder / LIST, text.getvalue().encode())
    shown = [images[one.row] for one in found[:: max(1, len(found) // _SHOWN)]][:_SHOWN]
    shown += [np.zeros_like(images[0])] * (-len(shown) % 8)
    if shown:
        sheet = np.vstack([np.hstack(shown[start : start + 8]) for start in range(0, len(shown), 8)])
        write_atomically(folder / "removed.png", cv2.imencode(".png", sheet)[1].tobytes())


def read(folder: Path) -> tuple[NDArray[np.uint8], NDArray[Any], NDArray[Any]]:
    """(images, action units, emotions) of a data set. Raises BridgeError when it is none."""
    shards = sorted(folder.glob("shard-*"))
    try:
        images = np.concatenate([np.load(shard / "images.npy") for shard in shards])
        labels = [np.load(shard / "labels.npz") for shard in shards]
        unit, emotion = (np.concatenate([part[name] for part in labels]) for name in ("action_unit", "emotion"))
    except (OSError, KeyError, ValueError) as error:
        raise BridgeError(f"{folder} is no data set that can be read ({error})") from error
    return images, unit, emotion


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="data set: a folder with dataset.json and shards")
    folder = parser.parse_args().data
    try:
        images, unit, emotion = read(folder)
        found = clean(images, unit, emotion)
        write_list(folder, found, images)
    except BridgeError as error:
        raise SystemExit(f"models.clean: {error}") from error
    print(f"{len(found)} of {len(images)} pairs show a shut eye that their class wants open; listed in {folder / LIST}")


if __name__ == "__main__":
    main()
