"""The doctor against real sockets, files, recordings and a simulated VRChat."""

import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from bridge import headsets, profiles, shipped
from bridge.checks import eyes, face, machine, ports
from bridge.commands.doctor import Doctor
from bridge.discovery import mdns
from bridge.frames import EyeFrame
from bridge.headsets import Headset
from bridge.personalization import Profile
from bridge.recording import RecordingReader, RecordingWriter
from bridge.rectification import EyeOptions, RectificationOptions
from bridge.sources import FaceOptions
from tests import dot_face
from tests.discovery.vrchat import Vrchat

HERE = "127.0.0.1"


@pytest.fixture(autouse=True)
def own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No camera, no profile and no network service of whoever runs this."""
    monkeypatch.setattr(eyes, "working_cameras", list)
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(mdns, "HTTP", f"_q{secrets.token_hex(4)}._tcp.local.")


@pytest.fixture
def taken() -> Iterator[int]:
    """A UDP port that this process listens at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind((HERE, 0))
        yield receiver.getsockname()[1]


def settings(tmp_path: Path, native: int, preview: int = 0, more: str = "") -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(
        f"[targets.native]\nport = {native}\n[targets.vmc]\nenabled = false\n[preview]\nport = {preview}\n{more}"
    )
    return path


def examined(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and the findings by topic."""
    code = Doctor.read([*map(str, words), "--json"]).execute()
    return code, {finding["topic"]: finding for finding in json.loads(capsys.readouterr().out)}


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(type=kind) as free:
        free.bind((HERE, 0))
        return int(free.getsockname()[1])


def test_where_all_is_well_no_problem_is_found(taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = examined(capsys, "--config", settings(tmp_path, taken))
    assert code == 0
    assert {topic for topic, finding in found.items() if finding["state"] == "problem"} == set()
    assert found["target native"]["text"].endswith(f"(process {os.getpid()}) listens at {HERE}:{taken}")
    assert "ms a frame" in found["network"]["text"]
    assert found["cameras"]["remedy"] or "serial" in found["cameras"]["text"]


def test_every_line_says_what_to_do(taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Doctor.read(["--config", str(settings(tmp_path, free_port(socket.SOCK_DGRAM)))]).execute() == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("ok ", "warning ", "problem ")) for line in lines)
    assert all((" -> " in line) != line.startswith("ok ") for line in lines)
    (native,) = (line for line in lines if "target native" in line)
    assert "nobody listens" in native


def test_the_program_that_has_the_port_is_named(taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hold = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"
    command = [sys.executable, "-c", hold]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        port = int(holder.stdout.readline())
        code, found = examined(capsys, "--config", settings(tmp_path, taken, preview=port))
        holder.kill()
    assert code == 1
    assert f"TCP port {port} is in use by" in found["preview"]["text"]
    assert f"(process {holder.pid})" in found["preview"]["text"]
    assert "--preview.port 0" in found["preview"]["remedy"]


def test_files_that_will_not_do_are_named_and_the_rest_is_still_examined(
    taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"a letter")
    more = f"[network]\npath = '{tmp_path / 'broken.onnx'}'\n[personalization]\nprofile = 'nobody'\n"
    code, found = examined(capsys, "--config", settings(tmp_path, taken, more=more))
    assert code == 1
    assert "not a working ONNX network" in found["network"]["text"]
    assert found["profile"]["state"] == "problem"
    assert found["target native"]["state"] == "ok"
    (tmp_path / "settings.toml").write_text("[smoothing.gaze]\nbta = 1\n")
    code, found = examined(capsys, "--config", tmp_path / "settings.toml")
    assert code == 1
    assert "did you mean smoothing.gaze.beta?" in found["settings"]["text"]
    assert found["network"]["state"] != "problem"


def test_a_good_source_is_called_good(taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RecordingReader(shipped.demo_recording()) as shown, RecordingWriter(tmp_path / "fast") as writer:
        for number in range(60):
            frame = shown[number]
            writer.write(EyeFrame(frame.left, frame.right, number / 60, number))
    code, found = examined(capsys, tmp_path / "fast", "--config", settings(tmp_path, taken))
    assert code == 0, found
    assert [found[topic]["state"] for topic in ("source", "left eye", "right eye")] == ["ok", "ok", "ok"]
    assert "cameras" not in found


def test_the_wearers_own_profile_and_headset_are_used_as_run_uses_them(
    taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The camera sees far more than the eye; what is saved on the Cameras page cuts it out."""
    with RecordingReader(shipped.demo_recording()) as shown:
        eye = shown[0].left
    assert eye is not None
    wide = np.full((4 * eye.shape[0], 4 * eye.shape[1]), 90, np.uint8)
    wide[: eye.shape[0], : eye.shape[1]] = eye
    with RecordingWriter(tmp_path / "wide") as writer:
        for number in range(30):
            writer.write(EyeFrame(wide, None, number / 30, number))
    profiles.save(Profile.population(np.full((96, 192), 99, np.uint8)), "me", "Wide", glasses=True)
    more = "[personalization]\nheadset = 'Wide'\nprofile = 'me'\nglasses = true\n"
    _, before = examined(capsys, tmp_path / "wide", "--config", settings(tmp_path, taken, more=more))
    cut = EyeOptions(crop=(0.0, 0.0, 0.25, 0.25))
    path = headsets.save(tmp_path / "headsets", "Wide", Headset(rectification=RectificationOptions(left=cut)))
    _, after = examined(capsys, tmp_path / "wide", "--config", tmp_path / "settings.toml")
    assert (after["profile"]["state"], after["headset"]["text"]) == ("ok", "what is saved for 'Wide' is used")
    assert "an eye in 0% of the frames" in before["left eye"]["text"]
    assert "an eye in 100% of the frames" in after["left eye"]["text"]
    path.write_text("[")
    code, damaged = examined(capsys, "--config", tmp_path / "settings.toml")
    assert (code, damaged["headset"]["state"], damaged["profile"]["state"]) == (1, "problem", "ok")


def test_what_is_wrong_with_a_source_is_said(taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RecordingWriter(tmp_path / "dark") as writer:
        for number in range(10):
            writer.write(EyeFrame(np.full((60, 80), 9, np.uint8), None, number / 10, number))
    code, found = examined(capsys, tmp_path / "dark", "--config", settings(tmp_path, taken))
    assert code == 0
    assert "10 frames a second" in found["source"]["text"]
    assert "too dark" in found["left eye"]["text"]
    assert found["right eye"]["text"] == "no picture of it"
    code, found = examined(capsys, "nowhere.mp4", "--config", settings(tmp_path, taken))
    assert code == 1
    assert "no such file" in found["source"]["text"]


def test_a_game_is_found_by_its_own_word(taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = settings(tmp_path, taken, more="[targets.vrchat]\nenabled = true\n")
    with Vrchat("avtr_1", {"v2/JawOpen": "f", "v2/EyeX": "f"}) as vrchat:
        _, found = examined(capsys, "--config", path)
    said = f"VRChat is at {HERE}:{vrchat.port}; its avatar has 2 parameters"
    assert (found["target vrchat"]["state"], found["target vrchat"]["text"]) == ("ok", said)


def test_a_game_that_does_not_run_is_missed(
    taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "_FIND", 0.5)
    _, found = examined(capsys, "--config", settings(tmp_path, taken, more="[targets.vrchat]\nenabled = true\n"))
    assert found["target vrchat"]["state"] == "warning"
    assert "OSC" in found["target vrchat"]["remedy"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these groups")
def test_a_camera_that_may_not_be_used_comes_with_the_command_that_allows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "video0").touch()
    (tmp_path / "ttyACM0").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "video0")  # root may always
    (finding,) = eyes._permissions(tmp_path)
    assert finding.state == "problem"
    assert finding.remedy.startswith("sudo usermod -aG video")


def test_little_space_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "disk_usage", lambda path: type("Usage", (), {"free": 5_000_000}))
    (finding,) = machine.disk()
    assert finding.state == "problem"


def test_a_face_camera_is_looked_at_and_its_missing_files_are_said(tmp_path: Path) -> None:
    dots = dot_face.network(tmp_path / "dots.onnx")
    video = dot_face.video(tmp_path / "face.avi", [dot_face.picture()] * 45)
    empty = dot_face.video(tmp_path / "empty.avi", [0 * dot_face.picture()] * 10)
    named = {"camera": str(video), "landmarks": dots, "realtime": False}
    good, nobody, wrong = (
        next(face.look(FaceOptions.model_validate(named | other)))
        for other in ({}, {"camera": str(empty)}, {"landmarks": None})
    )
    assert (good.state, good.topic) == ("ok", "face camera")
    assert "30 readings of a face a second" in good.text
    assert nobody.state == "warning"
    assert "no face in 10 frames" in nobody.text
    assert wrong.state == "problem"
    assert "face_landmarker.task" in wrong.text
