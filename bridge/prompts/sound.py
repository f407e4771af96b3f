"""Four short sounds, made in memory: a wearer tells start, tick, done and failed apart without a word."""

import contextlib
import io
import logging
import shutil
import sys
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bridge.prompts.tools import Outlet, Run, Tool

log: Final = logging.getLogger("eyebridge")

Kind = Literal["start", "tick", "done", "failed"]

REMEDY: Final = "install pulseaudio-utils or alsa-utils, or set prompts.sounds to false"
MISSING: Final = f"prompts make no sounds, since no player works here; {REMEDY}"

# Each a melody: frequency in hertz, duration in seconds. Up is good news, down is not.
TONES: Final[dict[Kind, tuple[tuple[float, float], ...]]] = {
    "start": ((587.3, 0.11), (880.0, 0.17)),
    "tick": ((880.0, 0.06),),
    "done": ((659.3, 0.10), (880.0, 0.10), (1318.5, 0.24)),
    "failed": ((440.0, 0.16), (311.1, 0.30)),
}
RATE: Final = 48_000
"Samples a second."
_EDGE: Final = 0.012
"Seconds in which a tone swells and fades; without, it clicks."


def samples(kind: Kind, volume: float) -> NDArray[np.int16]:
    """(n,) samples at RATE; `volume` 0..1 is the peak."""
    tones = []
    for frequency, duration in TONES[kind]:
        time = np.arange(round(duration * RATE)) / RATE
        edges = np.clip(np.minimum(time, time[-1] - time) / _EDGE, 0.0, 1.0)
        tones.append(np.sin(0.5 * np.pi * edges) ** 2 * np.sin(2.0 * np.pi * frequency * time))
    return np.round(volume * np.iinfo(np.int16).max * np.concatenate(tones)).astype(np.int16)


def wav(kind: Kind, volume: float) -> bytes:
    """The sound as a WAV file: one channel, 16 bit."""
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples(kind, volume).astype("<i2").tobytes())
    return data.getvalue()


class _Winsound:
    """Windows plays by itself."""

    name = "winsound"

    def start(self, what: str) -> None:
        import winsound

        self._play(what, winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT)  # type: ignore[attr-defined,unused-ignore]

    def busy(self) -> bool:
        return False  # it does not say

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._play(None, 0)

    def _play(self, what: str | None, how: int) -> None:
        import winsound

        try:
            winsound.PlaySound(what, how)  # type: ignore[attr-defined,unused-ignore]
        except RuntimeError as error:  # no device, or it is taken
            raise OSError(str(error)) from error


_PLAYERS: Final = {
    "darwin": (("afplay",),),
    "linux": (("pw-play",), ("paplay",), ("aplay", "-q")),
}


def players(platform: str = sys.platform) -> list[Tool]:
    """What can play a file on this system, the best first."""
    if platform == "win32":
        return [_Winsound()]
    return [Run(command) for command in _PLAYERS.get(platform, ()) if shutil.which(command[0])]


class Sounds:
    """Plays them; the files are written when the first one is wanted. Nothing here raises."""

    def __init__(self, volume: float, tools: Sequence[Tool]) -> None:
        self._volume = volume
        self._outlet = Outlet(tools, MISSING)
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def play(self, kind: Kind) -> None:
        try:
            self._outlet.start(str(self._written() / f"{kind}.wav"))
        except OSError as error:
            log.warning("a sound could not be written (%s); free some space", error.strerror or error)

    @property
    def busy(self) -> bool:
        return self._outlet.busy

    def close(self) -> None:
        self._outlet.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _written(self) -> Path:
        if self._folder is None:
            folder = tempfile.TemporaryDirectory(prefix="eyebridge-", ignore_cleanup_errors=True)
            for kind in TONES:
                (Path(folder.name) / f"{kind}.wav").write_bytes(wav(kind, self._volume))
            self._folder = folder
        return Path(self._folder.name)
