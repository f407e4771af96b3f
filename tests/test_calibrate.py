"""eyebridge calibrate --guided and eyebridge profiles as a person meets them: real processes, somebody who obeys."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bridge import shipped
from bridge.channels import CHANNEL_NAMES
from bridge.frames import EyeFrame
from bridge.guide import STEPS, target
from bridge.recording import RecordingReader, RecordingWriter
from bridge.truth import FrameTruth, read_truth

RATE = 10.0
GAZE = [CHANNEL_NAMES.index(f"gaze_{axis}_left") for axis in ("yaw", "pitch")]


def eyebridge(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bridge.cli", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, encoding="utf-8", stdin=subprocess.DEVNULL
    )


def obeying(truths: list[FrameTruth]) -> list[int]:
    """Which labelled frames, one after the other, do what the guide asks for."""
    gaze = np.array([truth.channels[GAZE] for truth in truths])
    resting = np.array([truth.action_unit == "neutral" and truth.emotion == "neutral" for truth in truths])
    at_ease = np.flatnonzero(resting & (np.hypot(*gaze.T) < 4.0))
    chosen: list[int] = []
    into = time = 0.0
    for step in STEPS:
        exercise = step.exercise
        shown = [
            n
            for n, truth in enumerate(truths)
            if exercise.action_unit in (None, truth.action_unit)
            and (exercise.action_unit or exercise.emotion == truth.emotion)
        ]
        done = False
        while not done:
            held = into - step.ready
            if held < 0.0 or step is STEPS[0]:
                chosen.append(int(at_ease[len(chosen) % len(at_ease)]))
            elif step.gaze:
                looks = np.hypot(*(gaze - target(np.array([held]))[0]).T)
                chosen.append(int(np.where(resting, looks, np.inf).argmin()))
            else:
                chosen.append(shown[round(held * RATE) * len(shown) // 50])
            done, before, time = held >= step.hold, time, len(chosen) / RATE
            into = (0.0 if done else into) + time - before
    return [*chosen, *chosen[: round(RATE)]]


@pytest.fixture(scope="module")
def obedient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of somebody who does what the guide asks for, made of the bundled one."""
    path = tmp_path_factory.mktemp("obedient") / "recording"
    truths = list(read_truth(shipped.demo_recording()).values())
    with RecordingReader(shipped.demo_recording()) as reader, RecordingWriter(path, rate=RATE) as writer:
        for index, number in enumerate(obeying(truths)):
            shown = reader[truths[number].frame]
            writer.write(EyeFrame(shown.left, shown.right, index / RATE, index))
    return path


def test_half_a_minute_of_prompts_makes_a_profile_that_can_be_taken_back(
    obedient: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    first = eyebridge("calibrate", obedient, "--name", "me", "--personalization.seconds", "1")
    assert first.returncode == 0, first.stderr
    guided = eyebridge("calibrate", obedient, "--name", "me", "--guided")
    assert guided.returncode == 0, guided.stderr
    asked = [line for line in guided.stderr.splitlines() if " of 12: " in line]
    assert asked == [f"{n} of 12: {step.exercise.prompt}" for n, step in enumerate(STEPS, 1)]
    found = re.search(r"your calibration is done: expressions (\d+)% right before", guided.stderr)
    assert found, guided.stderr
    assert int(found[1]) >= 80, "who is a step ahead of the guide, or behind, is at 70"
    assert "gaze off by" in guided.stderr
    assert "take back the one before with: eyebridge profiles undo me" in guided.stderr
    assert "me: headset default, without glasses, guided, the one before is kept" in eyebridge("profiles").stderr
    undone = eyebridge("profiles", "undo", "me")
    assert undone.returncode == 0, undone.stderr
    assert "neutral only" in eyebridge("profiles", "show", "me").stderr
    assert eyebridge("profiles", "delete", "me").returncode == 0
    assert "no profiles yet" in eyebridge("profiles").stderr
    gone = eyebridge("profiles", "show", "me")
    assert gone.returncode == 2
    assert "there is no profile 'me'" in gone.stderr


def test_a_source_that_ends_before_the_guide_saves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    clip = tmp_path / "clip"
    with RecordingReader(shipped.demo_recording()) as reader, RecordingWriter(clip, rate=RATE) as writer:
        for index in range(20):
            writer.write(reader[index])
    ended = eyebridge("calibrate", clip, "--guided")
    assert ended.returncode == 2
    assert "ended before the calibration was done; nothing was saved" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.rglob("*.npz"))
