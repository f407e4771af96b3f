import json
import math
from dataclasses import replace

import numpy as np
import pytest

from bridge.blendshapes import ARKIT
from bridge.frames import Gaze, Result
from bridge.osc import DATAGRAM_LIMIT, Message, Value, read
from bridge.sinks.vmc import PRESETS, VmcFrames, VmcOptions
from tests.golden import make

RAMP = make.FACES["ramp"]
IN_FRONT = np.array([0.0, 0.0, 1.0])


def messages(options: VmcOptions, result: Result = RAMP) -> list[Message]:
    return [message for datagram in VmcFrames(options).pack(result) for message in read(datagram)]


def shapes(found: list[Message]) -> dict[Value, Value]:
    return {m.arguments[0]: m.arguments[1] for m in found if m.address == "/VMC/Ext/Blend/Val"}


def turned(quaternion: tuple[Value, ...], vector: np.ndarray) -> np.ndarray:
    """Unity's quaternion * vector; its algebra is the same in a left-handed frame."""
    x, y, z, w = np.array(quaternion, float)
    axis = np.array([x, y, z])
    return np.asarray(vector + 2 * np.cross(axis, np.cross(axis, vector) + w * vector))


@pytest.mark.parametrize("name", make.VMC)
def test_golden_datagrams_hold_the_messages_of_their_json(name: str) -> None:
    datagrams = [path.read_bytes() for path in sorted(make.HERE.glob(f"{name}.*.osc"))]
    found = [[m.address, *m.arguments] for datagram in datagrams for m in read(datagram)]
    assert found == json.loads((make.HERE / f"{name}.json").read_text())
    assert max(map(len, datagrams)) <= DATAGRAM_LIMIT


@pytest.mark.parametrize("bundle", [True, False])
def test_every_frame_holds_all_shapes_then_one_apply(bundle: bool) -> None:
    frames = VmcFrames(VmcOptions(bundle=bundle, light=True))
    for index in range(3):
        datagrams = frames.pack(replace(RAMP, pair=replace(RAMP.pair, time=index / 100)))
        found = [message for datagram in datagrams for message in read(datagram)]
        assert bundle or all(datagram.startswith(b"/") for datagram in datagrams)
        names = [name[0].upper() + name[1:] for name in ARKIT]
        assert shapes(found) == dict(zip(names, RAMP.weights.blendshapes.tolist(), strict=True))
        assert [message.address for message in found].count("/VMC/Ext/Blend/Apply") == 1
        assert found[-1] == Message("/VMC/Ext/Blend/Apply")
        assert Message("/VMC/Ext/OK", (1,)) in found
        assert Message("/VMC/Ext/T", (float(np.float32(index / 100)),)) in found


def test_each_role_says_only_what_its_receiver_understands() -> None:
    performer = {m.address for m in messages(VmcOptions(turn_eyes=True))}
    assistant = {m.address for m in messages(VmcOptions(role="assistant", turn_eyes=True))}
    shared = {"/VMC/Ext/Blend/Val", "/VMC/Ext/Blend/Apply"}
    assert performer == shared | {"/VMC/Ext/OK", "/VMC/Ext/T", "/VMC/Ext/Bone/Pos"}
    assert assistant == shared | {"/VMC/Ext/Set/Eye"}


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (30, 0), (0, 20), (-25, -10), (40, 35)])
def test_eyes_turn_where_the_wearer_looks(yaw: float, pitch: float) -> None:
    y, p = math.radians(yaw), math.radians(pitch)
    # Unity: x to the avatar's right, y up, z ahead; our yaw is positive to the left.
    expected = [-math.sin(y) * math.cos(p), math.sin(p), math.cos(y) * math.cos(p)]
    looking = replace(RAMP, weights=replace(RAMP.weights, gaze=Gaze(yaw, pitch, 0.0, 0.0)))
    bones = {
        m.arguments[0]: m.arguments[4:] for m in messages(VmcOptions(turn_eyes=True), looking) if "Bone" in m.address
    }
    assert turned(bones["LeftEye"], IN_FRONT) == pytest.approx(expected, abs=1e-6)
    assert bones["RightEye"] == (0, 0, 0, 1)

    both = replace(RAMP, weights=replace(RAMP.weights, gaze=Gaze(yaw, pitch, yaw, pitch)))
    target = messages(VmcOptions(role="assistant", turn_eyes=True), both)[0]
    assert target.arguments == (1, *(pytest.approx(v, abs=1e-6) for v in expected))


def test_presets_are_asked_for_and_lids_do_not_close_twice() -> None:
    weights = np.zeros(52, np.float32)
    for name, weight in (
        ("eyeBlinkLeft", 1.0),
        ("eyeBlinkRight", 0.25),
        ("eyeLookOutLeft", 0.5),
        ("eyeLookInRight", 1),
    ):
        weights[ARKIT.index(name)] = weight
    result = replace(RAMP, weights=replace(RAMP.weights, blendshapes=weights))
    assert len(shapes(messages(VmcOptions(), result))) == len(ARKIT)

    found = shapes(messages(VmcOptions(presets=True), result))
    presets = {name: found[name] for name in PRESETS if found[name]}
    assert presets == {"Blink": 0.25, "Blink_L": 0.75, "LookLeft": 0.75, "Angry": 0.75}


def test_weights_are_clamped_and_never_nan() -> None:
    weights = np.array([np.nan, -1, 2, *[0.5] * 49], np.float32)
    found = shapes(messages(VmcOptions(), replace(RAMP, weights=replace(RAMP.weights, blendshapes=weights))))
    assert list(found.values())[:4] == [0, 0, 1, 0.5]


def test_the_light_shines_at_the_face_at_a_low_rate() -> None:
    frames = VmcFrames(VmcOptions(light=True))
    sent = []
    for index in range(100):
        datagrams = frames.pack(replace(RAMP, pair=replace(RAMP.pair, time=index / 100)))
        sent += [m for datagram in datagrams for m in read(datagram) if m.address == "/VMC/Ext/Light"]
    assert len(sent) == 10
    _, x, y, z, *rest = sent[0].arguments
    shining = turned(tuple(rest[:4]), IN_FRONT)
    assert shining @ np.array([x, y, z], float) < 0  # from where it stands towards the avatar
    # linear 0.5, 0.25, 0.125 at intensity 0.75, in sRGB by IEC 61966-2-1
    assert rest[4:] == pytest.approx([0.6461, 0.4702, 0.3385, 1.0], abs=1e-4)
