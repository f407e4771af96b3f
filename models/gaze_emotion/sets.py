"""Which pictures there are and what emotion each is labelled with; whatever cannot be used is listed with its reason.

    RAF-DB      basic/EmoLabel/list_patition_label.txt  (its own spelling) with lines "train_00001.jpg 5"
                basic/Image/aligned/train_00001_aligned.jpg, or basic/Image/original/train_00001.jpg
                basic/Annotation/manual/train_00001_manu_attri.txt: five lines "x y" in the original picture (eyes,
                nose, mouth corners), then gender, race, age
    folders     one for each class: happy/*.jpg, 5/*.png, ...

Symbolic links are not followed: they may lead out of the set, or round in circles.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bridge.errors import BridgeError
from models.gaze_emotion.emotions import emotion_of
from models.gaze_emotion.points import Points, read_points

Partition = Literal["test", "train", "all"]

_ENDS: Final = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
_LARGEST_LIST: Final = 64 * 1024 * 1024
"Bytes of a label file; RAF-DB's has 260 KB."
RAF_DB_LABELS: Final = Path("EmoLabel", "list_patition_label.txt")

# Why a picture was left out, or what else should be known of it; in the report's order.
LEFT_OUT: Final = {
    "broken": "cannot be read as a picture",
    "no face": "no face was found",
    "no gaze": "the network gave no direction",
    "unlabelled": "has no label",
    "labelled twice": "labelled with different emotions",
    "unknown class": "its label is none of the seven emotions",
    "missing": "labelled, but the picture is not there",
    "symbolic link": "a symbolic link, which is not followed",
    "bad line": "a line of the label file that is no label",
}
NOTED: Final = {
    "copy": "the same picture again, counted once",
    "repeated": "labelled more than once with the same emotion, counted once",
    "several faces": "more than one face; the largest was taken",
    "no points": "without eyes and nose the filter for faces turned forward cannot know it",
    "bad points": "its landmark file cannot be read, or names points that no face has",
    "no picture": "a file that is no picture by its name",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong with one file."""

    kind: str
    "A key of LEFT_OUT or NOTED."
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file with one label."""

    path: Path
    name: str
    "As the report calls it: its path inside the set."
    emotion: int
    "RAF-DB's number."
    points: Points | None = None
    "Five points from the set's own annotations."
    placed: bool = False
    "Whether the points are in this file's pixels; RAF-DB's are not in the aligned pictures'."


@dataclass(frozen=True, slots=True)
class Listing:
    """A set as it was found on disk."""

    layout: str
    pictures: tuple[Picture, ...]
    troubles: tuple[Trouble, ...]


def find(images: Path, labels: Path | None, annotations: Path | None, partition: Partition) -> Listing:
    """The set at `images`. Raises BridgeError when there is no such folder or label file, or no usable picture."""
    if not images.is_dir():
        raise BridgeError(f"there is no folder {images}: give the folder that holds the pictures")
    if labels is None and (images / RAF_DB_LABELS).is_file():
        labels = images / RAF_DB_LABELS
        annotations = annotations or images / "Annotation" / "manual"
        images = images / "Image" / "aligned"
    listing = _folders(images) if labels is None else _raf_db(images, labels, annotations, partition)
    if not listing.pictures:
        raise BridgeError(
            f"{images} has no labelled picture: give RAF-DB's label file with --labels, or a folder that has one "
            f"folder for each emotion ({len(listing.troubles)} files were looked at)"
        )
    return listing


def _files(folder: Path) -> Iterator[tuple[Path, str, bool]]:
    """Every file below a folder, its name inside it, and whether it is a symbolic link; links lead nowhere."""
    for where, folders, files in os.walk(folder):
        folders.sort()
        linked = [name for name in folders if os.path.islink(os.path.join(where, name))]
        for name in sorted([*files, *linked]):
            path = Path(where, name)
            yield path, path.relative_to(folder).as_posix(), path.is_symlink()


def _folders(images: Path) -> Listing:
    pictures: list[Picture] = []
    troubles: list[Trouble] = []
    for path, name, linked in _files(images):
        within = name.split("/")[:-1]
        emotion = emotion_of(within[0]) if within else None
        if linked:
            troubles.append(Trouble("symbolic link", name))
        elif path.suffix.lower() not in _ENDS:
            troubles.append(Trouble("no picture", name))
        elif not within:
            troubles.append(Trouble("unlabelled", name))
        elif emotion is None:
            troubles.append(Trouble("unknown class", name, within[0]))
        else:
            pictures.append(Picture(path, name, emotion.number))
    return Listing("one folder for each class", tuple(pictures), tuple(troubles))


def _raf_db(images: Path, labels: Path, annotations: Path | None, partition: Partition) -> Listing:
    given, troubles = _read_labels(labels)
    wanted = {name: words for name, words in given.items() if partition == "all" or name.startswith(f"{partition}_")}
    there: dict[str, tuple[Path, str]] = {}
    for path, name, linked in _files(images):
        if linked:
            troubles.append(Trouble("symbolic link", name))
        elif path.suffix.lower() not in _ENDS:
            troubles.append(Trouble("no picture", name))
        else:
            key = path.name.replace("_aligned.", ".")
            if key not in given:
                troubles.append(Trouble("unlabelled", name))
            there.setdefault(key, (path, name))
    linked_names = {
        Path(trouble.name).name.replace("_aligned.", ".") for trouble in troubles if trouble.kind == "symbolic link"
    }
    pictures = []
    for key, words in wanted.items():
        numbers = {emotion.number for word in words if (emotion := emotion_of(word)) is not None}
        strange = [word for word in words if emotion_of(word) is None]
        if strange:
            troubles.append(Trouble("unknown class", key, ", ".join(strange)))
        elif len(numbers) > 1:
            troubles.append(Trouble("labelled twice", key, " and ".join(words)))
        elif key in there:
            if len(words) > 1:
                troubles.append(Trouble("repeated", key))
            path, name = there[key]
            pictures.append(_annotated(Picture(path, name, numbers.pop()), key, annotations, troubles))
        elif key not in linked_names:
            troubles.append(Trouble("missing", key))
    return Listing(f"RAF-DB, {partition} part" if partition != "all" else "RAF-DB", tuple(pictures), tuple(troubles))


def _read_labels(path: Path) -> tuple[dict[str, list[str]], list[Trouble]]:
    """Every label of each file name. Raises BridgeError when the file cannot be read."""
    try:
        if path.stat().st_size > _LARGEST_LIST:
            raise BridgeError(f"{path} is too large for a list of labels")
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        raise BridgeError(f"cannot read the labels {path}: {error.strerror or error}") from error
    given: dict[str, list[str]] = {}
    troubles = []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if len(words) == 2:
            given.setdefault(words[0], []).append(words[1])
        elif words:
            troubles.append(Trouble("bad line", f"{path.name}:{number}", line[:80]))
    return given, troubles


def _annotated(picture: Picture, key: str, annotations: Path | None, troubles: list[Trouble]) -> Picture:
    if annotations is None:
        return picture
    path = annotations / f"{Path(key).stem}_manu_attri.txt"
    if not path.is_file():
        return picture
    points = read_points(path)
    if points is None:
        troubles.append(Trouble("bad points", picture.name))
        return picture
    return Picture(picture.path, picture.name, picture.emotion, points, "_aligned." not in picture.path.name)


def counts(troubles: Sequence[Trouble], kinds: dict[str, str]) -> dict[str, list[Trouble]]:
    """Troubles by kind, in the order of the table, kinds without any left out."""
    found = {kind: [trouble for trouble in troubles if trouble.kind == kind] for kind in kinds}
    return {kind: listed for kind, listed in found.items() if listed}
