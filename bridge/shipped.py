"""Where the files that come with eyebridge lie: beside the package in a checkout and in an installed wheel alike."""

from pathlib import Path
from typing import Final

from bridge.errors import BridgeError

_ROOT: Final = Path(__file__).resolve().parent.parent


def _shipped(relative: str) -> Path:
    path = _ROOT / relative
    if not path.exists():
        raise BridgeError(f"{path} is missing from this installation; install eyebridge again")
    return path


def avatar() -> Path:
    """The preview's avatar, a binary glTF. Raises BridgeError when it is missing."""
    return _shipped("samples/avatar/eyebridge_avatar.glb")


def demo_recording() -> Path:
    """The bundled recording of a rendered person. Raises BridgeError when it is missing."""
    return _shipped("samples/recording")
