"""The commands that come in from outside: what a page or a remote may ask of the running daemon.

A command travels as a JSON object, such as `{"type": "adjust", "path": "smoothing.gaze.beta", "value": 0.3}`.
`parse` is the one gate through which untrusted input becomes a command; whether an adjusted path exists is for its
receiver to say.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

from bridge.camera_commands import CAMERA_COMMANDS, CameraCommand

MAX_CAPTURE_SECONDS: Final = 60.0

_LARGEST: Final = 1e9  # no setting comes near; not-a-number and infinity are refused by the same comparison
_NAME: Final = re.compile(r"[a-z0-9_]{1,40}")
_PATH: Final = re.compile(r"[a-z0-9_]{1,40}(\.[a-z0-9_]{1,40}){1,5}")


@dataclass(frozen=True, slots=True)
class CaptureNeutral:
    """Collect the wearer's neutral images from now on, for so long; what a guide has fitted is kept."""

    seconds: float = 5.0

    def __post_init__(self) -> None:
        if not 0.5 <= self.seconds <= MAX_CAPTURE_SECONDS:
            raise ValueError(f"seconds must be between 0.5 and {MAX_CAPTURE_SECONDS:g}")


@dataclass(frozen=True, slots=True)
class CenterGaze:
    """Take where the eyes look for the next second as straight ahead; the neutral and what a guide has fitted stay."""


@dataclass(frozen=True, slots=True)
class ForgetNeutral:
    """Go on without the wearer's neutral image and without what a guide has fitted."""


@dataclass(frozen=True, slots=True)
class StartGuide:
    """Begin the guided calibration; one under way begins again."""

    only_gaze: bool = False
    "Whether the eyes only follow a dot, and all else stays as it is."


@dataclass(frozen=True, slots=True)
class SkipStep:
    """Leave out the step of the guide that is shown now."""


@dataclass(frozen=True, slots=True)
class StopGuide:
    """End the guide; everything is as it was before it began."""


@dataclass(frozen=True, slots=True)
class UndoCalibration:
    """Go back to the calibration before the latest one; a calibration under way is ended instead."""


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Keep every eye picture from now on, in a new folder that the daemon chooses."""


@dataclass(frozen=True, slots=True)
class StopRecording:
    """End the recording, if there is one."""


@dataclass(frozen=True, slots=True)
class Adjust:
    """Change one setting now; nothing is stored."""

    path: str
    "Dotted name of a setting, such as 'smoothing.gaze.beta'."
    value: float

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path):
            raise ValueError("path must be the dotted name of a setting")


@dataclass(frozen=True, slots=True)
class Switch:
    """Switch a target on or off now; nothing is stored."""

    target: str
    "Its name in the settings, such as 'vmc'."
    on: bool

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.target):
            raise ValueError("target must be the name of a target")


@dataclass(frozen=True, slots=True)
class SaveSettings:
    """Store the settings as they are now."""


@dataclass(frozen=True, slots=True)
class ResetSettings:
    """Return every adjustable setting to its default; nothing is stored."""


Command = (
    CaptureNeutral
    | CenterGaze
    | ForgetNeutral
    | StartGuide
    | SkipStep
    | StopGuide
    | UndoCalibration
    | StartRecording
    | StopRecording
    | Adjust
    | Switch
    | SaveSettings
    | ResetSettings
    | CameraCommand
)

_COMMANDS: Final[dict[str, type[Command]]] = {
    "capture_neutral": CaptureNeutral,
    "center_gaze": CenterGaze,
    "forget_neutral": ForgetNeutral,
    "start_guide": StartGuide,
    "skip_step": SkipStep,
    "stop_guide": StopGuide,
    "undo_calibration": UndoCalibration,
    "start_recording": StartRecording,
    "stop_recording": StopRecording,
    "adjust": Adjust,
    "switch": Switch,
    "save_settings": SaveSettings,
    "reset_settings": ResetSettings,
    **CAMERA_COMMANDS,
}


def parse(message: object) -> Command:
    """The command that an untrusted, already decoded JSON value stands for.

    Raises ValueError with the reason when it is none.
    """
    if not isinstance(message, dict):
        raise ValueError("a command must be a JSON object")
    kind = message.get("type")
    command = _COMMANDS.get(kind) if isinstance(kind, str) else None
    if command is None:
        raise ValueError(f"type must be one of {', '.join(_COMMANDS)}")
    known = {field.name: field.type for field in fields(command)}
    given = {name: value for name, value in message.items() if name != "type"}
    if not given.keys() <= known.keys():
        raise ValueError(f"{kind} takes only {', '.join(known) or 'a type'}")
    try:
        return command(**{name: _CHECKS[known[name]](name, value) for name, value in given.items()})
    except TypeError:  # the dataclass misses an argument
        raise ValueError(f"{kind} needs {', '.join(known)}") from None


def _number(name: str, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return float(value)
    raise ValueError(f"{name} must be a number")


def _whole(name: str, value: object) -> int:
    number = _number(name, value)
    if not number.is_integer():
        raise ValueError(f"{name} must be a whole number")
    return int(number)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")
    return value


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    return value


_CHECKS: Final[dict[object, Callable[[str, object], Any]]] = {
    float: _number,
    int: _whole,
    str: _text,
    bool: _switch,
}
