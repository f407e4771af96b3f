"""A benchmark of drawings: what the study needs of a data set, made in a moment."""

import json
from pathlib import Path

import numpy as np

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from models.study.benchmark import SESSIONS, headset_of
from models.study.frozen import read
from models.study.protocol import FRAMES, HOLDS, RATE
from models.synthetic.headset import FAMILIES

TINY_EVERY = 40


def write_benchmark(folder: Path, people: int = 10) -> None:
    """Pairs of gray noise with a bright bar for each hold, so that something can be learnt."""
    folder.mkdir(parents=True)
    frozen = read()
    about = {"format": 1, "benchmark": frozen.version, "fingerprint": frozen.fingerprint}
    (folder / "dataset.json").write_text(json.dumps(about))
    frames = np.arange(TINY_EVERY // 2, FRAMES, TINY_EVERY)
    hold = np.repeat(np.arange(len(HOLDS)), len(frames))
    second = np.tile(frames / RATE, len(HOLDS)).astype(np.float32)
    for person in range(people):
        for session in range(SESSIONS):
            rng = np.random.default_rng((person, session))
            images = rng.integers(90, 120, (len(hold), 96, 192), np.uint8)
            for n, number in enumerate(hold):
                images[n, 10 + 6 * number : 16 + 6 * number] += 90
            shard = folder / f"shard-{person:03d}-{session}"
            shard.mkdir()
            np.save(shard / "images.npy", images)
            np.save(shard / "neutral.npy", images[:1])
            units = [-1 if h.action_unit is None else ACTION_UNIT_NAMES.index(h.action_unit) for h in HOLDS]
            moods = [-1 if h.emotion is None else EMOTION_NAMES.index(h.emotion) for h in HOLDS]
            np.savez(
                shard / "labels.npz",
                action_unit=np.array(units, np.int8)[hold],
                emotion=np.array(moods, np.int8)[hold],
                strength=np.ones(len(hold), np.float16),
                channels=rng.random((len(hold), len(CHANNEL_NAMES))).astype(np.float16) * 0.1 + hold[:, None] / 13,
                session=np.zeros(len(hold), np.int32),
                person=np.full(len(hold), person, np.int32),
                headset=np.full(len(hold), FAMILIES.index(headset_of(person)), np.uint8),
                session_key=np.full(len(hold), SESSIONS * person + session, np.int32),
                hold=hold.astype(np.uint8),
                second=second,
                blinking=np.zeros(len(hold), np.float32),
            )
