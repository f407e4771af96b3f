"""A face camera's readings in a recording."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.frames import EyeFrame, FaceReading, Gaze, Head
from bridge.fusion import behind_headset
from bridge.recorded_faces import FACES, HEADER, packed, read
from bridge.recording import RecordingReader, RecordingWriter
from tests.faces import reading, same

EYE = np.random.default_rng(1).integers(0, 256, (24, 32), np.uint8)


def face(number: int) -> FaceReading:
    whole = reading(
        {"jawOpen": number / 20, "mouthLeft": 0.1},
        time=100 + number / 30,
        head=Head(float(number), -1.5, 0.1, 0.01, 0.0, -0.6),
        gaze=Gaze(1.25, float(number), -3.0, 0.0),
        basis="0123456789abcdef",
        coefficients=tuple(np.linspace(-1, number, 28).tolist()),
    )
    if number % 4 == 2:
        whole = replace(whole, second=np.linspace(0, 1, 52, dtype=np.float32))
    return behind_headset(whole) if number % 3 == 0 else whole


def frames() -> list[EyeFrame]:
    """Eyes and faces, one or the other missing now and then, never both."""
    return [
        EyeFrame(EYE if n % 4 else None, None, 100 + n / 30, 2 * n, None if n % 4 == 1 else face(n)) for n in range(12)
    ]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "faces"
    with RecordingWriter(path, rate=30, lossless=True) as writer:
        for frame in frames():
            writer.write(frame)
    return path


def test_readings_come_back_to_the_bit_with_or_without_eyes(recording: Path) -> None:
    with RecordingReader(recording) as reader:
        assert reader.damaged == 0
        found = list(reader)
    assert [(frame.index, frame.time, frame.left is None) for frame in found] == [
        (frame.index, frame.time, frame.left is None) for frame in frames()
    ]
    assert all(same(one.face, other.face) for one, other in zip(found, frames(), strict=True))


def test_a_recording_without_a_face_has_no_such_file(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "eyes") as writer:
        writer.write(EyeFrame(EYE, None, 0.0, 0))
    assert not (tmp_path / "eyes" / FACES).exists()


def test_what_is_damaged_is_left_out_and_counted(recording: Path) -> None:
    file = recording / FACES
    size = len(packed(0, face(0)))
    data = bytearray(file.read_bytes())
    assert len(data) == len(HEADER) + 9 * size
    data[16:24] = np.float64(np.nan).tobytes()  # the first reading's time
    file.write_bytes(data[:-7])  # and the end is lost
    with RecordingReader(recording) as reader:
        found = {frame.index: frame.face for frame in reader}
        assert reader.damaged == 3, "two readings, and a frame that had nothing else"
    assert 0 not in found, "it had no picture of an eye, and now no face"
    assert found[22] is None
    assert same(found[4], face(2))


@given(st.sampled_from([b"", HEADER]), st.binary(max_size=2000))
def test_no_bytes_are_too_strange(tmp_path_factory: pytest.TempPathFactory, start: bytes, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / FACES
    path.write_bytes(start + data)
    for found in read(path)[0].values():
        assert np.isfinite([found.time, found.quality, found.head.yaw, found.head.z]).all()


def test_wild_numbers_are_no_readings(tmp_path: Path) -> None:
    good = face(1)
    wild = [
        replace(good, quality=2.0),
        replace(good, blendshapes=np.full(52, 1.5, np.float32)),
        replace(good, head=Head(0, 0, 0, np.inf, 0, 0)),
        replace(good, gaze=Gaze(np.nan, 0, 0, 0)),
        replace(good, coefficients=np.full(28, np.inf, np.float32)),
        replace(good, second=np.full(52, -0.5, np.float32)),
    ]
    (tmp_path / FACES).write_bytes(HEADER + b"".join(packed(n, each) for n, each in enumerate([*wild, good])))
    found, damaged = read(tmp_path / FACES)
    assert list(found) == [6]
    assert damaged == 6


def test_a_file_of_the_version_before_is_read(tmp_path: Path) -> None:
    records = [packed(number, face(number))[: -4 * 52] for number in (1, 5)]
    (tmp_path / FACES).write_bytes(b"".join(records))
    found, damaged = read(tmp_path / FACES)
    assert damaged == 0
    assert list(found) == [1, 5]
    assert all(same(one, face(number)) for number, one in found.items())
