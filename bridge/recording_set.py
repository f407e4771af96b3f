"""A recording set: what several people were asked to show, in one folder.

    set.json              who took part, with their forms, and what each recording holds; written atomically
    P07/session-1/        a recording with its truth.csv: what was asked, with strength unknown
    P07/session-2/        the same after the headset was taken off and put on again

A session that was broken off goes on in a further folder (session-1-2), since the headset then sits differently. The
folder is private, and nothing in set.json is believed unchecked: a set may come from somebody else.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, Field, ValidationError

from bridge.errors import BridgeError
from bridge.exercises import Exercise
from bridge.files import cannot_write, write_atomically
from bridge.frames import EyeFrame
from bridge.irises import Irises
from bridge.recording import ABOUT, INDEX, RecordingReader, RecordingWriter
from bridge.rectification import RectificationOptions
from bridge.truth import TRUTH, FrameTruth, read_truth, write_truth

SET: Final = "set.json"
_LARGEST: Final = 8 << 20
"Bytes of a set.json that is read; a participant takes less than 4 kB."
_EXPORT_QUALITY: Final = 95
"Of an exported JPEG, which is encoded a second time."

Plain = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
"A name that is a folder's on every system and leads nowhere else."


class Form(BaseModel, frozen=True, extra="forbid"):
    """What a participant tells about themselves; every answer may be left out."""

    age: Literal["", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"] = Field("", description="age range")
    eye_colour: Literal["", "brown", "hazel", "green", "blue", "gray", "other"] = Field("", description="eye colour")
    glasses: Literal["", "none", "glasses", "contacts"] = Field("", description="what is worn under the headset")
    make_up: Literal["", "none", "some", "much"] = Field("", description="make-up around the eyes")
    headset: str = Field("", max_length=40, pattern=r"^[\w .+-]*$", description="model of the headset")


class Take(BaseModel, frozen=True, extra="forbid"):
    """One recording: a session, or what was done of it before it was broken off."""

    folder: Plain
    session: int = Field(ge=1, le=9)
    held: tuple[Plain, ...] = Field((), max_length=64)
    skipped: tuple[Plain, ...] = Field((), max_length=64)
    rectification: RectificationOptions = RectificationOptions()
    "How this headset's pictures become the network's view."


class Participant(BaseModel, frozen=True, extra="forbid"):
    """One person."""

    name: Plain
    consent: str = Field("", max_length=40)
    "Day on which they agreed to be recorded."
    form: Form = Form()
    takes: tuple[Take, ...] = Field((), max_length=256)

    def over(self, session: int) -> set[str]:
        """The expressions of this session that were held or skipped."""
        takes = [take for take in self.takes if take.session == session]
        return {name for take in takes for name in (*take.held, *take.skipped)}

    def with_take(self, take: Take) -> Self:
        """The same person with this recording, in place of an earlier state of it."""
        others = tuple(old for old in self.takes if old.folder != take.folder)
        return self.model_copy(update={"takes": (*others, take)})


class RecordingSet(BaseModel, frozen=True, extra="forbid"):
    """What set.json says."""

    format: Literal[1] = 1
    participants: tuple[Participant, ...] = Field((), max_length=10000)

    def find(self, name: str) -> Participant | None:
        """The participant of this name."""
        return next((person for person in self.participants if person.name == name), None)

    def with_participant(self, person: Participant) -> Self:
        """The same set with this person, in place of an earlier state of them."""
        names = [other.name for other in self.participants]
        people = list(self.participants)
        if person.name in names:
            people[names.index(person.name)] = person
        else:
            people.append(person)
        return self.model_copy(update={"participants": tuple(people)})


def read_set(folder: Path) -> RecordingSet:
    """Raises BridgeError when the folder holds no set, or one that cannot be right."""
    file = folder / SET
    try:
        if not file.is_file():
            raise BridgeError(f"{folder} is no recording set: it has no {SET}; make one with: eyebridge collect")
        with file.open("rb") as opened:
            text = opened.read(_LARGEST + 1)
    except OSError as error:
        raise BridgeError(f"cannot read {file}: {error.strerror or error}") from error
    if len(text) > _LARGEST:
        raise BridgeError(f"{file} is too large to be a recording set's list; restore it from a copy")
    try:
        return RecordingSet.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BridgeError(f"{file} is damaged or of a newer version: {where}: {first['msg']}") from error


def write_set(folder: Path, listed: RecordingSet) -> None:
    """Save the list. Raises BridgeError when the disk refuses; the old one is then still there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    text = json.dumps(listed.model_dump(mode="json"), indent=1)
    write_atomically(folder / SET, text.encode())


def new_take(folder: Path, session: int) -> str:
    """A name for the recording of a session in a participant's folder that is not taken."""
    name, part = f"session-{session}", 1
    while (folder / name).exists():
        part += 1
        name = f"session-{session}-{part}"
    return name


def write_labels(recording: Path, labels: Mapping[int, Exercise]) -> None:
    """What each frame of a recording was asked to show. Raises BridgeError when the disk refuses."""
    asked = ((frame, exercise.action_unit or "", exercise.emotion or "") for frame, exercise in labels.items())
    write_truth(recording, (FrameTruth(*line) for line in asked))


def export_set(folder: Path, out: Path, *, blur_iris: bool) -> tuple[RecordingSet, list[str]]:
    """A copy of a set that says nothing of its people but the headset they wore: numbers for names, no forms.

    Returns what was written, and a sentence for each recording that could not be read and was left out. Raises
    BridgeError when the new folder holds something, the disk refuses, or anything but the copy is found in it.
    """
    if out.exists() and any(out.iterdir()):
        raise BridgeError(f"{out} is not empty; give a new folder for the copy")
    exported, broken = RecordingSet(), []
    for number, person in enumerate(read_set(folder).participants, 1):
        nameless = Participant(name=f"p{number:03d}", form=Form(headset=person.form.headset))
        for take in person.takes:
            copy = take.model_copy(update={"folder": new_take(out / nameless.name, take.session)})
            try:
                _copy(folder / person.name / take.folder, out / nameless.name / copy.folder, blur_iris)
            except _Unreadable as error:
                broken.append(str(error))
                continue
            nameless = nameless.with_take(copy)
        exported = exported.with_participant(nameless)
    write_set(out, exported)
    _check(out, exported)
    return exported, broken


class _Unreadable(BridgeError):
    """A recording of the set is damaged; the others are not."""


def _copy(source: Path, target: Path, blur_iris: bool) -> None:
    """Pictures, times and labels of a recording, and nothing else of it."""
    try:
        reader, truths = RecordingReader(source), read_truth(source)
    except BridgeError as error:
        raise _Unreadable(str(error)) from error
    with reader:
        if not len(reader):
            raise _Unreadable(f"{source} holds no frame")
        irises = (_irises(reader, "left"), _irises(reader, "right")) if blur_iris else None
        lossless = reader.about.codec == "png"
        with RecordingWriter(target, rate=reader.about.rate, quality=_EXPORT_QUALITY, lossless=lossless) as writer:
            for frame in reader:
                writer.write(frame if irises is None else _blurred(frame, irises))
    write_truth(target, truths.values())


def _irises(reader: RecordingReader, side: Literal["left", "right"]) -> Irises:
    """Where an eye's iris is in every picture of a recording; all are looked at before any is trusted."""
    irises = Irises()
    for frame in reader:
        picture = frame.left if side == "left" else frame.right
        if picture is not None:
            irises.look(frame.index, picture)
    return irises


def _blurred(frame: EyeFrame, irises: tuple[Irises, Irises]) -> EyeFrame:
    left, right = (
        None if picture is None else eye.blurred(frame.index, picture)
        for eye, picture in zip(irises, (frame.left, frame.right), strict=True)
    )
    return replace(frame, left=left, right=right)


def _check(out: Path, exported: RecordingSet) -> None:
    """Raises BridgeError when a file is missing or does not belong to the copy."""
    expected = {Path(SET)}
    for person in exported.participants:
        for take in person.takes:
            recording = Path(person.name, take.folder)
            with RecordingReader(out / recording) as reader:
                pictures = [path.name for path in reader.about.pictures(out / recording)]
            expected |= {recording / name for name in (ABOUT, INDEX, TRUTH, *pictures)}
    found = {Path(root, name).relative_to(out) for root, _, names in os.walk(out) for name in names}
    if found != expected:
        odd = ", ".join(sorted(map(str, found ^ expected)))
        raise BridgeError(
            f"{out} is not what the copy should be ({odd}); pass it on to nobody, delete it and try again"
        )
