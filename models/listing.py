"""Folders of labelled pictures: their files, and what is wrong with them, listed instead of lost.

Symbolic links are not followed: they may lead out of the set, or round in circles.
"""

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar

from bridge.errors import BridgeError

PICTURES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
"How a picture's name ends, in small letters."
LARGEST_PICTURE: Final = 64 * 1024 * 1024
"Bytes of a picture's file; more is no face."
_LARGEST_LIST: Final = 64 * 1024 * 1024
"Bytes of a label file; RAF-DB's has 260 KB."


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong with one file."""

    kind: str
    "A key of the set's tables of what is left out and what is noted."
    name: str
    detail: str = ""


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Picture = TypeVar("Picture", bound=_Named)


def files(folder: Path) -> Iterator[tuple[Path, str, bool]]:
    """Every file below a folder, its name inside it, and whether it is a symbolic link; links lead nowhere."""
    for where, folders, names in os.walk(folder):
        folders.sort()
        linked = [name for name in folders if os.path.islink(os.path.join(where, name))]
        for name in sorted([*names, *linked]):
            path = Path(where, name)
            yield path, path.relative_to(folder).as_posix(), path.is_symlink()


def pictures(folder: Path, troubles: list[Trouble]) -> Iterator[tuple[Path, str]]:
    """Every picture below a folder and its name inside it; what is none, by its name, joins the troubles."""
    for path, name, linked in files(folder):
        if linked:
            troubles.append(Trouble("symbolic link", name))
        elif path.suffix.lower() not in PICTURES:
            troubles.append(Trouble("no picture", name))
        else:
            yield path, name


def read_lines(path: Path) -> list[str]:
    """Raises BridgeError when the file cannot be read or is too large for a list."""
    try:
        if path.stat().st_size > _LARGEST_LIST:
            raise BridgeError(f"{path} is too large for a list of labels")
        return path.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        raise BridgeError(f"cannot read the labels {path}: {error.strerror or error}") from error


def read_picture(path: Path) -> bytes:
    """Raises OSError or ValueError for one that cannot be read or is no face by its size."""
    with path.open("rb") as file:
        data = file.read(LARGEST_PICTURE + 1)
    if len(data) > LARGEST_PICTURE:
        raise ValueError(f"larger than {LARGEST_PICTURE // 2**20} MB")
    return data


def counted_once(
    found: Iterable[Picture], digest: Callable[[Picture], str], label: Callable[[Picture], object]
) -> tuple[list[Picture], list[Trouble]]:
    """The same bytes under two labels are labelled twice and do not count; under one label they count once."""
    same: dict[str, list[Picture]] = {}
    for picture in found:
        same.setdefault(digest(picture), []).append(picture)
    counting: list[Picture] = []
    troubles: list[Trouble] = []
    for group in same.values():
        if len({label(picture) for picture in group}) > 1:
            names = ", ".join(picture.name for picture in group)
            troubles += [Trouble("labelled twice", picture.name, f"the same picture: {names}") for picture in group]
        else:
            counting.append(group[0])
            troubles += [Trouble("copy", picture.name, f"of {group[0].name}") for picture in group[1:]]
    return counting, troubles


def counts(troubles: Sequence[Trouble], kinds: Mapping[str, str]) -> dict[str, list[Trouble]]:
    """Troubles by kind, in the order of the table, kinds without any left out."""
    found = {kind: [trouble for trouble in troubles if trouble.kind == kind] for kind in kinds}
    return {kind: listed for kind, listed in found.items() if listed}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A .csv; file names of any bytes stay what they are."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows(rows)
    return file.getvalue().encode("utf-8", "surrogateescape")


def table_of(troubles: Sequence[Trouble]) -> bytes:
    """All of them as a .csv."""
    return table(("kind", "name", "detail"), ((trouble.kind, trouble.name, trouble.detail) for trouble in troubles))
