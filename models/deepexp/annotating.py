"""Videos to clips: landmarks, one face followed and smoothed, the batch fit, and pruning (DeepExp3D, section III-B).

OUT holds a clip for every face that was kept, and for every video VIDEO.json: its faces, and why some were left out. A
video whose file is there is done. `review.html` shows what was kept, for a person to judge.
"""

import functools
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from bridge.errors import BridgeError
from bridge.face.basis import ExpressionBasis
from bridge.face.landmarks import open_landmarker
from bridge.face.model import FaceModel, load
from bridge.files import write_atomically
from models.deepexp.batch import BatchFit, Solution
from models.deepexp.clips import ABOUT, Truth, read_clip, write_clip
from models.deepexp.tracking import FRAMES, LOST, smoothed, track
from models.spread import Spread

Floats = NDArray[np.float64]

_SHARE: Final = 0.62
"Of a clip's picture, the face: as rendered ones have it."
_UNLIKELY: Final = 0.999
"Share of people whose identity is nearer to the mean than one that is pruned."
_WORST: Final = 0.05
"Widths of a face by which landmarks may be off before the fit is not believed."


@dataclass(frozen=True, slots=True)
class Order:
    """How to annotate."""

    landmarks: Path
    model: Path | None = None
    "A face model; None: the built-in face."
    frames: int = FRAMES
    lost: int = LOST
    fewest: int = 25
    "Frames that a face must be followed for."
    every: int = 5
    "Only one frame of so many goes into a clip; the fit uses all."
    size: int = 144
    furthest: float | None = None
    "Norm of an identity above which a face is pruned; None: that which one person in a thousand exceeds."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one face of a video."""

    clip: str
    "Name of its folder; empty when it was left out."
    reason: str
    "Why it was left out; empty when it was not."
    frames: int = 0
    identity: float = 0.0
    "Norm of its coefficients."
    error: float = 0.0
    "Root mean square of the landmarks' errors over the face's width."


def annotate(videos: Sequence[Path], out: Path, order: Order, spread: Spread) -> Iterator[tuple[str, list[Outcome]]]:
    """Every video's name and faces, as they are done; first those that were done before.

    Raises BridgeError for what is wrong with the order; a video that cannot be read is an outcome.
    """
    open_landmarker(order.landmarks)  # a wrong file is said before anything is done
    waiting = []
    for name, video in _named(videos).items():
        done = outcomes(out / f"{name}.json")
        if done is None:
            waiting.append((video, out, name, order))
        else:
            yield name, done
    yield from spread.map(annotate_video, waiting)


def _named(videos: Sequence[Path]) -> dict[str, Path]:
    """A name for each: that of its file, with a number of its path where several have the same."""
    stems = [video.stem for video in videos]
    return {
        stem if stems.count(stem) == 1 else f"{stem}-{zlib.crc32(str(video).encode()):08x}": video
        for stem, video in zip(stems, videos, strict=True)
    }


def outcomes(path: Path) -> list[Outcome] | None:
    """What was written of a video; None when it is not done."""
    try:
        return [Outcome(**each) for each in json.loads(path.read_text("utf-8"))["faces"]]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BridgeError(f"{path} is damaged ({error}): delete it to annotate its video again") from error


def annotate_video(video: Path, out: Path, name: str, order: Order) -> tuple[str, list[Outcome]]:
    """One video: clips of its faces and the file that says so."""
    try:
        faces = _faces(video, out, name, order)
    except BridgeError as error:
        faces = [Outcome("", str(error))]
    about = {"video": str(video), "faces": [asdict(face) for face in faces]}
    write_atomically(out / f"{name}.json", json.dumps(about, indent=2).encode())
    return name, faces


@functools.lru_cache(1)
def _fitter(path: Path | None) -> tuple[FaceModel, ExpressionBasis, BatchFit]:
    model = load(path)
    basis = ExpressionBasis(model)
    return model, basis, BatchFit(model)


def _faces(video: Path, out: Path, name: str, order: Order) -> list[Outcome]:
    find = open_landmarker(order.landmarks)
    found = ([face.points for face in find(frame)] for frame in frames_of(video))
    tracks = track(found, order.frames, order.lost)
    if not tracks:
        return [Outcome("", "no face was found")]
    done = []
    for who, face in enumerate(tracks):
        if face.lost_at is not None:
            done.append(Outcome("", f"the face was lost at frame {face.lost_at}", len(face.points)))
            continue
        seen = int(np.isfinite(face.points).all((1, 2)).sum())
        if seen < max(4, order.fewest):
            done.append(Outcome("", f"the face was there for {seen} frames only", seen))
            continue
        first = int(np.isfinite(face.points).all((1, 2)).argmax())
        done.append(_fitted(video, out, f"{name}-{who}", first, smoothed(face.points), order))
    return done


def _fitted(video: Path, out: Path, name: str, first: int, points: Floats, order: Order) -> Outcome:
    """Fits one followed face and writes its clip, unless the fit is not believed."""
    model, basis, fit = _fitter(order.model)
    found = fit(points)
    norm, width = float(np.linalg.norm(found.identity)), float(np.median(np.ptp(points, axis=1).max(-1)))
    error = found.error / max(width, 1e-9)
    outcome = Outcome("", "", len(points), norm, error)
    furthest = order.furthest or float(np.sqrt(chi2.ppf(_UNLIKELY, len(found.identity))))
    if norm > furthest:
        return replace(outcome, reason=f"the identity's norm is {norm:.1f}; nobody's is above {furthest:.1f}")
    if error > _WORST:
        return replace(outcome, reason=f"the face model is off the landmarks by {error:.1%} of the face")
    kept = range(0, len(points), order.every)
    wanted = {first + at: at for at in kept}
    crops = {}
    for number, frame in enumerate(frames_of(video)):
        if number in wanted:
            crops[wanted[number]] = _cropped(frame, points[wanted[number]], order.size)
        if len(crops) == len(wanted):
            break
    rows = np.array(sorted(crops))
    truth = _truth(found, points, rows, np.stack([crops[row][1] for row in rows]), basis)
    described = {"kind": "annotated", "model": model.name, "basis": basis.fingerprint, "rate": 0, "video": str(video)}
    described |= {"identity": norm, "error": error, "nearness": found.nearness}
    write_clip(out / name, described, np.stack([crops[row][0] for row in rows]), truth)
    return replace(outcome, clip=name)


def _cropped(frame: NDArray[np.uint8], points: Floats, size: int) -> tuple[NDArray[np.uint8], Floats]:
    """(size, size, 3) of a frame about a face, and (3,) scale and shift of its pixels."""
    low, high = points.min(0), points.max(0)
    scale = _SHARE * size / float((high - low).max())
    shift = size / 2 - scale * (low + high) / 2
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return np.asarray(cv2.warpAffine(frame, matrix, (size, size), flags=cv2.INTER_AREA), np.uint8), np.array(
        [scale, *shift]
    )


def _truth(found: Solution, points: Floats, rows: NDArray[np.intp], crops: Floats, basis: ExpressionBasis) -> Truth:
    """The answers of some frames, in the pixels of their crops."""
    scale, shift = crops[:, 0], crops[:, 1:]
    coefficients = basis.coefficients(found.weights[rows])
    return Truth(
        found.identity,
        coefficients,
        np.stack([basis.weights(each) for each in coefficients]),
        points[rows] * scale[:, None, None] + shift[:, None],
        found.scale[rows] * scale,
        found.rotation[rows],
        found.shift[rows] * scale[:, None] + shift,
    )


def frames_of(path: Path) -> Iterator[NDArray[np.uint8]]:
    """RGB pictures of a video file or of a clip's folder. Raises BridgeError when there are none."""
    if (path / ABOUT).is_file():
        yield from read_clip(path).frames()
        return
    video = cv2.VideoCapture(str(path))
    try:
        good, frame = video.read()
        if not good:
            raise BridgeError(f"{path} is not a video that can be read")
        while good:
            yield cv2.cvtColor(np.asarray(frame, np.uint8), cv2.COLOR_BGR2RGB).astype(np.uint8)
            good, frame = video.read()
    finally:
        video.release()
