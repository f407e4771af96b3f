"""The Unity package: its core and its engine layer, compiled and run by mono on stand-ins for the engine."""

import json
import random
import re
import socket
import struct
import threading
from collections.abc import Sequence

import pytest

from bridge.osc import OscError
from tests.engine_plugins.unity.build import Build
from tests.golden.make import HERE as GOLDEN
from tests.sinks.peers import need
from tests.sinks.test_native import PROTOCOL, frame_of

NATIVE = sorted(GOLDEN.glob("native_*.osc"))
REFUSED = json.loads((GOLDEN / "refused.json").read_text())


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    build = Build(tmp_path_factory.mktemp("unity"), need)
    build.assembly("Eyebridge.Core")
    build.core_program()
    return build


def decoded(build: Build, packets: Sequence[bytes]) -> list[str]:
    """A line for each packet: the frame as JSON, or why the core sees none."""
    data = b"".join(struct.pack(">i", len(packet)) + packet for packet in packets)
    return build.run(build.folder / "core.exe", "decode", data=data).splitlines()


def test_the_specification_and_the_tables_agree(build: Build) -> None:
    text = PROTOCOL.read_text(encoding="utf-8")
    sections = re.findall(r"^### (/\S+)\n(.*?)(?=^#)", text, re.MULTILINE | re.DOTALL)
    row = re.compile(r"^\| (\d+) \| ([if]) \| `(\w+)` \| (\S+) \| (\S+) \| (\S+) \|", re.MULTILINE)
    written = [
        [address, int(n), tag, name, *map(float, numbers)]
        for address, body in sections
        for n, tag, name, *numbers in row.findall(body)
    ]
    assert json.loads(build.run(build.folder / "core.exe", "layout")) == written


def test_golden_frames_mean_what_their_json_says(build: Build) -> None:
    lines = decoded(build, [path.read_bytes() for path in NATIVE])
    assert [json.loads(line) for line in lines] == [json.loads(p.with_suffix(".json").read_text()) for p in NATIVE]


def test_damaged_frames_are_refused_for_their_reason(build: Build) -> None:
    lines = decoded(build, [(GOLDEN / name).read_bytes() for name in REFUSED])
    level = {"Damaged": "packet", "NotAFrame": "frame", "NewerVersion": "frame"}
    found = dict(zip(REFUSED, lines, strict=True))
    assert {name: level[line] for name, line in found.items()} == {n: entry["level"] for n, entry in REFUSED.items()}
    assert found["refused_version_2.osc"] == "NewerVersion"


def mutant(packet: bytes, dice: random.Random) -> bytes:
    data = bytearray(packet)
    for _ in range(dice.randint(1, 2)):
        at = dice.randrange(len(data))
        kind = dice.randrange(5)
        if kind == 0:
            data[at] = dice.randrange(256)
        elif kind == 1:
            del data[at // 4 * 4 : at // 4 * 4 + 4 * dice.randint(1, 8)]
        elif kind == 2:
            data[at // 4 * 4 : at // 4 * 4] = bytes(4)
        elif kind == 3:
            data[at // 4 * 4 : at // 4 * 4 + 4] = struct.pack(">f", dice.choice([-9e9, 9e9, -0.5, 2.0, float("inf")]))
        else:
            data[at] ^= 1 << dice.randrange(8)
        data = data or bytearray(packet)
    return bytes(data)


def verdict_of(packet: bytes) -> str:
    try:
        values = frame_of(packet)
    except (OscError, IndexError):  # no message at all is no frame, either way it is put
        return "refused"
    return "refused" if values is None else "frame"


def test_mutants_are_judged_as_by_the_daemons_own_reader(build: Build) -> None:
    dice = random.Random(7)
    packets = [mutant(dice.choice(NATIVE).read_bytes(), dice) for _ in range(4000)]
    # Python's reader forgets whether a float came as f or d, an int as i, h or t; the specification wants f and i.
    packets = [packet for packet in packets if len(packet) <= 1400 and not re.search(rb",[ifs]*[dht]", packet)]
    ours = [verdict_of(packet) for packet in packets]
    lines = decoded(build, packets)
    for packet, expected, line in zip(packets, ours, lines, strict=True):
        assert ("frame" if line.startswith("{") else "refused") == expected, packet.hex()
    assert 200 < ours.count("frame") < len(ours) - 200


def test_no_datagram_breaks_the_core(build: Build) -> None:
    files = [str(path) for kind in ("native", "refused", "vmc") for path in sorted(GOLDEN.glob(f"{kind}_*.osc"))]
    report = build.run(build.folder / "core.exe", "fuzz", "100000", "1", *files)
    frames, damaged, other = map(int, re.findall(r"\d+", report)[:3])
    assert min(frames, damaged, other) > 1000


def test_datagrams_come_through_a_real_socket(build: Build) -> None:
    session = [(GOLDEN / f"native_{name}.osc").read_bytes() for name in ("neutral", "happy", "wink", "one_eye", "ramp")]
    with (
        build.start(build.folder / "core.exe", "listen") as peer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours,
    ):
        assert peer.stdin is not None
        assert peer.stdout is not None
        deadline = threading.Timer(60, peer.kill)
        deadline.start()
        address = ("127.0.0.1", int(peer.stdout.readline()))
        shown = []
        for packet in session:
            ours.sendto(packet, address)
            shown.append(json.loads(peer.stdout.readline()))
        for junk in (session[1], b"", b"junk", bytes(60000), (GOLDEN / "refused_version_2.osc").read_bytes()):
            ours.sendto(junk, address)
        last = bytearray(session[1])
        for at in (0x34, len(last) - 4):
            last[at : at + 4] = struct.pack(">i", 9)
        ours.sendto(last, address)
        shown.append(json.loads(peer.stdout.readline()))
        peer.stdin.close()
        counts = peer.stdout.read().strip()
        deadline.cancel()
    assert shown[:5] == [frame_of(packet) for packet in session]
    assert shown[5]["/eyebridge/frame"]["sequence"] == 9
    # A machine that pauses half a second forgets the sequence, so what is late or lost may be less.
    assert re.fullmatch(r"accepted [67] refused 4 lost [04] late [01] newer True", counts)


def test_a_steady_stream_allocates_nothing(build: Build) -> None:
    measured = json.loads(build.run(build.folder / "core.exe", "bench", str(GOLDEN / "native_ramp.osc")))
    for work in measured.values():
        assert work["collections"] == 0
        assert work["bytes"] < work["frames"] / 10, "a tenth of a byte a frame is what starting costs"
