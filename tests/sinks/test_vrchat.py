import contextlib
import json
import math
import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.blendshapes import ARKIT
from bridge.discovery import Avatar, Parameter
from bridge.errors import BridgeError
from bridge.frames import Gaze, Result
from bridge.osc import DATAGRAM_LIMIT, Message, Value, bundled, read
from bridge.sinks.parameters import AvatarParameters
from bridge.sinks.vrchat import GAMES, VrchatOptions
from bridge.sinks.vrchat_eyes import VrchatEyes
from bridge.unified import PARAMETERS, SEEN
from tests.golden import make
from tests.sinks.peers import dumped, free_port

NEUTRAL = make.FACES["neutral"]
VRCHAT = GAMES["vrchat"].steps
START = "/avatar/parameters/"


def avatar(**kinds: str) -> Avatar:
    """Names with __ for a slash, each with float or bool."""
    named = {name.replace("__", "/"): kind for name, kind in kinds.items()}
    return Avatar(
        "avtr_test", tuple(Parameter(START + n, "float" if k == "float" else "bool") for n, k in named.items())
    )


def face(time: float = 0.0, gaze: Gaze | None = None, quality: float = 1.0, **weights: float) -> Result:
    values = np.array([weights.get(name, 0.0) for name in ARKIT], np.float32)
    return replace(
        NEUTRAL,
        pair=replace(NEUTRAL.pair, time=time),
        weights=replace(NEUTRAL.weights, blendshapes=values, gaze=gaze or Gaze(0, 0, 0, 0)),
        quality=quality,
    )


def sent(parameters: AvatarParameters, result: Result, active: bool = True) -> dict[str, Value]:
    found = [m for datagram in parameters.pack(result, active) for m in read(datagram)]
    assert len({message.address for message in found}) == len(found)
    return {message.address.removeprefix(START): message.arguments[0] for message in found}


def test_parameters_are_found_behind_any_prefix_and_in_their_own_type() -> None:
    found = AvatarParameters(
        avatar(
            v2__EyeLidLeft="float",
            FT__v2__EyeLidRight="float",
            My__Own__v2__EyeSquintLeft="float",
            v2__EyeLid="bool",
            EyeTrackingActive="bool",
            FT__ExpressionTrackingActive="bool",
            # not ours: other versions, other names, other places, the avatar's own copies
            v1__EyeLidLeft="float",
            v2__v2__EyeLidLeft="float",
            EyeLidLeft="float",
            v2__EyeLidLeftish="float",
            v2__EyeTrackingActive="bool",
            v2__Head__Yaw="float",
            OSCm__Proxy__FT__v2__EyeLidLeft="float",
            v2__MouthTightener="float",
        ),
        VRCHAT,
    )
    assert sent(found, face()) == {
        "v2/EyeLidLeft": np.float32(95 / 127),
        "FT/v2/EyeLidRight": np.float32(95 / 127),
        "My/Own/v2/EyeSquintLeft": 0.0,
        "v2/EyeLid": False,  # VRCFaceTracking sets a bool below its threshold
        "EyeTrackingActive": True,
        "FT/ExpressionTrackingActive": True,
    }


@given(
    st.floats(-45, 45),
    st.sets(st.sampled_from([1, 2, 4, 8, 16, 32]), min_size=1, max_size=6),
    st.booleans(),
)
def test_binary_digits_are_those_of_vrcfacetracking(degrees: float, weights: set[int], signed: bool) -> None:
    names = [*(f"v2/EyeLeftX{weight}" for weight in weights), *(["v2/EyeLeftXNegative"] if signed else [])]
    parameters = AvatarParameters(Avatar("", tuple(Parameter(START + name, "bool") for name in names)), VRCHAT)
    found = sent(parameters, face(gaze=Gaze(degrees, 0, 0, 0)))

    value = float(np.float32(-degrees / 45))
    whole = int(abs(value) * 2 ** len(weights))
    for weight in weights:
        digit = bool(whole >> int(math.log2(weight)) & 1) or abs(value) > 0.99999
        assert found[f"v2/EyeLeftX{weight}"] == (digit and (signed or value >= 0))
    assert found.get("v2/EyeLeftXNegative") == (value < 0 if signed else None)


def test_suffixes_that_are_no_digits_are_left_alone() -> None:
    parameters = AvatarParameters(
        avatar(v2__JawOpen="float", v2__EyeY3="bool", v2__EyeY02="bool", v2__EyeY0="bool", v2__EyeY2="float"), VRCHAT
    )
    assert sent(parameters, face(gaze=Gaze(0, 45, 0, 45), jawOpen=1.0)) == {"v2/JawOpen": 1.0}


def test_binary_sets_of_two_prefixes_are_counted_apart() -> None:
    parameters = AvatarParameters(
        avatar(A__v2__JawOpen1="bool", A__v2__JawOpen2="bool", B__v2__JawOpen1="bool"), VRCHAT
    )
    assert sent(parameters, face(jawOpen=0.5)) == {"A/v2/JawOpen2": True, "B/v2/JawOpen1": True}


def test_only_what_changed_is_sent_and_all_of_it_within_a_second() -> None:
    names = [name for name in PARAMETERS if name in SEEN]
    parameters = AvatarParameters(Avatar("", tuple(Parameter(f"{START}v2/{name}", "float") for name in names)), VRCHAT)
    assert len(sent(parameters, face(0.0))) == len(names)
    assert sent(parameters, face(0.01)) == {}
    assert set(sent(parameters, face(0.02, cheekSquintLeft=0.5))) == {"v2/CheekSquintLeft", "v2/CheekSquint"}
    frames = [sent(parameters, face(time / 100, cheekSquintLeft=0.5)) for time in range(3, 103)]
    assert {name for frame in frames for name in frame} == {f"v2/{name}" for name in names}
    assert max(map(len, frames)) < 5, "spread over the second"


def test_floats_travel_in_steps_and_never_tremble_between_two() -> None:
    parameters = AvatarParameters(avatar(v2__CheekSquintLeft="float"), VRCHAT)
    edge = 10.5 / 127
    found = [sent(parameters, face(n / 1000, cheekSquintLeft=edge + 1e-4 * (-1) ** n)) for n in range(100)]
    assert sum(map(len, found)) == 1
    for value in (0.0, 1.0, 0.0):  # the ends are always reached
        found = [sent(parameters, face(1 + n / 1000, cheekSquintLeft=value)) for n in range(2)]
        assert found[0] == {"v2/CheekSquintLeft": value}


@pytest.mark.parametrize(("game", "name", "step"), [("basis", "EyeLidLeft", 255), ("basis", "EyeX", 127)])
def test_each_program_has_its_own_steps(game: str, name: str, step: int) -> None:
    parameters = AvatarParameters(avatar(**{f"FT__v2__{name}": "float"}), GAMES[game].steps)
    value = sent(parameters, face(gaze=Gaze(-10, 0, -10, 0), eyeBlinkLeft=0.3))[f"FT/v2/{name}"]
    assert isinstance(value, float)
    assert value * step == pytest.approx(round(value * step), abs=1e-4)
    assert value


def test_a_mouth_that_nothing_moves_is_left_to_others() -> None:
    parameters = AvatarParameters(
        avatar(v2__JawOpen="float", v2__MouthSmileLeft1="bool", v2__SmileSad="bool", v2__EyeX="float"), VRCHAT
    )
    for second in range(5):
        assert set(sent(parameters, face(float(second)))) == {"v2/EyeX"}
    assert sent(parameters, face(5.0, jawOpen=0.5)) == {"v2/JawOpen": np.float32(64 / 127), "v2/EyeX": 0.0}
    assert sent(parameters, face(6.0))["v2/JawOpen"] == 0.0
    assert "v2/JawOpen" in sent(parameters, face(7.0)), "from then on it is ours"


def test_a_recording_that_begins_again_is_sent_from_the_start() -> None:
    parameters = AvatarParameters(avatar(v2__EyeX="float"), VRCHAT)
    assert sent(parameters, face(100.0))
    assert not sent(parameters, face(100.1))
    assert sent(parameters, face(0.0))


def eyes(mode: str = "left_right", driven: frozenset[str] = frozenset()) -> VrchatEyes:
    return VrchatEyes(mode, driven)  # type: ignore[arg-type]


def looked(found: VrchatEyes, result: Result, active: bool = True) -> dict[str, tuple[Value, ...]]:
    messages = [m for datagram in bundled(found.messages(result, active)) for m in read(datagram)]
    return {message.address.removeprefix("/tracking/eye/"): message.arguments for message in messages}


def test_native_eyes_turn_as_vrchat_counts_degrees() -> None:
    # 15 degrees up; the left eye 20 to the right, the right eye 10
    gaze = Gaze(-20, 15, -10, 15)
    each = looked(eyes(), face(gaze=gaze, eyeBlinkLeft=1.0, eyeBlinkRight=0.25))
    assert each == {"LeftRightPitchYaw": (-15, 20, -15, 10), "EyesClosedAmount": (0.25,)}
    assert looked(eyes("center"), face(gaze=gaze))["CenterPitchYaw"] == (-15, 15)
    assert looked(eyes("off"), face(gaze=gaze)) == {}


@pytest.mark.parametrize(
    ("driven", "left"),
    [
        ({"EyeX"}, {"EyesClosedAmount"}),
        ({"EyeLeftX", "EyeRightY"}, {"EyesClosedAmount"}),
        ({"EyeLidLeft"}, {"LeftRightPitchYaw"}),
        ({"EyeOpen"}, {"LeftRightPitchYaw"}),
        ({"EyeX", "EyeLid"}, set()),
        ({"EyeSquintLeft", "JawX", "BrowUp"}, {"LeftRightPitchYaw", "EyesClosedAmount"}),
    ],
)
def test_native_eyes_leave_to_the_avatar_what_it_has(driven: set[str], left: set[str]) -> None:
    assert set(looked(eyes(driven=frozenset(driven)), face())) == left


def test_native_eyes_are_kept_alive_and_given_back() -> None:
    found = eyes()
    times = [n / 100 for n in range(1000) if looked(found, face(n / 100))]
    assert max(np.diff(times)) <= 1.01
    assert len(times) == 10
    assert looked(found, face(10.0, gaze=Gaze(0.2, 0, 0, 0)))
    assert looked(found, face(20.0, quality=0.0), active=False) == {}


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        found.setblocking(False)
        yield found


def datagrams(receiver: socket.socket) -> list[bytes]:
    """What has come so far; on loopback a datagram is there once it is sent."""
    found: list[bytes] = []
    with contextlib.suppress(BlockingIOError):
        while True:
            found.append(receiver.recv(65536))
    return found


def taken(receiver: socket.socket) -> list[Message]:
    return [message for datagram in datagrams(receiver) for message in read(datagram)]


def test_all_parameters_by_hand(receiver: socket.socket) -> None:
    options = VrchatOptions(port=receiver.getsockname()[1], parameters="all", prefix="FT")
    with options.open() as sink:
        sink.send(face(gaze=Gaze(-45, 0, -45, 0)))
        found = {message.address: message.arguments[0] for message in taken(receiver)}
        assert found["/avatar/parameters/FT/v2/EyeX"] == 1
        assert found["/avatar/parameters/EyeTrackingActive"] is True
        assert {a.removeprefix(START + "FT/v2/") for a in found} == SEEN | {
            START + "EyeTrackingActive",
            START + "ExpressionTrackingActive",
        }
        for n in range(1, 400):  # nobody wears the headset any more
            sink.send(face(n / 100, quality=0.0))
        off = {message.address: message.arguments[0] for message in taken(receiver)}
        assert off["/avatar/parameters/EyeTrackingActive"] is False
        assert sink.traffic.packets
        assert sink.name == f"VRChat at 127.0.0.1:{options.port}"


def test_nothing_is_larger_than_a_datagram_may_be(receiver: socket.socket) -> None:
    with VrchatOptions(port=receiver.getsockname()[1], parameters="all").open() as sink:
        sink.send(make.FACES["ramp"])
    sizes = [len(datagram) for datagram in datagrams(receiver)]
    assert len(sizes) > 2
    assert max(sizes) <= DATAGRAM_LIMIT


def test_an_avatar_file_and_native_eyes_alone(receiver: socket.socket, tmp_path: Path) -> None:
    rows = [("v2/EyeLidLeft", "Float"), ("VRCEmote", "Int"), ("FT/v2/EyeX2", "Bool")]
    content = {
        "id": "avtr_1",
        "name": "Somebody",
        "parameters": [
            *({"name": n, "input": {"address": START + n, "type": k}, "output": {}} for n, k in rows),
            {"name": "Upright", "output": {"address": START + "Upright", "type": "Float"}},
        ],
    }
    path = tmp_path / "avtr_1.json"
    path.write_text(json.dumps(content), "utf-8-sig")
    port = receiver.getsockname()[1]
    with VrchatOptions(port=port, parameters=str(path)).open() as sink:
        sink.send(face())
    assert {m.address for m in taken(receiver)} == {START + "v2/EyeLidLeft", START + "FT/v2/EyeX2"}
    with VrchatOptions(port=port, parameters="none").open() as sink:
        sink.send(face())
    assert {m.address.split("/")[2] for m in taken(receiver)} == {"eye"}
    with VrchatOptions(port=port, game="basis").open() as sink:
        sink.send(face())
    found = {m.address for m in taken(receiver)}
    assert START + "FT/v2/EyeLidLeft" in found
    assert not any(address.startswith("/tracking/") for address in found)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"parameters": "no/such.json"}, "cannot read the avatar's file"),
        ({"host": "no-such-host.invalid"}, "There is no host called"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(options: Mapping[str, str], sentence: str) -> None:
    with pytest.raises(BridgeError, match=sentence):
        VrchatOptions.model_validate(options).open()


@pytest.mark.parametrize("prefix", ["F T", "ä", "x" * 65])
def test_a_prefix_that_is_no_address_is_refused(prefix: str) -> None:
    with pytest.raises(ValidationError):
        VrchatOptions(prefix=prefix)


@pytest.mark.parametrize("name", make.VRCHAT)
def test_golden_datagrams_hold_the_messages_of_their_json(name: str) -> None:
    datagrams = [path.read_bytes() for path in sorted(make.HERE.glob(f"{name}.*.osc"))]
    found = [[m.address, *m.arguments] for datagram in datagrams for m in read(datagram)]
    assert found == json.loads((make.HERE / f"{name}.json").read_text())
    assert max(map(len, datagrams)) <= DATAGRAM_LIMIT


def test_liblo_reads_every_golden_message() -> None:
    packets = [path.read_bytes() for name in make.VRCHAT for path in sorted(make.HERE.glob(f"{name}.*.osc"))]
    messages = [m for name in make.VRCHAT for m in json.loads((make.HERE / f"{name}.json").read_text())]
    port = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:

        def send() -> None:
            for packet in packets:
                sender.sendto(packet, ("127.0.0.1", port))

        found = dumped(port, send, len(messages))
    assert found == [said_by_liblo(address, arguments) for address, *arguments in messages]


def said_by_liblo(address: str, arguments: list[float | bool]) -> list[str]:
    tags = "".join("f" if type(a) is float else "FT"[int(a)] for a in arguments)
    return [address, tags, *(f"{a:f}" if type(a) is float else f"#{'FT'[int(a)]}" for a in arguments)]
