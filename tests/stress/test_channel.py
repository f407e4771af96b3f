"""The slow channel: what it says, how slowly, and when it says nothing."""

import math
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import BridgeError
from bridge.face.machines import Machines
from bridge.face.stress import NAMES, StressChannel, StressOptions
from models.emotion.classifier import Faces, Setting, train
from tests.faces import reading

CALM, STRESSED = np.full(28, -1.0), np.full(28, 1.0)
RATE = 30


def machines(kind: str = "stress", names: tuple[str, ...] = NAMES) -> Machines:
    rng = np.random.default_rng(0)
    labels = np.tile([0, 1], 60)
    features = np.where(labels[:, None] == 1, 1.0, -1.0) + rng.normal(0, 0.7, (120, 28))
    return train(Faces(features, labels, np.arange(120) // 4), names, Setting(1.0, 0.01, False), kind, "a basis")


def run(channel: StressChannel, start: float, seconds: float, face: np.ndarray | None, quality: float = 1.0) -> float:
    said = math.nan
    for frame in range(round(seconds * RATE)):
        said = channel(face, start + frame / RATE, quality)
    return said


def test_it_is_off_by_default_and_open_with_a_model(tmp_path: Path) -> None:
    assert StressOptions().open() is None
    path = tmp_path / "stress.npz"
    path.write_bytes(machines().saved())
    channel = StressOptions(model=path, half_life=2).open("a basis")
    assert channel is not None
    assert run(channel, 0, 5, STRESSED) > 0.9
    with pytest.raises(BridgeError, match="another face model"):
        StressOptions(model=path).open("another basis")
    path.write_bytes(machines("emotion").saved())
    with pytest.raises(BridgeError, match="not of stress"):
        StressOptions(model=path).open()
    path.write_bytes(machines(names=("a", "b")).saved())
    with pytest.raises(BridgeError, match="names a, b"):
        StressOptions(model=path).open()


def test_it_follows_slowly_and_starts_with_nothing() -> None:
    channel = StressChannel(machines(), StressOptions(half_life=4))
    assert math.isnan(run(channel, 0, 3.9, CALM))
    assert run(channel, 3.9, 30, CALM) < 0.1
    half = run(channel, 33.9, 4, STRESSED)
    assert half == pytest.approx(0.5, abs=0.1)
    assert run(channel, 37.9, 30, STRESSED) > 0.9


def test_the_rate_of_the_camera_does_not_matter() -> None:
    slow, fast = (StressChannel(machines(), StressOptions(half_life=4)) for _ in range(2))
    for frame in range(5 * 20):
        said_slow = slow(CALM if frame < 50 else STRESSED, frame / 5)
    for frame in range(60 * 20):
        said_fast = fast(CALM if frame < 600 else STRESSED, frame / 60)
    assert said_slow == pytest.approx(said_fast, abs=0.03)


@pytest.mark.parametrize("nobody", [None, np.full(28, np.nan)])
def test_a_face_that_leaves(nobody: np.ndarray | None) -> None:
    channel = StressChannel(machines(), StressOptions(half_life=2))
    before = run(channel, 0, 10, STRESSED)
    assert run(channel, 10, 4, nobody) == pytest.approx(before)  # a look aside changes nothing
    assert math.isnan(run(channel, 14, 2, nobody))
    assert math.isnan(channel(STRESSED, 16.0))  # and who comes back is somebody new
    assert run(channel, 16.1, 5, CALM) < 0.1


def test_faces_that_cannot_be_trusted_say_nothing() -> None:
    channel = StressChannel(machines(), StressOptions(half_life=2))
    assert math.isnan(run(channel, 0, 20, STRESSED, quality=0.2))
    assert math.isnan(run(channel, 20, 20, STRESSED, quality=math.nan))


def test_time_that_runs_backwards_begins_anew() -> None:
    channel = StressChannel(machines(), StressOptions(half_life=2))
    assert run(channel, 100, 10, STRESSED) > 0.9
    assert math.isnan(run(channel, 0, 1, CALM))
    assert run(channel, 1, 10, CALM) < 0.1


def test_other_options_keep_what_was_seen() -> None:
    channel = StressChannel(machines(), StressOptions(half_life=2))
    said = run(channel, 0, 20, STRESSED)
    assert channel.with_options(StressOptions(half_life=2.5))(STRESSED, 20.0) == pytest.approx(said, abs=0.05)


def test_coefficients_of_another_basis_are_not_read_and_that_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    channel = StressChannel(machines(), StressOptions())
    own = reading(basis=machines().basis)
    assert channel.reads(own) is own.coefficients
    assert not caplog.records
    assert channel.reads(reading(basis="another")) is None
    assert channel.with_options(StressOptions(half_life=3)).reads(reading(basis="another")) is None
    assert ["another face model" in record.getMessage() for record in caplog.records] == [True]
