import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from bridge.face.basis import ExpressionBasis
from bridge.face.model import load
from models.deepexp.__main__ import main
from models.deepexp.annotating import Order, annotate, outcomes
from models.deepexp.clips import DROPPED, clips_of, read_clip
from models.spread import Spread
from tests.face.fake import blob_finder

ASSETS = Path(__file__).parents[3] / "shared"
TASK = ASSETS / "peers/mediapipe/face_landmarker_v2_with_blendshapes.task"
ICT = ASSETS / "assets/ict_facekit/ict_facekit_light.npz"


def video(path: Path, middles: list[tuple[float, float] | None]) -> Path:
    """A bright blob, which blob_finder takes for a face, that moves; None: it is away."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (320, 240))
    for middle in middles:
        frame = np.zeros((240, 320, 3), np.uint8)
        if middle:
            cv2.ellipse(frame, (round(middle[0]), round(middle[1])), (40, 50), 0, 0, 360, (255, 255, 255), -1)
        writer.write(frame)
    writer.release()
    return path


def test_videos_become_clips_and_every_one_left_out_has_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = [(120.0 + step, 110.0) for step in range(30)]
    good = video(tmp_path / "good.avi", [*here[:15], None, None, *here[17:]])
    gone = video(tmp_path / "gone.avi", [*here[:15], *[None] * 15])
    empty = video(tmp_path / "empty.avi", [None] * 10)
    (tmp_path / "text.avi").write_text("no video")
    finder = blob_finder(tmp_path / "finder.onnx")
    out = tmp_path / "out"
    given = ["annotate", *map(str, (good, gone, empty, tmp_path / "text.avi")), "--landmarks", str(finder)]
    given += ["--out", str(out), "--fewest", "10", "--every", "3"]
    assert main(given) == 0
    said = capsys.readouterr().err
    assert "left out of gone: the face was lost at frame 15" in said
    assert "left out of empty: no face was found" in said
    assert "text.avi is not a video" in said
    (clip,) = clips_of(out, ExpressionBasis(load(None)).fingerprint)
    assert len(clip.frames()) == 10
    frame, marks = clip.frames()[9], clip.truth.landmarks[9]
    rows, columns = np.nonzero(frame[..., 0] > 128)
    assert marks.mean(0) == pytest.approx([columns.mean(), rows.mean()], abs=8)
    assert clip.path.name in (out / "review.html").read_text("utf-8")
    # a second run does nothing again
    before = (out / clip.path.name / "clip.json").stat().st_mtime_ns
    assert main(given) == 0
    assert (out / clip.path.name / "clip.json").stat().st_mtime_ns == before
    assert "lost at frame 15" in capsys.readouterr().err
    # the page's file keeps training from what a person dropped
    (out / DROPPED).write_text(json.dumps({"drop": [clip.path.name]}))
    assert main(["train", "--data", str(out)]) == 2
    assert "there are no clips" in capsys.readouterr().err


def test_nobody_is_too_far_from_the_mean_unless_told_so(tmp_path: Path) -> None:
    path = video(tmp_path / "v.avi", [(160.0, 110.0)] * 12)
    order = Order(blob_finder(tmp_path / "finder.onnx"), fewest=10, furthest=1e-6)
    ((name, (face,)),) = annotate([path], tmp_path / "out", order, Spread())
    assert (name, face.clip) == ("v", "")
    assert "identity's norm" in face.reason
    assert outcomes(tmp_path / "out" / "v.json") == [face]
    assert outcomes(tmp_path / "out" / "w.json") is None


@pytest.mark.skipif(not (TASK.is_file() and ICT.is_file()), reason="needs MediaPipe's file and ICT-FaceKit")
def test_a_rendered_talk_is_understood(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    talk = ["render", str(tmp_path / "talk"), "--model", str(ICT), "--people", "1", "--frames", "40"]
    assert main([*talk, "--motion", "little", "--size", "256", "--seed", "5", "--easy"]) == 0
    order = Order(TASK, ICT, every=1)
    ((_, (face,)),) = annotate([tmp_path / "talk" / "00000"], tmp_path / "out", order, Spread())
    assert face.reason == ""
    truth = read_clip(tmp_path / "talk" / "00000").truth.coefficients
    found = read_clip(tmp_path / "out" / face.clip).truth.coefficients
    assert len(found) == len(truth)
    off, moved = found - found.mean(0) - truth + truth.mean(0), truth - truth.mean(0)
    assert np.square(off).sum() < 0.6 * np.square(moved).sum()
