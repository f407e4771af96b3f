"""CK+ (Lucey et al., CVPR workshops 2010): sequences from a neutral face to a peak, of which about half are labelled.

    cohn-kanade-images/S005/001/S005_001_00000011.png     person, sequence, frame
    Emotion/S005/001/S005_001_00000011_emotion.txt        one number, 0 to 7, of the sequence; no file: no label

A sequence gives its last frame, the peak, as in the paper. The first frame of each person's first labelled sequence is
neutral: the paper's Table I says seven emotions and neutral, its text seven classes of which one is neutral, and it
does not say where neutral faces are from. With contempt and without neutral, these are its 327 peaks and their labels.
The first frames of a person's other sequences, labelled or not, are what their faces may be compared with.
"""

from collections.abc import Sequence
from pathlib import Path

from bridge.errors import BridgeError
from models.emotion.classes import CK, NUMBERS
from models.emotion.faces import Choice, Face
from models.listing import Trouble, pictures, read_lines


def cohn_kanade(folder: Path, choice: Choice, troubles: list[Trouble]) -> list[Face]:
    """Peaks and neutral faces. Raises BridgeError when one of the two folders is missing."""
    images, labels = _below(folder, "cohn-kanade-images"), _below(folder, "Emotion")
    sequences: dict[str, list[tuple[Path, str]]] = {}
    for path, name in pictures(images, troubles):
        sequences.setdefault(path.parent.relative_to(images).as_posix(), []).append((path, name))
    given = _labels(labels, troubles)
    found: list[Face] = []
    begun: set[str] = set()
    for sequence in sorted(sequences.keys() | given.keys()):
        numbers, frames = given.get(sequence, {}), sorted(sequences.get(sequence, []), key=lambda one: one[0].name)
        person, trouble = sequence.split("/")[0], _trouble(numbers, frames)
        if len(frames) > 1:
            asked = trouble is None and person not in begun
            found.append(Face(*frames[0], NUMBERS["neutral"], person, asked=asked))
            if asked:
                begun.add(person)
        if trouble is not None:
            troubles.append(Trouble(trouble, sequence, ", ".join(sorted(numbers.values()))))
            continue
        path, name = frames[-1]
        if path.stem not in numbers:
            troubles.append(Trouble("other peak", sequence, next(iter(numbers))))
        found.append(Face(path, name, NUMBERS[next(iter(numbers.values()))], person))
    return found


def _trouble(numbers: dict[str, str], frames: Sequence[tuple[Path, str]]) -> str | None:
    if not numbers:
        return "unlabelled"
    if not frames:
        return "missing"
    return "labelled twice" if len(set(numbers.values())) > 1 else None


def _labels(folder: Path, troubles: list[Trouble]) -> dict[str, dict[str, str]]:
    """Of each sequence that has any: the frame that a label is of, and the emotion's name."""
    given: dict[str, dict[str, str]] = {}
    for path in sorted(folder.rglob("*_emotion.txt")):
        words = " ".join(read_lines(path)).split()
        name = path.relative_to(folder).as_posix()
        try:
            number = float(words[0]) if len(words) == 1 else -1.0
        except ValueError:
            number = -1.0
        if number not in range(len(CK)):
            troubles.append(Trouble("bad line", name, " ".join(words)[:80]))
            continue
        sequence = path.parent.relative_to(folder).as_posix()
        given.setdefault(sequence, {})[path.stem.removesuffix("_emotion")] = CK[int(number)]
    return given


def _below(folder: Path, name: str) -> Path:
    """The folder of that name, or itself. Raises BridgeError where it is not."""
    for path in (folder / name, *sorted(folder.glob(f"*/{name}"))):
        if path.is_dir():
            return path
    raise BridgeError(f"{folder} has no folder {name}: give the one that holds CK+'s cohn-kanade-images and Emotion")
