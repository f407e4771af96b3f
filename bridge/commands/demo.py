"""eyebridge demo: the bundled recording through the real pipeline."""

from typing import ClassVar

from bridge import shipped
from bridge.commands.run import Live
from bridge.sources.recording import RecordingOptions


class Demo(Live):
    """Play the bundled recording of a rendered person through the real pipeline, again and again.

    Opens the preview in your browser: the avatar makes the face that the recording's eyes show, and its light follows
    the mood. The same frames leave over OSC, so any receiver may be tried with it.
    """

    verb: ClassVar[str] = "demo"

    def execute(self) -> int:
        return self.drive(RecordingOptions(path=shipped.demo_recording(), realtime=True, loop=True), self.settings)
