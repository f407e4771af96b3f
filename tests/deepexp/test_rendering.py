import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from models.deepexp.acting import moment, talk
from models.deepexp.clips import ABOUT, DROPPED, Clip, clips_of, read_clip, write_clip
from models.deepexp.people import make_person
from models.deepexp.picture import Scene, View, make_scene, orthographic, picture
from models.deepexp.rendering import Order, render_clip, rigged
from models.deepexp.rig import Rig

ASSETS = Path(__file__).parents[3] / "shared/assets"
ICT = ASSETS / "ict_facekit/ict_facekit_light.npz"
MODELS = [
    pytest.param(None, id="built-in"),
    pytest.param(ICT, id="ict", marks=pytest.mark.skipif(not ICT.is_file(), reason="needs ICT-FaceKit")),
]
FRONT = View(0.0, 0.0, 0.0, 1.0, 800.0, 80.0, 80.0)


def shown(rig: Rig, weights: dict[str, float], view: View = FRONT) -> tuple[np.ndarray, np.ndarray]:
    """The same person in the same light with other weights."""
    rng = np.random.default_rng(7)
    person, scene = make_person(rig, rng), make_scene(rng, easy=True)
    scene = Scene(**{name: getattr(scene, name) for name in Scene.__slots__} | {"noise": 0.0})
    values = np.zeros(len(ARKIT))
    for name, value in weights.items():
        values[ARKIT.index(name)] = value
    image, marks = picture(rig, person, values, view, scene, (160, 160), rng)
    return image.astype(float), marks


@pytest.mark.parametrize("model", MODELS)
def test_what_moves_in_the_picture_is_where_the_landmarks_say(model: Path | None) -> None:
    rig = rigged(model)[2]
    rest, marks = shown(rig, {})
    for name, points in (("eyeBlinkLeft", slice(42, 48)), ("eyeBlinkRight", slice(36, 42)), ("jawOpen", slice(5, 12))):
        changed, _ = shown(rig, {name: 1.0})
        weight = np.maximum(np.abs(changed - rest).sum(-1) - 60, 0)  # the exposure follows a little
        place = np.array([np.average(axis, weights=weight) for axis in np.meshgrid(np.arange(160), np.arange(160))])
        assert np.linalg.norm(place - marks[points].mean(0)) < 16, name
    assert marks[45, 0] > marks[36, 0]  # the wearer's left is the picture's right
    assert marks[8, 1] > marks[27, 1]


@pytest.mark.parametrize("model", MODELS)
def test_heads_turn_the_way_they_say(model: Path | None) -> None:
    rig = rigged(model)[2]
    _, front = shown(rig, {})
    _, left = shown(rig, {}, replace(FRONT, yaw=25.0))
    _, up = shown(rig, {}, replace(FRONT, pitch=20.0))
    _, leaning = shown(rig, {}, replace(FRONT, roll=15.0))
    nose = front[30] - front[[36, 45]].mean(0)
    assert (left[30] - left[[36, 45]].mean(0))[0] > nose[0] + 3
    assert (up[30] - up[[36, 45]].mean(0))[1] < nose[1] - 3
    assert leaning[36, 1] > leaning[45, 1] + 3  # towards the wearer's right shoulder: that eye comes down


def test_the_orthographic_camera_sees_what_a_far_one_does() -> None:
    rig = rigged(None)[2]
    view = View(20.0, -10.0, 5.0, 50.0, 800.0, 90.0, 70.0)
    person = make_person(rig, np.random.default_rng(1))
    rng = np.random.default_rng(2)
    _, marks = picture(rig, person, np.zeros(52), view, make_scene(rng, easy=True), (160, 160), rng)
    scale, rotation, shift = orthographic(view)
    seen = scale * (person.base[rig.landmarks] @ rotation[:2].T) * (1, -1) + shift
    assert seen == pytest.approx(marks, abs=0.3)


def test_a_clip_depends_on_its_number_only(clips: Path, tmp_path: Path) -> None:
    render_clip(tmp_path / "again", Order(people=99, frames=4, seed=3, size=96), 4)
    one, other = read_clip(clips / "00004"), read_clip(tmp_path / "again")
    assert np.array_equal(one.frames(), other.frames())
    assert np.array_equal(one.truth.landmarks, other.truth.landmarks)
    assert len({float(read_clip(clips / f"{n:05d}").truth.identity[0]) for n in range(6)}) == 6
    basis = rigged(None)[1]
    assert one.truth.coefficients == pytest.approx(basis.coefficients(one.truth.weights), abs=1e-5)


def test_a_talk_flows_and_moments_stay_in_bounds() -> None:
    rng = np.random.default_rng(0)
    weights = talk(rng, 300, 25.0)
    assert weights.min() >= 0
    assert weights.max() <= 1
    assert np.abs(np.diff(weights, axis=0)).max() < 0.6  # a blink takes two frames or more
    assert (weights.std(0) > 0.02).sum() > 30
    moments = np.stack([moment(rng) for _ in range(2000)])
    assert moments.min() >= 0
    assert moments.max() <= 1
    silent = {name for name, most in zip(ARKIT, moments.max(0), strict=True) if most < 0.2}
    assert silent == {"tongueOut"}
    close, jaw = (moments[:, ARKIT.index(name)] for name in ("mouthClose", "jawOpen"))
    assert (close <= jaw + 1e-9).all()


def _rewrite(clip: Clip, out: Path, **changed: object) -> Path:
    write_clip(out, {**clip.about, **changed}, np.array(clip.frames()), clip.truth)
    return out


def test_clips_that_are_damaged_foreign_or_dropped(clips: Path, tmp_path: Path) -> None:
    basis = rigged(None)[1].fingerprint
    clip = read_clip(clips / "00000")
    assert len(clips_of(clips, basis)) == 6
    with pytest.raises(BridgeError, match="another face model"):
        clips_of(clips, "another")
    with pytest.raises(BridgeError, match="no clips"):
        clips_of(tmp_path, basis)
    for name in ("a", "b"):
        _rewrite(clip, tmp_path / name)
    (tmp_path / DROPPED).write_text(json.dumps({"drop": ["a", "../b"]}))
    assert [kept.path.name for kept in clips_of(tmp_path, basis)] == ["b"]
    (tmp_path / DROPPED).write_text("[]")
    with pytest.raises(BridgeError, match="save it again from review"):
        clips_of(tmp_path, basis)
    (tmp_path / DROPPED).unlink()
    (tmp_path / "a" / "frames.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(BridgeError, match="make the clip again"):
        read_clip(tmp_path / "a").frames()
    (tmp_path / "a" / "truth.npz").write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(BridgeError, match="damaged"):
        clips_of(tmp_path, basis)
    (tmp_path / "b" / ABOUT).write_text('{"format": 2}')
    with pytest.raises(BridgeError, match="format 1"):
        read_clip(tmp_path / "b")


def test_light_and_cover_change_the_picture_and_not_the_truth() -> None:
    rig = rigged(None)[2]
    person = make_person(rig, np.random.default_rng(1))
    pictures, marks = zip(
        *(
            picture(
                rig,
                person,
                np.zeros(52),
                FRONT,
                make_scene(np.random.default_rng(s)),
                (160, 160),
                np.random.default_rng(s),
            )
            for s in range(8)
        ),
        strict=True,
    )
    assert all(np.array_equal(marks[0], other) for other in marks[1:])
    assert min(cv2.absdiff(pictures[0], other).mean() for other in pictures[1:]) > 8
