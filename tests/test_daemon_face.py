"""A face camera through the whole daemon: a video in, datagrams out of a real socket."""

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge import shipped
from bridge.blendshapes import ARKIT, GROUPS
from bridge.config import Config
from bridge.daemon import Daemon
from bridge.recording import RecordingReader, RecordingWriter
from bridge.sources import FaceOptions
from bridge.sources.recording import RecordingOptions
from tests import dot_face
from tests.receiver import Receiver, messages

SHUT, OPEN, AWAY = 6, 8, 20
"Frames of the video, at 20 a second: the jaw is shut, it is open, nobody is there."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faces")
    dot_face.network(path / "dots.onnx")
    pictures = [dot_face.picture(roll=6.0)] * SHUT + [dot_face.picture(jaw=0.8, roll=6.0)] * OPEN
    dot_face.video(path / "face.avi", [*pictures, *[np.zeros_like(pictures[0])] * AWAY], rate=20.0)
    with RecordingReader(shipped.demo_recording()) as reader, RecordingWriter(path / "eyes", rate=20.0) as writer:
        for index in range(SHUT + OPEN):
            writer.write(reader[index])
    return path


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def face(folder: Path, **more: Any) -> FaceOptions:
    return FaceOptions(camera=str(folder / "face.avi"), landmarks=folder / "dots.onnx", realtime=False, **more)


def sent(options: FaceOptions | RecordingOptions, receiver: Receiver, record: Path | None = None) -> list[bytes]:
    """What a run on this source sends."""
    config = Config.model_validate(
        {
            "targets": {"native": {"port": receiver.port}, "vmc": {"enabled": False}},
            "preview": {"enabled": False},
            "personalization": {"automatic": False},
        }
    )
    Daemon(config, options.open, record=record).run()
    receiver.close()
    return list(receiver.datagrams)


def weights(datagram: bytes) -> dict[str, float]:
    found = messages(datagram)
    values = [value for group, _, _ in GROUPS for value in found[f"/eyebridge/weights/{group}"]]
    return dict(zip(ARKIT, values, strict=True))


def test_a_jaw_that_opens_before_the_camera_opens_the_avatars_and_leaves_with_the_face(
    folder: Path, receiver: Receiver
) -> None:
    datagrams = sent(face(folder), receiver)
    assert len(datagrams) == SHUT + OPEN + AWAY
    jaws = [weights(datagram)["jawOpen"] for datagram in datagrams]
    heads = [messages(datagram).get("/eyebridge/head") for datagram in datagrams]
    assert max(jaws[:SHUT]) < 0.05
    assert jaws[SHUT + 5] == pytest.approx(0.8, abs=0.1)
    assert jaws[SHUT + OPEN] > 0.5, "it does not snap shut when the face leaves"
    assert jaws[-1] < 0.1
    _, _, roll, _, _, away = heads[SHUT] or (math.nan,) * 6
    assert roll == pytest.approx(6, abs=0.5)
    assert -0.5 < away < -0.2
    opening = [messages(datagram)["/eyebridge/frame"] for datagram in (datagrams[SHUT], datagrams[-1])]
    assert [frame[3] & 3 for frame in opening] == [3, 0], "both eyes are seen, then none"
    assert opening[0][4] > 0.9
    assert opening[1][4] == 0
    assert max(map(len, datagrams)) < 1400


def test_beside_eyes_the_mouth_is_the_face_cameras_and_the_eyes_their_own(folder: Path, receiver: Receiver) -> None:
    fused = sent(face(folder, eyes=str(folder / "eyes")), receiver)
    other = Receiver()
    alone = sent(RecordingOptions(path=folder / "eyes", realtime=False), other)
    assert len(fused) == len(alone) == SHUT + OPEN
    for one, two in zip(fused, alone, strict=True):
        mine, theirs = weights(one), weights(two)
        eyes = [name for name in ARKIT if name.startswith(("eye", "brow", "cheekSquint"))]
        assert [mine[name] for name in eyes] == [theirs[name] for name in eyes]
        assert messages(one)["/eyebridge/gaze"] == messages(two)["/eyebridge/gaze"]
    assert weights(fused[-1])["jawOpen"] == pytest.approx(0.8, abs=0.1)
    assert weights(alone[-1])["jawOpen"] == 0


def test_a_recording_of_a_face_says_the_same_again_and_holds_no_picture(
    folder: Path, receiver: Receiver, tmp_path: Path
) -> None:
    first = sent(face(folder), receiver, record=tmp_path / "kept")
    assert (tmp_path / "kept" / "left.mpng").stat().st_size == 0
    again = Receiver()
    second = sent(RecordingOptions(path=tmp_path / "kept", realtime=False), again)
    assert second == first[: SHUT + OPEN], "frames without anybody are not kept"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "--source.landmarks"),
        (["--source.landmarks", "no.task"], "no.task"),
        (["--source.landmarks", "{dots}", "--source.camera", "gone.mp4"], "no such face camera or video: gone.mp4"),
        (["1", "2", "--source.landmarks", "{dots}"], "a face camera is one camera"),
        (["--source.kind", "mouth"], "eyes"),
    ],
)
def test_what_is_wrong_is_one_sentence(folder: Path, tmp_path: Path, words: list[str], sentence: str) -> None:
    (tmp_path / "none.toml").touch()
    quiet = ["--config", str(tmp_path / "none.toml"), "--no-preview.enabled", "--no-browser"]
    given = [word.format(dots=folder / "dots.onnx") for word in words]
    command = [sys.executable, "-m", "bridge.cli", "run", "--source.kind", "face", *given, *quiet]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, encoding="utf-8")
    assert ran.returncode == 2
    assert sentence in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.stderr


def test_the_command_drives_the_face_from_a_video(folder: Path, receiver: Receiver, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        f'[source]\nkind = "face"\nlandmarks = "{(folder / "dots.onnx").as_posix()}"\n', "utf-8"
    )
    command = [sys.executable, "-m", "bridge.cli", "run", str(folder / "face.avi"), "--config"]
    flags = ["--no-preview.enabled", "--no-browser", "--no-realtime", "--no-targets.vmc.enabled"]
    target = ["--targets.native.port", str(receiver.port)]
    ran = subprocess.run(
        [*command, str(tmp_path / "own.toml"), *flags, *target], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    receiver.close()
    jaws = [weights(datagram)["jawOpen"] for datagram in receiver.datagrams if datagram[:1] == b"#"]
    assert max(jaws) > 0.5
    assert all(math.isfinite(jaw) for jaw in jaws)
