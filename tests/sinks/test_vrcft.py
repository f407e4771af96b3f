import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bridge.blendshapes import ARKIT
from bridge.channels import CHANNEL_NAMES
from bridge.frames import Gaze, Result
from bridge.osc import read
from bridge.sinks.vrcft import BABBLE, BABBLE_FACE, EYETRACKVR, BabbleOptions, EyeTrackVrOptions, Mix, MixedFrames
from tests.golden import make
from tests.sinks.peers import dumped, free_port

NEUTRAL = make.FACES["neutral"]
V2 = "/avatar/parameters/v2/"


def values(datagrams: Sequence[bytes]) -> dict[str, Any]:
    """What the modules understand: a datagram is one message and begins with a slash, a message has one float."""
    found = {}
    for datagram in datagrams:
        assert datagram.startswith(b"/")
        (message,) = read(datagram)
        (value,) = message.arguments
        assert isinstance(value, float)
        found[message.address] = pytest.approx(value, abs=1e-6)
    return found


def face(time: float = 0.0, gaze: Gaze | None = None, **weights: float) -> Result:
    vector = np.array([weights.get(name, 0.0) for name in ARKIT], np.float32)
    moved = replace(NEUTRAL.weights, blendshapes=vector, gaze=gaze or NEUTRAL.weights.gaze)
    return replace(NEUTRAL, weights=moved, pair=replace(NEUTRAL.pair, time=time))


def sent(table: dict[str, Mix], result: Result) -> dict[str, Any]:
    return values(MixedFrames(table).pack(result))


def test_a_relaxed_face_looks_ahead_with_open_eyes_and_level_brows() -> None:
    found = {address.removeprefix(V2): value for address, value in sent(EYETRACKVR, face()).items()}
    assert found.pop("PupilDilation") == 0.4
    for side in ("Left", "Right"):
        assert found.pop(f"EyeLid{side}") == 1.0
        assert found.pop(f"BrowExpression{side}") == 0.5
    assert all(value == 0.0 for value in found.values())


def test_one_eye_mode_is_never_entered() -> None:
    single = {f"{V2}{name}" for name in ("EyeX", "EyeY", "EyeLid", "BrowExpression", "EyeSquint")}
    assert not single & set(EYETRACKVR)
    assert all("/v2/" in address for address in EYETRACKVR)


def test_a_wink_with_a_lowered_and_a_raised_brow() -> None:
    wink = face(eyeBlinkLeft=0.75, browDownLeft=1.0, browInnerUp=0.5, browOuterUpRight=1.0, cheekSquintRight=0.25)
    found = sent(EYETRACKVR, wink)
    assert found[f"{V2}EyeLidLeft"] == 0.25
    assert found[f"{V2}EyeLidRight"] == 1.0
    assert found[f"{V2}BrowExpressionLeft"] == 0.125
    assert found[f"{V2}BrowExpressionRight"] == 0.875
    assert found[f"{V2}CheekSquintRight"] == 0.25


def test_right_and_up_are_positive_and_45_degrees_are_1() -> None:
    found = sent(BABBLE, face(gaze=Gaze(22.5, 9.0, -60.0, -45.0)))
    assert [found[f"/{name}"] for name in ("LeftEyeX", "LeftEyeY", "RightEyeX", "RightEyeY")] == [-0.5, 0.2, 1.0, -1.0]


def test_babble_gets_lids_and_brows_and_a_mouth_only_if_asked() -> None:
    result = face(eyeWideRight=0.5, browDownLeft=0.25, jawOpen=0.5, cheekPuff=0.125, eyeSquintLeft=1.0)
    found = sent(BABBLE, result)
    assert set(found) == {
        f"/{side}Eye{name}" for side in ("Left", "Right") for name in ("X", "Y", "Lid", "Widen", "Squint", "Brow")
    }
    assert (found["/RightEyeWiden"], found["/LeftEyeBrow"], found["/LeftEyeSquint"]) == (0.5, 0.25, 1.0)
    more = sent(BABBLE | BABBLE_FACE, result)
    assert (more["/jawOpen"], more["/cheekPuffLeft"], more["/cheekPuffRight"]) == (0.5, 0.125, 0.125)
    assert all(re.fullmatch(r"/[A-Za-z]+", address) for address in more)


def test_only_what_moved_is_sent_and_everything_once_a_second() -> None:
    frames = MixedFrames(EYETRACKVR)
    assert len(frames.pack(face(10.0))) == len(EYETRACKVR)
    assert frames.pack(face(10.1)) == []
    assert set(values(frames.pack(face(10.2, eyeBlinkLeft=0.5)))) == {f"{V2}EyeLidLeft"}
    assert frames.pack(face(10.3, eyeBlinkLeft=0.5005)) == []
    assert set(values(frames.pack(face(10.4, eyeBlinkLeft=0.5012)))) == {f"{V2}EyeLidLeft"}, "steps do not pile up"
    assert len(frames.pack(face(11.1, eyeBlinkLeft=0.5012))) == len(EYETRACKVR)


def test_an_unseen_eye_lends_no_pupil() -> None:
    channels = NEUTRAL.expression.channels.copy()
    channels[CHANNEL_NAMES.index("pupil_left")] = np.nan
    channels[CHANNEL_NAMES.index("pupil_right")] = 0.625
    result = replace(NEUTRAL, expression=replace(NEUTRAL.expression, channels=channels))
    assert sent(EYETRACKVR, result)[f"{V2}PupilDilation"] == 0.625
    channels[:] = np.nan
    assert sent(EYETRACKVR, result)[f"{V2}PupilDilation"] == 0.4


def test_nothing_unsound_is_sent() -> None:
    weights = np.full(52, np.nan, np.float32)
    weights[ARKIT.index("eyeBlinkLeft")] = 7.0
    wild = replace(NEUTRAL, weights=replace(NEUTRAL.weights, blendshapes=weights))
    assert sent(EYETRACKVR, wild)[f"{V2}EyeLidLeft"] == 0.0
    assert sent(EYETRACKVR, wild)[f"{V2}EyeLidRight"] == 1.0


@pytest.mark.parametrize(
    ("options", "table"), [(EyeTrackVrOptions, EYETRACKVR), (BabbleOptions, BABBLE)], ids=["eyetrackvr", "babble"]
)
def test_liblo_reads_the_same(options: type[EyeTrackVrOptions | BabbleOptions], table: dict[str, Mix]) -> None:
    port, times = free_port(), itertools.count(0.0, 2.0)
    ramp = make.FACES["ramp"]
    with options(port=port).open() as sink:
        words = dumped(
            port, lambda: sink.send(replace(ramp, pair=replace(ramp.pair, time=next(times)))), 2 * len(table)
        )
    assert {tags for _, tags, _ in words} == {"f"}
    assert {address: float(value) for address, _, value in words} == sent(table, ramp)
