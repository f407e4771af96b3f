"""`eyebridge collect` as people meet it: real processes, typed lines, a set on the disk, its copy, and its data set."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from bridge import headsets, shipped
from bridge.collection import EXPRESSIONS
from bridge.commands.collect import Collect
from bridge.errors import BridgeError
from bridge.headsets import Headset
from bridge.recording import RecordingReader, RecordingWriter
from bridge.recording_set import SET, export_set, read_set
from bridge.rectification import EyeOptions, RectificationOptions
from bridge.truth import read_truth
from tests.participants import PACE_FLAGS, RATE, write_participant

IRISES = ((88.0, 95.0, 21.0), (111.0, 95.0, 22.0))
"Where the bundled recording's person has them, looking ahead: x, y, radius in pixels, measured by eye."
NAMES = [exercise.name for exercise in EXPRESSIONS]
QUIET = ("--prompts.speech", "off", "--no-prompts.sounds", "--prompts.overlay", "off")


def collect(*words: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bridge.cli", "collect", *map(str, words), *QUIET]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=120, encoding="utf-8")


@pytest.fixture(scope="module")
def obeyed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, str]]:
    path = tmp_path_factory.mktemp("participant") / "obeys"
    return path, write_participant(path)


@pytest.fixture(scope="module")
def made(obeyed: tuple[Path, dict[int, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sets") / "set"
    form = ("--form.age", "25-34", "--form.eye-colour", "hazel", "--form.headset", "Visor 3")
    words = (obeyed[0], "--participant", "Ada-7", "--out", out, "--consent", "--no-realtime", "--quality", "90")
    ran = collect(*words, *form, *PACE_FLAGS)
    assert ran.returncode == 0, ran.stderr
    assert "complete; python -m models.real" in ran.stderr
    return out


def test_each_frame_carries_what_was_asked(made: Path, obeyed: tuple[Path, dict[int, str]]) -> None:
    (person,) = read_set(made).participants
    assert (person.name, person.form.age, person.form.headset) == ("Ada-7", "25-34", "Visor 3")
    assert [(take.folder, take.session) for take in person.takes] == [("session-1", 1), ("session-2", 2)]
    assert all(list(take.held) == NAMES for take in person.takes)
    by_name = {exercise.name: exercise for exercise in EXPRESSIONS}
    labelled: dict[int, tuple[str, str]] = {}
    for take in person.takes:
        folder = made / "Ada-7" / take.folder
        with RecordingReader(folder) as reader:
            truths = read_truth(folder)
            assert [frame.index for frame in reader] == list(truths)
        labelled |= {frame: (truth.action_unit, truth.emotion) for frame, truth in truths.items()}
        assert all(np.isnan([truth.strength, *truth.channels]).all() for truth in truths.values())
    wanted = {frame: by_name[name] for frame, name in obeyed[1].items()}
    assert labelled == {frame: (asked.action_unit or "", asked.emotion or "") for frame, asked in wanted.items()}


def test_a_set_goes_on_where_it_ended(obeyed: tuple[Path, dict[int, str]], tmp_path: Path) -> None:
    with RecordingReader(obeyed[0]) as reader, RecordingWriter(tmp_path / "short", rate=RATE) as writer:
        for index in range(115):
            writer.write(reader[index])
    words = ("--participant", "P1", "--out", tmp_path / "set", "--consent", "--no-realtime", *PACE_FLAGS)
    view = RectificationOptions(left=EyeOptions(rotation=5.0))
    headsets.save(tmp_path / "headsets", "Visor", Headset(rectification=view))
    (tmp_path / "settings.toml").touch()
    worn = ("--config", tmp_path / "settings.toml", "--personalization.headset", "Visor")
    assert "what is missing is asked" in collect(tmp_path / "short", *words, *worn, "--pace.sessions", "1").stderr
    (first,) = read_set(tmp_path / "set").participants[0].takes
    assert first.rectification == view
    assert list(first.held) == NAMES[: len(first.held)]
    assert 2 <= len(first.held) < len(NAMES)
    labels = read_truth(tmp_path / "set" / "P1" / "session-1").values()
    assert {truth.action_unit for truth in labels} == set(first.held), "what was broken off has no label"
    assert "complete" in collect(obeyed[0], *words, "--pace.sessions", "1").stderr
    takes = read_set(tmp_path / "set").participants[0].takes
    assert [take.folder for take in takes] == ["session-1", "session-1-2"]
    assert list(takes[1].held) == ["neutral", *NAMES[len(first.held) :]]


@contextmanager
def rehearsal(out: Path) -> Iterator[subprocess.Popen[str]]:
    """A collection that waits for whoever types."""
    pace = ("--pace.fit", "600", "--pace.practice", "600", "--pace.hold", "0.5")
    words = [str(shipped.demo_recording()), "--loop", "--participant", "P2", "--out", str(out), *pace, *QUIET]
    command = [sys.executable, "-u", "-m", "bridge.cli", "collect", *words]
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, bufsize=1, creationflags=flags, **pipes) as run:  # type: ignore[call-overload]
        yield run
        if run.poll() is None:
            run.kill()


def test_typed_lines_steer_and_ctrl_c_keeps_what_was_done(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as run:
        assert run.stdin is not None
        assert run.stderr is not None
        script = {
            "Pictures of your eyes": "yes",
            "Session 1: put the headset on": "",
            "Practise: Relax": "",
            "Practise: Raise your left brow": "s",
            "Practise: Raise your right brow": None,
        }
        for line in run.stderr:
            said = next((words for words in script if words in line), None)
            if said is None:
                continue
            answer = script.pop(said)
            if answer is None:
                break
            run.stdin.write(f"{answer}\n")
        assert not script
        run.send_signal(signal.Signals["CTRL_BREAK_EVENT" if sys.platform == "win32" else "SIGINT"])
        rest = run.stderr.read()
        assert run.wait(20) == 0, rest
    assert "Traceback" not in rest
    (take,) = read_set(tmp_path).participants[0].takes
    assert (take.held, take.skipped) == (("neutral",), ("brow_raise_left",))
    assert {truth.action_unit for truth in read_truth(tmp_path / "P2" / take.folder).values()} == {"neutral"}


def test_nothing_is_recorded_without_consent_nor_before_it_begins(tmp_path: Path) -> None:
    refused = collect(shipped.demo_recording(), "--participant", "P3", "--out", tmp_path / "set", typed="no\n")
    assert refused.returncode == 2
    assert "They can identify you" in refused.stderr
    assert "the participant has to agree" in refused.stderr
    ended = collect(shipped.demo_recording(), "--participant", "P3", "--out", tmp_path / "set", typed="yes\nq\n")
    assert ended.returncode == 0, ended.stderr
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--participant", "P4"], "say what to record, and whom"),
        (["{demo}", "--participant", "../P4", "--consent"], "cannot be a participant's name"),
        (["{demo}", "--participant", "P4", "--form-file", "{form}", "--consent"], "age"),
        (["--export", "{form}"], "is no recording set"),
    ],
)
def test_what_is_wrong_is_one_sentence(words: list[str], sentence: str, tmp_path: Path) -> None:
    form = tmp_path / "form.toml"
    form.write_text('age = "about forty"\n')
    spelt = [word.format(demo=shipped.demo_recording(), form=form) for word in words]
    with pytest.raises(BridgeError, match=sentence):
        Collect.read([*spelt, "--out", str(tmp_path / "set")]).execute()
    assert not (tmp_path / "set").exists()


def test_the_copy_to_give_away_says_nothing_of_the_person(made: Path, tmp_path: Path) -> None:
    ran = collect("--export", made, "--out", tmp_path / "copy", "--blur-iris")
    assert ran.returncode == 0, ran.stderr
    assert "2 recordings of 1 people" in ran.stderr
    files = [path for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    recording = ["frames.csv", "left.mjpg", "recording.json", "right.mjpg", "truth.csv"]
    assert sorted(path.name for path in files) == sorted([SET, *recording, *recording])
    everything = b"".join(path.read_bytes() for path in files if path.suffix in (".json", ".csv"))
    assert not any(word in everything for word in (b"Ada-7", b"25-34", b"hazel", b"2026"))
    (person,) = read_set(tmp_path / "copy").participants
    assert (person.name, person.form.headset) == ("p001", "Visor 3")
    assert [take.held for take in person.takes] == [take.held for take in read_set(made).participants[0].takes]
    own, copied = (made / "Ada-7", tmp_path / "copy" / "p001")
    assert read_truth(own / "session-2").keys() == read_truth(copied / "session-2").keys()
    with RecordingReader(own / "session-1") as original, RecordingReader(copied / "session-1") as copy:
        assert (copy.times == original.times).all()
        for position in range(0, 60, 6):  # the neutral: open eyes
            for eye, blurred, iris in zip(_eyes(original, position), _eyes(copy, position), IRISES, strict=True):
                _assert_without_texture(eye, blurred, *iris)


def _eyes(reader: RecordingReader, position: int) -> list[np.ndarray]:
    frame = reader[position]
    assert frame.left is not None
    assert frame.right is not None
    return [frame.left, frame.right]


def _assert_without_texture(eye: np.ndarray, blurred: np.ndarray, iris_x: float, iris_y: float, radius: float) -> None:
    y, x = np.ogrid[: eye.shape[0], : eye.shape[1]]
    away = np.hypot(x - iris_x, y - iris_y) / radius
    before, after = (np.abs(cv2.Laplacian(picture.astype(np.float32), cv2.CV_32F)) for picture in (eye, blurred))
    assert after[away < 0.8].mean() < 0.25 * before[away < 0.8].mean()
    assert np.abs(eye.astype(int) - blurred)[away > 3.5].mean() < 2.0, "brows, lids' corners and cheeks stay"


def test_a_copy_that_is_not_only_a_copy_is_refused(made: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "notes.txt").write_text("Ada, 31")
    with pytest.raises(BridgeError, match="is not empty"):
        export_set(made, tmp_path / "copy", blur_iris=True)


GOOD = {"name": "P1", "takes": [{"folder": "session-1", "session": 1}]}
HOSTILE = {
    "not JSON": "{",
    "deep": "[" * 100_000,
    "a newer version": json.dumps({"format": 2}),
    "a name that leads out": json.dumps({"participants": [GOOD | {"name": ".."}]}),
    "a folder that leads out": json.dumps({"participants": [GOOD | {"takes": [{"folder": "../x", "session": 1}]}]}),
    "an unknown key": json.dumps({"participants": [GOOD | {"address": "x"}]}),
    "no session": json.dumps({"participants": [GOOD | {"takes": [{"folder": "x", "session": 0}]}]}),
    "too large": " " * (9 << 20),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_set_from_somebody_else_is_checked(case: str, tmp_path: Path) -> None:
    (tmp_path / SET).write_text(HOSTILE[case])
    with pytest.raises(BridgeError, match=SET):
        read_set(tmp_path)
