"""The benchmark in memory, and who is left out of what."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.errors import BridgeError
from models.study.frozen import read as read_frozen
from models.study.methods import FOLDS, LEFT_OUT, Vocabulary
from models.study.protocol import RATE
from models.study.training import Examples
from models.synthetic.headset import FAMILIES

NAMES: dict[Vocabulary, tuple[str, ...]] = {"action_unit": ACTION_UNIT_NAMES, "emotion": EMOTION_NAMES}
_COLUMNS = ("action_unit", "emotion", "channels", "person", "headset", "session_key", "hold", "second", "blinking")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Every pair of the benchmark; blinks that `models.clean` would remove are still there."""

    images: Tensor
    "(N, 96, 192) uint8"
    neutrals: Tensor
    "(S, 96, 192) uint8"
    session: Tensor
    "(N,) int64, row of neutrals"
    columns: dict[str, NDArray[Any]]
    "By name, N rows each: what labels.npz holds."

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self.columns[column]

    def worn(self, headset: str) -> NDArray[np.intp]:
        """The people who wear this headset."""
        return np.unique(self["person"][self["headset"] == FAMILIES.index(headset)])

    def examples(self, vocabulary: Vocabulary, rows: NDArray[np.intp]) -> Examples:
        """Those pairs with their labels of one vocabulary."""
        index = torch.from_numpy(rows)
        label = torch.from_numpy(self[vocabulary].astype(np.int64))
        return Examples(self.images[index], self.neutrals, self.session[index], label[index])

    def labelled(self, vocabulary: Vocabulary, people: NDArray[np.intp]) -> NDArray[np.intp]:
        """Rows of these people that have a label of this vocabulary."""
        return np.flatnonzero((self[vocabulary] >= 0) & np.isin(self["person"], people))


def load(folder: Path, every: int = 1, removed: NDArray[np.intp] | None = None) -> Benchmark:
    """A rendered benchmark; of a finer one, every so many-th frame. `removed` are rows of all of it that are left out.

    Raises BridgeError when the folder holds none, or another version than the frozen one.
    """
    shards = sorted(folder.glob("shard-*"))
    if not shards or not (folder / "dataset.json").is_file():
        raise BridgeError(f"{folder} holds no benchmark; make one with: python -m models.study render {folder}")
    try:
        _check_version(folder)
        labels = [dict(np.load(shard / "labels.npz")) for shard in shards]
        columns = {name: np.concatenate([part[name] for part in labels]) for name in _COLUMNS}
        images = np.concatenate([np.load(shard / "images.npy") for shard in shards])
        neutrals = np.concatenate([np.load(shard / "neutral.npy") for shard in shards])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BridgeError(f"the benchmark {folder} is damaged ({error}); delete it and render it again") from error
    session = np.repeat(np.arange(len(shards)), [len(part["person"]) for part in labels])
    keep = np.ones(len(images), bool)
    if removed is not None:
        keep[removed] = False
    keep &= np.rint(columns["second"] * RATE).astype(int) % every == every // 2
    if not keep.any():
        raise BridgeError(f"{folder} was rendered too sparsely; render it with --every {every} or less")
    return Benchmark(
        torch.from_numpy(images[keep]),
        torch.from_numpy(neutrals),
        torch.from_numpy(session[keep]),
        {name: column[keep] for name, column in columns.items()},
    )


def _check_version(folder: Path) -> None:
    about = {"benchmark": 0, "fingerprint": ""} | dict(json.loads((folder / "dataset.json").read_text("utf-8")))
    frozen = read_frozen()
    if (about["benchmark"], about["fingerprint"]) != (frozen.version, frozen.fingerprint):
        raise BridgeError(
            f"{folder} is not version {frozen.version} of the benchmark, which this program is about; render it again"
        )


def folds(people: NDArray[np.intp], count: int = FOLDS, seed: int = 5) -> list[NDArray[np.intp]]:
    """The people in so many groups, each left out once."""
    return np.array_split(np.random.default_rng(seed).permutation(people), count)


def left_out(people: NDArray[np.intp]) -> NDArray[np.intp]:
    """The people of Table 1's single validation set."""
    return np.sort(np.random.default_rng(4).permutation(people)[:LEFT_OUT])


LANDMARKS = [
    CHANNEL_NAMES.index(f"{stem}_{side}")
    for stem in ("lid_openness", "gaze_yaw", "gaze_pitch", "pupil")
    for side in ("left", "right")
]
"What positions of lids, iris and pupil can say, as channels."
