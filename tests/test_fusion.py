"""Eyes and face as one, from the value to the whole line."""

import logging
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge import shipped
from bridge.blendshapes import ARKIT
from bridge.channels import CHANNEL_NAMES
from bridge.config import Config
from bridge.errors import BridgeError
from bridge.face.machines import Machines
from bridge.frames import EyeFrame, FaceReading, Gaze, Head, Result
from bridge.fusion import Fusion, FusionOptions, behind_headset
from bridge.guide import Prompt
from bridge.mapping import Mapper, MappingOptions
from bridge.personalization import Profile
from bridge.pipeline import Pipeline
from bridge.recording import RecordingReader
from tests.faces import reading
from tests.test_smoothing import expression

NOBODY = Profile.population(np.zeros((2, 4), np.uint8))
NOTHING = replace(expression(), channels=np.full(len(CHANNEL_NAMES), np.nan, np.float32))


def line(**options: object) -> Pipeline:
    return Pipeline(Config.model_validate(options), Config().network.open())


def shown(pipeline: Pipeline, face: FaceReading | None, seconds: float, start: float = 0.0) -> Result:
    """The result after a face was held for so long before a camera of 30 frames a second."""
    for index in range(round(30 * seconds)):
        time = start + index / 30
        result = pipeline(EyeFrame(None, None, time, index, None if face is None else replace(face, time=time)))
    return result


def weights(result: Result) -> dict[str, float]:
    return dict(zip(ARKIT, result.weights.blendshapes.tolist(), strict=True))


def test_a_face_alone_is_eyes_lids_gaze_and_mouth() -> None:
    face = reading(
        {"eyeBlinkLeft": 0.25, "browDownRight": 0.6, "cheekSquintLeft": 0.4, "jawOpen": 0.5},
        gaze=Gaze(12.0, -6.0, 9.0, -6.0),
    )
    result = shown(line(), face, 1.0)
    got = weights(result)
    assert got["jawOpen"] == pytest.approx(0.5, abs=0.01)
    assert got["browDownRight"] == pytest.approx(0.6, abs=0.05)
    assert got["eyeBlinkLeft"] == pytest.approx(0.25, abs=0.06)
    assert got["cheekSquintLeft"] == pytest.approx(0.4, abs=0.05)
    assert result.weights.gaze.left_yaw == pytest.approx(12, abs=0.5)
    assert result.look.yaw == pytest.approx(10.5, abs=1)
    assert result.seen == (True, True)
    assert result.pair.seen == (False, False), "there is no picture of an eye"
    assert math.isnan(result.expression["pupil_left"]), "nobody measured a pupil"
    assert result.quality == pytest.approx(0.9)
    assert result.head.z == pytest.approx(-0.6)


@pytest.mark.parametrize("name", [name for name in ARKIT if not name.startswith("eyeLook")])
def test_every_blendshape_of_a_face_alone_arrives(name: str) -> None:
    """Each alone at 0.7, but those that follow from the gaze; the rig has a small dead zone for the eyes' part."""
    face = reading({name: 0.7})
    expression, _ = Fusion(FusionOptions())(NOTHING, 0.0, face, NOBODY)
    got = dict(zip(ARKIT, Mapper(MappingOptions())(expression).blendshapes.tolist(), strict=True))
    assert got[name] == pytest.approx(0.7, abs=0.06)
    assert not [other for other, weight in got.items() if other != name and weight > 0]


@pytest.mark.parametrize(
    ("shapes", "emotion"),
    [
        ({"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5}, "happiness"),
        ({"browDownLeft": 0.9, "browDownRight": 0.9, "mouthPressLeft": 0.4}, "anger"),
        ({"browInnerUp": 0.9, "browOuterUpLeft": 0.9, "browOuterUpRight": 0.9, "jawOpen": 0.7}, "surprise"),
        ({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}, "closed_eyes"),
        ({"jawOpen": 0.8, "mouthFunnel": 0.5}, "neutral"),
    ],
)
def test_the_light_follows_what_a_face_shows(shapes: dict[str, float], emotion: str) -> None:
    pipeline = line()
    shown(pipeline, reading(), 1.0)
    result = shown(pipeline, reading(shapes), 1.0, start=1.0)
    assert result.expression.emotion == emotion
    assert result.expression.emotions.sum() == pytest.approx(1, abs=1e-5)
    assert result.blink is (emotion == "closed_eyes")


def test_neutral_in_five_seconds_for_a_face_too() -> None:
    pipeline = line()
    pipeline.capture_neutral(5.0)
    own = reading({"mouthFrownLeft": 0.2, "browDownLeft": 0.25}, head=Head(8.0, -4.0, 1.0, 0.1, 0.0, -0.5))
    result = shown(pipeline, own, 5.5)
    assert result.personalized
    assert weights(result)["mouthFrownLeft"] == pytest.approx(0, abs=1e-3)
    assert weights(result)["browDownLeft"] == pytest.approx(0, abs=1e-3)
    assert max(map(abs, (result.head.yaw, result.head.pitch, result.head.x, result.head.z))) < 0.05
    full = replace(
        own, blendshapes=reading({"mouthFrownLeft": 1.0}).blendshapes, head=Head(28.0, 0.0, 1.0, 0.1, 0.0, -0.4)
    )
    result = shown(pipeline, full, 1.0, start=6.0)
    assert weights(result)["mouthFrownLeft"] == pytest.approx(1, abs=0.01)
    assert result.head.yaw == pytest.approx(20, abs=0.5)
    assert result.head.z == pytest.approx(0.1, abs=0.01)
    assert pipeline.profile.neutral.any(), "eyes that appear later are not compared with a black picture"


def posed(prompt: Prompt) -> FaceReading:
    """Somebody who shows six tenths of what the guide asks for, and whose eyes turn too little."""
    wanted, shapes = prompt.exemplar, {}
    for shape, channel in (("eyeWide", "widen"), ("eyeSquint", "squint"), ("browDown", "brow_down")):
        for side in ("left", "right"):
            shapes[f"{shape}{side.title()}"] = 0.6 * wanted[f"{channel}_{side}"]
    shapes["browInnerUp"] = 0.6 * wanted["brow_inner_up_left"]
    for side in ("Left", "Right"):
        shapes[f"browOuterUp{side}"] = 0.6 * wanted[f"brow_outer_up_{side.lower()}"]
        shapes[f"cheekSquint{side}"] = 0.6 * wanted[f"cheek_raise_{side.lower()}"]
        shapes[f"eyeBlink{side}"] = 1.0 - wanted[f"lid_openness_{side.lower()}"]
    yaw, pitch = prompt.target or (0.0, 0.0)
    return reading(shapes if prompt.holding else {}, gaze=Gaze(0.8 * yaw, 0.8 * pitch, 0.8 * yaw, 0.8 * pitch))


def test_the_guide_calibrates_a_face_alone() -> None:
    pipeline, time = line(), 0.0
    pipeline.wearer.start_guide()
    while (prompt := pipeline.wearer.prompt) is not None:
        pipeline(EyeFrame(None, None, time, round(12 * time), replace(posed(prompt), time=time)))
        time += 1 / 12
        assert time < 120, "the guide never ends"
    assert pipeline.wearer.guided is not None
    before, after = pipeline.wearer.guided.gaze.before, pipeline.wearer.guided.gaze.after
    assert after < 0.5 * before, "eyes that turn too little are corrected"
    assert pipeline.profile.face is not None


def test_a_face_that_leaves_eases_to_neutral_and_its_head_too() -> None:
    pipeline = line()
    face = reading({"jawOpen": 0.8, "browInnerUp": 0.8}, head=Head(20.0, 0.0, 0.0, 0.0, 0.0, -0.6))
    shown(pipeline, face, 1.0)
    result = pipeline(EyeFrame(None, None, 1.0, 30))
    assert weights(result)["jawOpen"] > 0.6, "one frame without a face changes little"
    assert result.head.yaw > 15
    result = shown(pipeline, None, 4.0, start=1.1)
    assert max(weights(result).values()) < 0.01
    assert math.isnan(result.head.yaw)
    assert result.quality == 0
    assert result.seen == (False, False)


def test_behind_a_headset_the_mouth_is_the_cameras_and_the_eyes_are_the_headsets() -> None:
    mouth = behind_headset(
        reading({"jawOpen": 0.7, "browDownLeft": 0.9, "eyeBlinkLeft": 1.0}, gaze=Gaze(30.0, 0.0, 30.0, 0.0))
    )
    with RecordingReader(shipped.demo_recording()) as reader:
        frames = [reader[index] for index in range(40)]
    both, eyes = line(), line()
    for frame in frames:
        fused, alone = both(replace(frame, face=mouth)), eyes(frame)
    assert weights(fused)["jawOpen"] == pytest.approx(0.7, abs=0.01)
    for name, value in weights(alone).items():
        if name.startswith(("eye", "brow", "cheekSquint")):
            assert weights(fused)[name] == value, name
    assert fused.weights.gaze == alone.weights.gaze
    assert fused.expression.emotion == alone.expression.emotion
    for index in range(60):  # the headset's cameras are gone: its part eases, the mouth goes on
        left = both(EyeFrame(None, None, frames[-1].time + (index + 1) / 30, 40 + index, mouth))
    assert weights(left)["jawOpen"] == pytest.approx(0.7, abs=0.01)
    assert sum(value for name, value in weights(left).items() if name.startswith(("eye", "brow"))) < 0.02
    assert left.seen == (False, False)


def machines(basis: str) -> Machines:
    """Names what the first three coefficients say: one machine for each class."""
    names = ("neutral", "happiness", "fear")
    return Machines(
        kind="emotion",
        names=names,
        basis=basis,
        card="made by a test",
        centre=np.zeros(28),
        scale=np.ones(28),
        vectors=4.0 * np.eye(28)[:3],
        duals=2.0 * np.eye(3),
        offsets=-np.ones(3),
        code=2.0 * np.eye(3) - 1.0,
        gamma=0.5,
        temperature=0.1,
    )


def test_a_model_of_emotions_takes_the_rules_place(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "emotion.npz"
    path.write_bytes(machines("builtin").saved())
    fuse = Fusion(FusionOptions(emotion=path))
    smiling = reading({"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0}, basis="builtin")

    def emotions(coefficient: int, basis: str = "builtin") -> dict[str, float]:
        face = replace(smiling, coefficients=4.0 * np.eye(28, dtype=np.float32)[coefficient], basis=basis)
        found = fuse(NOTHING, 0.0, face, NOBODY)[0]
        return dict(zip(("neutral", "anger", "surprise", "happiness", "closed_eyes"), found.emotions, strict=True))

    assert emotions(1)["happiness"] > 0.9
    assert emotions(2)["neutral"] > 0.9, "fear has no place in the frame: it counts as neutral, not as a smile"
    with caplog.at_level(logging.WARNING):
        assert emotions(2, basis="another")["happiness"] == 1, "coefficients that the model cannot read: the rule"
        emotions(2, basis="another")
    assert len(caplog.records) == 1
    with pytest.raises(BridgeError, match="no emotion model"):
        Fusion(FusionOptions(emotion=tmp_path / "none.npz"))
