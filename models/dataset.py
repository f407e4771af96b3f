"""Rendered pairs on disk and in memory.

A data set is a folder with dataset.json and shards shard-00000, shard-00001, ... each holding
  images.npy   (n, 96, 192) uint8   pairs, the wearer's left eye in the left half
  neutral.npy  (s, 96, 192) uint8   mean neutral image of each session
  labels.npz   action_unit, emotion int8 (-1: none), strength float16, channels float16 (n, 22) in their own units,
               session int32 (row of neutral.npy), person int32, headset uint8, and if skins were scanned from
               living people skin int8 (which of them, -1: none)

In memory all shards are one `Pairs` of tensors; 400,000 pairs are 7.4 GB, so they live on the GPU as uint8. People are
kept apart: whoever is held out is held out of everything. So are some of the scanned skins, for there are only twenty:
a network may be good to a new face because it has met that face's skin on another. And so is every person of another
head than the usual one (dataset.json says "topology"): a network may know a mesh and not faces. And so is everybody in
the frozen benchmark of models/study (dataset.json says "benchmark"). What `models.clean` has
listed in removed.csv is left out for everybody.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.errors import BridgeError
from models.clean import LIST, removed_rows
from models.labels import NEUTRAL_EMOTION, NONE, UNITS_WITHOUT_EMOTION
from models.synthetic.parts import TOPOLOGY

HELD_OUT: Final = 0.1
"The share of people that training never sees."
HELD_OUT_SKINS: Final = (3, 8, 13, 18)
"The scanned skins that training never sees, whoever wears them."

_APART: Final = 1_000_000
"Between the numbers of two data sets' people, which both begin at 0: the second's person 7 is somebody else."

_LABELS: Final = ("action_unit", "emotion", "strength", "channels", "session", "person", "headset")


def is_held_out(person: int) -> bool:
    """Whether this person is kept for evaluation; depends on nothing but the person's number."""
    return zlib.crc32(str(person).encode()) / 2**32 < HELD_OUT


@dataclass(frozen=True, slots=True)
class Pairs:
    """N pairs of S sessions with their labels."""

    images: Tensor
    "(N, h, 2 w) uint8"
    neutrals: Tensor
    "(S, h, 2 w) uint8"
    session: Tensor
    "(N,) int64, row of neutrals"
    person: Tensor
    "(N,) int64, other numbers in every data set"
    headset: Tensor
    "(N,) int64"
    action_unit: Tensor
    "(N,) int64, -1: none"
    emotion: Tensor
    "(N,) int64, -1: none"
    strength: Tensor
    "(N,) float32, 0..1"
    channels: Tensor
    "(N, 22) float32, in their own units"

    def __len__(self) -> int:
        return len(self.images)

    def to(self, device: torch.device) -> "Pairs":
        return Pairs(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})

    def only(self, rows: Tensor) -> "Pairs":
        """These pairs, and everybody's neutrals."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return Pairs(**{name: column if name == "neutrals" else column[rows] for name, column in columns.items()})

    def population_mean(self) -> Tensor:
        """(h, 2 w) uint8: the mean of all sessions' neutral images, the same in a mirror."""
        mean = torch.stack([chunk.float().sum(0) for chunk in torch.split(self.neutrals, 1024)]).sum(0) / len(
            self.neutrals
        )
        return ((mean + mean.flip(-1)) / 2).round().to(torch.uint8)


def load(folders: Sequence[Path], *, held_out: bool, skins: bool = False, limit: int | None = None) -> Pairs:
    """The pairs to train on, or those of people held out, evenly thinned out to `limit` pairs.

    People are held out by themselves, in skins that training knows; or, with `skins`, by a skin that it never sees.

    Raises BridgeError when a folder holds no data set, a broken one, or nobody of that kind.
    """
    shards: list[Path] = []
    labels: list[dict[str, NDArray[np.generic]]] = []
    rows: list[NDArray[np.intp]] = []
    places = {folder: place for place, folder in enumerate(dict.fromkeys(folder.resolve() for folder in folders))}
    for folder in folders:
        strange, found = _all_strangers(folder), _shards(folder)
        parts = [_labels(shard) for shard in found]
        for part, kept in zip(parts, _kept(folder, [len(part["person"]) for part in parts]), strict=True):
            rows.append(np.flatnonzero(_chosen(part, held_out, skins, strange) & kept))
        shards += found
        first_number = _APART * places[folder.resolve()]  # the same set twice has the same people twice
        labels += [part | {"person": part["person"].astype(np.int64) + first_number} for part in parts]
    total = sum(map(len, rows))
    if not total:
        who = "who is held out" if held_out else "to train on"
        raise BridgeError(f"no person {who} in {', '.join(map(str, folders))}: render more people")
    if limit and limit < total:
        every = total / limit
        rows = [part[np.unique((np.arange(0, len(part), every)).astype(int))] for part in rows]
    first = np.load(shards[0] / "images.npy", mmap_mode="r")
    images = torch.empty((sum(map(len, rows)), *first.shape[1:]), dtype=torch.uint8)
    neutrals, sessions, start, offset = [], [], 0, 0
    for shard, part, row in zip(shards, labels, rows, strict=True):
        pictures, neutral = np.load(shard / "images.npy", mmap_mode="r"), np.load(shard / "neutral.npy")
        _check(shard, pictures, neutral, part)
        images[start : start + len(row)] = torch.from_numpy(pictures[row])
        used, renumbered = np.unique(part["session"][row], return_inverse=True)  # only these people's neutrals
        neutrals.append(torch.from_numpy(neutral[used]))
        sessions.append(torch.from_numpy(renumbered.astype(np.int64) + offset))
        start, offset = start + len(row), offset + len(used)
    classes = {name: _column(labels, rows, name, np.int64) for name in ("person", "headset", "action_unit", "emotion")}
    gesture = torch.isin(classes["action_unit"], torch.tensor(UNITS_WITHOUT_EMOTION))
    classes["emotion"][gesture & (classes["emotion"] == NONE)] = NEUTRAL_EMOTION
    return Pairs(
        images=images,
        neutrals=torch.cat(neutrals),
        session=torch.cat(sessions),
        strength=_column(labels, rows, "strength", np.float32),
        channels=_column(labels, rows, "channels", np.float32),
        **classes,
    )


def _chosen(
    labels: dict[str, NDArray[np.generic]], held_out: bool, skins: bool, all_strangers: bool
) -> NDArray[np.bool_]:
    """(n,) which pairs a load is about; see `load`."""
    strange: NDArray[np.bool_] = np.isin(labels["skin"], HELD_OUT_SKINS)
    if held_out and skins:
        return strange
    people, of_person = np.unique(labels["person"], return_inverse=True)
    out: NDArray[np.bool_] = np.array([all_strangers or is_held_out(int(person)) for person in people])[of_person]
    chosen: NDArray[np.bool_] = ~strange & (out == held_out)
    return chosen


def _kept(folder: Path, sizes: list[int]) -> list[NDArray[np.bool_]]:
    """Which pairs of a folder's shards, of these sizes, its list of removed ones leaves."""
    kept, removed = np.ones(sum(sizes), np.bool_), removed_rows(folder)
    if removed is not None:
        if not ((removed >= 0) & (removed < len(kept))).all():
            raise BridgeError(f"{folder / LIST} is not this data set's; delete it, or run python -m models.clean again")
        kept[removed] = False
    return np.split(kept, np.cumsum(sizes)[:-1])


def _shards(folder: Path) -> list[Path]:
    shards = sorted(folder.glob("shard-*"))
    if not shards:
        raise BridgeError(f"the data set {folder} is empty: make one with python -m models.synthetic")
    return shards


def _all_strangers(folder: Path) -> bool:
    """Whether all people of a data set are held out: they have another head than those to train on, or are frozen."""
    about = folder / "dataset.json"
    if not about.is_file():
        raise BridgeError(
            f"{folder} is not a data set (it has no dataset.json): make one with python -m models.synthetic"
        )
    said = json.loads(about.read_text("utf-8"))
    return "benchmark" in said or said.get("topology", TOPOLOGY) != TOPOLOGY


def _labels(shard: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with np.load(shard / "labels.npz") as file:
            labels = {name: file[name] for name in _LABELS}
            return labels | {"skin": file.get("skin", np.full(len(labels["person"]), NONE))}
    except (OSError, KeyError, ValueError) as error:
        raise BridgeError(f"cannot read the labels in {shard} ({error}): render it again") from error


def _check(
    shard: Path, images: NDArray[np.uint8], neutral: NDArray[np.uint8], labels: dict[str, NDArray[np.generic]]
) -> None:
    n = len(images)
    highest = {"action_unit": len(ACTION_UNIT_NAMES), "emotion": len(EMOTION_NAMES), "session": len(neutral)}
    fits = (
        all(len(column) == n for column in labels.values())
        and labels["channels"].shape == (n, len(CHANNEL_NAMES))
        and all(labels[name].max(initial=0) < limit for name, limit in highest.items())
        and neutral.shape[1:] == images.shape[1:]
    )
    if not fits:
        raise BridgeError(f"the arrays in {shard} do not fit together: render it again")


def _column(
    labels: list[dict[str, NDArray[np.generic]]], rows: list[NDArray[np.intp]], name: str, kind: type[np.generic]
) -> Tensor:
    parts = [part[name][row] for part, row in zip(labels, rows, strict=True)]
    return torch.from_numpy(np.concatenate(parts).astype(kind))
