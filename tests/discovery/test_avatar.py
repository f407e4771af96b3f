import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.discovery import Avatar, Parameter, newest_avatar_file
from bridge.discovery.avatar import JSON_LIMIT, from_file, from_tree
from bridge.errors import BridgeError

START = "/avatar/parameters/"


def node(path: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"FULL_PATH": START + path, "TYPE": kind, "ACCESS": 3, "VALUE": [0.5]} | more


def tree(parameters: dict[str, Any]) -> dict[str, Any]:
    change = {"FULL_PATH": "/avatar/change", "TYPE": "s", "VALUE": ["avtr_1"]}
    return {"CONTENTS": {"change": change, "parameters": {"CONTENTS": parameters}}}


def test_a_tree_is_read_with_its_branches_and_types() -> None:
    branch = {"FULL_PATH": START + "FT", "ACCESS": 0, "CONTENTS": {"v2": {"CONTENTS": {"X": node("FT/v2/X", "f")}}}}
    avatar = from_tree(
        tree(
            {
                "FT": branch,
                "on": node("on", "T"),
                "off": node("off", "F"),
                "emote": node("emote", "i"),
                "Upright": node("Upright", "f", ACCESS=1),
                "elsewhere": node("x", "f", FULL_PATH="/chatbox/input"),
                "ä": node("ä", "f"),
                "long": node("x" * 300, "f"),
            }
        )
    )
    assert avatar == Avatar(
        "avtr_1",
        (Parameter(START + "FT/v2/X", "float"), Parameter(START + "on", "bool"), Parameter(START + "off", "bool")),
    )


def test_an_avatar_that_still_loads_is_none() -> None:
    assert from_tree({"CONTENTS": {"parameters": {"CONTENTS": {}}}}) is None
    assert from_tree({"CONTENTS": {"change": {"VALUE": []}}}) is None
    assert from_tree({"CONTENTS": {"change": {"VALUE": ["avtr_1"]}}}) == Avatar("avtr_1", ())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["CONTENTS", "FULL_PATH", "TYPE", "ACCESS", "VALUE", "change", "parameters"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(anything)
def test_any_json_is_an_avatar_or_none(content: Any) -> None:
    for damaged in (content, tree({"x": content}), {"CONTENTS": {"change": content, "parameters": content}}):
        avatar = from_tree(damaged)
        assert avatar is None or all(p.address.startswith(START) for p in avatar.parameters)


def test_endless_and_bottomless_trees_are_cut() -> None:
    deep: dict[str, Any] = node("deep", "f")
    for _ in range(10_000):
        deep = {"CONTENTS": {"x": deep}}
    wide = {str(n): node(f"v2/{n}", "f") for n in range(50_000)}
    avatar = from_tree(tree({"deep": deep} | wide))
    assert avatar is not None
    assert 8000 < len(avatar.parameters) <= 8192


@given(st.binary(max_size=300) | anything.map(lambda content: json.dumps(content).encode()))
def test_any_file_is_an_avatar_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "avatar.json"
    path.write_bytes(content)
    with contextlib.suppress(BridgeError):
        assert from_file(path).parameters == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"parameters": 1}',
        b"[" * 100_000,
        b" " * (JSON_LIMIT + 1),
        b'{"parameters": [1' + b"0" * 5000,
    ],
)
def test_a_file_that_is_none_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    with pytest.raises(BridgeError, match=r"odd\.json is not an avatar's file .* delete it and wear the avatar again"):
        from_file(path)


def test_the_newest_file_of_any_user_is_found(tmp_path: Path) -> None:
    assert newest_avatar_file(tmp_path) is None
    data = tmp_path / "AppData/LocalLow/VRChat/VRChat/OSC"
    for age, name in enumerate(["usr_1/Avatars/new.json", "usr_2/Avatars/old.json", "usr_2/Avatars/newest.txt"]):
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1000 - age, 1000 - age))
    assert newest_avatar_file(tmp_path) == data / "usr_1/Avatars/new.json"
