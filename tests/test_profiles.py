"""Profiles on disk: whole or not at all, and refused with a sentence when they do not fit."""

from pathlib import Path

import numpy as np
import pytest

from bridge import profiles
from bridge.channels import CHANNELS
from bridge.errors import BridgeError
from bridge.personalization import Profile

SHAPE = (96, 192)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path)


def somebody() -> Profile:
    random = np.random.default_rng(2)
    neutral = random.uniform(0, 255, SHAPE).astype(np.float32)
    return Profile(neutral, random.uniform(0, 1, len(CHANNELS)).astype(np.float32), personal=True)


def test_a_profile_comes_back_as_it_was() -> None:
    saved = somebody()
    assert profiles.save(saved, "me", "index").is_file()
    loaded = profiles.load("me", "index", SHAPE)
    np.testing.assert_array_equal(loaded.neutral, saved.neutral)
    np.testing.assert_array_equal(loaded.resting, saved.resting)
    assert loaded.personal


def test_another_headset_another_size_and_nobody_are_refused() -> None:
    profiles.save(somebody(), "me", "index")
    with pytest.raises(BridgeError, match="made with headset 'index', not 'vive'"):
        profiles.load("me", "vive", SHAPE)
    with pytest.raises(BridgeError, match="does not fit"):
        profiles.load("me", "index", (64, 128))
    with pytest.raises(BridgeError, match="eyebridge calibrate"):
        profiles.load("you", "index", SHAPE)


@pytest.mark.parametrize("name", ["", "../me", "a/b", ".hidden", "x" * 99])
def test_a_name_cannot_leave_the_folder(name: str) -> None:
    with pytest.raises(BridgeError, match="no profile name"):
        profiles.path_of(name)


def test_every_truncation_and_many_flips_are_a_sentence_or_the_same_profile() -> None:
    path = profiles.save(somebody(), "me", "index")
    whole = path.read_bytes()
    random = np.random.default_rng(3)
    damaged = [whole[: int(cut)] for cut in random.integers(0, len(whole), 40)]
    for _ in range(80):
        copy = bytearray(whole)
        copy[random.integers(len(copy))] ^= 1 << int(random.integers(8))
        damaged.append(bytes(copy))
    said = set()
    for data in damaged:
        path.write_bytes(data)
        try:
            loaded = profiles.load("me", "index", SHAPE)
        except BridgeError as error:
            said.add("eyebridge calibrate" in str(error))
        else:
            assert np.isfinite(loaded.neutral).all()
    assert said == {True}, "every refusal names the remedy, and there were some"
