"""eyebridge collect: recordings of people who were asked for each expression, for training and measuring networks."""

import contextlib
import datetime
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Final, Self, get_args

from pydantic import Field, ValidationError
from pydantic_settings import CliPositionalArg

from bridge.collection import EXPRESSIONS, PaceOptions, Sitting, remaining
from bridge.commands.base import RIGHT, SOURCE, ConfiguredCommand, source_for
from bridge.commands.stage import GO_ON, PAUSE, QUIT, SKIP, Stage
from bridge.commands.terminal import Typed, console, interruptible
from bridge.config import explain
from bridge.errors import BridgeError
from bridge.files import toml_of
from bridge.frames import EyeFrame
from bridge.recorder import keeping
from bridge.recording import RecordingWriter
from bridge.recording_set import (
    SET,
    Form,
    Participant,
    RecordingSet,
    Take,
    export_set,
    new_take,
    read_set,
    write_labels,
    write_set,
)
from bridge.rectification import RectificationOptions
from bridge.sources import Source

_CONSENT: Final = """\
Pictures of your eyes will be recorded and kept in {folder}. They can identify you, as a fingerprint can. They stay on
this machine unless somebody copies them; you may stop at any time, and delete your part by deleting {own}.
Do you agree? Type yes:"""

_STEERS: Final = {GO_ON: Sitting.go_on, SKIP: Sitting.skip, PAUSE: Sitting.pause}


class Collect(ConfiguredCommand):
    """Record people who show one expression after the other on request: a data set to train or measure a network on.

    The participant puts the headset on, sees and hears what to do, practises each expression, and holds it for a few
    seconds while the eyes follow a dot or the head moves; what they cannot do is skipped. Then the headset is taken off
    and put on again, and all is repeated. While it runs, lines that are typed steer it: Enter goes on, s skips, p
    pauses, q ends. The same command goes on where it ended. Every answer of the form is voluntary; consent is not.

    examples:
      eyebridge collect 0 --participant P07 --out my-set
      eyebridge collect 0 --participant P07 --out my-set --browser      avatar, live eyes and dot on the preview page
      eyebridge collect samples/rendered-person --loop --participant test --out trial --consent      a rehearsal
      eyebridge collect --export my-set --out my-set-to-give-away       no forms, no names, irises blurred
      python -m models.real my-set data                                 then models.clean, models.train, models.evaluate
    """

    verb: ClassVar[str] = "collect"
    origin: CliPositionalArg[str | None] = Field(None, alias="SOURCE", description=SOURCE)
    right: CliPositionalArg[str | None] = Field(None, description=RIGHT)
    out: Path = Field(description="folder of the recording set; with --export, the new folder")
    participant: str | None = Field(None, description="who takes part, such as P07: letters, digits, - and _")
    consent: bool = Field(False, description="the participant has agreed to be recorded")
    form: Form = Field(Form(), description="what the participant tells about themselves")
    form_file: Path | None = Field(None, description="the form as a TOML file, instead of flags or questions")
    pace: PaceOptions = Field(PaceOptions(), description="how long everything takes")
    browser: bool = Field(False, description="show the avatar, the live eyes and the dot on the preview page")
    quality: int | None = Field(
        None, ge=10, le=100, description="keep JPEGs of this quality, a third as large at 90, instead of exact pictures"
    )
    realtime: bool = Field(True, description="play files at their own speed instead of as fast as possible")
    loop: bool = Field(False, description="start files again when they end")
    export: Path | None = Field(None, description="copy this recording set, without names and forms")
    blur_iris: bool = Field(True, description="blur the irises in the copy")

    def execute(self) -> int:
        if self.export is not None:
            return self._export(self.export)
        if self.origin is None or self.participant is None:
            raise BridgeError("say what to record, and whom: eyebridge collect SOURCE --participant P07 --out FOLDER")
        typed, settings = Typed(), self.worn
        with contextlib.ExitStack() as stack:
            wanted = source_for(self.origin, self.right, realtime=self.realtime, loop=self.loop)
            source = stack.enter_context(wanted.open())
            book = self._admit(typed, self.participant, settings.rectification)
            typed.listen()
            stage = stack.enter_context(Stage(settings, typed.press, browser=self.browser))
            stack.enter_context(interruptible(source.close))
            for session in range(1, self.pace.sessions + 1):
                exercises = remaining(book.person.over(session))
                if exercises and not self._sit(Sitting(exercises, session, self.pace), book, source, stage, typed):
                    break
            else:
                stage.say("That is all, thank you. You may take the headset off")
        return self._tell(book.person)

    def _sit(self, sitting: Sitting, book: "_Book", source: Source, stage: Stage, typed: Typed) -> bool:
        """Record one sitting; whether it came to its end. What is done is kept, whatever ends it."""
        take = book.begin(sitting.session)
        with _Tape(book.folder / take.folder, source, self.quality) as tape:
            while not sitting.done and (frame := source.read()) is not None:
                if frame.left is None and frame.right is None:  # no camera gives anything at the moment
                    continue
                if any(_obey(line, sitting) for line in typed.take()):
                    break
                if sitting.add(frame.index, frame.time):
                    tape.keep(frame)
                if sitting.request:
                    stage.show(sitting.request, frame)
                book.note(take, sitting)
        if not sitting.held:  # not even the neutral: nothing could be compared with it
            shutil.rmtree(tape.path, ignore_errors=True)
        return sitting.done

    def _admit(self, typed: Typed, name: str, rectification: RectificationOptions) -> "_Book":
        """Open the set for a participant who agrees. Raises BridgeError when they do not."""
        listed = read_set(self.out) if (self.out / SET).exists() else RecordingSet()
        known = listed.find(name)
        try:
            person = known or Participant(name=name, form=self._form())
        except ValidationError as error:
            raise BridgeError(
                f"{name!r} cannot be a participant's name; use up to 32 letters, digits, - and _"
            ) from error
        if not known and not self.consent:
            question = _CONSENT.format(folder=self.out, own=self.out / name)
            if typed.ask(question).lower() != "yes":
                raise BridgeError("nothing was recorded: the participant has to agree, by typing yes or with --consent")
        if not known and person.form == Form() and console.is_terminal:
            person = person.model_copy(update={"form": _ask(typed)})
        day = person.consent or datetime.date.today().isoformat()
        return _Book(self.out, listed, person.model_copy(update={"consent": day}), rectification)

    def _form(self) -> Form:
        if self.form_file is None:
            return self.form
        try:
            return Form.model_validate(toml_of(self.form_file.read_bytes()))
        except OSError as error:
            raise BridgeError(f"cannot read the form {self.form_file}: {error.strerror or error}") from error
        except ValidationError as error:
            raise BridgeError(f"{self.form_file}: {explain(error, Form)}") from error
        except ValueError as error:
            raise BridgeError(f"the form {self.form_file} is not valid TOML: {error}") from error

    def _tell(self, person: Participant) -> int:
        over = [len(person.over(session)) for session in range(1, self.pace.sessions + 1)]
        console.print(f"{person.name}: {', '.join(f'session {n}: {count}' for n, count in enumerate(over, 1))}")
        if any(count < len(EXPRESSIONS) for count in over):
            console.print("what is missing is asked when the same command is given again", markup=False)
        else:
            console.print(f"complete; python -m models.real {self.out} DATA makes a data set of it", markup=False)
        return 0

    def _export(self, folder: Path) -> int:
        exported, broken = export_set(folder, self.out, blur_iris=self.blur_iris)
        for sentence in broken:
            console.print(f"left out: {sentence}", markup=False)
        takes = sum(len(person.takes) for person in exported.participants)
        state = "irises blurred" if self.blur_iris else "irises as they are"
        console.print(f"{takes} recordings of {len(exported.participants)} people are in {self.out}, {state}")
        return 0


class _Book:
    """The set's list and one participant in it, on the disk as soon as something is done."""

    def __init__(
        self, out: Path, listed: RecordingSet, person: Participant, rectification: RectificationOptions
    ) -> None:
        """`rectification` is how the headset's pictures become the network's view."""
        self.folder = out / person.name
        self.person = person
        self._rectification = rectification
        self._out = out
        self._listed = listed

    def begin(self, session: int) -> Take:
        """A recording of which nothing is listed yet."""
        return Take(folder=new_take(self.folder, session), session=session, rectification=self._rectification)

    def note(self, take: Take, sitting: Sitting) -> None:
        """List what was held and skipped, if that is more than before; the neutral comes first of all."""
        held, skipped = tuple(sitting.held), tuple(sitting.skipped)
        listed = next((old for old in self.person.takes if old.folder == take.folder), take)
        if held and (held, skipped) != (listed.held, listed.skipped):
            write_labels(self.folder / take.folder, sitting.labels)
            self.person = self.person.with_take(take.model_copy(update={"held": held, "skipped": skipped}))
            self._listed = self._listed.with_participant(self.person)
            write_set(self._out, self._listed)


class _Tape:
    """A recording that begins with its first frame."""

    def __init__(self, path: Path, source: Source, quality: int | None) -> None:
        self.path = path
        self._source = source
        self._quality = quality
        self._open = contextlib.ExitStack()
        self._keep: Callable[[EyeFrame], None] | None = None

    def keep(self, frame: EyeFrame) -> None:
        """Raises BridgeError when the disk refuses."""
        if self._keep is None:
            lossless = self._quality is None
            writer = RecordingWriter(self.path, self._source.rate, quality=self._quality or 90, lossless=lossless)
            self._open.enter_context(writer)
            self._keep = self._open.enter_context(keeping(writer, live=self._source.live))
        self._keep(frame)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


def _obey(line: str, sitting: Sitting) -> bool:
    """Do what was typed; whether it was to end."""
    if line in _STEERS:
        _STEERS[line](sitting)
    return line == QUIT


def _ask(typed: Typed) -> Form:
    """The form, question by question."""
    answers: dict[str, str] = {}
    for name, field in Form.model_fields.items():
        choices = [choice for choice in get_args(field.annotation) if choice]
        hint = f" ({', '.join(choices)})" if choices else ""
        while True:
            answer = typed.ask(f"{field.description}{hint}, Enter to leave out:")
            try:
                Form.model_validate({name: answer})
            except ValidationError:
                continue
            answers[name] = answer
            break
    return Form.model_validate(answers)
