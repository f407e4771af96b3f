"""Attends to the wearer while the daemon runs: their profile, their calibrations, and what they are told meanwhile."""

import math
from collections.abc import Callable
from typing import Final, Protocol

from bridge import profiles
from bridge.control import CaptureNeutral, CenterGaze, ForgetNeutral, SkipStep, StartGuide, StopGuide, UndoCalibration
from bridge.errors import BridgeError
from bridge.guide import Prompt
from bridge.personalization import PersonalizationOptions
from bridge.pipeline import Pipeline
from bridge.preview import Guidance
from bridge.prompts import Kind

PersonalCommand = CaptureNeutral | CenterGaze | ForgetNeutral | StartGuide | SkipStep | StopGuide | UndoCalibration

_CENTERING: Final = 1.0
"Seconds of looking straight ahead."
_RELAX: Final = "look straight ahead with a relaxed face while your neutral image is taken"


class Voice(Protocol):
    """What is needed of `bridge.prompts.Prompts`."""

    def say(self, text: str, *, urgent: bool = False) -> None: ...

    def beep(self, kind: Kind) -> None: ...

    def aim(self, target: tuple[float, float] | None) -> None: ...


class Attendant:
    """One for each run of the daemon; `follow` is called after each frame."""

    def __init__(
        self, pipeline: Pipeline, options: PersonalizationOptions, voice: Voice, note: Callable[[str], None]
    ) -> None:
        """`voice` is for the ears, `note` for the log and the page: both get every sentence for the wearer."""
        self._pipeline = pipeline
        self._wearer = pipeline.wearer
        self._options = options
        self._voice = voice
        self._note = note
        self._taken = 0
        self._asked: Prompt | None = None
        self._target: tuple[float, float] | None = None
        self._keeps: str | None = None
        "Name of the profile that calibrations are kept in; None where there is none, or it is of something else."
        self._new = False
        "Whether nothing was kept under that name before."

    def begin(self) -> None:
        """Load the wearer's profile, or take their neutral."""
        options = self._options
        loaded = False
        if options.profile is not None:
            loaded = self._load(options.profile)
            if loaded or not profiles.path_of(options.profile).is_file():
                self._keeps, self._new = options.profile, not profiles.files(options.profile)
        if not loaded and options.automatic:
            self._capture(options.seconds)
        elif options.profile is None:
            self._note("running without your neutral image; capture it for a better match")

    def obey(self, command: PersonalCommand) -> None:
        """Between two frames."""
        try:
            self._do(command)
        except BridgeError as error:
            self.fail(error)

    def follow(self) -> None:
        """Tell the wearer what is new since the frame before, and keep what has come to an end."""
        self._lead(self._wearer.prompt)
        notices = self._wearer.take_notices()
        if self._wearer.taken != self._taken:
            self._taken = self._wearer.taken
            self._voice.beep("done")
            notices.append(self._kept())
        if sentence := "; ".join(filter(None, notices)):
            self.tell(sentence)

    def fail(self, error: BridgeError) -> None:
        """Tell the wearer why something has come to nothing."""
        self._asked = None
        self._voice.beep("failed")
        self.tell(str(error))

    def tell(self, sentence: str) -> None:
        """Say it, and note it."""
        self._note(sentence)
        self._voice.say(sentence)

    @property
    def guidance(self) -> Guidance | None:
        """What the guide asks for now, for a page."""
        prompt, exemplar = self._wearer.prompt, self._pipeline.exemplar
        return None if prompt is None or exemplar is None else Guidance(prompt, exemplar)

    def _do(self, command: PersonalCommand) -> None:
        wearer = self._wearer
        match command:
            case CaptureNeutral(seconds):
                self._capture(seconds)
            case CenterGaze():
                self._wearer.center_gaze(_CENTERING)
                self._voice.beep("start")
                self.tell("look straight ahead")
            case ForgetNeutral():
                wearer.forget()
                self._note("your neutral image is forgotten")
            case StartGuide(only_gaze):
                wearer.start_guide(only_gaze)
                self._note("follow the dot" if only_gaze else "follow what the avatar shows; skip what you cannot do")
            case SkipStep():
                wearer.skip_step()
            case StopGuide():
                if wearer.progress is not None:
                    wearer.stop()
                    self._ended()
            case UndoCalibration():
                self._undo()

    def _lead(self, prompt: Prompt | None) -> None:
        """Speak each step once; tones for the beginning of a hold and its seconds; the dot, where there is one."""
        before, self._asked = self._asked, prompt
        target = prompt.target if prompt else None
        if target != self._target:
            self._target = target
            self._voice.aim(target)
        if prompt is None:
            return
        if before is None or prompt.number != before.number or prompt.progress < before.progress:
            self._voice.say(prompt.text, urgent=True)
        elif prompt.holding and not before.holding:
            self._voice.beep("start")
        elif prompt.holding and math.ceil(prompt.seconds) < math.ceil(before.seconds):
            self._voice.beep("tick")

    def _load(self, name: str) -> bool:
        options = self._options
        try:
            shape = self._pipeline.profile.neutral.shape
            self._wearer.begin(profiles.load(name, options.headset, shape, options.glasses))
        except BridgeError as error:  # the avatar lives without it; the wearer is told how to get it back
            self._note(str(error))
            return False
        self._note(f"profile {name!r} is loaded")
        return True

    def _capture(self, seconds: float) -> None:
        self._wearer.capture_neutral(seconds)
        self._voice.beep("start")
        self.tell(_RELAX)

    def _undo(self) -> None:
        busy = self._wearer.progress is not None
        self._wearer.undo()
        if busy:
            self._ended()
        else:
            self.tell("; ".join(filter(None, ("you are back at the calibration before", self._kept()))))

    def _ended(self) -> None:
        self._asked = None
        self.tell("the calibration is ended, and all is as it was before")

    def _kept(self) -> str:
        """Keep the profile in use under the name that the wearer has given; says what was done.

        Back at nobody's profile, a first calibration has left nothing behind.
        """
        profile, name = self._wearer.profile, self._keeps
        if name is None:
            return ""
        if not (profile.personal or self._new):
            return f"profile {name!r} stays as it is stored"
        try:
            if not profile.personal:
                profiles.delete(name)
                return f"profile {name!r} is deleted, as there was none before"
            profiles.save(profile, name, self._options.headset, self._options.glasses)
        except BridgeError as error:
            return f"it is not kept: {error}"
        return f"kept as profile {name!r}"
