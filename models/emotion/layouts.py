"""The five sets of DeepExp3D (Table I) as they are published, and a folder for each class.

    rafd      Rafd090_01_Caucasian_female_angry_frontal.jpg: camera (000 to 180 degrees, 090 in front), model, looks,
              emotion, gaze; in any folders
    kdef      AF01ANFL.JPG: session A or B, sex, number, emotion, side (FL, HL, S, HR, FR; S in front); in any folders
    raf-db    basic/EmoLabel/list_patition_label.txt and basic/Image, see models.gaze_emotion.sets; compound/ likewise
    rendered  person012_anger_2.png, as python -m models.emotion.people renders them
    cfee      no layout is published with the set, which is given on request. Read is: a folder or a part of the file's
              name that names the emotion (happy, Sadly_Fearful, ...), and the first number in a name as the person
    ck+       sequences and their labels, see models.emotion.cohn_kanade
    folders   one folder for each class: happy/*.jpg, 5/*.png, ...; who is who is not known

Whatever cannot be used is listed with its reason.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from bridge.errors import BridgeError
from bridge.face.emotion import CONTEMPT
from models.emotion.classes import CLASSES, COMPOUND, KDEF, NUMBERS, class_of, raf_compound
from models.emotion.cohn_kanade import cohn_kanade
from models.emotion.faces import Choice, Face, Listing, View
from models.gaze_emotion.sets import find
from models.listing import Trouble, pictures


def find_faces(folder: Path, layout: str, choice: Choice) -> Listing:
    """The wanted faces of the set in `folder`. Raises BridgeError when there is no such folder, or no wanted face."""
    if not folder.is_dir():
        raise BridgeError(f"there is no folder {folder}: give the one that holds the set")
    title, read = LAYOUTS[layout]
    troubles: list[Trouble] = []
    found = read(folder, choice, troubles)
    faces = _wanted([face for face in found if face.asked], choice, troubles)
    if not faces:
        raise BridgeError(
            f"{folder} has no labelled face of the layout {layout} that is wanted ({len(troubles)} files and labels "
            f"were looked at): see models/emotion/README.md for the layouts, --layout and --view"
        )
    return Listing(title, tuple(faces), tuple(_neutrals(found, faces)), tuple(troubles))


def _wanted(faces: Sequence[Face], choice: Choice, troubles: list[Trouble]) -> list[Face]:
    kinds = (
        ("contempt", frozenset() if choice.contempt else {NUMBERS[CONTEMPT]}),
        ("compound", frozenset() if choice.compound else COMPOUND),
        ("neutral", frozenset() if choice.neutral else {NUMBERS["neutral"]}),
    )
    wanted = []
    for face in faces:
        unwanted = next((kind for kind, numbers in kinds if face.emotion in numbers), None)
        if unwanted is None:
            wanted.append(face)
        else:
            troubles.append(Trouble(unwanted, face.name, CLASSES[face.emotion]))
    return wanted


def _neutrals(found: Sequence[Face], wanted: Sequence[Face]) -> list[Face]:
    """The neutral pictures of those whose faces are wanted, without these."""
    chosen, people = set(wanted), {face.person for face in wanted if face.person}
    return [
        face for face in found if face.emotion == NUMBERS["neutral"] and face.person in people and face not in chosen
    ]


_RAFD: Final = re.compile(r"rafd(000|045|090|135|180)_(\d+)_[a-z]+_[a-z]+_([a-z]+)_(frontal|left|right)", re.IGNORECASE)
_RAFD_VIEWS: Final[dict[str, View]] = {
    "090": "frontal",
    **dict.fromkeys(("045", "135"), "semi-profile"),
    **dict.fromkeys(("000", "180"), "profile"),
}
_KDEF: Final = re.compile(r"([AB])([FM]\d\d)(AF|AN|DI|HA|NE|SA|SU)(FL|HL|S|HR|FR)", re.IGNORECASE)
_KDEF_VIEWS: Final[dict[str, View]] = {
    "S": "frontal",
    **dict.fromkeys(("HL", "HR"), "semi-profile"),
    **dict.fromkeys(("FL", "FR"), "profile"),
}


def _rafd(folder: Path, choice: Choice, troubles: list[Trouble]) -> list[Face]:
    found, aside = [], []
    for path, name in pictures(folder, troubles):
        match = _RAFD.fullmatch(path.stem)
        if match is None:
            troubles.append(Trouble("unlabelled", name))
            continue
        camera, person, word, gaze = match.groups()
        emotion = class_of(word)
        if emotion is None:
            troubles.append(Trouble("unknown class", name, word))
        elif _RAFD_VIEWS[camera] != choice.view or gaze.lower() != "frontal":
            troubles.append(Trouble("other view", name))
            if _RAFD_VIEWS[camera] == choice.view and emotion == NUMBERS["neutral"]:
                aside.append(Face(path, name, emotion, person, asked=False))
        else:
            found.append(Face(path, name, emotion, person))
    return _drawn(found, choice, troubles) + aside


def _kdef(folder: Path, choice: Choice, troubles: list[Trouble]) -> list[Face]:
    found = []
    for path, name in pictures(folder, troubles):
        match = _KDEF.fullmatch(path.stem)
        if match is None:
            troubles.append(Trouble("unlabelled", name))
            continue
        _, person, code, side = (part.upper() for part in match.groups())
        if _KDEF_VIEWS[side] != choice.view:
            troubles.append(Trouble("other view", name))
        else:
            found.append(Face(path, name, NUMBERS[KDEF[code]], person))
    return _drawn(found, choice, troubles)


def _drawn(faces: list[Face], choice: Choice, troubles: list[Trouble]) -> list[Face]:
    """One picture of each person and emotion, as the paper draws one of KDEF's two sessions and of the two sides.

    The other ones are not asked about.
    """
    rng = np.random.default_rng(choice.seed)
    same: dict[tuple[str, int], list[Face]] = {}
    for face in sorted(faces, key=lambda face: face.name):
        same.setdefault((face.person, face.emotion), []).append(face)
    drawn = [group[int(rng.integers(len(group)))] for _, group in sorted(same.items())]
    left = sorted(set(faces) - set(drawn), key=lambda face: face.name)
    troubles += [Trouble("not drawn", face.name) for face in left]
    return drawn + [replace(face, asked=False) for face in left]


def _raf_db(folder: Path, choice: Choice, troubles: list[Trouble]) -> list[Face]:
    """RAF-DB's folder, or its part "basic" alone."""
    parts = [(folder / "basic" if (folder / "basic").is_dir() else folder, class_of)]
    if (folder / "compound").is_dir():
        parts.append((folder / "compound", raf_compound))
    found = []
    for part, numbers in parts:
        listing = find(part, None, None, "all", numbers)
        troubles += listing.troubles
        for picture in listing.pictures:
            name = picture.path.relative_to(folder).as_posix()
            train = "train" if picture.path.name.startswith("train") else "test"
            found.append(Face(picture.path, name, picture.emotion, "", train))
    return found


def _folders(folder: Path, choice: Choice, troubles: list[Trouble]) -> list[Face]:
    listing = find(folder, None, None, "all", class_of)
    troubles += listing.troubles
    return [Face(picture.path, picture.name, picture.emotion) for picture in listing.pictures]


def _rendered(folder: Path, choice: Choice, troubles: list[Trouble]) -> list[Face]:
    found = []
    for path, name in pictures(folder, troubles):
        person, _, word = path.stem.partition("_")
        emotion = class_of(word.partition("_")[0])
        if emotion is None:
            troubles.append(Trouble("unlabelled", name))
        else:
            found.append(Face(path, name, emotion, person))
    return found


def _cfee(folder: Path, choice: Choice, troubles: list[Trouble]) -> list[Face]:
    found = []
    for path, name in pictures(folder, troubles):
        words = [*name.split("/")[:-1], path.stem]
        named = {number for word in words for number in _emotions_in(word)}
        if len(named) != 1:
            kind = "labelled twice" if named else "unlabelled"
            troubles.append(Trouble(kind, name, " and ".join(sorted(CLASSES[number] for number in named))))
            continue
        number = re.search(r"\d+", path.stem) or re.search(r"\d+", name)
        found.append(Face(path, name, named.pop(), number.group().lstrip("0") or "0" if number else ""))
    return found


def _emotions_in(word: str) -> set[int]:
    """What a folder or a file's stem names: as a whole without its numbers, else any of its parts."""
    parts = [part for part in re.split(r"[\W\d_]+", word) if part]
    whole = class_of(" ".join(parts)) if parts else None
    if whole is not None:
        return {whole}
    pairs = [class_of(" ".join(pair)) for pair in pairwise(parts)]
    compound = {number for number in pairs if number is not None}
    return compound or {number for part in parts if (number := class_of(part)) is not None}


Reader = Callable[[Path, Choice, list[Trouble]], list[Face]]

LAYOUTS: Final[dict[str, tuple[str, Reader]]] = {
    "rafd": ("RaFD", _rafd),
    "kdef": ("KDEF", _kdef),
    "raf-db": ("RAF-DB", _raf_db),
    "cfee": ("CFEE", _cfee),
    "ck+": ("CK+", cohn_kanade),
    "rendered": ("rendered people", _rendered),
    "folders": ("one folder for each class", _folders),
}
