"""A tiny data set of drawn eyes in the format of `models.dataset`, and a network that has learnt nothing."""

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS
from models.export import metadata, to_onnx
from models.eyenet import EyeNet

Floats = NDArray[np.float64]

MEAN = np.add.outer(np.arange(96), np.abs(np.arange(-96, 96))).astype(np.uint8)
"The untrained network's population mean."


def draw(openness: Floats, yaw: Floats, skin: float) -> NDArray[np.uint8]:
    """(96, 192) pair: two bright openings with a dark disc; a closed lid hides both. Arguments are (left, right)."""
    y, x = np.mgrid[-1:1:96j, -1:1:96j]
    eyes = []
    for side in range(2):
        lids = (x / 0.7) ** 2 + (y / max(0.02, 0.35 * openness[side])) ** 2 < 1
        # on a picture of a face, the wearer's left is the viewer's right
        iris = (x - yaw[side] / 60) ** 2 + y**2 < 0.05
        eyes.append(np.where(lids, np.where(iris, 40.0, 230.0), skin))
    return np.hstack(eyes).astype(np.uint8)


def write(folder: Path, people: int = 30, pairs: int = 40, seed: int = 0) -> Path:
    """Shards of ten people with a session each: neutral, closed or a wink, openness and yaw at random."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.json").write_text(json.dumps({"name": "drawn eyes", "seed": seed, "headsets": ["drawn"]}))
    units = [ACTION_UNIT_NAMES.index(name) for name in ("neutral", "eyes_closed", "wink_left", "wink_right")]
    shut = np.array([(0, 0), (1, 1), (1, 0), (0, 1)])
    for number, start in enumerate(range(0, people, 10)):
        crowd = range(start, min(start + 10, people))
        skins = random.uniform(60, 160, len(crowd))
        kind = random.integers(0, 4, (len(crowd), pairs))
        openness = np.where(shut[kind], 0.0, random.uniform(0.7, 1.0, (*kind.shape, 2)))
        yaw = np.repeat(random.uniform(-25, 25, (*kind.shape, 1)), 2, 2)
        channels = np.tile([channel.neutral for channel in CHANNELS], (*kind.shape, 1))
        for side, name in enumerate(("left", "right")):
            channels[..., CHANNEL_NAMES.index(f"lid_openness_{name}")] = openness[..., side]
            channels[..., CHANNEL_NAMES.index(f"gaze_yaw_{name}")] = yaw[..., side]
        shard = folder / f"shard-{number:05d}"
        shard.mkdir()
        rows = np.ndindex(kind.shape)
        np.save(shard / "images.npy", np.stack([draw(openness[row], yaw[row], float(skins[row[0]])) for row in rows]))
        np.save(shard / "neutral.npy", np.stack([draw(np.ones(2), np.zeros(2), float(skin)) for skin in skins]))
        np.savez(
            shard / "labels.npz",
            action_unit=np.array(units, np.int8)[kind.ravel()],
            emotion=np.where(kind.ravel() == 1, 4, 0).astype(np.int8),
            strength=np.ones(kind.size, np.float16),
            channels=channels.reshape(kind.size, -1).astype(np.float16),
            session=np.repeat(np.arange(len(crowd), dtype=np.int32), pairs),
            person=np.repeat(np.array(crowd, np.int32), pairs),
            headset=np.zeros(kind.size, np.uint8),
        )
    return folder


def network(path: Path, seed: int = 0) -> EyeNet:
    """Export an untrained network to `path`; returns it too."""
    torch.manual_seed(seed)
    net = EyeNet().eval()
    trained = {"commit": "0000000", "date": "2026-11-22", "dataset": "nothing", "seed": seed, "pairs": 0}
    path.write_bytes(to_onnx(net, metadata(net, "untrained", MEAN, trained)))
    return net
