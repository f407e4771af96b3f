"""Profiles on disk: one small file a name, written whole or not at all, the one before it kept beside it.

NAME.npz        the profile
NAME.previous   the one that it replaced
NAME.damaged    one that could not be read, set aside for whoever can save something of it
"""

import io
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import platformdirs

from bridge.archives import read_arrays
from bridge.blendshapes import ARKIT
from bridge.channels import CHANNEL_NAMES
from bridge.errors import BridgeError
from bridge.face import COEFFICIENTS
from bridge.fewshot import SHAPES, Fit
from bridge.files import NAME, cannot_write, set_aside, unfinished, write_atomically
from bridge.frames import Head
from bridge.personalization import FaceRest, Profile

_FORMAT: Final = 2
"1 knew neither glasses nor a fit."
_LARGEST: Final = 4 << 20
"No honest profile is bigger than this many bytes."

_NEEDED: Final = ("format", "headset", "channels", "neutral", "resting")
_GLASSES: Final = "glasses"
_FIT: Final = "fit_"
"Before the name of each of a fit's arrays."
_FACE: Final = ("face_blendshapes", "face_head")
_COEFFICIENTS: Final = ("face_coefficients", "face_basis")
_SECOND: Final = "face_second"
_OPTIONAL: Final = (_GLASSES, *(_FIT + part for part in SHAPES), *_FACE, *_COEFFICIENTS, _SECOND)
_FARTHEST: Final = 360.0
"Degrees or metres of a head."
_DAMAGE: Final = (OSError, ValueError, KeyError, TypeError, OverflowError)
"What reading a damaged profile may raise."


@dataclass(frozen=True, slots=True)
class Stored:
    """A profile as its file holds it."""

    profile: Profile
    headset: str
    glasses: bool


def folder() -> Path:
    """Where this user's profiles lie."""
    return Path(platformdirs.user_data_dir("eyebridge", appauthor=False)) / "profiles"


def path_of(name: str) -> Path:
    """The file of a profile. Raises BridgeError for a name that is not a plain word."""
    if not NAME.fullmatch(name):
        raise BridgeError(f"{name!r} is no profile name; use letters, digits, spaces, dots and dashes")
    return folder() / f"{name}.npz"


def previous_of(name: str) -> Path:
    """The file of the profile that this one replaced."""
    return path_of(name).with_name(f"{name}.previous")


def names() -> list[str]:
    """Every profile there is, in the order of the alphabet."""
    return sorted(path.stem for path in folder().glob("*.npz"))


def save(profile: Profile, name: str, headset: str, glasses: bool = False) -> Path:
    """Write the profile atomically and say where; a readable one of this name becomes its previous one.

    Raises BridgeError when the disk refuses; the profile that was there is then still there.
    """
    fit = profile.fit
    arrays = {} if fit is None else {_FIT + part: getattr(fit, part) for part in SHAPES}
    face = profile.face
    if face is not None:
        arrays |= dict(zip(_FACE, (face.blendshapes, np.array(astuple(face.head))), strict=True))
        if not np.isnan(face.coefficients).all():
            arrays |= dict(zip(_COEFFICIENTS, (face.coefficients, np.array(face.basis)), strict=True))
        if face.second is not None:
            arrays[_SECOND] = face.second
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        format=np.array(_FORMAT),
        headset=np.array(headset),
        glasses=np.array(glasses),
        channels=np.array(CHANNEL_NAMES),
        neutral=profile.neutral,
        resting=profile.resting,
        **arrays,
    )
    path = path_of(name)
    if path.is_file():
        _keep(name, path)
    write_atomically(path, buffer.getvalue())
    return path


def load(name: str, headset: str, shape: tuple[int, int], glasses: bool) -> Profile:
    """Read a profile made with this headset, for pairs of this (h, 2 w) shape.

    Raises BridgeError when it is absent, damaged (it is then set aside), made with another headset, with or without
    glasses, or by another version.
    """
    stored, again = read(name), _again(name)
    if stored.headset != headset:
        raise BridgeError(f"profile {name!r} was made with headset {stored.headset!r}, not {headset!r}; {again}")
    if stored.glasses != glasses:
        made, now = ("with", "without") if stored.glasses else ("without", "with")
        raise BridgeError(f"profile {name!r} was made {made} glasses, and this is {now}; {again}")
    if stored.profile.neutral.shape != shape:
        raise BridgeError(f"profile {path_of(name)} does not fit this version of eyebridge; {again}")
    return stored.profile


def read(name: str) -> Stored:
    """What a profile's file holds. Raises BridgeError as `load` does, but for what only its user can know."""
    path = path_of(name)
    if not path.is_file():
        kept = f" (or take back the one before: eyebridge profiles undo {name})" if previous_of(name).is_file() else ""
        raise BridgeError(
            f"there is no profile {name!r}; make one with: eyebridge calibrate SOURCE --name {name}{kept}"
        )
    try:
        stored = _parsed(path)
    except _DAMAGE as error:
        aside = set_aside(path)
        if aside and previous_of(name).is_file():
            aside += f"; take back the one before with: eyebridge profiles undo {name}"
        raise BridgeError(f"profile {path} is damaged ({error}){aside}; {_again(name)}") from error
    if stored is None:
        raise BridgeError(f"profile {path} does not fit this version of eyebridge; {_again(name)}")
    return stored


def undo(name: str) -> Path:
    """Exchange a profile and the one before it: twice is as it was. Raises BridgeError when there is none."""
    path, previous = path_of(name), previous_of(name)
    if not previous.is_file():
        raise BridgeError(f"nothing is kept from before profile {name!r}; see: eyebridge profiles")
    try:
        before, now = previous.read_bytes(), path.read_bytes() if path.is_file() else None
        write_atomically(path, before)
        if now is None:
            previous.unlink()
        else:
            write_atomically(previous, now)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


def files(name: str) -> list[Path]:
    """All that lies under this name: the profile, the one before it, what was set aside, and what a kill has left."""
    path, previous = path_of(name), previous_of(name)
    found = (path, previous, *_damaged(name), *unfinished(path), *unfinished(previous))
    return [file for file in found if file.is_file()]


def delete(name: str) -> None:
    """Delete a profile and all that is kept of it: it holds a picture of somebody's eyes. Raises BridgeError."""
    found = files(name)
    if not found:
        raise BridgeError(f"there is no profile {name!r}; see: eyebridge profiles")
    for file in found:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(file, error) from error


def _again(name: str) -> str:
    return f"make it again with: eyebridge calibrate SOURCE --name {name}"


def _damaged(name: str) -> list[Path]:
    return [file for file in folder().glob("*.damaged*") if file.name.partition(".damaged")[0] == name]


def _keep(name: str, path: Path) -> None:
    """The profile at `path` becomes the previous one, unless it is damaged: a good previous one is worth more."""
    try:
        whole = _parsed(path) is not None
        content = path.read_bytes()
    except _DAMAGE:
        set_aside(path)
        return
    if whole:
        write_atomically(previous_of(name), content)


def _parsed(path: Path) -> Stored | None:
    """The content of a file; None when it is whole but of another version. Raises one of _DAMAGE."""
    fields = read_arrays(path, _LARGEST, _NEEDED, _OPTIONAL)
    neutral, resting = fields["neutral"], fields["resting"]
    fits = (
        fields["format"].shape == ()
        and int(fields["format"]) in range(1, _FORMAT + 1)
        and tuple(fields["channels"].tolist()) == CHANNEL_NAMES
        and neutral.ndim == 2
        and resting.shape == (len(CHANNEL_NAMES),)
        and neutral.dtype == resting.dtype == np.float32
        and bool(np.isfinite(neutral).all() and np.isfinite(resting).all())
    )
    if not fits:
        return None
    profile = Profile(neutral, resting, personal=True, fit=_fit(fields), face=_face(fields))
    return Stored(profile, str(fields["headset"]), bool(fields.get(_GLASSES, np.array(False)).any()))


def _fit(fields: dict[str, np.ndarray]) -> Fit | None:
    """Raises ValueError for arrays that cannot be a fit."""
    arrays = {part: fields[_FIT + part] for part in SHAPES if _FIT + part in fields}
    return Fit.of(arrays) if arrays else None


def _face(fields: dict[str, np.ndarray]) -> FaceRest | None:
    """Raises ValueError for arrays that cannot be a face's rest."""
    if not fields.keys() & set(_FACE):
        return None
    blendshapes, head = (fields[name] for name in _FACE)
    coefficients, basis, second = np.full(COEFFICIENTS, np.nan, np.float32), np.array(""), fields.get(_SECOND)
    if fields.keys() & set(_COEFFICIENTS):
        coefficients, basis = (fields[name] for name in _COEFFICIENTS)
        if not np.isfinite(coefficients).all():
            raise ValueError("a face's coefficients are none")
    if coefficients.shape != (COEFFICIENTS,) or coefficients.dtype != np.float32 or basis.dtype.kind != "U":
        raise ValueError("a face's coefficients are broken")
    if not (head.shape == (len(Head.__slots__),) and (np.abs(head) <= _FARTHEST).all()):
        raise ValueError("a head's rest is broken")
    for shapes in (blendshapes, *(() if second is None else (second,))):
        if shapes.shape != (len(ARKIT),) or shapes.dtype != np.float32 or not ((shapes >= 0) & (shapes <= 1)).all():
            raise ValueError("a face's rest is no face's")
    return FaceRest(blendshapes, coefficients, str(basis), Head(*head.tolist()), second=second)
