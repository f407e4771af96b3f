"""Prompts from end to end: the caller, the thread, and real processes that stand in for voice and player."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from bridge.prompts import Prompts, PromptsOptions, sound, speech
from bridge.prompts.teller import LATE, STALE, Sound, Teller, Text
from bridge.prompts.tools import Outlet
from tests.prompts.programs import Programs, alive, needs_scripts, until

pytestmark = [needs_scripts, pytest.mark.usefixtures("linux")]


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of Linux on any system with scripts."""
    for module, choose in ((speech, "voices"), (sound, "players")):
        real: Callable[..., Any] = getattr(module, choose)
        monkeypatch.setattr(module, choose, lambda *given, real=real: real(*given, "linux"))


@contextmanager
def prompting(chat: Callable[[str], None] = lambda text: None, **options: object) -> Iterator[Prompts]:
    prompts = Prompts(PromptsOptions.model_validate({"overlay": "off", **options}), chat)
    yield prompts
    prompts.close()


def test_a_prompt_is_spoken_and_a_moment_sounded(programs: Programs) -> None:
    programs.add("espeak-ng", "paplay")
    with prompting() as prompts:
        prompts.say("Look straight ahead")
        prompts.beep("start")
        until(lambda: len(programs.heard) == 2)
    assert {
        (name, text.rpartition("/")[2]) for (name, *_), text in zip(programs.heard, programs.texts, strict=True)
    } == {
        ("espeak-ng", "Look straight ahead"),
        ("paplay", "start.wav"),
    }


def test_the_newest_text_waits_for_the_voice_and_those_between_are_never_spoken(programs: Programs) -> None:
    programs.add("espeak-ng")
    programs.last()
    with prompting() as prompts:
        prompts.say("Relax")
        until(lambda: programs.texts == ["Relax"])
        prompts.say("Smile")
        prompts.say("Frown")
        programs.end()
        until(lambda: len(programs.texts) == 2)
    assert programs.texts == ["Relax", "Frown"]


def test_an_urgent_text_cuts_off_the_one_that_is_spoken(programs: Programs) -> None:
    programs.add("espeak-ng")
    programs.last()
    with prompting() as prompts:
        prompts.say("A long story")
        until(lambda: programs.texts == ["A long story"])
        prompts.say("The left camera is gone", urgent=True)
        until(lambda: len(programs.texts) == 2)
        (_, first, *_), (_, second, *_) = programs.heard
        assert not alive(first)
        assert alive(second)
    assert not alive(second), "closing is silence"


def test_where_nothing_speaks_or_sounds_the_caller_never_notices(
    programs: Programs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "eyebridge")
    with prompting(speech="on") as prompts:
        for _ in range(3):
            prompts.say("Smile")
            prompts.beep("tick")
            until(lambda: len(caplog.messages) >= 2)
    prompts.close()
    prompts.say("nobody hears this")
    prompts.beep("done")
    assert len(caplog.messages) == 2
    assert {record.message: record.levelname for record in caplog.records} == {
        sound.MISSING: "INFO",
        speech.MISSING: "WARNING",
    }


def test_what_is_off_is_silent(programs: Programs, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "eyebridge")
    programs.add("espeak-ng", "paplay")
    with prompting(speech="off", sounds=False) as prompts:
        prompts.say("Smile")
        prompts.beep("tick")
        until(lambda: prompts._text is None and prompts._sound is None)
    assert not programs.heard
    assert not caplog.records


def test_others_see_a_prompt_only_when_that_is_asked_for(programs: Programs) -> None:
    lines: list[str] = []
    with prompting(lines.append) as prompts:
        prompts.say("Smile")
    assert lines == []
    with prompting(lines.append, chatbox=True) as prompts:
        prompts.say("Smile")
    assert lines == ["Smile"]


def teller(programs: Programs) -> Teller:
    programs.add("espeak-ng", "paplay")
    return Teller(Outlet(speech.voices("", 0.5), ""), sound.Sounds(0.5, sound.players()), None)


def test_a_text_that_has_waited_too_long_is_not_spoken(programs: Programs) -> None:
    programs.last()
    told = teller(programs)
    told.tell(Text("Relax", False, 10.0), None, 10.0)
    until(lambda: programs.texts == ["Relax"])
    assert told.tell(Text("Smile", False, 10.1), None, 10.1), "it waits"
    programs.end()
    until(lambda: told.tell(None, None, 10.2 + STALE) is None)
    told.tell(Text("Frown", False, 20.0), None, 20.0 + STALE)
    until(lambda: told.tell(None, None, 20.0 + STALE) is None)
    assert programs.texts == ["Relax", "Frown"]
    told.close()


def test_a_sound_that_comes_too_late_is_none(programs: Programs) -> None:
    told = teller(programs)
    assert told.tell(None, Sound("tick", 5.0), 5.1 + LATE) is None
    told.tell(None, Sound("done", 5.0), 5.0 + LATE / 2)
    until(lambda: told.tell(None, None, 6.0) is None)
    (file,) = programs.texts
    assert file.endswith("done.wav")
    told.close()


def test_saying_takes_no_time_of_the_caller(programs: Programs) -> None:
    """Not a speed: while the voice lasts for ever, so many texts could not even be begun."""
    programs.add("espeak-ng")
    programs.last()
    with prompting() as prompts:
        for n in range(10_000):
            prompts.say(f"text {n}")
            prompts.beep("tick")
        until(lambda: bool(programs.texts))
    assert len(programs.texts) == 1


@pytest.mark.parametrize("voice", ["a\nb", "a\0", "x" * 101])
def test_a_voice_whose_name_is_none_is_refused(voice: str) -> None:
    with pytest.raises(ValidationError):
        PromptsOptions(voice=voice)
