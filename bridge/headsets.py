"""What is kept for each headset: which cameras it has, and how their pictures become the network's view.

One TOML file a headset, in the folder `headsets` beside the settings file, written whole or not at all.

NAME.toml       the headset
NAME.previous   the one that it replaced
NAME.damaged    one that could not be read, set aside for whoever can save something of it
"""

import contextlib
from pathlib import Path
from typing import Final, TypeVar

import tomlkit
from pydantic import BaseModel, ValidationError

from bridge.errors import BridgeError
from bridge.files import NAME, set_aside, toml_of, write_atomically
from bridge.rectification import RectificationOptions
from bridge.sources.cameras import CamerasOptions

_LARGEST: Final = 64 << 10
"No honest file is bigger than this many bytes."

_Options = TypeVar("_Options", bound=BaseModel)


class Headset(BaseModel, frozen=True, extra="forbid"):
    """One headset's cameras; what is not said is at its default."""

    rectification: RectificationOptions = RectificationOptions()
    cameras: CamerasOptions = CamerasOptions()


def folder_beside(settings: Path) -> Path:
    """Where the headsets lie that belong to a settings file."""
    return settings.parent / "headsets"


def path_of(folder: Path, name: str) -> Path:
    """The file of a headset. Raises BridgeError for a name that is not a plain word."""
    if not NAME.fullmatch(name):
        raise BridgeError(f"{name!r} is no name for a headset; use letters, digits, spaces, dots and dashes")
    return folder / f"{name}.toml"


def save(folder: Path, name: str, headset: Headset) -> Path:
    """Write the headset atomically and say where; a readable one of this name becomes its previous one.

    Raises BridgeError when the disk refuses; the file that was there is then still there.
    """
    path = path_of(folder, name)
    if path.is_file():
        with contextlib.suppress(BridgeError):  # a damaged one is set aside, and the good previous one stays
            _parsed(path)
            write_atomically(path.with_suffix(".previous"), path.read_bytes())
    tables = {
        "rectification": headset.rectification.model_dump(mode="json", exclude_defaults=True),
        "cameras": headset.cameras.model_dump(mode="json", exclude_none=True),
    }
    if not headset.cameras.chosen:
        del tables["cameras"]
    write_atomically(path, tomlkit.dumps(tables).encode())
    return path


def load(folder: Path, name: str) -> Headset | None:
    """What was saved for a headset; None where nothing was.

    Raises BridgeError when the file is damaged; it is then set aside.
    """
    path = path_of(folder, name)
    return _parsed(path) if path.is_file() else None


def merged(saved: _Options, given: _Options) -> _Options:
    """`saved`, but whatever was given expressly in `given`."""
    update = {}
    for name in given.model_fields_set:
        value, before = getattr(given, name), getattr(saved, name)
        whole = not isinstance(value, BaseModel) or type(value) is not type(before)
        update[name] = value if whole else merged(before, value)
    return saved.model_copy(update=update)


def _parsed(path: Path) -> Headset:
    """Raises BridgeError for a file that is damaged, which is then set aside, or cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise BridgeError(f"cannot read {path}: {error.strerror or error}; your headset starts afresh") from error
    try:
        if len(content) > _LARGEST:
            raise ValueError("it is too large")
        return Headset.model_validate(toml_of(content))
    except ValueError as error:  # of TOML, or of a setting
        why = str(error.errors()[0]["msg"]) if isinstance(error, ValidationError) else str(error)
        raise BridgeError(f"{path} is damaged ({why}){set_aside(path)}; set your cameras up again") from error
