"""The whole command on real videos and folders of frames, whose pixels say what the faces do."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.blendshapes import ARKIT
from bridge.face.stress import StressOptions
from models.emotion.features import Reader, Tools
from models.stress.__main__ import main
from tests.emotion.faces import landmark_network, picture, write

STRESS = {"browDownLeft": 0.6, "browDownRight": 0.6, "mouthPressLeft": 0.5, "mouthPressRight": 0.5}
TASKS = ("4.1,stressful videos,0", "4.2,stressful videos,1")


def face(rng: np.random.Generator, stress: bool) -> NDArray[np.float64]:
    weights = rng.uniform(0, 0.1, len(ARKIT))
    for name, amount in STRESS.items():
        weights[ARKIT.index(name)] += stress * amount * rng.uniform(0.8, 1.2)
    return weights


def write_video(path: Path, rng: np.random.Generator, stress: bool, frames: int = 20) -> None:
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (64, 64))
    assert video.isOpened()
    for _ in range(frames):
        video.write(picture(face(rng, stress)))
    video.release()


def run(folder: Path, *more: str) -> int:
    network = landmark_network(folder.parent / "landmarks.onnx")
    given = [str(folder), "--landmarks", str(network), "--out", str(folder.parent / "stress.html")]
    return main(
        [*given, "--work", str(folder.parent / "work"), "--frames", "6", "--repeats", "2", "--trials", "1", *more]
    )


def test_from_videos_to_a_channel(tmp_path: Path) -> None:
    folder, rng = tmp_path / "set", np.random.default_rng(0)
    for person in range(5):
        (folder / f"S{person}").mkdir(parents=True)
        write_video(folder / f"S{person}/4.1.avi", rng, False)
        if person % 2:
            write_video(folder / f"S{person}/4.2.avi", rng, True)
        else:
            for frame in range(9):
                write(folder / f"S{person}/4.2/{frame:04d}.png", face(rng, True), face=frame > 1)
    (folder / "S9").mkdir()
    (folder / "S9/4.1.avi").write_bytes(b"RIFF and then nothing")
    (folder / "tasks.csv").write_text("\n".join(TASKS))
    model = tmp_path / "stress.npz"
    assert run(folder, "--export", str(model)) == 0

    with (tmp_path / "stress.troubles.csv").open(newline="") as file:
        troubles = {(row["kind"], row["name"]) for row in csv.DictReader(file)}
    assert troubles == {
        ("broken", "S9/4.1.avi"),
        ("missing", "S9/4.2"),
        *(("faceless frames", f"S{person}/4.2") for person in (0, 2, 4)),
    }
    page = (tmp_path / "stress.html").read_text("utf-8")
    assert page.count("not enough recordings") == 2
    assert "88.83" in page
    assert "<td class=n>5</tr>" in page  # people

    reader = Reader(Tools(tmp_path / "landmarks.onnx", None, None))
    for stress in (False, True):
        channel = StressOptions(model=model, half_life=1).open(reader.basis.fingerprint)
        assert channel is not None
        for frame in range(60):
            read = reader.picture(picture(face(rng, stress))[..., ::-1])
            said = channel(np.array(read.coefficients), frame / 10)
        assert (said > 0.7) if stress else (said < 0.3)


@pytest.mark.parametrize("what", ["folder", "tasks", "one person", "frames"])
def test_what_the_user_must_change(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, rng = tmp_path / "set", np.random.default_rng(0)
    (folder / "S1").mkdir(parents=True)
    for task, stress in (("4.1", False), ("4.2", True)):
        write_video(folder / f"S1/{task}.avi", rng, stress, 4)
    if what != "tasks":
        (folder / "tasks.csv").write_text("\n".join(TASKS))
    more = ["--frames", "0"] if what == "frames" else []
    assert run(tmp_path / "none" if what == "folder" else folder, *more) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert not (tmp_path / "stress.html").exists()
