import logging
import socket
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.frames import Gaze, Result
from bridge.sinks.ifacialmocap import QUESTION, SECOND_VERSION, IFacialMocapOptions, IFacialMocapSink, pack
from tests.golden import make
from tests.sinks.peers import free_port

RAMP = make.FACES["ramp"]

PUBLISHED = (
    "eyeLookIn_R-54|noseSneer_L-5|mouthPress_L-8|mouthSmile_R-4|mouthLowerDown_L-1|mouthSmile_L-1|eyeWide_L-26|"
    "mouthRollUpper-1|mouthPucker-3|browOuterUp_L-3|mouthDimple_R-3|mouthShrugLower-21|mouthLeft-0|eyeLookUp_R-0|"
    "mouthFunnel-1|mouthDimple_L-3|mouthUpperUp_R-2|noseSneer_R-6|eyeSquint_R-3|jawForward-2|mouthClose-2|"
    "mouthFrown_L-0|mouthShrugUpper-15|eyeSquint_L-3|cheekSquint_L-3|eyeLookDown_L-16|mouthLowerDown_R-1|"
    "eyeLookOut_R-0|jawLeft-0|mouthStretch_L-5|cheekPuff-3|eyeLookUp_L-0|eyeBlink_R-0|jawOpen-2|mouthRollLower-5|"
    "browInnerUp-4|browOuterUp_R-3|mouthFrown_R-0|mouthStretch_R-5|eyeLookIn_L-0|tongueOut-0|eyeBlink_L-0|"
    "browDown_L-0|eyeWide_R-26|eyeLookDown_R-16|mouthUpperUp_L-2|cheekSquint_R-3|mouthPress_R-8|browDown_R-0|"
    "jawRight-0|mouthRight-2|eyeLookOut_L-44|hapihapi-0|"
    "=head#-1.6704091,-7.3032465,2.886358,0.084120944,0.03458406,-0.4721467|"
    "rightEye#5.3555145,19.067966,1.8478252|leftEye#5.5607924,15.616646,1.5515244|"
)
"A frame of the app itself, as a receiver's public documentation shows it: looking to the wearer's left and down."


def at(result: Result, time: float) -> Result:
    return replace(result, pair=replace(result.pair, time=time))


def parsed(text: str, separator: str = "-") -> tuple[dict[str, int], dict[str, list[float]]]:
    """As receivers do it: the weights before the =, the turns behind it."""
    weights, turns = text.split("=")
    values = dict(entry.split(separator) for entry in weights.split("|") if entry)
    angles = dict(entry.split("#") for entry in turns.split("|") if entry)
    return {name: int(value) for name, value in values.items()}, {
        name: [float(part) for part in value.split(",")] for name, value in angles.items()
    }


@pytest.mark.parametrize(("version", "separator"), [(1, "-"), (2, "&")])
def test_the_golden_frame_has_the_names_of_the_app(version: int, separator: str) -> None:
    text = (make.HERE / f"ifacialmocap_v{version}.bin").read_text()
    weights, turns = parsed(text, separator)
    names, _ = parsed(PUBLISHED)
    assert set(weights) == set(names) - {"hapihapi"}
    assert {name: len(angles) for name, angles in turns.items()} == {"head": 6, "rightEye": 3, "leftEye": 3}
    expected = [round(100 * weight) for weight in RAMP.weights.blendshapes.tolist()]
    assert list(weights.values()) == expected
    assert list(weights)[ARKIT.index("jawLeft")] == "jawLeft"


def test_eyes_turn_as_in_a_frame_of_the_app() -> None:
    """The app's eyes look 19 and 16 degrees to the wearer's left and 5 degrees down."""
    gaze = Gaze(15.62, -5.56, 19.07, -5.36)
    _, ours = parsed(pack(replace(RAMP, weights=replace(RAMP.weights, gaze=gaze)), 1).decode())
    _, apps = parsed(PUBLISHED)
    for eye in ("rightEye", "leftEye"):
        assert ours[eye][:2] == pytest.approx(apps[eye][:2], abs=0.01)


def test_weights_are_clamped_and_never_nan() -> None:
    vector = np.array([np.nan, -1, 2, *[0.5] * 49], np.float32)
    weights, _ = parsed(pack(replace(RAMP, weights=replace(RAMP.weights, blendshapes=vector)), 1).decode())
    assert list(weights.values())[:4] == [0, 0, 100, 50]


@pytest.fixture
def program() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        found.settimeout(5)
        yield found


def answers(program: socket.socket) -> list[bytes]:
    """What has come; on this machine a datagram is there when sending it returns."""
    program.setblocking(False)
    found = []
    while True:
        try:
            found.append(program.recv(4096))
        except BlockingIOError:
            return found


def test_whoever_asks_is_sent_frames_for_a_while(program: socket.socket) -> None:
    port = free_port()
    with IFacialMocapOptions(port=port, minutes=1, rate=0).open() as sink:
        sink.send(at(RAMP, 0.0))
        assert answers(program) == []
        program.sendto(QUESTION, ("127.0.0.1", port))
        for time in (1.0, 2.0, 60.9):
            sink.send(at(RAMP, time))
        assert answers(program) == [pack(RAMP, 1)] * 3
        program.sendto(QUESTION + b"|" + SECOND_VERSION, ("127.0.0.1", port))
        sink.send(at(RAMP, 61.0))
        sink.send(at(RAMP, 120.0))
        sink.send(at(RAMP, 121.1))
        assert answers(program) == [pack(RAMP, 2)] * 2


def test_strangers_and_junk_have_no_effect(program: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "eyebridge")
    port = free_port()
    with IFacialMocapOptions(port=port).open() as sink:
        assert isinstance(sink, IFacialMocapSink)
        for junk in (b"", b"\xff" * 1500, b"iFacialMocap", QUESTION[:-1], b"iFacialMocap_UDPTCP" + QUESTION[12:]):
            program.sendto(junk, ("127.0.0.1", port))
        sink.send(at(RAMP, 0.0))
        for _ in range(3):
            sink._note(("192.0.2.7", 49983), 1, 0.0)
        sink.send(at(RAMP, 1.0))
        assert sink.traffic.packets == 0
    assert answers(program) == []
    assert len(caplog.records) == 1
    assert "192.0.2.7 asks" in caplog.text


def test_an_allowed_machine_is_answered_on_the_apps_port() -> None:
    with IFacialMocapOptions(port=free_port(), allow=("192.0.2.7",)).open() as sink:
        assert isinstance(sink, IFacialMocapSink)
        sink._note(("192.0.2.7", 50123), 2, 0.0)
        assert set(sink._askers) == {("192.0.2.7", sink._options.port)}


def test_a_program_that_has_the_port_is_served_unasked(program: socket.socket) -> None:
    port = program.getsockname()[1]
    with pytest.raises(BridgeError, match=r"unasked 127\.0\.0\.1"):
        IFacialMocapOptions(port=port).open()
    with IFacialMocapOptions(port=port, unasked="127.0.0.1").open() as sink:
        sink.send(RAMP)
    assert answers(program) == [pack(RAMP, 1)]


def test_a_name_is_no_address() -> None:
    with pytest.raises(BridgeError, match="is no IPv4 address"):
        IFacialMocapOptions(allow=("phone.local",)).open()
