from pathlib import Path

import pytest
from pydantic import TypeAdapter

from bridge.errors import BridgeError
from bridge.recording import RecordingWriter
from bridge.sources import (
    CameraOptions,
    ImagesOptions,
    RecordingOptions,
    SourceOptions,
    VideoOptions,
    source_from,
)


@pytest.mark.parametrize(
    ("text", "device"),
    [
        ("0", 0),
        ("12", 12),
        ("/dev/video3", "/dev/video3"),
        ("http://192.168.1.7:81/stream", "http://192.168.1.7:81/stream"),
        ("RTSP://cam/left", "RTSP://cam/left"),
    ],
)
def test_cameras_are_understood(text: str, device: int | str) -> None:
    assert source_from(text) == CameraOptions(device=device)


def test_what_is_stored_is_understood(tmp_path: Path) -> None:
    (tmp_path / "video.mp4").touch()
    (tmp_path / "images").mkdir()
    RecordingWriter(tmp_path / "recording").close()
    assert source_from(str(tmp_path / "video.mp4")) == VideoOptions(path=tmp_path / "video.mp4")
    assert source_from(str(tmp_path / "images")) == ImagesOptions(path=tmp_path / "images")
    assert source_from(str(tmp_path / "recording")) == RecordingOptions(path=tmp_path / "recording")


@pytest.mark.parametrize("text", ["", "no such thing", "12345", "ftp://camera/", "~nobody here/x"])
def test_anything_else_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(BridgeError, match=r"no such file or folder: .*; give a video file, an image folder"):
        source_from(text)


def test_a_file_of_settings_names_the_kind() -> None:
    options: SourceOptions = TypeAdapter(SourceOptions).validate_python({"kind": "camera", "device": "2", "swap": True})
    assert options == CameraOptions(device=2, swap=True)
