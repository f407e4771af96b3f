"""A face camera or video as a source: alone, beside eyes, gone, and files that are none."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge import shipped
from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.face.reader import FaceReader
from bridge.frames import EyeFrame
from bridge.pictures import to_rgb
from bridge.recording import RecordingReader, RecordingWriter
from bridge.sources import FaceOptions, Source
from bridge.sources.eyes import Picture, View, Viewer
from bridge.sources.face import EyesAndFace, Newest
from bridge.sources.live import Live
from bridge.sources.pairing import STALE
from tests import dot_face
from tests.sources.wires import Wire, WireOptions, wait_until

JAW = ARKIT.index("jawOpen")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dots.onnx; face.avi: half a second of a shut jaw, then of an open one; eyes: two seconds of a recording."""
    path = tmp_path_factory.mktemp("faces")
    dot_face.network(path / "dots.onnx")
    dot_face.video(path / "face.avi", [dot_face.picture(jaw=0.8 * (n >= 5)) for n in range(10)], rate=10.0)
    with RecordingReader(shipped.demo_recording()) as reader, RecordingWriter(path / "eyes", rate=20.0) as writer:
        for index in range(40):
            writer.write(reader[index])
    return path


def options(folder: Path, **more: Any) -> FaceOptions:
    named = {"camera": folder / "face.avi", "landmarks": folder / "dots.onnx", "realtime": False} | more
    return FaceOptions.model_validate({name: str(v) if name == "camera" else v for name, v in named.items()})


def frames(source: Source) -> list[EyeFrame]:
    with source:
        return list(iter(source.read, None))


def test_a_video_of_a_face_gives_readings_and_no_eyes(folder: Path) -> None:
    found = frames(options(folder).open())
    assert [frame.index for frame in found] == list(range(10))
    assert [frame.time for frame in found] == pytest.approx([n / 10 for n in range(10)])
    assert all(frame.left is frame.right is None for frame in found)
    jaws = [float(frame.face.blendshapes[JAW]) for frame in found if frame.face]
    assert max(jaws[:5]) < 0.05
    assert jaws[6:] == pytest.approx([0.8] * 4, abs=0.1)
    assert all(frame.face and frame.face.time == frame.time for frame in found)


def test_a_mirrored_picture_is_turned_back(folder: Path) -> None:
    dot_face.video(folder / "rolled.avi", [dot_face.picture(roll=-12.0)[:, ::-1]] * 2)
    seen = frames(options(folder, camera=folder / "rolled.avi", mirror=True).open())[1].face
    assert seen is not None
    assert seen.head.roll == pytest.approx(-12, abs=0.5)


def test_beside_stored_eyes_a_video_goes_in_step_and_leaves_them_their_part(folder: Path) -> None:
    source = options(folder, eyes=str(folder / "eyes")).open()
    assert source.name == "recording eyes and face in video face.avi"
    found = frames(source)
    with RecordingReader(folder / "eyes") as reader:
        assert [frame.time for frame in found] == reader.times.tolist()
    began = found[0].time
    for frame in found:
        passed = frame.time - began
        if passed > 0.9 + STALE:
            assert frame.face is None, "the video has ended: its last reading is stale"
        elif frame.face is not None:
            assert frame.face.time == pytest.approx(np.floor(passed * 10 + 1e-6) / 10 if passed < 1 else 0.9)
            assert np.isnan(frame.face.blendshapes[ARKIT.index("eyeBlinkLeft")])
            assert np.isnan(frame.face.gaze.left_yaw)
            assert np.isfinite(frame.face.blendshapes[JAW])
        assert frame.left is not None
    assert sum(frame.face is not None for frame in found) > 20


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"landmarks": None}, "face_landmarker.task.*--source.landmarks"),
        ({"landmarks": Path("none.task")}, "none.task"),
        ({"landmarks": Path(__file__)}, "neither a .task nor an .onnx"),
        ({"network": Path("none.onnx")}, "none.onnx"),
        ({"model": Path("none.npz")}, "none.npz"),
        ({"camera": "none.mp4"}, "no such face camera or video: none.mp4"),
        ({"camera": "COM3"}, "no such face camera or video: COM3"),
        ({"camera": __file__}, "not a video"),
        ({"eyes": "nothing-here"}, "no such file or folder: nothing-here"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(folder: Path, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(BridgeError, match=words) as said:
        options(folder, **wrong).open()
    assert "\n" not in str(said.value)


class FaceWire(Wire):
    """A colour camera before which somebody sits, or nobody."""

    def __init__(self) -> None:
        super().__init__(20)
        self.there = True

    def picture(self) -> Picture:
        shown = dot_face.picture(jaw=0.5) if self.there else np.zeros((240, 320, 3), np.uint8)
        shown |= self._random.integers(0, 4, shown.shape, np.uint8)
        return shown


@pytest.fixture
def viewer(folder: Path) -> Viewer:
    reader = FaceReader.open(folder / "dots.onnx", None, None, 60.0)

    def view(picture: Picture, time: float) -> View:
        return None, None, reader(to_rgb(picture), time)

    return view


def until(source: Source, condition: Callable[[EyeFrame], bool], seconds: float = 20.0) -> EyeFrame:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        frame = source.read()
        assert frame is not None
        if condition(frame):
            return frame
    raise AssertionError("no such frame")


def test_a_face_that_leaves_and_a_camera_that_is_unplugged_are_frames_without_a_face(viewer: Viewer) -> None:
    wire = FaceWire()
    with Live([("face camera", WireOptions(wire=wire))], viewer=lambda _: viewer) as source:
        seen = until(source, lambda frame: frame.face is not None)
        assert seen.face is not None
        assert seen.left is seen.right is None
        assert seen.face.time <= seen.time
        wire.there = False
        until(source, lambda frame: frame.face is None)
        assert source.health()[0].state == "ok"
        wire.there = True
        until(source, lambda frame: frame.face is not None)
        wire.mood = "absent"
        until(source, lambda frame: frame.face is None)
        wait_until(lambda: source.health()[0].state == "gone", "the camera is gone")
        wire.mood = "well"
        until(source, lambda frame: frame.face is not None)
    assert wire.open == 0


@pytest.fixture
def wires() -> tuple[Wire, FaceWire]:
    return Wire(60), FaceWire()


@pytest.fixture
def both(wires: tuple[Wire, FaceWire], viewer: Viewer) -> Iterator[EyesAndFace]:
    eyes = Live([("left eye", WireOptions(wire=wires[0]))])
    face = Live([("face camera", WireOptions(wire=wires[1]))], viewer=lambda _: viewer)
    with EyesAndFace(eyes, face, Newest(face)) as source:
        yield source
    assert [wire.open for wire in wires] == [0, 0]


def test_live_eyes_never_wait_for_a_face_and_do_without_it(both: EyesAndFace, wires: tuple[Wire, FaceWire]) -> None:
    def is_whole(frame: EyeFrame) -> bool:
        return frame.left is not None and frame.face is not None

    seen = until(both, is_whole)
    assert seen.face is not None
    assert np.isnan(seen.face.blendshapes[ARKIT.index("browDownLeft")])
    assert [camera.name for camera in both.health()] == ["left eye", "face camera"]
    wires[1].mood = "silent"
    until(both, lambda frame: frame.left is not None and frame.face is None)
    wires[1].mood = "well"
    until(both, is_whole)
    wires[0].mood = "absent"
    until(both, lambda frame: frame.left is None and frame.face is not None)
