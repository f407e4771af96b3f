"""One face through a video: false detections out, jitter smoothed, short gaps filled (DeepExp3D, section III-B).

A face of the first frame is followed from frame to frame. What is found there is the same face as long as its box moved
by less than half its width; where it is lost for K frames running, before F frames are through, the video is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.linalg import solveh_banded
from scipy.sparse import diags_array

Floats = NDArray[np.float64]

LOST: Final = 5
"K: frames without the face that end a video."
FRAMES: Final = 2000
"F: frames after which a video is long enough."
_MARGIN: Final = 0.5
"Of the box's width: how far a face moves between frames."


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A face through the first frames of a video."""

    points: Floats
    "(f, 68, 2) pixels; NaN where it was not found"
    lost_at: int | None
    "The frame at which it was lost for good; None: it was there until the end."


def track(detections: Iterable[Sequence[Floats]], frames: int = FRAMES, lost: int = LOST) -> list[Track]:
    """Every face of the first frame that has one; detections are each frame's faces, (68, 2) each.

    Frames before the first face are counted as gaps of no one. A frame's face belongs to the track that is nearest.
    """
    first: list[Floats] = []
    followed: list[list[Floats | None]] = []
    last: list[Floats] = []
    ended: dict[int, int] = {}
    for number, found in enumerate(detections):
        if number >= frames:
            break
        if not first:
            first = [np.asarray(face, np.float64) for face in found]
            last = list(first)
            followed = [[*[None] * number, face] for face in first]
            continue
        left = [np.asarray(face, np.float64) for face in found]
        for who, faces in enumerate(followed):
            face = _nearest(last[who], left) if who not in ended else None
            if face is not None:
                last[who] = left.pop(face)
            faces.append(last[who] if face is not None else None)
            if who not in ended and all(each is None for each in faces[-lost:]) and len(faces) >= lost:
                ended[who] = number - lost + 1
        if len(ended) == len(followed):
            break
    return [_track(faces, ended.get(who)) for who, faces in enumerate(followed)]


def _track(faces: list[Floats | None], lost_at: int | None) -> Track:
    blank = np.full((68, 2), np.nan)
    return Track(np.stack([blank if face is None else face for face in faces]), lost_at)


def _nearest(before: Floats, faces: Sequence[Floats]) -> int | None:
    """The number of the face whose box moved least, if that is less than half of its width."""
    if not faces:
        return None
    width = float(np.ptp(before[:, 0]))
    moved = [float(np.abs(_box(face) - _box(before)).max()) for face in faces]
    best = int(np.argmin(moved))
    return best if moved[best] < _MARGIN * width else None


def _box(points: Floats) -> Floats:
    """(4,) left, top, right, bottom."""
    return np.concatenate([points.min(0), points.max(0)])


def smoothed(points: Floats, stiffness: float = 0.1) -> Floats:
    """Natural cubic smoothing splines through (f, 68, 2), which fill what is NaN; frames before the first and after the
    last face are left out.

    `stiffness` weighs curvature, in frames: at 25 frames a second 0.1 halves what moves 7 times a second. Reinsch's
    algorithm: Green and Silverman, "Nonparametric Regression and Generalized Linear Models", 1994, section 2.3. Raises
    ValueError for fewer than 4 faces.
    """
    times = np.flatnonzero(np.isfinite(points).all((1, 2))).astype(np.float64)
    if len(times) < 4:
        raise ValueError("a spline needs four frames with a face")
    seen = points[times.astype(int)].reshape(len(times), -1)
    step = np.diff(times)
    inner = len(times) - 2
    bend = diags_array(
        [1 / step[:-1], -1 / step[:-1] - 1 / step[1:], 1 / step[1:]], offsets=[0, -1, -2], shape=(len(times), inner)
    ).tocsr()
    size = diags_array([step[1:-1] / 6, (step[:-1] + step[1:]) / 3, step[1:-1] / 6], offsets=[-1, 0, 1])
    whole = (size + stiffness * (bend.T @ bend)).todia()
    band = np.stack([np.pad(whole.diagonal(-k), (0, k)) for k in range(min(3, inner))])
    curvature = solveh_banded(band, bend.T @ seen, lower=True)
    knots = seen - stiffness * (bend @ curvature)
    filled = CubicSpline(times, knots, bc_type="natural")(np.arange(times[0], times[-1] + 1))
    return np.asarray(filled.reshape(-1, *points.shape[1:]), np.float64)
