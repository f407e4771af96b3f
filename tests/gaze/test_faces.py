"""Sets of faces in their published layouts, made small here."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bridge.errors import BridgeError
from models.gaze.faces import open_faces, split
from models.gaze.lessons import FaceLessons
from tests.gaze.fake import write_rendered


def write(path: Path, arrays: dict[str, Any]) -> None:
    h5py: Any = pytest.importorskip("h5py", reason="ETH-XGaze and MPIIFaceGaze are HDF5: pip install 'eyebridge[gaze]'")
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for name, value in arrays.items():
            file[name] = value


def eth_xgaze(folder: Path) -> Path:
    """Two people to train on, one to test on that has no gaze, one more that was never fetched."""
    for number in (0, 3):
        patch = np.zeros((5, 8, 8, 3), np.uint8)
        patch[..., 0], patch[:, 0, 0, 2] = 10 * number + np.arange(5)[:, None, None], 200  # blue; one red pixel
        gaze = np.stack([np.full(5, 0.1 * number), np.arange(5) / 10], 1)
        pose = np.zeros((5, 2))
        write(
            folder / f"train/subject{number:04d}.h5", {"face_patch": patch, "face_gaze": gaze, "face_head_pose": pose}
        )
    write(folder / "test/subject0001.h5", {"face_patch": np.zeros((2, 8, 8, 3), np.uint8)})
    listed = {"train": [f"subject{n:04d}.h5" for n in (0, 3, 5)], "test": ["subject0001.h5"], "test_specific": []}
    (folder / "train_test_split.json").write_text(json.dumps(listed))
    return folder


def test_eth_xgaze(tmp_path: Path) -> None:
    faces = open_faces(eth_xgaze(tmp_path))
    assert list(faces.names) == ["subject0000", "subject0003"]
    images, gaze = faces.read(np.array([7, 1]))  # across people, in the order asked for
    assert images[:, 4, 4, 2].tolist() == [32, 1]  # RGB: what was blue in the file
    assert images[:, 0, 0, 0].tolist() == [200, 200]
    assert gaze == pytest.approx(np.array([[0.3, 0.2], [0.0, 0.1]]))
    rows, out = split(faces, ["subject0000"])
    assert (rows.tolist(), out.tolist()) == ([5, 6, 7, 8, 9], [0, 1, 2, 3, 4])
    lesson = FaceLessons(faces, rows, 32).lesson(torch.tensor([2, 0]))
    assert lesson.pictures.shape == (2, 3, 32, 32)
    assert lesson.gaze[:, 0].numpy() == pytest.approx(np.array([[0.3, 0.2], [0.3, 0.0]]))


@pytest.mark.parametrize("down", [-1.0, 1.0], ids=["as ETH-XGaze", "the other way round"])
def test_mpii_face_gaze_looks_down_at_its_laptops(tmp_path: Path, down: float) -> None:
    """Planes before rows, sixteen numbers a picture, and a sign that its readers do not agree on."""
    for person in (0, 1):
        data = np.zeros((4, 3, 16, 16), np.float32)
        data[:, 0], data[:, 2, :4] = 50.0, 300.0  # blue everywhere, too much red in the top rows
        label = np.zeros((4, 16), np.float32)
        label[:, 0], label[:, 1], label[:, 2:] = 0.2 * down, [-0.1, 0.0, 0.1, 0.2], 9.0
        label[:, 1] *= -down
        write(tmp_path / f"p{person:02d}.mat", {"Data/data": data, "Data/label": label})
    faces = open_faces(tmp_path)
    assert list(faces.names) == ["p00", "p01"]
    images, gaze = faces.read(np.array([0, 6]))
    assert images[0, 0, 0].tolist() == [255, 0, 50]
    assert images[0, 15, 0].tolist() == [0, 0, 50]
    assert gaze == pytest.approx(np.array([[-0.2, -0.1], [-0.2, 0.1]]))


def test_rendered_faces(tmp_path: Path) -> None:
    written, gaze = write_rendered(tmp_path / "faces", people=3, each=2, size=32)
    faces = open_faces(tmp_path / "faces")
    images, found = faces.read(np.array([5, 0]))
    assert np.array_equal(images, np.repeat(written[[5, 0], ..., None], 3, -1))
    assert np.array_equal(found, gaze[[5, 0]])
    assert faces.people.tolist() == [0, 0, 1, 1, 2, 2]
    rows, out = split(faces)  # none of the three is in the tenth: the last one is taken
    assert set(faces.people[rows]).isdisjoint(faces.people[out])
    assert len(out)
    with pytest.raises(BridgeError, match="nobody is left"):
        split(faces, faces.names)


def test_what_is_broken_is_said(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="no set of faces"):
        open_faces(tmp_path)
    (tmp_path / "faces.json").write_text("{}")
    with pytest.raises(BridgeError, match="render them again"):
        open_faces(tmp_path)
    np.save(tmp_path / "faces.npy", np.zeros((3, 8, 8), np.uint8))
    np.savez(tmp_path / "labels.npz", gaze=np.zeros((2, 2)), person=np.zeros(3))
    with pytest.raises(BridgeError, match="do not fit"):
        open_faces(tmp_path)


def test_broken_hdf5_is_said(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    folder = tmp_path / "eth"
    folder.mkdir()
    (folder / "train_test_split.json").write_text('{"train": ["a.h5"]}')
    with pytest.raises(BridgeError, match="none of the 1 people"):
        open_faces(folder)
    (folder / "train").mkdir()
    (folder / "train/a.h5").write_bytes(b"not HDF5")
    with pytest.raises(BridgeError, match="fetch the file again"):
        open_faces(folder)
    (folder / "train/a.h5").unlink()
    write(folder / "train/a.h5", {"face_patch": np.zeros((2, 4, 4, 3)), "face_gaze": np.zeros((3, 2))})
    with pytest.raises(BridgeError, match="do not fit together"):
        open_faces(folder)
    (folder / "train_test_split.json").write_text("[1")
    with pytest.raises(BridgeError, match=r"train_test_split\.json"):
        open_faces(folder)
    write(tmp_path / "mpii/p00.mat", {"Data/label": np.zeros((3, 16))})
    with pytest.raises(BridgeError, match="no Data/data"):
        open_faces(tmp_path / "mpii")
