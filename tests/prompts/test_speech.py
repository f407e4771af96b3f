"""Each system's voice as a real process; what Windows and macOS say to the real ones was never heard."""

import logging

import pytest

from bridge.prompts import speech, tools
from bridge.prompts.tools import Outlet
from tests.prompts.programs import Programs, alive, needs_scripts, until

pytestmark = needs_scripts

HOSTILE = "--version; $(touch x) `id` \"'%PATH%' & Smile! ünd"


def outlet(platform: str, voice: str = "", volume: float = 0.5) -> Outlet:
    return Outlet(speech.voices(voice, volume, platform), "nobody speaks")


def say(speaker: Outlet, *texts: str) -> None:
    for text in texts:
        speaker.start(text)
        until(lambda: not speaker.busy)


@pytest.mark.parametrize(
    ("platform", "program", "arguments"),
    [
        ("linux", "spd-say", ["--wait", "--volume", "0", "--language", "en", "--"]),
        ("linux", "espeak-ng", ["-a", "50", "-v", "en", "--stdin"]),
        ("darwin", "say", []),
    ],
)
def test_a_text_is_data_to_every_voice(programs: Programs, platform: str, program: str, arguments: list[str]) -> None:
    programs.add(program)
    speaker = outlet(platform)
    say(speaker, HOSTILE)
    ((name, process, given, stdin, _),) = programs.heard
    assert name == program
    assert (given, stdin) in [(arguments, HOSTILE), ([*arguments, HOSTILE], "")]
    assert not alive(process)


@pytest.mark.parametrize(
    ("platform", "program", "chosen"),
    [
        ("linux", "spd-say", ["--synthesis-voice", "Ida"]),
        ("linux", "espeak-ng", ["-v", "Ida"]),
        ("darwin", "say", ["-v", "Ida"]),
    ],
)
def test_a_voice_may_be_named(programs: Programs, platform: str, program: str, chosen: list[str]) -> None:
    programs.add(program)
    say(outlet(platform, voice="Ida"), "Smile")
    assert " ".join(chosen) in " ".join(programs.heard[0][2])


def test_windows_keeps_one_process_and_gives_it_texts_by_stdin_alone(programs: Programs) -> None:
    programs.add("powershell")
    speaker = outlet("win32", voice="Ida", volume=0.25)
    say(speaker, "Smile", HOSTILE)
    programs.last()
    speaker.start("A long story")
    until(lambda: len(programs.heard) == 3)
    speaker.start("A short one")
    until(lambda: len(programs.heard) == 4)
    assert speaker.busy
    programs.end()
    until(lambda: not speaker.busy)
    assert [text for *_, text, _ in programs.heard] == [*("Smile\n", f"{HOSTILE}\n", "A long story\n", "A short one\n")]
    (process,) = {process for _, process, *_ in programs.heard}
    for _, _, arguments, _, environment in programs.heard:
        assert arguments[-3:-1] == ["None", "-Command"]
        assert not any(word in argument for argument in arguments for word in ("Smile", "Ida"))
        assert environment == {"EYEBRIDGE_VOICE": "Ida", "EYEBRIDGE_VOLUME": "25"}
    speaker.close()
    assert not alive(process)


def test_a_kept_voice_that_dies_is_started_again(programs: Programs, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "eyebridge")
    programs.add("powershell")
    speaker = outlet("win32")
    say(speaker, "One")
    tools._end(speaker._tools[0]._process)  # type: ignore[attr-defined]
    say(speaker, "Two")
    speaker.close()
    assert programs.texts == ["One", "Two"]
    assert len({process for _, process, *_ in programs.heard}) == 2
    assert not caplog.records


def test_a_voice_that_fails_makes_way_for_the_next_and_is_said_once(
    programs: Programs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "eyebridge")
    programs.add("spd-say", "espeak-ng")
    programs.fail("spd-say")
    speaker = outlet("linux")
    say(speaker, "Smile", "Frown")
    assert [(name, text) for (name, *_), text in zip(programs.heard, programs.texts, strict=True)] == [
        ("spd-say", "Smile"),
        ("espeak-ng", "Smile"),
        ("espeak-ng", "Frown"),
    ]
    programs.fail("espeak-ng")
    say(speaker, "Blink", "Wink")
    assert programs.texts[3:] == ["Blink", "Blink", "Wink", "Wink"], "both are tried again"
    assert caplog.messages == [
        "spd-say does not work: exit code 3",
        "espeak-ng does not work: exit code 3",
        "nobody speaks",
    ]


@pytest.mark.parametrize(("platform", "program"), [("linux", "espeak-ng"), ("win32", "powershell")])
def test_a_voice_that_hangs_is_ended(
    programs: Programs, caplog: pytest.LogCaptureFixture, platform: str, program: str
) -> None:
    caplog.set_level(logging.INFO, "eyebridge")
    programs.add(program)
    programs.last()
    speaker = outlet(platform)
    speaker.start("Smile")
    until(lambda: programs.texts == ["Smile"])
    speaker._tools[0]._until = 0.0  # type: ignore[attr-defined]
    assert not speaker.busy
    assert not alive(programs.heard[0][1])
    assert "not done within" in caplog.text


def test_what_only_a_machine_would_understand_is_not_spoken() -> None:
    assert speech.plain("Smile \x00\x1b[31m\n[[volm 9]]  \u2028now") == "Smile (31m ((volm 9)) now"
    assert len(speech.plain("word " * 1000)) == 300
