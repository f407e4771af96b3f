"""The word that lets a browser in: in the address that eyebridge prints and opens, and in a cookie from then on.

It is kept, so that an open page finds its way back after a restart. Without it, any program of any user of this
machine could look at the wearer's eyes.
"""

import contextlib
import re
import secrets
from pathlib import Path

import platformdirs

from bridge.errors import BridgeError
from bridge.files import write_atomically


def kept(path: Path | None = None) -> str:
    """This user's key; made at first use, and for this run only where it cannot be saved."""
    chosen = path or Path(platformdirs.user_data_dir("eyebridge", appauthor=False)) / "page.key"
    try:
        with chosen.open("r", encoding="ascii") as file:
            found = file.read(65)
    except (OSError, UnicodeDecodeError):
        found = ""
    if re.fullmatch(r"[0-9a-f]{32}", found):
        return found
    made = secrets.token_hex(16)
    with contextlib.suppress(BridgeError):  # a full disk is no reason to show nothing
        write_atomically(chosen, made.encode())
    return made
