"""Sets of whole faces whose gaze is known, read row by row: ETH-XGaze is 100 GB and more.

`open_faces` tells a set by what lies in its folder:

    ETH-XGaze     train_test_split.json; train/subject0000.h5, ... with face_patch (n, 224, 224, 3) uint8 BGR and
                  face_gaze (n, 2) pitch and yaw (the preprocessed set of Zhang et al., ECCV 2020; its test people have
                  no gaze, so people are held out of its training half)
    MPIIFaceGaze  p00.mat, ... (or .h5): MATLAB 7.3 files with Data/data (n, 3, 448, 448) BGR 0..255 and Data/label
                  (n, 16), of which the first two are pitch and yaw (the normalised set of Zhang et al., CVPRW 2017)
    rendered      faces.json, written by `python -m models.gaze render`

All answers are pitch and yaw as ETH-XGaze counts them: see models.gaze.angles.
"""

import functools
import importlib
import json
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError
from models.dataset import is_held_out

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]

_OPEN_FILES: Final = 128
"HDF5 files kept open; ETH-XGaze has 80 to train on."


class FaceSet(Protocol):
    """N faces of some people."""

    people: NDArray[np.int64]
    "(N,) whose face each row is, a row of `names`"
    names: Sequence[str]

    def read(self, rows: NDArray[np.intp]) -> tuple[Images, Floats]:
        """(n, h, w, 3) RGB and (n, 2) gaze of some rows, in their order."""


def open_faces(folder: Path) -> FaceSet:
    """Raises BridgeError when the folder holds none of the sets above, or a broken one."""
    if (folder / "faces.json").is_file():
        return Rendered(folder)
    if (folder / "train_test_split.json").is_file():
        return _eth_xgaze(folder)
    people = sorted(path for end in ("mat", "h5") for path in folder.glob(f"p[0-9][0-9].{end}"))
    if people:
        return _mpii_face_gaze(people)
    raise BridgeError(
        f"{folder} is no set of faces that is known: it needs train_test_split.json (ETH-XGaze), p00.mat and so on "
        "(MPIIFaceGaze), or faces.json (python -m models.gaze render)"
    )


def split(faces: FaceSet, held_out: Sequence[str] = ()) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows to train on and rows of people held out: those named, or else a tenth of them, one at least.

    Raises BridgeError for a name that nobody has, and where nobody is left to train on.
    """
    unknown = set(held_out) - set(faces.names)
    if unknown:
        raise BridgeError(f"nobody is called {', '.join(sorted(unknown))}; there are {', '.join(faces.names)}")
    chosen = set(held_out) or {name for name in faces.names if is_held_out(zlib.crc32(name.encode()))}
    chosen = chosen or {faces.names[-1]}
    out = np.array([name in chosen for name in faces.names])[faces.people]
    if out.all():
        raise BridgeError("nobody is left to train on: hold out fewer people")
    return np.flatnonzero(~out), np.flatnonzero(out)


class Rendered:
    """Faces of people who do not exist: faces.npy (n, s, s) gray, and labels.npz with gaze (n, 2) and person (n,)."""

    def __init__(self, folder: Path) -> None:
        try:
            self._faces = np.load(folder / "faces.npy", mmap_mode="r")
            with np.load(folder / "labels.npz") as file:
                self._gaze, person = file["gaze"].astype(np.float32), file["person"]
        except (OSError, KeyError, ValueError) as error:
            raise BridgeError(f"cannot read the faces in {folder} ({error}): render them again") from error
        if self._faces.ndim != 3 or len({len(self._faces), len(self._gaze), len(person)}) > 1:
            raise BridgeError(f"the arrays in {folder} do not fit together: render them again")
        numbers, self.people = np.unique(person, return_inverse=True)
        self.names: Sequence[str] = [f"person{number}" for number in numbers]

    def read(self, rows: NDArray[np.intp]) -> tuple[Images, Floats]:
        return np.repeat(self._faces[rows][..., None], 3, -1), self._gaze[rows]


class Hdf5Faces:
    """One HDF5 file for each person, read where and when it is needed."""

    def __init__(
        self,
        files: Sequence[Path],
        images: str,
        gaze: str,
        picture: Callable[[NDArray[Any]], Images],
    ) -> None:
        """`images`, `gaze`: names of the arrays; `picture` makes (h, w, 3) RGB of a row."""
        self._images, self._picture = images, picture
        self._open = functools.lru_cache(_OPEN_FILES)(_open)
        self.names: Sequence[str] = [path.stem for path in files]
        labels = [_gazes(self._open(path), path, images, gaze) for path in files]
        self._files = list(files)
        self._starts = np.cumsum([0, *map(len, labels)])
        self.people: NDArray[np.int64] = np.repeat(np.arange(len(files)), [len(part) for part in labels])
        self.gaze: Floats = np.concatenate(labels)

    def read(self, rows: NDArray[np.intp]) -> tuple[Images, Floats]:
        images = []
        for row in rows:
            person = int(self.people[row])
            path = self._files[person]
            try:
                images.append(self._picture(self._open(path)[self._images][row - self._starts[person]]))
            except OSError as error:
                raise BridgeError(f"cannot read picture {row} of {path} ({error}): fetch the file again") from error
        return np.stack(images), self.gaze[rows]


def _open(path: Path) -> Any:
    try:
        h5py: Any = importlib.import_module("h5py")
    except ImportError as error:
        raise BridgeError(f"reading {path.name} needs h5py: pip install 'eyebridge[gaze]'") from error
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise BridgeError(f"cannot read {path} ({error}): fetch the file again") from error


def _gazes(file: Any, path: Path, images: str, gaze: str) -> Floats:
    """(n, 2). Raises BridgeError when the file lacks an array, or what it has does not fit together."""
    missing = [name for name in (images, gaze) if name not in file]
    if missing:
        raise BridgeError(f"{path} has no {' and no '.join(missing)}: is it the preprocessed set?")
    labels = np.asarray(file[gaze][()], np.float32)
    if labels.ndim != 2 or labels.shape[1] < 2 or len(labels) != file[images].shape[0] or file[images].ndim != 4:
        raise BridgeError(f"the arrays {images} and {gaze} of {path} do not fit together: fetch the file again")
    return labels[:, :2]


def _eth_xgaze(folder: Path) -> Hdf5Faces:
    try:
        listed = json.loads((folder / "train_test_split.json").read_text("utf-8"))["train"]
        files = [folder / "train" / str(name) for name in listed]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BridgeError(f"cannot read {folder / 'train_test_split.json'} ({error!r}): fetch it again") from error
    there = [path for path in files if path.is_file()]
    if not there:
        raise BridgeError(f"{folder / 'train'} has none of the {len(files)} people of train_test_split.json")
    return Hdf5Faces(there, "face_patch", "face_gaze", lambda row: np.asarray(row[..., ::-1], np.uint8))


def _mpii_face_gaze(files: Sequence[Path]) -> Hdf5Faces:
    """Readers of this set do not agree on its sign. But its people look at a laptop, whose camera is above the screen:
    on the whole they look down, which ETH-XGaze counts as negative pitch. Where it is positive, both angles turn."""
    faces = Hdf5Faces(files, "Data/data", "Data/label", _from_planes)
    if float(np.nanmean(faces.gaze[:, 0])) > 0:
        faces.gaze = -faces.gaze
    return faces


def _from_planes(row: NDArray[Any]) -> Images:
    """(3, h, w) BGR of any number type -> (h, w, 3) RGB"""
    return np.asarray(np.clip(np.moveaxis(row[::-1], 0, -1), 0, 255), np.uint8)
