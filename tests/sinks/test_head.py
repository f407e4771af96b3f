"""The head's pose at every target that has a place for it, and its absence where nobody sees a head."""

import math
from dataclasses import astuple, replace

import msgpack
import numpy as np
import pytest
from pylivelinkface import FaceBlendShape, PyLiveLinkFace

from bridge.frames import Head
from bridge.osc import read
from bridge.sinks import ifacialmocap, zeromq
from bridge.sinks.livelink import LiveLinkFrames
from bridge.sinks.values import ADDRESSES, HEAD, ValueFrames, ValuesOptions
from bridge.sinks.vmc import VmcFrames, VmcOptions
from tests.golden import make
from tests.sinks.test_vmc import turned

SEEN, UNSEEN = make.CAMERA, make.FACES["happy"]
RIGHT, UP, FORWARD = np.eye(3)


def bones(head: Head, **options: object) -> dict[str, tuple[float, ...]]:
    frames = VmcFrames(VmcOptions.model_validate(options))
    messages = [message for datagram in frames.pack(replace(SEEN, head=head)) for message in read(datagram)]
    assert messages[-1].address == "/VMC/Ext/Blend/Apply"
    found = [message.arguments for message in messages if message.address == "/VMC/Ext/Bone/Pos"]
    return {str(bone): tuple(float(str(value)) for value in pose) for bone, *pose in found}


@pytest.mark.parametrize(
    ("head", "axis", "where"),
    [
        (Head(30, 0, 0, 0, 0, 0), FORWARD, -RIGHT),  # yaw: the face turns to the wearer's left
        (Head(0, 30, 0, 0, 0, 0), FORWARD, UP),  # pitch: it looks up
        (Head(0, 0, 30, 0, 0, 0), UP, RIGHT),  # roll: the crown goes to the right shoulder
    ],
)
def test_vmc_turns_neck_and_head_by_half_each(head: Head, axis: np.ndarray, where: np.ndarray) -> None:
    found = bones(head, turn_head=True)
    assert list(found) == ["Neck", "Head"]
    once = turned(found["Head"][3:], axis)
    twice = turned(found["Neck"][3:], once)
    assert once @ where == pytest.approx(math.sin(math.radians(15)), abs=1e-6)
    assert twice @ where == pytest.approx(math.sin(math.radians(30)), abs=1e-6)
    assert np.linalg.norm(found["Head"][3:]) == pytest.approx(1, abs=1e-6)


def test_vmc_turns_yaw_outermost_and_only_when_asked() -> None:
    found = bones(Head(40, 25, -15, 0, 0, 0), turn_head=True)
    nose = turned(found["Neck"][3:], turned(found["Head"][3:], FORWARD))
    assert math.degrees(math.atan2(-nose[0], nose[2])) == pytest.approx(40, abs=1e-4)
    assert math.degrees(math.asin(nose[1])) == pytest.approx(25, abs=1e-4)
    assert bones(SEEN.head) == {}
    assert bones(SEEN.head, turn_head=True, role="assistant") == {}
    assert bones(UNSEEN.head, turn_head=True) == {}


def test_live_link_and_ifacialmocap_turn_the_head_as_they_turn_eyes() -> None:
    frames = LiveLinkFrames("eyebridge")
    for result, angles in ((SEEN, (-20.5, 10.25, 5.0)), (UNSEEN, (0.0, 0.0, 0.0))):
        _, face = PyLiveLinkFace.decode(frames.pack(result)[0])
        shapes = (FaceBlendShape.HeadYaw, FaceBlendShape.HeadPitch, FaceBlendShape.HeadRoll)
        assert np.degrees([face.get_blendshape(shape) for shape in shapes]) == pytest.approx(angles, abs=1e-5)
    assert b"|=head#10.25,20.5,5,0.125,-0.0625,-0.5|" in ifacialmocap.pack(SEEN, 1)
    assert b"|=head#0,0,0,0,0,0|" in ifacialmocap.pack(UNSEEN, 1)


@pytest.mark.parametrize("bundle", [True, False])
def test_values_and_zeromq_name_the_head_only_while_it_is_seen(bundle: bool) -> None:
    frames = ValueFrames(ValuesOptions(bundle=bundle))
    sent = [{m.address: m.arguments[0] for data in frames.pack(r) for m in read(data)} for r in (UNSEEN, SEEN, UNSEEN)]
    assert len(sent[0]) == len(ADDRESSES)
    assert {a: v for a, v in sent[1].items() if "head" in a} == {
        f"/face/{address}": value for address, value in zip(HEAD, astuple(SEEN.head), strict=True)
    }
    assert not any("head" in address for address in sent[2])
    found = msgpack.unpackb(zeromq.pack(SEEN))
    assert tuple(found["head"].values()) == astuple(SEEN.head)
    assert found["stress"] == 0.25
