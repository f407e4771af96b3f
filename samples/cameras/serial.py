"""Stands in for OpenIris cameras with a cable, on Linux and macOS, where a program can be a serial port:

    python -m samples.cameras.serial

It is the ports /tmp/eyebridge-left and /tmp/eyebridge-right; `--link` names others.
"""

import os
import select
import time
import tty
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bridge.sources.serial import HEADER
from samples.cameras import standin
from samples.cameras.standin import Eye, Fault, StandIn, Track

_PATIENCE: Final = 0.02
"Seconds that a camera waits for a reader; then the rest of the picture is lost."


class SerialCamera(StandIn):
    """A pseudo-terminal per eye, at `link` with the eye's name after it."""

    def __init__(
        self,
        tracks: Mapping[Eye, Track],
        link: Path,
        rate: float = 60.0,
        fault_at: Callable[[float], Fault] = standin.never,
    ) -> None:
        self._link = link
        self._ports: dict[Eye, tuple[int, int]] = {}
        super().__init__(tracks, rate, fault_at)

    def where(self, eye: Eye) -> str:
        return f"serial:{self._port(eye)}"

    def _port(self, eye: Eye) -> Path:
        return self._link.with_name(f"{self._link.name}-{eye}")

    def _appear(self, eye: Eye) -> None:
        super()._appear(eye)
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        self._ports[eye] = ours, theirs
        link = self._port(eye)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(theirs))

    def _vanish(self, eye: Eye) -> None:
        super()._vanish(eye)
        self._port(eye).unlink(missing_ok=True)
        for end in self._ports.pop(eye):
            os.close(end)

    def _send(self, eye: Eye, jpeg: bytes) -> None:
        self.write(eye, HEADER + len(jpeg).to_bytes(2, "little") + jpeg)

    def write(self, eye: Eye, data: bytes) -> None:
        """Put bytes on the wire as they are."""
        ours, deadline = self._ports[eye][0], time.monotonic() + _PATIENCE
        while data and (left := deadline - time.monotonic()) > 0:
            if select.select([], [ours], [], left)[1]:
                data = data[os.write(ours, data) :]


def main() -> None:
    flags = standin.parser(__doc__)
    flags.add_argument("--link", type=Path, default=Path("/tmp/eyebridge"), help="the ports' names, without the eye")
    given = flags.parse_args()
    tracks = standin.tracks_of(given.recording, given.eyes, given.size)
    plan = standin.in_turn(given.fault, given.every, given.lasting)
    standin.perform(SerialCamera(tracks, given.link, given.rate, plan))


if __name__ == "__main__":
    main()
