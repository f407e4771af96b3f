"""Writes the golden packets: what eyebridge sends, byte for byte, and damaged twins that a reader must refuse.

    python -m tests.golden.make

Receivers in every language test against these files. Beside each NAME.osc lies NAME.json with what it means, numbers
as float32 has them. refused.json lists the damaged packets and why each one is refused. Frames for VMC and VRChat take
several datagrams, NAME.0.osc, NAME.1.osc and so on; NAME.json lists their messages in order. Protocols beside OSC are
in NAME.bin; what they mean is for an independent decoder to say. Sets of many small OSC datagrams are in one NAME.bin
too, each after its size as an int32, with NAME.json beside it.
"""

import json
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal

import msgpack
import numpy as np

from bridge.blendshapes import ARKIT, GROUPS
from bridge.channels import ACTION_UNIT_NAMES, CHANNELS, EMOTION_NAMES, Channel
from bridge.discovery import Avatar, Parameter
from bridge.frames import (
    NO_HEAD,
    NO_LOOK,
    NO_SIGNAL,
    AmbientLight,
    Expression,
    EyePair,
    Gaze,
    Head,
    Look,
    Result,
    Signal,
    Vector,
    Weights,
)
from bridge.osc import Message, Template, bundled, read
from bridge.sinks import hyperion, ifacialmocap, zeromq
from bridge.sinks.artnet import ArtDmx, ArtNetOptions
from bridge.sinks.hyperion import HyperionOptions
from bridge.sinks.livelink import LiveLinkFrames
from bridge.sinks.native import OPTIONAL, NativeFrames
from bridge.sinks.parameters import AvatarParameters
from bridge.sinks.values import ValueFrames, ValuesOptions
from bridge.sinks.vmc import VmcFrames, VmcOptions
from bridge.sinks.vrcft import BABBLE, BABBLE_FACE, EYETRACKVR, MixedFrames
from bridge.sinks.vrchat import GAMES
from bridge.sinks.vrchat_eyes import VrchatEyes
from bridge.unified import PARAMETERS

HERE: Final = Path(__file__).parent
_PERIOD: Final = 1 / 125


def face(
    index: int,
    action_unit: str,
    emotion: str,
    weights: Mapping[str, float],
    channels: Mapping[str, float],
    *,
    light: AmbientLight | None = None,
    seen: tuple[bool, bool] = (True, True),
    blink: bool = False,
    look: Look = NO_LOOK,
    signal: Signal = NO_SIGNAL,
    head: Head = NO_HEAD,
    stress: float = math.nan,
) -> Result:
    """A result in which all that is not named is neutral; the named classes have probability 0.75."""
    values = [channels.get(channel.name, channel.neutral) for channel in CHANNELS]
    unseen = [side for side, is_seen in zip(("left", "right"), seen, strict=True) if not is_seen]
    values = [np.nan if c.side in unseen else value for c, value in zip(CHANNELS, values, strict=True)]
    gaze = [channels.get(f"gaze_{axis}_{side}", 0.0) for side in ("left", "right") for axis in ("yaw", "pitch")]
    return Result(
        pair=EyePair(np.zeros((2, 4), np.uint8), seen, (False, False), 100 + index * _PERIOD, index),
        expression=Expression(
            _probabilities(ACTION_UNIT_NAMES, action_unit),
            _probabilities(EMOTION_NAMES, emotion),
            np.array(values, np.float32),
        ),
        weights=Weights(np.array([weights.get(name, 0.0) for name in ARKIT], np.float32), Gaze(*gaze)),
        light=light or AmbientLight(1.0, 1.0, 1.0, 1.0, 6500.0),
        quality=0.875 if all(seen) else 0.5,
        personalized=True,
        blink=blink,
        look=look,
        signal=signal,
        head=head,
        stress=stress,
    )


def _probabilities(names: tuple[str, ...], likely: str) -> Vector:
    """0.75 for one class and the rest for the first other one."""
    values = np.zeros(len(names), np.float32)
    values[names.index(likely)] = 0.75
    values[0 if likely != names[0] else 1] = 0.25
    return values


CAMERA: Final = face(  # with all that a face camera adds
    0,
    "neutral",
    "happiness",
    {"jawOpen": 0.5, "mouthSmileLeft": 0.75},
    {},
    head=Head(20.5, -10.25, 5.0, 0.125, -0.0625, -0.5),
    stress=0.25,
)
FACES: Final = {
    "neutral": face(0, "neutral", "neutral", {}, {}),
    "happy": face(
        1,
        "cheek_raise",
        "happiness",
        {"cheekSquintLeft": 0.75, "cheekSquintRight": 0.6875, "mouthSmileLeft": 0.5, "mouthSmileRight": 0.4375},
        {"cheek_raise_left": 0.75, "cheek_raise_right": 0.6875, "lid_openness_left": 0.8125},
        light=AmbientLight(1.0, 0.75, 0.375, 1.25, 3500.0),
        look=Look(0.0, 0.0, 1.5),
        signal=Signal(1.0, 2.5, 0.75, 0.75),
    ),
    "wink": face(
        2,
        "wink_left",
        "neutral",
        {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 0.0625, "eyeLookInRight": 0.25, "eyeLookDownRight": 0.125},
        {"lid_openness_left": 0.0, "gaze_yaw_right": 10.5, "gaze_pitch_right": -5.25, "pupil_right": 0.5},
    ),
    "one_eye": face(
        3,
        "eyes_closed",
        "closed_eyes",
        {"eyeBlinkLeft": 1.0},
        {"lid_openness_left": 0.0},
        seen=(True, False),
        blink=True,
    ),
    "ramp": face(  # every weight and channel differs, so that a receiver that swaps two of them fails
        4,
        "brow_lower",
        "anger",
        {name: (n + 1) / 64 for n, name in enumerate(ARKIT)},
        {c.name: c.low + (c.high - c.low) * (n + 1) / 32 for n, c in enumerate(CHANNELS)},
        light=AmbientLight(0.5, 0.25, 0.125, 0.75, 2000.0),
        look=Look(10.5, -5.25, 0.625),
        signal=Signal(-1.0, 12.5, 0.875, -0.875),
    ),
}

VMC: Final = {
    "vmc_performer": VmcOptions(),
    "vmc_everything": VmcOptions(case="camel", presets=True, turn_eyes=True, light=True),
    "vmc_assistant": VmcOptions(role="assistant", turn_eyes=True),
}

_BITS: Final = ("1", "2", "4", "Negative")
VRCHAT: Final = {  # three avatars' parameters: name -> type
    "vrchat_floats": {f"v2/{name}": "float" for name in PARAMETERS} | {"EyeTrackingActive": "bool"},
    "vrchat_binary": {
        **{f"FT/v2/{name}{bit}": "bool" for name in ("EyeLeftX", "EyeRightX", "EyeY") for bit in _BITS},
        **{f"FT/v2/{name}{bit}": "bool" for name in ("EyeLidLeft", "EyeLidRight", "BrowUp") for bit in _BITS[:3]},
        "FT/v2/EyeSquint": "bool",
        "FT/v2/CheekSquintLeft": "float",
        "FT/ExpressionTrackingActive": "bool",
    },
    "vrchat_native": {},
}


def native() -> dict[str, bytes]:
    """The faces one after the other, as one session sends them."""
    frames = NativeFrames()
    return {name: b"".join(frames.pack(result)) for name, result in FACES.items()}


def vmc() -> dict[str, tuple[bytes, ...]]:
    """The ramp as the first frame of each kind of VMC session."""
    return {name: VmcFrames(options).pack(FACES["ramp"]) for name, options in VMC.items()}


def vrchat() -> dict[str, tuple[bytes, ...]]:
    """The first frame for each avatar: the wink in binary, else the ramp."""
    made = {}
    for name, kinds in VRCHAT.items():
        avatar = Avatar(name, tuple(Parameter(f"/avatar/parameters/{n}", as_kind(k)) for n, k in kinds.items()))
        parameters = AvatarParameters(avatar, GAMES["vrchat"].steps)
        eyes = VrchatEyes("left_right", parameters.sources)
        result = FACES["wink" if name == "vrchat_binary" else "ramp"]
        made[name] = parameters.pack(result, True) + bundled(eyes.messages(result, True))
    return made


def as_kind(text: str) -> Literal["float", "bool"]:
    return "float" if text == "float" else "bool"


def many() -> dict[str, Sequence[bytes]]:
    """The ramp as the first frame of each kind of session that sends a float a message."""
    ramp = FACES["ramp"]
    return {
        "eyetrackvr": MixedFrames(EYETRACKVR).pack(ramp),
        "babble": MixedFrames(BABBLE | BABBLE_FACE).pack(ramp),
        "values": ValueFrames(ValuesOptions()).pack(ramp),
    }


def beside_osc() -> dict[str, bytes]:
    """The ramp, or a colour, as the first frame of a session of each protocol that is not OSC."""
    ramp = FACES["ramp"]
    return {
        "livelink_ramp": b"".join(LiveLinkFrames("eyebridge").pack(ramp)),
        "zeromq_ramp": zeromq.pack(ramp),
        "artnet": ArtDmx(ArtNetOptions(universe=0x1234, channel=5)).pack((0.5, 0.25, 1.0)),
        "ifacialmocap_v1": ifacialmocap.pack(ramp, 1),
        "ifacialmocap_v2": ifacialmocap.pack(ramp, 2),
        "hyperion": hyperion.color_command(HyperionOptions(), (188, 137, 255)),
    }


def meaning(result: Result, sequence: int) -> dict[str, dict[str, float]]:
    """What a receiver must find in the native frame of this result: {address: {argument: value}}."""
    expression, gaze, light = result.expression, result.weights.gaze, result.light
    bits = (*result.pair.seen, result.personalized, result.blink, *result.pair.mirrored)
    flags = sum(2**n for n, bit in enumerate(bits) if bit)
    weights = dict(zip(ARKIT, result.weights.blendshapes.tolist(), strict=True))
    return {
        "/eyebridge/frame": {
            "version": 1,
            "sequence": sequence,
            "time": 8000 * sequence,
            "flags": flags,
            "quality": result.quality,
        },
        **{f"/eyebridge/weights/{group}": {name: weights[name] for name in ARKIT[a:b]} for group, a, b in GROUPS},
        "/eyebridge/gaze": asdict(gaze),
        "/eyebridge/channels": {
            c.name: expression[c.name] if result.pair.seen[c.side == "right"] else _unseen(c) for c in CHANNELS
        },
        "/eyebridge/action_units": dict(zip(ACTION_UNIT_NAMES, expression.action_units.tolist(), strict=True)),
        "/eyebridge/emotions": dict(zip(EMOTION_NAMES, expression.emotions.tolist(), strict=True)),
        "/eyebridge/light": asdict(light),
        "/eyebridge/look": _known(asdict(result.look)),
        "/eyebridge/signal": _known(asdict(result.signal)),
        **({} if math.isnan(result.head.yaw) else {"/eyebridge/head": asdict(result.head)}),
        **({} if math.isnan(result.stress) else {"/eyebridge/stress": {"level": result.stress}}),
        "/eyebridge/end": {"sequence": sequence},
    }


def _known(values: dict[str, float]) -> dict[str, float]:
    """0 stands for what is not known."""
    return {name: 0.0 if math.isnan(value) else value for name, value in values.items()}


def _unseen(channel: Channel) -> float:
    return 0.0 if channel.name.startswith("visible_") else float(np.float32(channel.neutral))


def extra(good: bytes) -> bytes:
    """A frame of a later minor version: a message and arguments that this version does not know."""
    messages = [Message(m.address, (*m.arguments, 0.5, "more")) for m in read(good)]
    return bundle([messages[0], Message("/eyebridge/later", (1, 2.0, "three")), *messages[1:]])


def first(good: bytes) -> bytes:
    """The same frame as a sender from before the optional messages would send it."""
    return bundle([message for message in read(good) if message.address not in OPTIONAL])


def refused(good: bytes) -> dict[str, tuple[bytes, str, str]]:
    """Damaged twins of a good frame: {name: (bytes, level, why)}."""
    frame, eyes, *others, end = read(good)
    size_at = 16
    tag_at = good.index(b",ffff")
    return {
        "odd": (good[:-2], "packet", "its length is not a multiple of 4"),
        "truncated": (good[:600], "packet", "a message is longer than what is left of the packet"),
        "bad_size": (splice(good, size_at, b"\x7f\xff\xff\xff"), "packet", "a message is longer than the packet"),
        "negative_size": (splice(good, size_at, b"\xff\xff\xff\xfc"), "packet", "a message is of negative length"),
        "bad_tag": (splice(good, tag_at, b",fqff"), "packet", "q is not a type tag"),
        "long_tags": (splice(good, tag_at + 15, b"f"), "packet", "more type tags than arguments"),
        "no_end": (bundle([frame, eyes, *others]), "frame", "/eyebridge/end is missing"),
        "other_end": (
            bundle([frame, eyes, *others, Message(end.address, (99,))]),
            "frame",
            "the end is another frame's",
        ),
        "missing": (bundle([frame, *others, end]), "frame", "/eyebridge/weights/eyes is missing"),
        "too_few": (
            bundle([frame, Message(eyes.address, eyes.arguments[:-1]), *others, end]),
            "frame",
            "/eyebridge/weights/eyes has 13 arguments",
        ),
        "wrong_type": (
            bundle([frame, Message(eyes.address, (0, *eyes.arguments[1:])), *others, end]),
            "frame",
            "the first weight is an int32",
        ),
        "not_finite": (
            bundle([frame, Message(eyes.address, (math.nan, *eyes.arguments[1:])), *others, end]),
            "frame",
            "the first weight is NaN",
        ),
        "version_2": (
            bundle([Message(frame.address, (2, *frame.arguments[1:])), eyes, *others, end]),
            "frame",
            "the version is 2",
        ),
    }


def bundle(messages: Sequence[Message]) -> bytes:
    """The messages with their own numbers in one datagram."""
    numbers = [argument for message in messages for argument in message.arguments]
    floats = [number for number in numbers if isinstance(number, float)]
    return b"".join(Template(messages).pack(floats, [number for number in numbers if isinstance(number, int)]))


def splice(data: bytes, at: int, part: bytes) -> bytes:
    return data[:at] + part + data[at + len(part) :]


def files() -> dict[str, bytes]:
    """Every golden file's name and content."""
    made: dict[str, bytes] = {}
    packets = native()
    for sequence, (name, result) in enumerate(FACES.items()):
        made[f"native_{name}.osc"] = packets[name]
        made[f"native_{name}.json"] = as_json(meaning(result, sequence))
    made["native_extra.osc"] = extra(packets["happy"])
    made["native_extra.json"] = made["native_happy.json"]
    made["native_first.osc"] = first(packets["wink"])
    made["native_first.json"] = made["native_wink.json"]
    made["face_camera.osc"] = b"".join(NativeFrames().pack(CAMERA))
    made["face_camera.json"] = as_json(meaning(CAMERA, 0))
    damaged = refused(packets["happy"])
    made |= {f"refused_{name}.osc": data for name, (data, _, _) in damaged.items()}
    made["refused.json"] = as_json(
        {f"refused_{name}.osc": {"level": level, "why": why} for name, (_, level, why) in damaged.items()}
    )
    for name, datagrams in (vmc() | vrchat()).items():
        made |= {f"{name}.{n}.osc": datagram for n, datagram in enumerate(datagrams)}
        made[f"{name}.json"] = messages(datagrams)
    for name, set_ in many().items():
        made[f"{name}.bin"] = b"".join(struct.pack(">i", len(datagram)) + datagram for datagram in set_)
        made[f"{name}.json"] = messages(set_)
    made |= {f"{name}.bin": data for name, data in beside_osc().items()}
    made["zeromq_ramp.json"] = as_json(msgpack.unpackb(made["zeromq_ramp.bin"]))
    return made


def messages(datagrams: Iterable[bytes]) -> bytes:
    """Every message of the datagrams, in order, as JSON."""
    return as_json([[m.address, *m.arguments] for datagram in datagrams for m in read(datagram)])


def as_json(value: Any) -> bytes:
    """One line for each entry of the outermost level."""
    lines = value.items() if isinstance(value, dict) else value
    texts = [": ".join(map(json.dumps, line)) if isinstance(value, dict) else json.dumps(line) for line in lines]
    left, right = "{}" if isinstance(value, dict) else "[]"
    return (f"{left}\n  " + ",\n  ".join(texts) + f"\n{right}\n").encode()


def main() -> None:
    for name, content in files().items():
        (HERE / name).write_bytes(content)


if __name__ == "__main__":
    main()
