"""Prompts: whether a wearer who sees no browser will hear or see them."""

from collections.abc import Iterator

from bridge.checks.finding import Finding, ok, warning
from bridge.config import Config
from bridge.prompts import sound, speech
from bridge.prompts.overlay import library, steamvr_runs


def prompts(config: Config) -> Iterator[Finding]:
    """Which voice and player there are, and whether SteamVR shows a panel; nothing is spoken or sounded."""
    options = config.prompts
    voices = [tool.name for tool in speech.voices(options.voice, options.volume)]
    players = [tool.name for tool in sound.players()]
    said = f"{_by('spoken', voices, options.speech != 'off')}, {_by('sounded', players, options.sounds)}, "
    said += "shown in SteamVR" if options.overlay == "auto" and _shown() else "not shown in SteamVR"
    if options.speech != "off" and not voices:
        yield warning("prompts", said, speech.REMEDY)
    elif options.sounds and not players:
        yield warning("prompts", said, sound.REMEDY)
    else:
        yield ok("prompts", said)


def _by(done: str, tools: list[str], wanted: bool) -> str:
    if not wanted:
        return f"not {done} (switched off)"
    return f"{done} by {tools[0]}" if tools else f"not {done}"


def _shown() -> bool:
    return steamvr_runs() and library() is not None
