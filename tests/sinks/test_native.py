import json
import logging
import math
import re
import runpy
import socket
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, ValidationError

from bridge.errors import BridgeError
from bridge.frames import NO_HEAD, EyePair, Result
from bridge.osc import DATAGRAM_LIMIT, Message, OscError, read
from bridge.sinks import NativeOptions, SinkOptions, VmcOptions
from bridge.sinks.base import Pace
from bridge.sinks.native import ADDITIONAL, COUNT_LIMIT, FLAGS, LAYOUT, OPTIONAL, PORT, PROTOCOL_VERSION, NativeFrames
from tests.golden import make

GOLDEN = make.HERE
PROTOCOL = Path(__file__).parents[2] / "engine_plugins" / "PROTOCOL.md"
HAPPY = make.FACES["happy"]


def at(result: Result, time: float) -> Result:
    return replace(result, pair=replace(result.pair, time=time))


def frame_of(data: bytes) -> dict[str, dict[str, float]] | None:
    """A receiver's whole duty towards one datagram, as PROTOCOL.md puts it; None where the frame is dropped."""
    messages = read(data)
    found = {message.address: message.arguments for message in messages}
    if messages[0].address != "/eyebridge/frame" or messages[-1].address != "/eyebridge/end":
        return None
    values: dict[str, dict[str, Any]] = {}
    there = tuple(message for message in ADDITIONAL if message[0] in found)
    for address, arguments in (*LAYOUT[:-1], *there, LAYOUT[-1]):
        if address in OPTIONAL and address not in found:
            values[address] = {argument.name: argument.neutral for argument in arguments}
            continue
        padding = rb".{%d}" % (-(len(address) + 1) % 4)
        tags = re.findall(re.escape(address.encode()) + rb"\0" + padding + rb",([^\0]*)\0", data, re.DOTALL)
        if not tags or not tags[-1].startswith("".join(argument.tag for argument in arguments).encode()):
            return None
        values[address] = {argument.name: value for argument, value in zip(arguments, found[address], strict=False)}
        if not all(map(math.isfinite, values[address].values())):
            return None
    opening = values["/eyebridge/frame"]
    whole = opening["sequence"] == values["/eyebridge/end"]["sequence"] and opening["version"] <= PROTOCOL_VERSION
    return values if whole else None


def test_the_golden_files_are_what_is_sent() -> None:
    made = make.files()
    assert {path.name for path in GOLDEN.glob("*.*") if path.suffix != ".py"} == set(made)
    for name, content in made.items():
        stored = (GOLDEN / name).read_bytes()
        if name.endswith(".json"):
            assert json.loads(stored) == json.loads(content), name
        else:
            assert stored == content, name


@pytest.mark.parametrize(
    "name",
    [*(f"native_{name}" for name in ("neutral", "happy", "wink", "one_eye", "ramp", "extra", "first")), "face_camera"],
)
def test_a_golden_frame_means_what_its_json_says(name: str) -> None:
    data = (GOLDEN / f"{name}.osc").read_bytes()
    assert frame_of(data) == json.loads((GOLDEN / f"{name}.json").read_text())
    assert len(data) < DATAGRAM_LIMIT
    assert all(len(message.arguments) <= 32 for message in read(data))


@pytest.mark.parametrize("name", sorted(json.loads((GOLDEN / "refused.json").read_text())))
def test_a_damaged_frame_is_refused(name: str) -> None:
    data = (GOLDEN / name).read_bytes()
    if json.loads((GOLDEN / "refused.json").read_text())[name]["level"] == "packet":
        with pytest.raises(OscError):
            read(data)
    else:
        assert frame_of(data) is None


def test_numbers_of_twice_the_size_are_of_another_type() -> None:
    sound = (GOLDEN / "native_neutral.osc").read_bytes()
    for address, argument, wide in (("/eyebridge/light", b"f", b"d"), ("/eyebridge/end", b"i", b"h")):
        size = sound.index(address.encode()) - 4
        tags = sound.index(b"," + argument, size)
        value = sound.index(b"\0", tags) // 4 * 4 + 4
        longer = (int.from_bytes(sound[size : size + 4], "big") + 4).to_bytes(4, "big")
        data = (
            sound[:size]
            + longer
            + sound[size + 4 : tags + 1]
            + wide
            + sound[tags + 2 : value]
            + bytes(4)
            + sound[value:]
        )
        assert len(read(data)) == len(read(sound))
        assert frame_of(data) is None


def test_nothing_unsound_is_ever_sent() -> None:
    nothing = np.full(52, np.nan, np.float32)
    wild = replace(
        HAPPY,
        weights=replace(HAPPY.weights, blendshapes=nothing),
        expression=replace(HAPPY.expression, channels=np.full(22, 1e9, np.float32)),
        light=replace(HAPPY.light, red=-1.0, intensity=math.inf, temperature=math.nan),
        quality=2.0,
    )
    frame = frame_of(b"".join(NativeFrames().pack(wild)))
    assert frame is not None
    assert set(frame["/eyebridge/weights/eyes"].values()) == {0.0}
    assert frame["/eyebridge/channels"]["gaze_yaw_left"] == 45.0
    assert frame["/eyebridge/light"] == {"red": 0, "green": 0.75, "blue": 0.375, "intensity": 2, "temperature": 6500}
    assert frame["/eyebridge/frame"]["quality"] == 1


def test_what_a_face_camera_adds_comes_and_goes_and_is_sound() -> None:
    frames = NativeFrames()
    wild = replace(make.CAMERA, head=replace(make.CAMERA.head, yaw=1e9), stress=math.nan)
    lost = replace(make.CAMERA, head=NO_HEAD, stress=7.0)
    got = [frame_of(b"".join(frames.pack(result))) for result in (make.CAMERA, HAPPY, wild, lost)]
    added = [
        {address: values for address, values in (frame or {}).items() if "head" in address or "stress" in address}
        for frame in got
    ]
    assert added[0] == {"/eyebridge/head": asdict(make.CAMERA.head), "/eyebridge/stress": {"level": 0.25}}
    assert added[1] == {}
    assert added[2]["/eyebridge/head"] == {**asdict(make.CAMERA.head), "yaw": 180}
    assert set(added[2]) == {"/eyebridge/head"}
    assert added[3] == {"/eyebridge/stress": {"level": 1}}
    assert [frame["/eyebridge/end"]["sequence"] for frame in got if frame] == [0, 1, 2, 3]


def test_each_flag_has_its_bit() -> None:
    def flags(**changes: Any) -> int:
        pair = EyePair(HAPPY.pair.pixels, changes.pop("seen"), changes.pop("mirrored"), 0.0, 0)
        opening = read(NativeFrames().pack(replace(HAPPY, pair=pair, **changes))[0])[0]
        bits = opening.arguments[3]
        assert isinstance(bits, int)
        return bits

    off = {"seen": (False, False), "mirrored": (False, False), "personalized": False, "blink": False}
    changes: list[dict[str, Any]] = [
        {"seen": (True, False)},
        {"seen": (False, True)},
        {"personalized": True},
        {"blink": True},
        {"mirrored": (True, False)},
        {"mirrored": (False, True)},
    ]
    assert [flags(**(off | change)) for change in changes] == [1 << n for n in range(len(FLAGS))]


def test_time_and_sequence_count_modulo_two_to_the_31() -> None:
    frames = NativeFrames()
    frames.pack(at(HAPPY, 5.0))
    frames._sequence = COUNT_LIMIT - 1
    openings = [read(frames.pack(at(HAPPY, 5.0 + 2147.483648 + late))[0])[0] for late in (0.0, 0.25, -0.5)]
    assert [opening.arguments[1] for opening in openings] == [COUNT_LIMIT - 1, 0, 1]
    assert [opening.arguments[2] for opening in openings] == [0, 250_000, COUNT_LIMIT - 500_000]


def test_the_specification_and_the_code_agree() -> None:
    text = PROTOCOL.read_text(encoding="utf-8")
    sections = re.findall(r"^### (/\S+)\n(.*?)(?=^#)", text, re.MULTILINE | re.DOTALL)
    row = re.compile(r"^\| (\d+) \| ([if]) \| `(\w+)` \| (\S+) \| (\S+) \| (\S+) \|", re.MULTILINE)
    written = [
        (address, [(int(n), tag, name, *map(float, numbers)) for n, tag, name, *numbers in row.findall(body)])
        for address, body in sections
    ]
    assert written == [
        (address, [(n, a.tag, a.name, a.low, a.high, a.neutral) for n, a in enumerate(arguments)])
        for address, arguments in (*LAYOUT[:-1], *ADDITIONAL, LAYOUT[-1])
    ]
    flags = re.findall(r"^\| (\d+) \| (\d+) \| `(\w+)` \| [^|]*\|$", text, re.MULTILINE)
    assert [(int(n), int(value), name) for n, value, name in flags] == [(n, 1 << n, f) for n, f in enumerate(FLAGS)]
    assert f"port {PORT}" in text
    assert f"`version` is {PROTOCOL_VERSION} here" in text
    assert f"takes {len((GOLDEN / 'native_happy.osc').read_bytes())} bytes" in text
    assert f"a face camera adds {len((GOLDEN / 'face_camera.osc').read_bytes())};" in text


def test_the_bytes_in_the_specification_are_the_golden_ones() -> None:
    data = (GOLDEN / "native_happy.osc").read_bytes()
    lines = re.findall(r"^([0-9a-f]{4})  ((?:[0-9a-f]{2} )+) ", PROTOCOL.read_text(encoding="utf-8"), re.MULTILINE)
    shown = {int(offset, 16): bytes.fromhex(digits) for offset, digits in lines}
    assert b"".join(shown.values()) == data[: max(shown) + 4]
    assert all(data.startswith(part, offset) for offset, part in shown.items())


@pytest.fixture
def receiver() -> Any:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        found.settimeout(5)
        yield found


def test_the_sink_sends_the_session_twice_the_same(receiver: socket.socket) -> None:
    sessions = []
    for _ in range(2):
        with NativeOptions(host="localhost", port=receiver.getsockname()[1]).open() as sink:
            for result in make.FACES.values():
                sink.send(result)
        sessions.append([receiver.recv(2048) for _ in make.FACES])
    assert sessions[0] == sessions[1] == list(make.native().values())


def test_a_rate_limit_counts_what_it_sends(receiver: socket.socket) -> None:
    with NativeOptions(port=receiver.getsockname()[1], rate=30).open() as sink:
        for n in range(240):
            sink.send(at(HAPPY, n / 120))
    openings = [read(receiver.recv(2048))[0].arguments for _ in range(60)]
    receiver.setblocking(False)
    with pytest.raises(BlockingIOError):
        receiver.recv(2048)
    assert [sequence for _, sequence, *_ in openings] == list(range(60))


def test_a_pace_keeps_its_rate_and_begins_again_with_the_recording() -> None:
    pace = Pace(50.0)
    taken = [time for time in np.arange(0, 10, 1 / 120) if pace.allows(float(time))]
    assert len(taken) == pytest.approx(500, abs=1)
    assert pace.allows(0.0)
    assert not pace.allows(0.01)
    assert pace.allows(100.0)
    assert not pace.allows(100.01)


def test_a_receiver_that_is_away_is_said_once_and_its_return_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "eyebridge")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sink = NativeOptions(port=port).open()
    with sink:
        for n in range(20):
            sink.send(at(HAPPY, n / 100))
        said = [record.getMessage() for record in caplog.records]
        if not said:
            pytest.skip("this system does not report refused datagrams to the sender")
        assert len(said) == 1
        assert said[0].startswith(f"Nobody takes datagrams at 127.0.0.1:{port}")

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
            back.bind(("127.0.0.1", port))
            for n in range(20, 800):
                sink.send(at(HAPPY, n / 100))
        assert "takes datagrams again" in caplog.records[1].getMessage()
        assert len(caplog.records) == 2


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "\u0000", "x" * 300])
def test_an_unknown_host_is_a_sentence_for_the_user(host: str) -> None:
    with pytest.raises(BridgeError, match=r"There is no host called .*; check the name"):
        NativeOptions(host=host).open()


def test_options_are_told_apart_by_kind() -> None:
    class Config(BaseModel):
        sinks: list[SinkOptions]

    config = Config.model_validate({"sinks": [{"kind": "native"}, {"kind": "vmc", "case": "camel"}]})
    assert config.sinks == [NativeOptions(), VmcOptions(case="camel")]
    for wrong in ({"kind": "vcm"}, {"kind": "native", "prot": 1}, {"kind": "native", "port": 0}):
        with pytest.raises(ValidationError):
            Config.model_validate({"sinks": [wrong]})


def test_messages_of_the_layout_are_all_there() -> None:
    addresses = [message.address for message in read(NativeFrames().pack(HAPPY)[0])]
    assert addresses == [address for address, _ in LAYOUT]
    assert Message("/eyebridge/end", (0,)) == read(NativeFrames().pack(HAPPY)[0])[-1]


def test_the_sample_receiver_understands_a_frame(capsys: pytest.CaptureFixture[str]) -> None:
    path = PROTOCOL.parents[1] / "samples" / "receive.py"
    assert f'("127.0.0.1", {PORT})' in path.read_text(encoding="utf-8")
    collect = runpy.run_path(str(path))["collect"]
    for message in read((GOLDEN / "native_wink.osc").read_bytes()):
        collect(message.address, *message.arguments)
    assert capsys.readouterr().out.split() == ["frame", "2", "neutral", "blink", "left", "1.00", "right", "0.06"]
