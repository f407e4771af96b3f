"""A contact sheet: people from top to bottom, expressions from left to right."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.rectification import RectificationOptions, Rectifier
from models.synthetic.expression import EyeState, FaceState
from models.synthetic.headset import Slip, make_headset
from models.synthetic.participant import make_participant
from models.synthetic.parts import Parts
from models.synthetic.render import Session

_SHOWN: Final = 128
"Pixels of an eye on the sheet."


def _both(**movements: float) -> FaceState:
    return FaceState(EyeState(**movements), EyeState(**movements))


_COLUMNS: Final = (
    FaceState(),
    FaceState(EyeState(brow_inner_up=0.9, brow_outer_up=1.0)),
    _both(brow_down=1.0),
    _both(widen=1.0),
    _both(squint=1.0),
    _both(blink=1.0),
    FaceState(EyeState(blink=1.0, squint=0.5, cheek_raise=0.5, brow_down=0.4), EyeState(squint=0.2)),
    _both(cheek_raise=1.0, smile=0.7),
    _both(brow_down=1.0, squint=0.7, sneer=0.8),
    _both(blink=0.6),
    FaceState().looking(20.0, -15.0),
)


def write_sheet(out: Path, parts: Parts, family: str, seed: int, rows: int, publishable: bool) -> None:
    """Draws the sheet. Raises BridgeError when it cannot be saved."""
    rectify = Rectifier(RectificationOptions(blank_contrast=0.0), (_SHOWN, _SHOWN))
    lines = []
    for row in range(rows):
        rng = np.random.default_rng((seed, row))
        session = Session.begin(make_participant(parts, rng, publishable), make_headset(family, rng), 2)
        pairs = [rectify(EyeFrame(*session.render(state, Slip(), rng), 0.0, 0)).pixels for state in _COLUMNS]
        lines.append(np.hstack(pairs))
    if not cv2.imwrite(str(out), np.vstack(lines)):
        raise BridgeError(f"cannot write {out}: give a file in a folder that exists, ending in .png")
