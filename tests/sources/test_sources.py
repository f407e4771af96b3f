from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from bridge.errors import BridgeError
from bridge.recording import RecordingWriter
from bridge.sources import (
    CameraOptions,
    CamerasOptions,
    ImagesOptions,
    MjpegOptions,
    RecordingOptions,
    SerialOptions,
    SourceOptions,
    VideoOptions,
    ZeroMqOptions,
    pair_from,
    source_from,
)

CAMERAS: dict[str, SourceOptions] = {
    "0": CameraOptions(device=0),
    "12": CameraOptions(device=12),
    "/dev/video3": CameraOptions(device="/dev/video3"),
    "RTSP://cam/left": CameraOptions(device="RTSP://cam/left"),
    "http://192.168.1.7:81/stream": MjpegOptions(url="http://192.168.1.7:81/stream"),
    "https://me:word@eye.local/": MjpegOptions(url="https://me:word@eye.local/"),
    "COM3": SerialOptions(port="COM3"),
    "com12": SerialOptions(port="com12"),
    "/dev/ttyACM0": SerialOptions(port="/dev/ttyACM0"),
    "/dev/cu.usbmodem101": SerialOptions(port="/dev/cu.usbmodem101"),
    "/dev/serial/by-id/x": SerialOptions(port="/dev/serial/by-id/x"),
    "serial:/tmp/pty": SerialOptions(port="/tmp/pty"),
    "tcp://127.0.0.1:50020": ZeroMqOptions(address="tcp://127.0.0.1:50020"),
    "zmq:tcp://127.0.0.1:5555": ZeroMqOptions(address="tcp://127.0.0.1:5555"),
}


@pytest.mark.parametrize("text", CAMERAS)
def test_cameras_are_understood(text: str) -> None:
    assert source_from(text) == CAMERAS[text]


def test_an_address_that_cannot_be_is_refused() -> None:
    with pytest.raises(BridgeError, match=r"^http://:80/ will not do: an address looks like"):
        source_from("http://:80/")


def test_a_camera_for_each_eye() -> None:
    pair = pair_from("http://192.168.1.20/", "COM3")
    assert pair == CamerasOptions(left=MjpegOptions(url="http://192.168.1.20/"), right=SerialOptions(port="COM3"))
    with pytest.raises(BridgeError, match=r"eyes\.mp4 will not do for one eye: give a camera index"):
        pair_from("0", "eyes.mp4")


def test_cameras_are_written_into_settings_as_they_are_typed_or_option_by_option() -> None:
    written = {"left": "http://192.168.1.20/", "right": {"device": 1, "width": 320, "swap": True}}
    assert CamerasOptions.model_validate(written) == CamerasOptions(
        left=MjpegOptions(url="http://192.168.1.20/"), right=CameraOptions(device=1, width=320, swap=True)
    )
    for wrong in ({"both": "0", "left": "1"}, {"left": "eyes.mp4"}, {"both": {"kind": "camera", "wdth": 3}}):
        with pytest.raises(ValidationError):
            CamerasOptions.model_validate(wrong)


def test_no_camera_at_all_is_said() -> None:
    assert not CamerasOptions().chosen
    with pytest.raises(BridgeError, match=r"no camera is named; .* eyebridge run 0"):
        CamerasOptions().open()


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
