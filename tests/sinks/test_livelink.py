import math
import struct
from dataclasses import replace

import numpy as np
import pytest
from pylivelinkface import FaceBlendShape, PyLiveLinkFace

from bridge.blendshapes import ARKIT, LIVE_LINK
from bridge.frames import Gaze, Result
from bridge.sinks.livelink import LiveLinkFrames, LiveLinkOptions
from tests.golden import make

RAMP = make.FACES["ramp"]


def at(result: Result, time: float) -> Result:
    return replace(result, pair=replace(result.pair, time=time))


def fields(data: bytes) -> tuple[int, str, str, int, float, int, int, list[float]]:
    """The layout, read straight from its description."""
    texts, offset = [], 1
    for _ in range(2):
        (size,) = struct.unpack_from(">i", data, offset)
        texts.append(data[offset + 4 : offset + 4 + size].decode())
        offset += 4 + size
    frame, part, rate, of, count = struct.unpack_from(">ifiiB", data, offset)
    assert len(data) == offset + 17 + 4 * count
    values = list(struct.unpack_from(f">{count}f", data, offset + 17))
    return data[0], texts[0], texts[1], frame, part, rate, of, values


def test_an_independent_decoder_finds_every_value() -> None:
    found, face = PyLiveLinkFace.decode((make.HERE / "livelink_ramp.bin").read_bytes())
    assert found
    assert face.name == "eyebridge"
    assert face.fps == 60
    values = {shape.name: face.get_blendshape(shape) for shape in FaceBlendShape}
    weights = dict(zip(ARKIT, RAMP.weights.blendshapes.tolist(), strict=True))
    assert {name[0].lower() + name[1:]: values[name] for name in LIVE_LINK[: len(ARKIT)]} == weights
    assert values["LeftEyeYaw"] == pytest.approx(-math.radians(RAMP.weights.gaze.left_yaw))
    assert values["RightEyePitch"] == pytest.approx(-math.radians(RAMP.weights.gaze.right_pitch))
    assert values["HeadYaw"] == values["HeadPitch"] == values["HeadRoll"] == 0


def test_the_curves_are_in_the_decoders_order() -> None:
    assert list(LIVE_LINK) == [shape.name for shape in sorted(FaceBlendShape, key=lambda shape: shape.value)]


def test_the_layout_is_the_described_one() -> None:
    version, device, subject, frame, part, rate, of, values = fields(LiveLinkFrames("Zoë").pack(RAMP)[0])
    assert (version, len(device), subject, frame, part, rate, of, len(values)) == (6, 36, "Zoë", 0, 0.0, 60, 1, 61)
    assert device != fields(LiveLinkFrames("other").pack(RAMP)[0])[1]


def test_frames_count_sixtieths_of_a_second() -> None:
    frames = LiveLinkFrames("eyebridge")
    times = [fields(frames.pack(at(RAMP, 7 + seconds))[0])[3:5] for seconds in (0, 1 / 120, 2.5, 3600 * 24 * 500, -1)]
    assert times == [(0, 0), (0, pytest.approx(0.5)), (150, 0), (3600 * 24 * 500 * 60 % 2**31, 0), (0, 0)]


def test_in_and_out_of_the_app_agree_with_the_angles() -> None:
    """As in the app's own frames: looking to the wearer's right is yaw > 0 for both eyes, down is pitch > 0."""
    right_and_down = replace(RAMP, weights=replace(RAMP.weights, gaze=Gaze(-10, -5, -10, -5)))
    values = dict(zip(LIVE_LINK, fields(LiveLinkFrames("eyebridge").pack(right_and_down)[0])[7], strict=True))
    assert values["LeftEyeYaw"] == values["RightEyeYaw"] == pytest.approx(math.radians(10))
    assert values["LeftEyePitch"] == values["RightEyePitch"] == pytest.approx(math.radians(5))


def test_weights_are_clamped_and_never_nan() -> None:
    weights = np.array([np.nan, -1, 2, *[0.5] * 49], np.float32)
    wild = replace(RAMP, weights=replace(RAMP.weights, blendshapes=weights))
    assert fields(LiveLinkFrames("eyebridge").pack(wild)[0])[7][:4] == [0, 0, 1, 0.5]


def test_it_is_off_until_it_is_wanted() -> None:
    assert not LiveLinkOptions().enabled
