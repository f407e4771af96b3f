"""What a participant and whoever helps them see, hear and press during a collection."""

import contextlib
import webbrowser
from collections.abc import Callable
from typing import Final, Self

from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from bridge import shipped
from bridge.collection import RELAXED, Request, described
from bridge.commands.terminal import console
from bridge.config import Config
from bridge.control import Command, SkipStep, StartGuide, StopGuide
from bridge.frames import EyeFrame
from bridge.guide import Prompt
from bridge.mapping import Mapper
from bridge.pipeline import Pipeline
from bridge.preview import Guidance, Preview, Status
from bridge.prompts import Prompts

GO_ON, SKIP, PAUSE, QUIT = "", "s", "p", "q"
"What a line says that is typed."

_KEYS: Final = "Enter: go on   s Enter: skip   p Enter: pause   q Enter: end, and go on another day"
_FIELD: Final = (41, 9)
"Characters of the field in which the dot moves, for"
_REACH: Final = (20.0, 13.0)
"degrees of yaw and pitch to each side."
_PRESSED: Final[dict[type[Command], str]] = {SkipStep: SKIP, StopGuide: QUIT, StartGuide: GO_ON}


class Stage:
    """Shows a request on the terminal, says it, and with a preview shows the avatar, the eyes and the dot as well."""

    def __init__(self, settings: Config, press: Callable[[str], None], *, browser: bool) -> None:
        self._said = ""
        self._press = press
        with contextlib.ExitStack() as stack:
            self._prompts = Prompts(settings.prompts)
            stack.callback(self._prompts.close)
            self._page = _Page(settings, self._obey, stack) if browser else None
            self._live = Live(console=console, refresh_per_second=10) if console.is_terminal else None
            if self._live:
                stack.enter_context(self._live)
            self._open = stack.pop_all()

    def show(self, request: Request, frame: EyeFrame) -> None:
        """Once a frame."""
        if request.text != self._said:
            self._said = request.text
            self.say(request.text)
            if request.phase == "hold":
                self._prompts.beep("start")
        if self._live:
            self._live.update(_panel(request))
        if self._page:
            self._page.show(request, frame)

    def say(self, text: str) -> None:
        """Aloud, and on a terminal that has no live panel."""
        self._prompts.say(text)
        if self._live is None:
            console.print(text, markup=False)

    def _obey(self, command: Command) -> None:
        if type(command) in _PRESSED:
            self._press(_PRESSED[type(command)])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


class _Page:
    """The preview page as the guided calibration uses it."""

    def __init__(self, settings: Config, obey: Callable[[Command], None], stack: contextlib.ExitStack) -> None:
        self._pipeline = Pipeline(settings, settings.network.open())
        self._map = Mapper(settings.mapping)
        self._preview = Preview(settings.preview, sliders=tuple, on_command=obey, avatar=shipped.avatar())
        stack.callback(self._preview.close)
        self._preview.start()
        console.print(f"preview: {self._preview.url}")
        webbrowser.open(self._preview.url)

    def show(self, request: Request, frame: EyeFrame) -> None:
        guidance = Guidance(_as_prompt(request), self._map(request.exemplar))
        self._preview.send(self._pipeline(frame))
        self._preview.tell(Status(state=request.text, guide=guidance))


def _as_prompt(request: Request) -> Prompt:
    return Prompt(
        step=request.exercise.name,
        number=request.number,
        of=request.of,
        text=request.text,
        holding=request.phase == "hold",
        seconds=request.seconds,
        length=request.length,
        progress=(request.number - 1) / request.of,
        exemplar=request.exemplar,
        target=request.target,
        skippable=request.exercise is not RELAXED,
    )


def _panel(request: Request) -> Panel:
    state = "paused" if request.paused else f"{request.seconds:4.0f} s"
    lines = [Text(described(request.exercise), style="cyan"), Text(), Text(request.text, style="bold"), Text(state)]
    if request.target:
        lines.append(Text(_field(*request.target), style="yellow"))
    title = f"{request.exercise.name.replace('_', ' ')}, {request.number} of {request.of}"
    border = "red" if request.phase == "hold" else "blue"
    return Panel(Group(*lines, Text(_KEYS, style="dim")), title=title, border_style=border)


def _field(yaw: float, pitch: float) -> str:
    """The dot among blanks; the wearer's left is the left of what they look at."""
    width, height = _FIELD
    column = round((0.5 - 0.5 * max(-1.0, min(1.0, yaw / _REACH[0]))) * (width - 1))
    row = round((0.5 - 0.5 * max(-1.0, min(1.0, pitch / _REACH[1]))) * (height - 1))
    return "\n".join((" " * column + "●") if line == row else "" for line in range(height))
