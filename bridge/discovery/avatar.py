"""What an avatar understands: from OSCQuery's tree, or from the file that VRChat writes about each avatar.

Sources: docs.vrchat.com, "OSC Avatar Parameters"; OSCQuery proposal (github.com/Vidvox/OSCQueryProposal).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from bridge.errors import BridgeError

PREFIX: Final = "/avatar/parameters/"

JSON_LIMIT: Final = 2_000_000
"Bytes; the largest avatars of all (8192 parameters) take three quarters of it."
_PARAMETER_LIMIT: Final = 8192
_DEPTH_LIMIT: Final = 16
_ADDRESS_LIMIT: Final = 255

# Below a person's home: Windows, and Steam's Proton on Linux.
_DATA: Final = "AppData/LocalLow/VRChat/VRChat/OSC"
_FOLDERS: Final = (
    _DATA,
    f".local/share/Steam/steamapps/compatdata/438100/pfx/drive_c/users/steamuser/{_DATA}",
    f".steam/steam/steamapps/compatdata/438100/pfx/drive_c/users/steamuser/{_DATA}",
)

_TREE_KINDS: Final[dict[object, Literal["float", "bool"]]] = {"f": "float", "T": "bool", "F": "bool"}
_FILE_KINDS: Final[dict[object, Literal["float", "bool"]]] = {"Float": "float", "Bool": "bool"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that can be set on an avatar. Whole numbers exist too; nothing of a face is one."""

    address: str
    "The full OSC address."
    kind: Literal["float", "bool"]

    @property
    def name(self) -> str:
        return self.address.removeprefix(PREFIX)


@dataclass(frozen=True, slots=True)
class Avatar:
    """The avatar that is worn now."""

    id: str
    parameters: tuple[Parameter, ...]


def from_tree(avatar: object) -> Avatar | None:
    """The avatar of OSCQuery's `/avatar` node; None while it still loads or where this is no such node.

    Of any decoded JSON, only what is well-formed and within the limits is taken.
    """
    contents = _get(avatar, "CONTENTS")
    identity = _get(_get(contents, "change"), "VALUE")
    if not isinstance(identity, list) or not identity or not isinstance(identity[0], str):
        return None
    parameters = tuple(dict.fromkeys(_leaves(_get(contents, "parameters"))))
    return Avatar(identity[0][:_ADDRESS_LIMIT], parameters)


def _leaves(root: object) -> Iterator[Parameter]:
    waiting = [(root, 0)]
    visited = 0
    while waiting and visited < _PARAMETER_LIMIT:
        node, depth = waiting.pop()
        visited += 1
        contents = _get(node, "CONTENTS")
        if isinstance(contents, dict) and depth < _DEPTH_LIMIT:
            waiting += [(child, depth + 1) for child in reversed(contents.values())]
        kind = _get(node, "TYPE")
        access = _get(node, "ACCESS")
        if isinstance(kind, str) and not (isinstance(access, int) and not access & 2):
            yield from _parameter(_get(node, "FULL_PATH"), _TREE_KINDS.get(kind))


def from_file(path: Path) -> Avatar:
    """The avatar of VRChat's own file about it.

    Raises BridgeError when the file cannot be read or is something else.
    """
    try:
        with path.open("rb") as file:
            text = file.read(JSON_LIMIT + 1)
        if len(text) > JSON_LIMIT:
            raise ValueError("it is too large")
        content = json.loads(text.decode("utf-8-sig"))  # VRChat begins it with a byte order mark
        rows = content["parameters"]
        if not isinstance(rows, list):
            raise TypeError("its parameters are no list")
    except OSError as error:
        raise BridgeError(f"cannot read the avatar's file {path}: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BridgeError(
            f"{path} is not an avatar's file as VRChat writes it ({error}); delete it and wear the avatar again"
        ) from error
    inputs = [_get(row, "input") for row in rows[:_PARAMETER_LIMIT]]
    parameters = [p for i in inputs for p in _parameter(_get(i, "address"), _FILE_KINDS.get(_text(i, "type")))]
    return Avatar(_text(content, "id")[:_ADDRESS_LIMIT], tuple(dict.fromkeys(parameters)))


def newest_avatar_file(home: Path | None = None) -> Path | None:
    """The avatar's file that VRChat wrote last, if there is any."""
    base = home or Path.home()
    found: list[tuple[float, Path]] = []
    for folder in _FOLDERS:
        for path in (base / folder).glob("*/Avatars/*.json"):
            try:
                found.append((path.stat().st_mtime, path))
            except OSError:  # gone since it was listed
                continue
    return max(found)[1] if found else None


def _parameter(address: object, kind: Literal["float", "bool"] | None) -> Iterator[Parameter]:
    if kind is None or not isinstance(address, str) or not address.startswith(PREFIX):
        return
    if len(address) <= _ADDRESS_LIMIT and address.isascii() and address.isprintable():
        yield Parameter(address, kind)


def _get(node: object, key: str) -> Any:
    return node.get(key) if isinstance(node, dict) else None


def _text(node: object, key: str) -> str:
    value = _get(node, key)
    return value if isinstance(value, str) else ""
