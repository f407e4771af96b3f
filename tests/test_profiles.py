"""Profiles on disk: whole or not at all, and refused with a sentence when they do not fit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge import fewshot, profiles
from bridge.channels import CHANNEL_NAMES, CHANNELS
from bridge.commands.profiles import Profiles
from bridge.errors import BridgeError
from bridge.frames import Head
from bridge.personalization import FaceRest, Profile

SHAPE = (96, 192)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path)


def somebody(seed: int = 2) -> Profile:
    random = np.random.default_rng(seed)
    neutral = random.uniform(0, 255, SHAPE).astype(np.float32)
    parts = {part: random.normal(0, 1, shape).astype(np.float32) for part, shape in fewshot.SHAPES.items()}
    resting = random.uniform(0, 1, len(CHANNELS)).astype(np.float32)
    return Profile(neutral, resting, personal=True, fit=fewshot.Fit.of(parts))


def test_a_profile_comes_back_as_it_was() -> None:
    saved = somebody()
    assert profiles.save(saved, "me", "index").is_file()
    loaded = profiles.load("me", "index", SHAPE, glasses=False)
    np.testing.assert_array_equal(loaded.neutral, saved.neutral)
    np.testing.assert_array_equal(loaded.resting, saved.resting)
    assert loaded.personal
    assert loaded.fit is not None
    assert saved.fit is not None
    for part in fewshot.SHAPES:
        np.testing.assert_array_equal(getattr(loaded.fit, part), getattr(saved.fit, part))


def test_another_headset_another_size_and_nobody_are_refused() -> None:
    profiles.save(somebody(), "me", "index")
    with pytest.raises(BridgeError, match="made with headset 'index', not 'vive'"):
        profiles.load("me", "vive", SHAPE, glasses=False)
    with pytest.raises(BridgeError, match="does not fit"):
        profiles.load("me", "index", (64, 128), glasses=False)
    with pytest.raises(BridgeError, match="eyebridge calibrate"):
        profiles.load("you", "index", SHAPE, glasses=False)


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
            loaded = profiles.load("me", "index", SHAPE, glasses=False)
        except BridgeError as error:
            said.add("eyebridge calibrate" in str(error))
            if not path.is_file():
                (aside,) = path.parent.glob("me.damaged*")
                assert aside.read_bytes() == data, "what was damaged is set aside, not lost"
                aside.unlink()
        else:
            assert np.isfinite(loaded.neutral).all()
    assert said == {True}, "every refusal names the remedy, and there were some"


def test_a_file_of_the_first_format_is_read() -> None:
    profile = somebody()
    np.savez_compressed(
        profiles.path_of("old"),
        format=np.array(1),
        headset=np.array("index"),
        channels=np.array(CHANNEL_NAMES),
        neutral=profile.neutral,
        resting=profile.resting,
    )
    loaded = profiles.load("old", "index", SHAPE, glasses=False)
    np.testing.assert_array_equal(loaded.neutral, profile.neutral)
    assert loaded.fit is None


def test_glasses_are_part_of_what_must_be_the_same() -> None:
    profiles.save(somebody(), "me", "index", glasses=True)
    assert profiles.load("me", "index", SHAPE, glasses=True).personal
    with pytest.raises(BridgeError, match="made with glasses, and this is without"):
        profiles.load("me", "index", SHAPE, glasses=False)


def first_gray(name: str) -> float:
    return float(profiles.load(name, "index", SHAPE, glasses=False).neutral[0, 0])


def test_the_previous_one_is_kept_and_comes_back_and_goes_again() -> None:
    one, two = somebody(1), somebody(2)
    profiles.save(one, "me", "index")
    with pytest.raises(BridgeError, match="nothing is kept"):
        profiles.undo("me")
    profiles.save(two, "me", "index")
    assert profiles.names() == ["me"]
    for expected in (one, two, one):
        profiles.undo("me")
        assert first_gray("me") == expected.neutral[0, 0]


def test_a_damaged_profile_is_set_aside_and_never_replaces_a_good_previous_one() -> None:
    one, two, three = (somebody(seed) for seed in (1, 2, 3))
    path = profiles.save(one, "me", "index")
    profiles.save(two, "me", "index")
    path.write_bytes(b"no archive")
    profiles.save(three, "me", "index")
    assert (path.parent / "me.damaged").read_bytes() == b"no archive"
    path.write_bytes(b"nor this")
    with pytest.raises(BridgeError, match=r"set aside as me.damaged2; take back .* eyebridge profiles undo me"):
        profiles.load("me", "index", SHAPE, glasses=False)
    assert not path.exists()
    profiles.undo("me")
    assert first_gray("me") == one.neutral[0, 0]


def test_a_fit_that_no_guide_could_have_made_is_refused() -> None:
    profile = somebody()
    assert profile.fit is not None
    profile.fit.units[0, 0] = np.nan
    profiles.save(profile, "me", "index")
    with pytest.raises(BridgeError, match="broken"):
        profiles.load("me", "index", SHAPE, glasses=False)


def test_deleting_leaves_no_picture_behind() -> None:
    path = profiles.save(somebody(), "me", "index")
    profiles.save(somebody(), "me", "index")
    profiles.save(somebody(), "me.too", "index")
    (path.parent / "me.damaged").write_bytes(b"half of a picture")
    (path.parent / ".me.npz.a2b4c6d8.unfinished").write_bytes(b"what a kill has left")
    profiles.delete("me")
    assert [file.name for file in path.parent.iterdir()] == ["me.too.npz"]
    with pytest.raises(BridgeError, match="no profile 'me'"):
        profiles.delete("me")


def test_the_command_lists_takes_back_and_deletes(capsys: pytest.CaptureFixture[str]) -> None:
    assert Profiles.read([]).execute() == 0
    path = profiles.save(somebody(1), "me", "index")
    profiles.save(somebody(2), "me", "index", glasses=True)
    (path.parent / "broken.npz").write_bytes(b"")
    Profiles.read(["list"]).execute()
    Profiles.read(["undo", "me"]).execute()
    Profiles.read(["show", "me"]).execute()
    Profiles.read(["delete", "me"]).execute()
    said = capsys.readouterr().err
    assert "no profiles yet" in said
    assert "me: headset index, with glasses, guided, the one before is kept" in said
    assert "me: headset index, without glasses, guided" in said
    assert "broken: profile" in said, "a damaged one does not hide the others"
    assert not profiles.names()
    with pytest.raises(BridgeError, match="say which one"):
        Profiles.read(["delete"]).execute()


def test_the_rest_of_a_face_camera_is_kept_and_one_that_is_none_is_refused() -> None:
    shapes, nothing = np.linspace(0, 1, 52, dtype=np.float32), np.full(28, np.nan, np.float32)
    rest = FaceRest(shapes, nothing, "", Head(3.0, -8.5, 0.25, 0.0625, 0.0, -0.5), second=shapes[::-1].copy())
    profiles.save(replace(somebody(), face=rest), "me", "index")
    loaded = profiles.load("me", "index", SHAPE, glasses=False).face
    assert loaded is not None
    np.testing.assert_array_equal(loaded.blendshapes, rest.blendshapes)
    assert loaded.head == rest.head
    assert loaded.second is not None
    np.testing.assert_array_equal(loaded.second, shapes[::-1])
    profiles.save(replace(somebody(), face=replace(rest, second=None)), "alone", "index")
    alone = profiles.load("alone", "index", SHAPE, glasses=False).face
    assert alone is not None
    assert alone.second is None
    for wrong in (
        replace(rest, blendshapes=np.full(52, np.nan, np.float32)),
        replace(rest, blendshapes=np.zeros(51, np.float32)),
        replace(rest, head=replace(rest.head, z=np.inf)),
        replace(rest, second=np.full(52, 2.0, np.float32)),
        replace(rest, second=np.zeros(51, np.float32)),
    ):
        profiles.save(replace(somebody(), face=wrong), "wrong", "index")
        with pytest.raises(BridgeError, match="damaged"):
            profiles.load("wrong", "index", SHAPE, glasses=False)
