"""Which pictures there are and what emotion each is labelled with; whatever cannot be used is listed with its reason.

RAF-DB      basic/EmoLabel/list_patition_label.txt  (its own spelling) with lines "train_00001.jpg 5"
            basic/Image/aligned/train_00001_aligned.jpg, or basic/Image/original/train_00001.jpg
            basic/Annotation/manual/train_00001_manu_attri.txt: five lines "x y" in the original picture (eyes,
            nose, mouth corners), then gender, race, age
folders     one for each class: happy/*.jpg, 5/*.png, ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bridge.errors import BridgeError
from models.gaze_emotion.emotions import number_of
from models.gaze_emotion.points import Points, read_points
from models.listing import Trouble, pictures, read_lines

Partition = Literal["test", "train", "all"]

Numbers = Callable[[str], int | None]
"The number of the class that a label or a folder names; None for another."

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


def find(
    images: Path, labels: Path | None, annotations: Path | None, partition: Partition, numbers: Numbers = number_of
) -> Listing:
    """The set at `images`. Raises BridgeError when there is no such folder or label file, or no usable picture."""
    if not images.is_dir():
        raise BridgeError(f"there is no folder {images}: give the folder that holds the pictures")
    if labels is None and (images / RAF_DB_LABELS).is_file():
        labels = images / RAF_DB_LABELS
        annotations = annotations or images / "Annotation" / "manual"
        images = images / "Image" / "aligned"
    listing = _folders(images, numbers) if labels is None else _raf_db(images, labels, annotations, partition, numbers)
    if not listing.pictures:
        raise BridgeError(
            f"{images} has no labelled picture: give RAF-DB's label file with --labels, or a folder that has one "
            f"folder for each emotion ({len(listing.troubles)} files were looked at)"
        )
    return listing


def _folders(images: Path, numbers: Numbers) -> Listing:
    found: list[Picture] = []
    troubles: list[Trouble] = []
    for path, name in pictures(images, troubles):
        within = name.split("/")[:-1]
        number = numbers(within[0]) if within else None
        if not within:
            troubles.append(Trouble("unlabelled", name))
        elif number is None:
            troubles.append(Trouble("unknown class", name, within[0]))
        else:
            found.append(Picture(path, name, number))
    return Listing("one folder for each class", tuple(found), tuple(troubles))


def _raf_db(images: Path, labels: Path, annotations: Path | None, partition: Partition, numbers: Numbers) -> Listing:
    given, troubles = _read_labels(labels)
    wanted = {name: words for name, words in given.items() if partition == "all" or name.startswith(f"{partition}_")}
    there: dict[str, tuple[Path, str]] = {}
    for path, name in pictures(images, troubles):
        key = path.name.replace("_aligned.", ".")
        if key not in given:
            troubles.append(Trouble("unlabelled", name))
        there.setdefault(key, (path, name))
    linked_names = {
        Path(trouble.name).name.replace("_aligned.", ".") for trouble in troubles if trouble.kind == "symbolic link"
    }
    found = []
    for key, words in wanted.items():
        known = {number for word in words if (number := numbers(word)) is not None}
        strange = [word for word in words if numbers(word) is None]
        if strange:
            troubles.append(Trouble("unknown class", key, ", ".join(strange)))
        elif len(known) > 1:
            troubles.append(Trouble("labelled twice", key, " and ".join(words)))
        elif key in there:
            if len(words) > 1:
                troubles.append(Trouble("repeated", key))
            path, name = there[key]
            found.append(_annotated(Picture(path, name, known.pop()), key, annotations, troubles))
        elif key not in linked_names:
            troubles.append(Trouble("missing", key))
    return Listing(f"RAF-DB, {partition} part" if partition != "all" else "RAF-DB", tuple(found), tuple(troubles))


def _read_labels(path: Path) -> tuple[dict[str, list[str]], list[Trouble]]:
    """Every label of each file name. Raises BridgeError when the file cannot be read."""
    given: dict[str, list[str]] = {}
    troubles = []
    for number, line in enumerate(read_lines(path), 1):
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
