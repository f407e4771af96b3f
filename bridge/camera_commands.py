"""What the Cameras page may ask: how each camera's picture becomes the network's view, and to keep that for a headset.

`bridge.control.parse` is the gate; these are its words for cameras.
"""

from dataclasses import dataclass
from typing import Final

from bridge.checkerboard import Board
from bridge.files import NAME
from bridge.rectification import EyeOptions

_SIDES: Final = ("left", "right")


@dataclass(frozen=True, slots=True)
class WatchCameras:
    """Show this page what the cameras see, or no longer; concerns nobody but who asks."""

    on: bool


@dataclass(frozen=True, slots=True)
class ArrangeEye:
    """Take this part of one camera's picture, turned and mirrored so."""

    eye: str
    left: float
    "Of the turned and mirrored picture, as fractions of its width and height."
    top: float
    width: float
    height: float
    rotation: float
    "Degrees counter-clockwise."
    mirror: bool

    def __post_init__(self) -> None:
        _check_side(self.eye)
        EyeOptions(crop=(self.left, self.top, self.width, self.height), rotation=self.rotation)


@dataclass(frozen=True, slots=True)
class SwapEyes:
    """Exchange the cameras' places, or put them back; each camera keeps its own crop, rotation and lens."""

    on: bool


@dataclass(frozen=True, slots=True)
class SeekBoard:
    """Look for a checkerboard with so many inner corners before one camera."""

    eye: str
    columns: int = 9
    rows: int = 6

    def __post_init__(self) -> None:
        _check_side(self.eye)
        Board(self.columns, self.rows)


@dataclass(frozen=True, slots=True)
class TakeView:
    """Take the next view of the board, even if it is moving or much like another."""


@dataclass(frozen=True, slots=True)
class StopSeeking:
    """Look no longer for a board, and forget its views."""


@dataclass(frozen=True, slots=True)
class ApplyLens:
    """Undistort with the lens that the views tell, from now on."""


@dataclass(frozen=True, slots=True)
class ClearLens:
    """Undistort one camera's picture no longer."""

    eye: str

    def __post_init__(self) -> None:
        _check_side(self.eye)


@dataclass(frozen=True, slots=True)
class SaveHeadset:
    """Keep the cameras as they are now under this headset's name."""

    name: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError("name must have letters, digits, spaces, dots and dashes, 64 at most")


@dataclass(frozen=True, slots=True)
class ResetCameras:
    """Take both pictures whole and as they come; nothing is stored."""


CameraCommand = (
    WatchCameras
    | ArrangeEye
    | SwapEyes
    | SeekBoard
    | TakeView
    | StopSeeking
    | ApplyLens
    | ClearLens
    | SaveHeadset
    | ResetCameras
)

CAMERA_COMMANDS: Final[dict[str, type[CameraCommand]]] = {
    "watch_cameras": WatchCameras,
    "arrange_eye": ArrangeEye,
    "swap_eyes": SwapEyes,
    "seek_board": SeekBoard,
    "take_view": TakeView,
    "stop_seeking": StopSeeking,
    "apply_lens": ApplyLens,
    "clear_lens": ClearLens,
    "save_headset": SaveHeadset,
    "reset_cameras": ResetCameras,
}


def _check_side(eye: str) -> None:
    if eye not in _SIDES:
        raise ValueError("eye must be left or right")
