from pathlib import Path

import cv2
import numpy as np
import pytest

from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.sources.images import ImagesOptions


def save(path: Path, value: int, dtype: type[np.generic] = np.uint8) -> None:
    """A picture of one value; written by way of memory, as OpenCV cannot write every name on Windows."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, np.full((20, 24), value, dtype))[1].tobytes())


def play(options: ImagesOptions) -> tuple[list[EyeFrame], int]:
    with options.open() as source:
        return list(iter(source.read, None)), source.corrupt


def values(frames: list[EyeFrame]) -> list[tuple[int | None, int | None]]:
    return [
        tuple(None if eye is None else round(float(eye.mean())) for eye in (frame.left, frame.right))  # type: ignore[misc]
        for frame in frames
    ]


def test_names_are_taken_in_the_order_a_person_counts(tmp_path: Path) -> None:
    for number, suffix in ((10, ".png"), (2, ".BMP"), (1, ".jpg"), (30, ".tif"), (4, ".webp")):
        save(tmp_path / f"auge é{number}{suffix}", 8 * number)
    (tmp_path / "notes.txt").write_text("no picture")
    frames, corrupt = play(ImagesOptions(path=tmp_path, rate=10, realtime=False))
    assert values(frames) == [(8, None), (16, None), (32, None), (80, None), (240, None)]
    assert [frame.time for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert corrupt == 0


def test_they_start_where_they_are_told_to(tmp_path: Path) -> None:
    for number in range(5):
        save(tmp_path / f"{number}.png", 8 * number)
    frames, _ = play(ImagesOptions(path=tmp_path, rate=10, realtime=False, start=0.3))
    assert [frame.index for frame in frames] == [3, 4]
    assert values(frames) == [(24, None), (32, None)]


def test_a_broken_picture_leaves_a_gap(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(5):
        save(tmp_path / f"{number}.png", number)
    (tmp_path / "1.png").write_bytes(b"")
    (tmp_path / "3.png").write_bytes((tmp_path / "3.png").read_bytes()[:60])
    frames, corrupt = play(ImagesOptions(path=tmp_path, realtime=False))
    assert [frame.index for frame in frames] == [0, 2, 4]
    assert values(frames) == [(0, None), (2, None), (4, None)]
    assert corrupt == 2
    assert [record.getMessage() for record in caplog.records] == [
        f"images {tmp_path.name}: a frame is skipped: 1.png: the picture is damaged or cut off "
        "(further ones are only counted)"
    ]


def test_pictures_of_16_bits_share_one_scale(tmp_path: Path) -> None:
    save(tmp_path / "1.png", 4000, np.uint16)
    save(tmp_path / "2.png", 160, np.uint16)
    assert values(play(ImagesOptions(path=tmp_path, realtime=False))[0]) == [(249, None), (10, None)]


def test_an_eye_a_folder(tmp_path: Path) -> None:
    for name, value in (("left/1", 10), ("left/2", 20), ("left/10", 30), ("right/1", 11), ("right/10", 31)):
        save(tmp_path / f"{name}.png", value)
    frames, _ = play(ImagesOptions(path=tmp_path, realtime=False))
    assert values(frames) == [(10, 11), (20, None), (30, 31)]
    frames, _ = play(ImagesOptions(path=tmp_path, realtime=False, swap=True))
    assert values(frames) == [(11, 10), (None, 20), (31, 30)]


def test_what_cannot_be_played(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="no such folder"):
        ImagesOptions(path=tmp_path / "gone").open()
    with pytest.raises(BridgeError, match="holds no pictures"):
        ImagesOptions(path=tmp_path).open()
    (tmp_path / "x.png").write_bytes(b"junk")
    with pytest.raises(BridgeError, match="holds no picture that can be read"):
        ImagesOptions(path=tmp_path).open()
    save(tmp_path / "left" / "l1.png", 1)
    save(tmp_path / "right" / "r1.png", 1)
    with pytest.raises(BridgeError, match="share no name"):
        ImagesOptions(path=tmp_path).open()
