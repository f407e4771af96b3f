"""The operating system's own voice. A text is data: it goes by stdin or behind `--`, and never through a shell.

Sources: the manuals of say(1), espeak-ng(1) and spd-say(1); System.Speech.Synthesis of .NET Framework, which every
Windows has. Only espeak-ng was met in person so far, 1.51. Prompts are English, and so is the voice unless another one
is named.
"""

import os
import shutil
import sys
from collections.abc import Callable
from typing import Final

from bridge.prompts.tools import Kept, Run, Tool

REMEDY: Final = "install espeak-ng, or set prompts.speech to off"
MISSING: Final = f"prompts are not spoken, since no voice works here; {REMEDY}"

_LONGEST: Final = 300
"Characters; nobody listens to more."

# With -InputFormat None, or PowerShell itself would read what is meant for the script, and wait for its end.
_POWERSHELL: Final = ("powershell", "-NoLogo", "-NoProfile", "-NonInteractive", "-InputFormat", "None", "-Command")
_SCRIPT: Final = """
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Speech
$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer
$voice.Volume = [int]$env:EYEBRIDGE_VOLUME
if ($env:EYEBRIDGE_VOICE) { $voice.SelectVoice($env:EYEBRIDGE_VOICE) }
else { try { $voice.SelectVoiceByHints('NotSet', 'NotSet', 0, 'en-US') } catch { } }
$lines = New-Object System.IO.StreamReader([Console]::OpenStandardInput(), [Text.Encoding]::UTF8)
$asked = 0
$done = 0
$speaking = $null
while ($true) {
    $next = $lines.ReadLineAsync()
    while (-not $next.Wait(30)) {
        if ($done -ne $asked -and ($null -eq $speaking -or $speaking.IsCompleted)) {
            $done = $asked
            [Console]::Out.WriteLine($done)
        }
    }
    if ($null -eq $next.Result) { break }
    $asked++
    $voice.SpeakAsyncCancelAll()
    $speaking = $null
    if ($next.Result) { $speaking = $voice.SpeakAsync($next.Result) }
}
"""


def _windows(voice: str, volume: float) -> Tool:
    settings = {"EYEBRIDGE_VOICE": voice, "EYEBRIDGE_VOLUME": str(round(100 * volume))}
    return Kept([*_POWERSHELL, _SCRIPT], {**os.environ, **settings})


def _say(voice: str, volume: float) -> Tool:  # has no volume of its own
    return Run(["say", *(["-v", voice] if voice else [])], stdin=True)


def _spd_say(voice: str, volume: float) -> Tool:
    chosen = ["--synthesis-voice", voice] if voice else ["--language", "en"]
    return Run(["spd-say", "--wait", "--volume", str(round(200 * volume - 100)), *chosen, "--"])


def _espeak(voice: str, volume: float) -> Tool:
    return Run(["espeak-ng", "-a", str(round(100 * volume)), "-v", voice or "en", "--stdin"], stdin=True)


_VOICES: Final[dict[str, dict[str, Callable[[str, float], Tool]]]] = {
    "win32": {"powershell": _windows},
    "darwin": {"say": _say},
    "linux": {"spd-say": _spd_say, "espeak-ng": _espeak},
}


def voices(voice: str, volume: float, platform: str = sys.platform) -> list[Tool]:
    """The programs of this system that can speak, the best first.

    `voice` is a name that they know, or "" for an English one; `volume` is 0..1.
    """
    found = _VOICES.get(platform, {})
    return [make(voice, volume) for name, make in found.items() if shutil.which(name)]


def plain(text: str) -> str:
    """The text as one line without anything that a voice would take for more than words.

    `[[` begins commands of say and phonemes of espeak.
    """
    letters = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(letters.replace("[", "(").replace("]", ")").split())[:_LONGEST]
