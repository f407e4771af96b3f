from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.blendshapes import ARKIT
from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES
from bridge.errors import BridgeError
from bridge.frames import Expression, Weights
from bridge.mapping import Gains, Mapper, MappingOptions, Relax
from bridge.rigs import load_rig, rig_path

HEADER = "channel,blendshape,gain,curve,low,high\n"
NAN = float("nan")


def expression(emotion: str = "neutral", **channels: float) -> Expression:
    values = [channels.pop(channel.name, channel.neutral) for channel in CHANNELS]
    assert not channels, f"no such channel: {channels}"
    return Expression(
        np.eye(len(ACTION_UNIT_NAMES), dtype=np.float32)[0],
        np.eye(len(EMOTION_NAMES), dtype=np.float32)[EMOTION_NAMES.index(emotion)],
        np.array(values, np.float32),
    )


def moved(weights: Weights) -> dict[str, float]:
    """The blendshapes that are not at rest."""
    return {name: round(float(w), 4) for name, w in zip(ARKIT, weights.blendshapes, strict=True) if w}


def rig_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_relaxed_face_moves_nothing() -> None:
    weights = Mapper(MappingOptions(guess_mouth=True))(expression())
    assert moved(weights) == {}
    assert weights.blendshapes.shape == (52,)
    assert weights.blendshapes.dtype == np.float32


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        ({"lid_openness_left": 0}, {"eyeBlinkLeft": 1}),
        ({"lid_openness_right": 0.5}, {"eyeBlinkRight": 0.5}),
        ({"widen_left": 1, "widen_right": 1}, {"eyeWideLeft": 1, "eyeWideRight": 1}),
        ({"squint_right": 1}, {"eyeSquintRight": 1, "noseSneerRight": 0.15}),
        ({"brow_down_left": 1}, {"browDownLeft": 1, "noseSneerLeft": 0.3}),
        ({"brow_inner_up_left": 1}, {"browInnerUp": 0.5}),
        ({"brow_inner_up_left": 1, "brow_inner_up_right": 1}, {"browInnerUp": 1}),
        ({"brow_outer_up_right": 1}, {"browOuterUpRight": 1}),
        ({"cheek_raise_left": 1}, {"cheekSquintLeft": 1}),
        ({"gaze_yaw_left": 15, "gaze_yaw_right": 15}, {"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5}),
        ({"gaze_yaw_left": -30, "gaze_yaw_right": 45}, {"eyeLookInLeft": 1, "eyeLookInRight": 1}),
        ({"gaze_pitch_left": 30, "gaze_pitch_right": -15}, {"eyeLookUpLeft": 1, "eyeLookDownRight": 0.5}),
        ({"lid_openness_left": 0, "squint_left": 1, "widen_left": 1}, {"eyeBlinkLeft": 1, "noseSneerLeft": 0.15}),
    ],
)
def test_the_default_rig_moves_what_its_names_say(channels: dict[str, float], expected: dict[str, float]) -> None:
    assert moved(Mapper(MappingOptions())(expression("neutral", **channels))) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("emotion", "part"), [("happiness", "mouthSmileLeft"), ("surprise", "jawOpen"), ("anger", "mouthFrownRight")]
)
def test_the_mouth_is_guessed_only_when_asked_for(emotion: str, part: str) -> None:
    assert moved(Mapper(MappingOptions())(expression(emotion))) == {}
    guessed = moved(Mapper(MappingOptions(guess_mouth=True))(expression(emotion)))
    assert 0 < guessed[part] < 0.7, "a guess stays modest"


def test_gains_scale_their_own_part_of_the_face() -> None:
    face = expression(lid_openness_left=0.5, brow_down_left=0.5, cheek_raise_left=0.5, gaze_yaw_left=15)
    plain = Mapper(MappingOptions())
    off = plain.with_options(MappingOptions(gains=Gains(brows=0, gaze=0)))(face)
    assert set(moved(plain(face))) - set(moved(off)) == {"browDownLeft", "eyeLookOutLeft"}
    assert off.gaze.left_yaw == 0
    strong = plain.with_options(MappingOptions(gains=Gains(gaze=2)))(face)
    assert moved(strong)["eyeLookOutLeft"] == 1
    assert strong.gaze.left_yaw == pytest.approx(30)


def test_an_eye_that_is_not_seen_is_neutral_and_looks_along() -> None:
    unseen = {name: NAN for name in CHANNEL_NAMES if name.endswith("_right")}
    weights = Mapper(MappingOptions())(expression("neutral", lid_openness_left=0, gaze_yaw_left=15, **unseen))
    assert moved(weights) == {"eyeBlinkLeft": 1, "eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5}
    assert weights.gaze.right_yaw == 15
    blind = Mapper(MappingOptions())(expression("neutral", **dict.fromkeys(CHANNEL_NAMES, NAN)))
    assert moved(blind) == {}
    assert blind.gaze.left_yaw == blind.gaze.right_pitch == 0


@given(st.lists(st.floats(-100, 100, width=32) | st.just(NAN), min_size=len(CHANNELS), max_size=len(CHANNELS)))
def test_weights_never_leave_0_to_1(channels: list[float]) -> None:
    face = expression("happiness", **dict(zip(CHANNEL_NAMES, channels, strict=True)))
    mapper = Mapper(MappingOptions(guess_mouth=True, gains=Gains(eyelids=2, brows=2, cheeks=2, gaze=2, mouth=2)))
    weights = mapper(face).blendshapes
    assert np.all((weights >= 0) & (weights <= 1))


def test_a_rig_of_ones_own_with_every_curve(tmp_path: Path) -> None:
    path = rig_file(
        tmp_path,
        f"\ufeff# mine\n\n{HEADER}"
        "squint_left, jawOpen, 1, linear, 0.2, 0.6\n"
        "squint_left,jawLeft,1,smooth,0.2,1\n"
        "squint_left,jawRight,0.5,square,0,1\n"
        "1-squint_left,mouthLeft,1,root,0,1\n"
        "-squint_left,tongueOut,1,linear,-1,0\n"
        "emotion:anger,cheekPuff,0.4,linear,0,1\n",
    )
    weights = Mapper(MappingOptions(rig=str(path)))(expression("anger", squint_left=0.36))
    expected = {
        "jawOpen": 0.4,
        "jawLeft": 0.104,
        "jawRight": 0.0648,
        "mouthLeft": 0.8,
        "tongueOut": 0.64,
        "cheekPuff": 0.4,
    }
    assert moved(weights) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("squit_left,jawOpen,1,linear,0,1", ["channel 'squit_left'", "did you mean squint_left", "au:squint"]),
        ("au:smile,jawOpen,1,linear,0,1", ["channel 'au:smile'"]),
        ("squint_left,jawopen,1,linear,0,1", ["blendshape 'jawopen'", "did you mean jawOpen", "tongueOut"]),
        ("squint_left,jawOpen,much,linear,0,1", ["gain", "'much'"]),
        ("squint_left,jawOpen,inf,linear,0,1", ["gain", "'inf'"]),
        ("squint_left,jawOpen,1,cubic,0,1", ["curve 'cubic'", "linear, smooth, square, root"]),
        ("squint_left,jawOpen,1,linear,1,0", ["low (1)", "high (0)"]),
        ("squint_left,jawOpen,1,linear,0", ["5 values", "gain"]),
        ("squint_left,jawOpen,0,5,linear,0,1", ["7 values"]),
        ("# fine\nwiden_left,jawOpen,1,linear,0,1\nwiden_left,jawOpen,2,smooth,0,1", ["already drives", "line 4"]),
    ],
)
def test_a_wrong_row_is_named_with_file_line_and_choices(tmp_path: Path, row: str, words: list[str]) -> None:
    path = rig_file(tmp_path, f"# a rig\n{HEADER}{row}\n")
    with pytest.raises(BridgeError) as error:
        load_rig(path)
    line = 3 + row.count("\n")
    for word in [f"{path}, line {line}: ", *words]:
        assert word in str(error.value)


def test_a_file_that_is_no_rig_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="Cannot read the rig"):
        load_rig(tmp_path / "absent.csv")
    with pytest.raises(BridgeError, match="line 1: the first row must be the header channel,blendshape"):
        load_rig(rig_file(tmp_path, ""))
    with pytest.raises(BridgeError, match="line 2: the first row must be the header"):
        load_rig(rig_file(tmp_path, "\nchannel;blendshape;gain;curve;low;high\n"))
    (tmp_path / "mine.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(BridgeError, match="not UTF-8"):
        load_rig(tmp_path / "mine.csv")
    with pytest.raises(BridgeError, match=r"no rig named 'arkitt'; choose one of arkit, mouth_guess"):
        rig_path("arkitt")


BOTH, NEITHER = (True, True, False), (False, False, False)


def test_the_avatar_eases_to_neutral_while_no_eye_is_seen_and_back() -> None:
    options = MappingOptions(relax_half_life=0.2)
    relax, face = Relax(options), Mapper(options)(expression(brow_down_left=1, gaze_yaw_left=20))
    nothing = Mapper(options)(expression())
    assert moved(relax(face, BOTH, 0.0)) == moved(face), "a face seen first is shown whole"
    assert moved(relax(nothing, NEITHER, 0.2))["browDownLeft"] == pytest.approx(0.5)
    gone = relax(nothing, NEITHER, 0.4)
    assert moved(gone)["browDownLeft"] == pytest.approx(0.25)
    assert gone.gaze.left_yaw == pytest.approx(5)
    assert moved(relax(face, BOTH, 0.6))["browDownLeft"] == pytest.approx(1 - 0.75 / 2)


def test_an_eye_that_is_lost_alone_eases_and_the_other_side_does_not_notice() -> None:
    options = MappingOptions(relax_half_life=0.2)
    mapper, relax = Mapper(options), Relax(options)
    both = {"brow_down_left": 1.0, "brow_down_right": 1.0, "gaze_yaw_left": 20.0, "gaze_yaw_right": -10.0}
    relax(mapper(expression("neutral", **both)), BOTH, 0.0)
    alone = mapper(expression(brow_down_left=0.0, brow_down_right=NAN, gaze_yaw_left=0.0, gaze_yaw_right=NAN))
    face = relax(alone, (True, False, False), 0.2)
    assert all(name.endswith("Right") for name in moved(face)), "the left side moved at once"
    assert moved(face)["browDownRight"] == 0.5
    assert face.gaze.left_yaw == 0
    assert face.gaze.right_yaw == pytest.approx(-5), "half way to where the other eye looks"
    again = relax(mapper(expression("neutral", **both)), BOTH, 0.4)
    assert moved(again)["browDownLeft"] == 1
    assert moved(again)["browDownRight"] == pytest.approx(0.75)


def test_relaxing_starts_neutral_without_an_eye_and_keeps_its_state_under_new_options() -> None:
    face = Mapper(MappingOptions())(expression(brow_down_left=1))
    relax = Relax(MappingOptions(relax_half_life=0.1))
    assert moved(relax(face, NEITHER, 0.0)) == {}
    assert moved(relax(face, BOTH, 0.1))["browDownLeft"] == pytest.approx(0.5)
    slower = relax.with_options(MappingOptions(relax_half_life=1.0))
    assert moved(slower(face, NEITHER, 1.1))["browDownLeft"] == pytest.approx(0.25)


def test_what_a_headset_leaves_free_is_the_face_cameras_and_the_rest_the_rigs() -> None:
    face = np.full(len(ARKIT), 0.5, np.float32)
    face[ARKIT.index("tongueOut")] = np.nan
    both = replace(expression(brow_down_left=1.0), face=face)
    shown = moved(Mapper(MappingOptions(gains=Gains(mouth=1.5, cheeks=0.0)))(both))
    assert shown["jawOpen"] == shown["mouthSmileLeft"] == 0.75
    assert shown["browDownLeft"] == 1
    assert not {"browDownRight", "eyeBlinkLeft", "cheekPuff", "noseSneerLeft", "tongueOut"} & set(shown)


def test_a_face_that_leaves_takes_its_mouth_along_calmly_and_no_brow_with_it() -> None:
    options = MappingOptions(relax_half_life=0.2)
    mapper, relax, eyes = Mapper(options), Relax(options), expression(brow_down_left=1.0)
    talking = replace(eyes, face=np.eye(len(ARKIT), dtype=np.float32)[ARKIT.index("jawOpen")])
    assert moved(relax(mapper(talking), (True, True, True), 0.0)) == {"browDownLeft": 1, "jawOpen": 1}
    left = moved(relax(mapper(eyes), (True, True, False), 0.2))
    assert left["jawOpen"] == 0.5
    assert left["browDownLeft"] == 1
    back = moved(relax(mapper(talking), (True, True, True), 0.4))
    assert back["jawOpen"] == pytest.approx(0.75)
