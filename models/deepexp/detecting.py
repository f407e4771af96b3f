"""Asks a landmark detector about the faces of clips, and lays its answers beside the true ones.

A network that is given landmarks must learn what its detector makes of faces: MediaPipe's 68 points are not where a
face model has them, and err alike on alike heads.
"""

import copy
import functools
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bridge.face.landmarks import open_landmarker
from bridge.files import write_atomically
from models.deepexp.clips import ABOUT, DETECTED, read_clip
from models.spread import Spread

_fresh: Final = functools.lru_cache(1)(open_landmarker)


def detect(folders: Sequence[Path], landmarks: Path, spread: Spread) -> Iterator[tuple[int, int]]:
    """Faces looked at and faces missed of each clip, as it is done; clips that were done before are left as they are.

    Raises BridgeError for a wrong landmarks file or a damaged clip.
    """
    _fresh(landmarks)  # a wrong file is said before anything is done
    clips = [about.parent for folder in folders for about in sorted(folder.glob(f"*/{ABOUT}"))]
    yield from spread.map(detect_clip, [(clip, landmarks) for clip in clips if not (clip / DETECTED).is_file()])


def detect_clip(path: Path, landmarks: Path) -> tuple[int, int]:
    """One clip, in whatever process; of one whose frames stand alone, each is the first that the detector sees."""
    clip = read_clip(path)
    frames, alone = clip.frames(), not clip.about.get("rate")
    find, found = copy.copy(_fresh(landmarks)), np.full((len(frames), 68, 2), np.nan, np.float32)
    for number, frame in enumerate(frames):
        if alone:
            find = copy.copy(_fresh(landmarks))  # the networks are shared, the face it follows is not
        faces = find(np.array(frame))
        if faces:
            found[number] = faces[0].points
    content = io.BytesIO()
    np.save(content, found)
    write_atomically(path / DETECTED, content.getvalue(), sync=False)
    return len(frames), int(np.isnan(found[:, 0, 0]).sum())
