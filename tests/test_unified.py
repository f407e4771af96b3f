from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.blendshapes import ARKIT
from bridge.channels import CHANNEL_NAMES
from bridge.frames import Gaze, Result, Weights
from bridge.unified import BASE, LOW, PARAMETERS, SEEN, Unified
from tests.golden import make

NEUTRAL = make.FACES["neutral"]
ALL = Unified(PARAMETERS)


def wearing(weights: dict[str, float] | list[float], gaze: Gaze | None = None) -> Result:
    values = [weights.get(name, 0.0) for name in ARKIT] if isinstance(weights, dict) else weights
    return replace(NEUTRAL, weights=Weights(np.array(values, np.float32), gaze or Gaze(0, 0, 0, 0)))


def values(result: Result) -> dict[str, float]:
    return dict(zip(PARAMETERS, ALL(result).tolist(), strict=True))


shares = st.floats(0, 1, width=32)
angles = st.floats(-45, 45)
faces = st.builds(wearing, st.lists(shares, min_size=52, max_size=52), st.builds(Gaze, angles, angles, angles, angles))


@given(faces)
def test_formulas_are_those_of_vrcfacetracking(result: Result) -> None:
    """Written out by hand from UnifiedExpressionsParameters.cs and UnifiedSimpleExpressions.cs."""
    w = dict(zip(ARKIT, result.weights.blendshapes.tolist(), strict=True))
    gaze, found = result.weights.gaze, values(result)
    open_left, open_right = 1 - w["eyeBlinkLeft"], 1 - w["eyeBlinkRight"]
    up_left = 0.6 * w["browOuterUpLeft"] + 0.4 * w["browInnerUp"]
    up_right = 0.6 * w["browOuterUpRight"] + 0.4 * w["browInnerUp"]
    anger_left = 0.5 * w["browInnerUp"] + 0.5 * w["browOuterUpLeft"] - w["browDownLeft"]
    anger_right = 0.5 * w["browInnerUp"] + 0.5 * w["browOuterUpRight"] - w["browDownRight"]
    sad_left = max(w["mouthFrownLeft"], w["mouthStretchLeft"])
    sad_right = max(w["mouthFrownRight"], w["mouthStretchRight"])
    expected = {
        "EyeLeftX": -gaze.left_yaw / 45,
        "EyeRightX": -gaze.right_yaw / 45,
        "EyeX": -(gaze.left_yaw + gaze.right_yaw) / 90,
        "EyeLeftY": gaze.left_pitch / 45,
        "EyeY": (gaze.left_pitch + gaze.right_pitch) / 90,
        "EyeOpenLeft": open_left,
        "EyeClosedRight": w["eyeBlinkRight"],
        "EyeClosed": 1 - (open_left + open_right) / 2,
        "EyeLidLeft": 0.75 * open_left + 0.25 * w["eyeWideLeft"],
        "EyeLid": 0.375 * (open_left + open_right) + 0.125 * (w["eyeWideLeft"] + w["eyeWideRight"]),
        "EyeWide": max(w["eyeWideLeft"], w["eyeWideRight"]),
        "EyeSquint": max(w["eyeSquintLeft"], w["eyeSquintRight"]),
        "EyesSquint": max(w["eyeSquintLeft"], w["eyeSquintRight"]),
        "BrowUpLeft": up_left,
        "BrowUp": (up_left + up_right) / 2,
        "BrowDownRight": w["browDownRight"],
        "BrowInnerUp": w["browInnerUp"],
        "BrowOuterUp": (w["browOuterUpLeft"] + w["browOuterUpRight"]) / 2,
        "BrowExpressionLeft": anger_left,
        "BrowExpression": (anger_left + anger_right) / 2,
        "BrowPinchLeft": w["browDownLeft"],
        "CheekSquint": (w["cheekSquintLeft"] + w["cheekSquintRight"]) / 2,
        "NoseSneerLeft": w["noseSneerLeft"],
        "JawX": w["jawRight"] - w["jawLeft"],
        "MouthX": w["mouthRight"] - w["mouthLeft"],
        "MouthSmileLeft": w["mouthSmileLeft"],
        "MouthSadRight": sad_right,
        "MouthOpen": (
            w["mouthUpperUpLeft"] + w["mouthUpperUpRight"] + w["mouthLowerDownLeft"] + w["mouthLowerDownRight"]
        )
        / 4,
        "LipSuckFunnelUpper": w["mouthRollUpper"] - w["mouthFunnel"],
        "LipPucker": w["mouthPucker"],
        "MouthTightenerStretchRight": -w["mouthStretchRight"],
        "MouthCornerYLeft": w["mouthSmileLeft"] - w["mouthFrownLeft"],
        "SmileFrownRight": w["mouthSmileRight"] - w["mouthFrownRight"],
        "SmileSad": (w["mouthSmileLeft"] - sad_left + w["mouthSmileRight"] - sad_right) / 2,
        "TongueOut": w["tongueOut"],
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-5)


@given(faces)
def test_values_stay_within_their_ranges(result: Result) -> None:
    for name, value in values(result).items():
        assert LOW[name] <= value <= 1, name


def test_a_relaxed_face_is_what_avatars_are_built_for() -> None:
    found = values(NEUTRAL)
    assert found["EyeLidLeft"] == 0.75
    assert found["EyeLid"] == 0.75
    assert found["PupilDiameterLeft"] == pytest.approx(0.468)  # 0.4 of 11.7 mm, in cm
    assert found["PupilDilation"] == pytest.approx((4.68 - 2) / 6, abs=1e-4)
    moved = {name for name, value in found.items() if value}
    assert moved == {n for n in PARAMETERS if n.startswith(("EyeOpen", "EyeLid", "Pupil")) and "X" not in n}


def test_ranges_are_signed_where_the_specification_says_so() -> None:
    signed = {name for name, low in LOW.items() if low == -1}
    assert {"EyeX", "EyeLeftY", "BrowExpressionLeft", "JawX", "SmileSadLeft", "MouthCornerY"} <= signed
    assert not signed & (BASE.keys() | {"EyeLid", "EyeOpen", "EyeClosed", "PupilDilation", "JawZ", "BrowDown"})


def test_what_eye_cameras_cannot_see_is_told_apart() -> None:
    mouths = [name for name in PARAMETERS if name.startswith(("Mouth", "Lip", "Jaw", "Tongue", "Smile", "CheekPuff"))]
    assert not SEEN.intersection(mouths)
    assert SEEN.union(mouths) == set(PARAMETERS)
    hidden = [name for name in ARKIT if name.startswith(("mouth", "jaw", "tongue", "cheekPuff"))]
    talking, silent = values(wearing(dict.fromkeys(hidden, 1.0))), values(wearing({}))
    assert {name for name in PARAMETERS if talking[name] != silent[name]} <= set(mouths)


def test_an_eye_that_is_not_seen_has_the_pupil_of_the_other() -> None:
    channels = NEUTRAL.expression.channels.copy()
    for left, right, expected in ((0.6, np.nan, 0.6), (np.nan, 0.3, 0.3), (np.nan, np.nan, 0.4)):
        channels[[CHANNEL_NAMES.index("pupil_left"), CHANNEL_NAMES.index("pupil_right")]] = left, right
        found = values(replace(NEUTRAL, expression=replace(NEUTRAL.expression, channels=channels.copy())))
        assert found["PupilDiameterLeft"] == found["PupilDiameterRight"] == pytest.approx(1.17 * expected)


def test_damaged_weights_do_no_harm() -> None:
    wild = wearing([np.nan, -3.0, 5.0, *[np.inf] * 49], Gaze(1e9, -1e9, 0, 0))
    assert all(LOW[name] <= value <= 1 for name, value in values(wild).items())


def test_only_what_was_asked_for_is_computed_in_that_order() -> None:
    winking = wearing({"eyeBlinkLeft": 1.0})
    assert Unified(["EyeOpenRight", "EyeOpenLeft"])(winking).tolist() == [1.0, 0.0]
    assert Unified([])(winking).tolist() == []
    with pytest.raises(KeyError, match="EyeLidd"):
        Unified(["EyeLidd"])
