"""Profiles on disk: one small file a name, written whole or not at all."""

import io
import re
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Final

import numpy as np
import platformdirs

from bridge.channels import CHANNEL_NAMES
from bridge.errors import BridgeError
from bridge.files import write_atomically
from bridge.personalization import Profile

_FORMAT: Final = 1
_LARGEST: Final = 4 << 20
"No honest profile is bigger than this many bytes."

_FIELDS: Final = ("format", "headset", "channels", "neutral", "resting")
_DAMAGE: Final = (
    *(OSError, ValueError, KeyError, EOFError, MemoryError, NotImplementedError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError, OverflowError),
)
"What reading a damaged archive may raise."


def folder() -> Path:
    """Where this user's profiles lie."""
    return Path(platformdirs.user_data_dir("eyebridge", appauthor=False)) / "profiles"


def path_of(name: str) -> Path:
    """The file of a profile. Raises BridgeError for a name that is not a plain word."""
    if not re.fullmatch(r"[\w][\w .-]{0,63}", name):
        raise BridgeError(f"{name!r} is no profile name; use letters, digits, spaces, dots and dashes")
    return folder() / f"{name}.npz"


def save(profile: Profile, name: str, headset: str) -> Path:
    """Write the profile atomically and say where. Raises BridgeError when the disk refuses."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        format=np.array(_FORMAT),
        headset=np.array(headset),
        channels=np.array(CHANNEL_NAMES),
        neutral=profile.neutral,
        resting=profile.resting,
    )
    path = path_of(name)
    write_atomically(path, buffer.getvalue())
    return path


def load(name: str, headset: str, shape: tuple[int, int]) -> Profile:
    """Read a profile made with this headset, for pairs of this (h, 2 w) shape.

    Raises BridgeError when it is absent, damaged, made with another headset or by another version.
    """
    path = path_of(name)
    if not path.is_file():
        raise BridgeError(f"there is no profile {name!r}; make one with: eyebridge calibrate SOURCE --profile {name}")
    again = f"make it again with: eyebridge calibrate SOURCE --profile {name}"
    try:
        fields = _fields(path)
    except _DAMAGE as error:
        raise BridgeError(f"profile {path} is damaged ({error}); {again}") from error
    if str(fields["headset"]) != headset:
        raise BridgeError(
            f"profile {name!r} was made with headset {str(fields['headset'])!r}, not {headset!r}; {again}"
        )
    neutral, resting = fields["neutral"], fields["resting"]
    fits = (
        fields["format"] == _FORMAT
        and tuple(fields["channels"].tolist()) == CHANNEL_NAMES
        and neutral.shape == shape
        and resting.shape == (len(CHANNEL_NAMES),)
        and neutral.dtype == resting.dtype == np.float32
        and bool(np.isfinite(neutral).all() and np.isfinite(resting).all())
    )
    if not fits:
        raise BridgeError(f"profile {path} does not fit this version of eyebridge; {again}")
    return Profile(neutral, resting, personal=True)


def _fields(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a profile file, never unpacking more than one could hold. Raises one of _DAMAGE."""
    if path.stat().st_size > _LARGEST:
        raise ValueError("it is too large to be one")
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content) as archive:
        if sum(member.file_size for member in archive.infolist()) > _LARGEST:
            raise ValueError("it unpacks to more than a profile")
    with np.load(content, allow_pickle=False) as stored:
        fields = {name: stored[name] for name in _FIELDS}
    if not all(isinstance(field, np.ndarray) for field in fields.values()):  # numpy gives what is no array as bytes
        raise ValueError("it holds something else")
    return fields
