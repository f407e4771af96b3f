"""Where the files that come with eyebridge lie: in the checkout's `samples`, or inside the package once installed."""

from pathlib import Path
from typing import Final

from bridge.errors import BridgeError

_PACKAGE: Final = Path(__file__).resolve().parent
_PLACES: Final = (_PACKAGE / "_samples", _PACKAGE.parent / "samples")
"The wheel's build copies what is named below into the first one (pyproject.toml, force-include)."


def _shipped(relative: str) -> Path:
    for place in _PLACES:
        if (place / relative).exists():
            return place / relative
    raise BridgeError(f"{relative} is missing from this installation; install eyebridge again")


def avatar() -> Path:
    """The preview's avatar, a binary glTF. Raises BridgeError when it is missing."""
    return _shipped("avatar/eyebridge_avatar.glb")


def demo_recording() -> Path:
    """The bundled recording of a rendered person. Raises BridgeError when it is missing."""
    return _shipped("rendered-person")
