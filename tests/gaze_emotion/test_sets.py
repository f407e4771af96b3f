from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.errors import BridgeError
from models.gaze_emotion.points import YuNet, cut_out, is_face, read_points, turned
from models.gaze_emotion.sets import find
from models.listing import Trouble
from tests.gaze_emotion.fake import face_detector, write_picture, write_points, write_raf_db

LOOK = (0.0, 0.0)


def kinds(troubles: Iterable[Trouble]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for trouble in troubles:
        found.setdefault(trouble.kind, []).append(trouble.name)
    return found


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    for name in ("happy/a.png", "Anger/deep/b.JPG", "3/c.png", "boredom/d.png", "e.png"):
        write_picture(tmp_path / name, LOOK)
    (tmp_path / "happy/readme.txt").write_text("words")
    listing = find(tmp_path, None, None, "test")
    assert {(picture.name, picture.emotion) for picture in listing.pictures} == {
        ("happy/a.png", 4),
        ("Anger/deep/b.JPG", 6),
        ("3/c.png", 3),
    }
    assert kinds(listing.troubles) == {
        "unknown class": ["boredom/d.png"],
        "unlabelled": ["e.png"],
        "no picture": ["happy/readme.txt"],
    }


def test_raf_db_and_all_that_its_lists_can_get_wrong(tmp_path: Path) -> None:
    basic = write_raf_db(
        tmp_path / "basic", [(4, LOOK, 1.0), (5, LOOK, 1.5), (6, LOOK, 1.0), (1, LOOK, 1.0), (2, LOOK, 1.0)]
    )
    labels = basic / "EmoLabel/list_patition_label.txt"
    with labels.open("a") as file:
        file.write("test_0001.png 4\ntest_0003.png 3\ntest_0009.png 7\ntrain_00001.png 7\nno label here\n\n")
        file.write("test_0010.png 12\n")
    write_picture(basic / "Image/aligned/test_0077_aligned.png", LOOK)
    (basic / "Annotation/manual/test_0004_manu_attri.txt").write_text("1 2\nnan 3\n4 5\n6 7\n8 9\n")
    (basic / "Annotation/manual/test_0005_manu_attri.txt").unlink()
    listing = find(basic, None, None, "test")
    assert [picture.emotion for picture in listing.pictures] == [4, 5, 1, 2]
    first, second, third, fourth = listing.pictures
    assert first.points is not None
    assert not first.placed  # the points are those of the original picture, not of the aligned one
    assert second.points is not None
    assert (turned(first.points), turned(second.points)) == pytest.approx((1.0, 1.5))
    assert third.points is fourth.points is None
    assert kinds(listing.troubles) == {
        "repeated": ["test_0001.png"],
        "labelled twice": ["test_0003.png"],
        "missing": ["test_0009.png"],
        "unknown class": ["test_0010.png"],
        "bad line": ["list_patition_label.txt:10"],
        "unlabelled": ["test_0077_aligned.png"],
        "bad points": ["test_0004_aligned.png"],
    }
    everything = find(basic / "Image/aligned", labels, None, "all")  # the parts by hand, and no annotations
    assert "train_00001.png" in kinds(everything.troubles)["missing"]
    assert all(picture.points is None for picture in everything.pictures)


def test_originals_have_their_points_in_themselves(tmp_path: Path) -> None:
    write_picture(tmp_path / "original/test_0001.png", LOOK)
    write_points(tmp_path / "manual/test_0001_manu_attri.txt")
    (tmp_path / "labels.txt").write_text("test_0001.png 7\n")
    (picture,) = find(tmp_path / "original", tmp_path / "labels.txt", tmp_path / "manual", "test").pictures
    assert picture.placed


def test_links_are_named_and_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "set"
    write_picture(tmp_path / "elsewhere/secret.png", LOOK)
    write_picture(inside / "happy/a.png", LOOK)
    try:
        (inside / "happy/link.png").symlink_to(tmp_path / "elsewhere/secret.png")
        (inside / "sad").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        (inside / "happy/round").symlink_to(inside, target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make symbolic links")
    listing = find(inside, None, None, "test")
    assert [picture.name for picture in listing.pictures] == ["happy/a.png"]
    assert sorted(kinds(listing.troubles)["symbolic link"]) == ["happy/link.png", "happy/round", "sad"]


def test_nothing_to_study_is_said(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="no folder"):
        find(tmp_path / "none", None, None, "test")
    with pytest.raises(BridgeError, match="no labelled picture"):
        find(tmp_path, None, None, "test")
    with pytest.raises(BridgeError, match="cannot read the labels"):
        find(tmp_path, tmp_path / "labels.txt", None, "test")


def test_points_are_checked(tmp_path: Path) -> None:
    points = read_points(write_points(tmp_path / "points.txt", 1.25))
    assert points is not None
    assert turned(points) == pytest.approx(1.25)
    for words in ("", "1 2\n" * 5, "1 2\n3 4", "a b\n" * 5, "1 2 3\n" * 5, "1e300 1\n2 2\n3 3\n4 4\n5 5\n"):
        (tmp_path / "bad.txt").write_text(words)
        assert read_points(tmp_path / "bad.txt") is None, words
    assert read_points(tmp_path / "not there.txt") is None
    assert not is_face(np.zeros((4, 2)))


def test_a_face_is_cut_out_upright_and_at_one_size() -> None:
    """The same face, small and tilted, large and straight, comes out as the same picture."""
    points = np.array([[-30.0, 0.0], [30.0, 0.0], [0.0, 35.0], [-20.0, 65.0], [20.0, 65.0]])
    found = []
    for scale, degrees in ((1.0, 0.0), (1.7, 25.0)):
        angle = np.radians(degrees)
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        placed = points @ turn.T + 200
        x, y = _coordinates(np.linalg.inv(turn))
        image = np.clip(128 + x, 0, 255)[..., None] * [1, 0, 0] + np.clip(128 + y, 0, 255)[..., None] * [0, 1, 0]
        found.append(cut_out(image.astype(np.uint8), placed, 64).astype(float))
    assert np.abs(found[0] - found[1]).mean() < 1.5
    middle = found[0][32, 32] - 128
    assert middle[:2] == pytest.approx([0.0, 17.5], abs=2.5)  # between eyes and nose
    assert found[0][32, 63, 0] - found[0][32, 0, 0] == pytest.approx(2.2 * 65, abs=5)


def _coordinates(back: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """(400, 400) x and y of every pixel in the face's own units."""
    grid = np.stack(np.meshgrid(np.arange(400.0), np.arange(400.0)), -1) - 200
    x, y = np.moveaxis(grid @ back.T, -1, 0)
    return x, y


def test_a_detector_by_path(tmp_path: Path) -> None:
    detector = YuNet(face_detector(tmp_path / "yunet.onnx"))
    picture = np.zeros((1500, 900, 3), np.uint8)  # searched at 640 pixels, answered in its own
    assert detector.find(picture) is None
    picture[600:900, 150:450] = 255
    found = detector.find(picture)
    assert found is not None
    assert 150 < found.points[:, 0].mean() < 450
    assert 600 < found.points[:, 1].mean() < 900
    with pytest.raises(BridgeError, match="no face detector"):
        YuNet(tmp_path / "none.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    with pytest.raises(BridgeError, match="is not a YuNet"):
        YuNet(tmp_path / "broken.onnx")
