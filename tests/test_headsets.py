"""What is kept for a headset, through real files."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge import headsets
from bridge.config import Config
from bridge.errors import BridgeError
from bridge.headsets import Headset, load, merged, path_of, save
from bridge.rectification import EyeOptions, RectificationOptions

INDEX = Headset.model_validate(
    {
        "rectification": {
            "left": {"rotation": 12.5, "mirror": True, "crop": (0.1, 0.2, 0.3, 0.4)},
            "right": {"camera_matrix": (260.0, 258.0, 160.0, 120.0), "distortion": (-0.3, 0.1, 0.0, 0.001)},
            "swap": True,
        },
        "cameras": {"left": {"device": "0", "width": 640, "height": 480}, "right": "http://192.168.1.21/"},
    }
)
PLAIN = Headset(rectification=RectificationOptions(left=EyeOptions(rotation=90.0)))


def test_what_is_saved_is_loaded_and_the_one_before_is_kept(tmp_path: Path) -> None:
    assert load(tmp_path, "Index") is None
    path = save(tmp_path / "new", "Index", PLAIN)
    save(tmp_path / "new", "Index", INDEX)
    assert load(tmp_path / "new", "Index") == INDEX
    assert load(tmp_path / "new", "Other") is None
    os.replace(path.with_suffix(".previous"), path)
    assert load(tmp_path / "new", "Index") == PLAIN
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0, "an address may hold a password"


@pytest.mark.parametrize(
    "damage",
    [b"\xff\xfe", b"[rectification", b"[rectification.left]\nrotation = 900.0", b"[extra]", b"x" * 70_000, b"a=" * 99],
)
def test_a_damaged_file_is_set_aside_and_saving_goes_on(tmp_path: Path, damage: bytes) -> None:
    save(tmp_path, "Index", INDEX)
    path = save(tmp_path, "Index", PLAIN)
    for number in ("", "2"):
        path.write_bytes(damage)
        with pytest.raises(BridgeError, match=f"set aside as Index.damaged{number}"):
            load(tmp_path, "Index")
        assert load(tmp_path, "Index") is None
        assert path.with_suffix(f".damaged{number}").read_bytes() == damage
    path.write_bytes(damage)
    save(tmp_path, "Index", INDEX)
    assert load(tmp_path, "Index") == INDEX
    assert b"rotation = 12.5" in path.with_suffix(".previous").read_bytes(), "damage replaces no good file"


def test_a_disk_that_refuses_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path, "Index", PLAIN)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(BridgeError, match="the disk is full"):
        save(tmp_path, "Index", INDEX)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["Index.toml"], "nothing half-written stays"


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a\\b", ".hidden", "x" * 65, "nul\0", "new\nline"])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(BridgeError, match="no name for a headset"):
        path_of(tmp_path, name)


@given(content=st.binary(max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "any.toml").write_bytes(content)
    try:
        assert isinstance(load(tmp_path, "any"), Headset)
    except BridgeError:
        assert not (tmp_path / "any.toml").exists()


def test_what_is_given_expressly_wins_setting_by_setting() -> None:
    given = Config.model_validate({"rectification": {"left": {"rotation": 0.0}, "swap": False}}).rectification
    both = merged(INDEX.rectification, given)
    assert both.left == EyeOptions(rotation=0.0, mirror=True, crop=(0.1, 0.2, 0.3, 0.4))
    assert both.right == INDEX.rectification.right
    assert not both.swap
    assert merged(INDEX.rectification, Config().rectification) == INDEX.rectification
    assert headsets.folder_beside(Path("there/eyebridge.toml")) == Path("there/headsets")
