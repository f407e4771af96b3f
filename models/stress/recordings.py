"""Recordings of people at neutral and stressful tasks, and the coefficients of their frames.

No layout of SRD'15 (Giannakakis et al., Biomedical Signal Processing and Control 2017) is published, and the set is not
given away; what is read here is ours:

    tasks.csv                columns task, phase, stress: "2.1,emotional recall,0"; a phase of PHASES, stress 0 or 1
    S01/2.1.mp4              one folder for each person; in it one video for each task, by the task's name,
    S01/2.1/000001.png       or a folder of frames

Whatever cannot be used is listed with its reason.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError
from bridge.pictures import decode
from models.emotion.features import Reading, Tools, open_reader
from models.kept import kept, key_of, state_of
from models.listing import PICTURES, Trouble, read_lines, read_picture
from models.spread import Spread

PHASES: Final = ("emotional recall", "stressful images", "stressful videos")
"Those of Table IV."
_SPEECH: Final = "social exposure"
"The phase that the paper leaves out: its task is speech, which moves the head by itself."
_VIDEOS: Final = (".mp4", ".avi", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv")
_VERSION: Final = 1
"Of the kept answers; another one does not find those of the last."

# Why a recording was left out, or what else should be known of it; in the report's order.
LEFT_OUT: Final = {
    "no task": "its name is no task of tasks.csv",
    "two recordings": "the same task of the same person again",
    "broken": "cannot be read as a video or as frames",
    "no face": "no frame shows a face",
    "symbolic link": "a symbolic link, which is not followed",
    "speech": "of the phase social exposure, which the paper leaves out",
}
NOTED: Final = {
    "missing": "a task of which a person has no recording",
    "faceless frames": "frames in which no face was found",
    "no recording": "a file that is none by its name",
}


@dataclass(frozen=True, slots=True)
class Task:
    """What people did."""

    phase: str
    stress: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """One person at one task."""

    path: Path
    name: str
    person: str
    task: Task


@dataclass(frozen=True, slots=True)
class Listing:
    """A set as it was found on disk."""

    recordings: tuple[Recording, ...]
    troubles: tuple[Trouble, ...]


def find_recordings(folder: Path) -> Listing:
    """Raises BridgeError when there is no such set, or its list of tasks is wrong."""
    if not folder.is_dir():
        raise BridgeError(f"there is no folder {folder}: give the one that holds the recordings")
    tasks = read_tasks(folder / "tasks.csv")
    troubles: list[Trouble] = []
    found: dict[tuple[str, str], Recording] = {}
    people = sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    for person in people:
        for path in sorted(person.iterdir()):
            name, task = f"{person.name}/{path.name}", path.name if path.is_dir() else path.stem
            trouble = _trouble(path, task, tasks)
            if trouble is None and (person.name, task) in found:
                trouble = "two recordings"
            if trouble is not None:
                troubles.append(Trouble(trouble, name))
            else:
                found[person.name, task] = Recording(path, name, person.name, tasks[task])
    for person in people:
        absent = [name for name, task in tasks.items() if task.phase in PHASES and (person.name, name) not in found]
        troubles += [Trouble("missing", f"{person.name}/{name}") for name in absent]
    if not found:
        raise BridgeError(f"{folder} has no recording of its tasks: see models/stress/README.md for the layout")
    return Listing(tuple(found.values()), tuple(troubles))


def _trouble(path: Path, task: str, tasks: dict[str, Task]) -> str | None:
    if path.is_symlink():
        return "symbolic link"
    if not path.is_dir() and path.suffix.lower() not in _VIDEOS:
        return "no recording"
    if task not in tasks:
        return "no task"
    return "speech" if tasks[task].phase == _SPEECH else None


def read_tasks(path: Path) -> dict[str, Task]:
    """By name. Raises BridgeError where a line is wrong, or a phase lacks one of the two."""
    if not path.is_file():
        raise BridgeError(f"there is no {path}: write one line for each task: 2.1,emotional recall,0")
    tasks: dict[str, Task] = {}
    for number, row in enumerate(csv.reader(read_lines(path)), 1):
        words = [word.strip() for word in row]
        if not any(words) or words == ["task", "phase", "stress"]:
            continue
        if len(words) != 3 or not words[0] or words[1] not in (*PHASES, _SPEECH) or words[2] not in ("0", "1"):
            raise BridgeError(
                f"{path}, line {number}: a line is task,phase,stress with a phase of {', '.join((*PHASES, _SPEECH))} "
                f"and stress 0 or 1, not {','.join(words)[:80]!r}"
            )
        task = Task(words[1], words[2] == "1")
        if tasks.setdefault(words[0], task) != task:
            raise BridgeError(f"{path}, line {number}: task {words[0][:40]!r} is there twice and differs: keep one")
    for phase in PHASES:
        kinds = {task.stress for task in tasks.values() if task.phase == phase}
        if kinds and len(kinds) < 2:
            raise BridgeError(f"{path}: the phase {phase} needs a task with stress and one without, to compare")
    return tasks


def read_recordings(
    recordings: Sequence[Recording], tools: Tools, frames: int, folder: Path, spread: Spread
) -> Iterator[tuple[Recording, list[Reading]]]:
    """What was read of `frames` of each recording, as they are done. Raises BridgeError for a wrong tool."""
    made = tools.fingerprint()
    by_key = {key_of(_VERSION, made, frames, one.name, _state(one.path)): one for one in recordings}
    tasks = [(key, (one.path, tools, frames)) for key, one in by_key.items()]
    for key, rows in kept(read_frames, tasks, folder, spread):
        yield by_key[key], [Reading(*row) for row in rows]


def read_frames(path: Path, tools: Tools, frames: int) -> list[list[Any]]:
    """The values of Reading for frames spread evenly over a recording, in whatever process."""
    reader = open_reader(tools)
    try:
        images = [reader.picture(image) for image in _spread(path, frames)]
    except (OSError, ValueError, cv2.error) as error:
        return [Reading("broken", str(error)).values()]
    if not images:
        return [Reading("broken", "it has no frames").values()]
    return [one.values() for one in images]


def _spread(path: Path, frames: int) -> Iterator[NDArray[np.uint8]]:
    """(h, w, 3) RGB. Raises OSError or ValueError for pictures that cannot be read; a video just ends."""
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix.lower() in PICTURES and not one.is_symlink())
        for place in _places(len(files), frames):
            picture = decode(read_picture(files[place]), cv2.IMREAD_COLOR)
            yield np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
        return
    video = cv2.VideoCapture(str(path))
    wanted = set(_places(int(video.get(cv2.CAP_PROP_FRAME_COUNT)), frames))
    number = 0
    while wanted and number <= max(wanted) and video.grab():
        if number in wanted:
            read, picture = video.retrieve()
            if read:
                yield np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
        number += 1
    video.release()


def _places(length: int, frames: int) -> list[int]:
    """Middles of equal parts."""
    count = min(max(length, 0), frames)
    return [int((place + 0.5) * length / count) for place in range(count)]


def _state(path: Path) -> list[Any]:
    return [state_of(one) for one in sorted(path.iterdir())] if path.is_dir() else state_of(path)
