import io
import logging
import wave
from pathlib import Path

import numpy as np
import pytest

from bridge.prompts import sound
from bridge.prompts.sound import TONES, Kind, Sounds
from tests.prompts.programs import Programs, needs_scripts, until


@pytest.mark.parametrize("kind", TONES)
def test_a_sound_is_its_melody_with_soft_edges(kind: Kind) -> None:
    with wave.open(io.BytesIO(sound.wav(kind, 0.5))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, sound.RATE)
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    assert 0.48 < np.abs(heard).max() <= 0.5
    at = 0
    for frequency, duration in TONES[kind]:
        tone = heard[at : at + round(duration * sound.RATE)]
        at += len(tone)
        loudest = np.abs(np.fft.rfft(tone, 8 * sound.RATE)).argmax() / 8
        assert loudest == pytest.approx(frequency, rel=0.02)
        assert np.abs(tone[[*range(20), *range(-20, 0)]]).max() < 0.02, "it swells and fades"
    assert at == len(heard)


def test_no_two_sounds_are_alike() -> None:
    assert len(set(TONES.values())) == 4
    assert not sound.samples("tick", 0.0).any()


@needs_scripts
def test_sounds_are_files_for_the_first_player_that_works(programs: Programs, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "eyebridge")
    programs.add("pw-play", "aplay")
    programs.fail("pw-play")
    sounds = Sounds(0.5, sound.players("linux"))
    for kind in ("start", "done"):
        sounds.play(kind)
        until(lambda: not sounds.busy)
    files = [Path(text) for text in programs.texts]
    assert [(name, file.stem) for (name, *_), file in zip(programs.heard, files, strict=True)] == [
        ("pw-play", "start"),
        ("aplay", "start"),
        ("aplay", "done"),
    ]
    assert files[-1].read_bytes() == sound.wav("done", 0.5)
    assert caplog.messages == ["pw-play does not work: exit code 3"]
    sounds.close()
    assert not files[0].parent.exists()


@needs_scripts
def test_where_nothing_plays_it_is_said_once(programs: Programs, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "eyebridge")
    sounds = Sounds(0.5, sound.players("linux"))
    for _ in range(3):
        sounds.play("tick")
        assert not sounds.busy
    sounds.close()
    assert caplog.messages == [sound.MISSING]


def test_windows_plays_by_itself_and_macos_has_one_player(programs: Programs) -> None:
    assert [tool.name for tool in sound.players("win32")] == ["winsound"]
    assert sound.players("darwin") == []
    assert sound.players("amiga") == []
