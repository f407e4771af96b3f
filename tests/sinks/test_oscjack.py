"""The golden packets as Unity programs read them: through keijiro's OscJack from npm, its own sources under mono."""

import os
import socket
import struct
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import platformdirs
import pytest

from bridge.osc import Message, Value, encode, read
from tests.golden.make import HERE as GOLDEN
from tests.sinks.peers import free_port, need

PACKAGE: Final = "jp.keijiro.osc-jack"
VERSION: Final = "2.0.0"

LEFT_OUT: Final = {"vrchat_binary.0.osc", "vrchat_floats.5.osc"}
"T and F in them: OscJack knows i, f, s and b alone and stops at the first other tag."

PACKETS: Final = [
    path
    for kind in ("native", "vmc", "vrchat")
    for path in sorted(GOLDEN.glob(f"{kind}_*.osc"))
    if path.name not in LEFT_OUT
]
END: Final = Message("/end")


def sources() -> list[Path]:
    """OscJack's files that need no Unity."""
    folder = Path(platformdirs.user_cache_dir("eyebridge", appauthor=False)) / "tests" / f"oscjack-{VERSION}"
    base = folder / "node_modules" / PACKAGE / "Runtime" / "Base"
    if not base.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        command = [need("npm", "npm"), "install", "--prefix", str(folder), "--no-audit", "--no-fund"]
        subprocess.run([*command, f"{PACKAGE}@{VERSION}"], check=False, capture_output=True, timeout=300)
    if not base.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("OscJack could not be installed; CI needs npm and the network")
        pytest.skip("OscJack is not here; npm could not install it to compare with it")
    return sorted(base.rglob("*.cs"))


@pytest.fixture
def receiver(tmp_path: Path) -> list[str]:
    """The command that runs oscjack.cs."""
    compiler, runtime = need("mcs", "mono-mcs"), need("mono", "mono-runtime")
    program = tmp_path / "oscjack.exe"
    files = [Path(__file__).with_name("oscjack.cs"), *sources()]
    subprocess.run([compiler, f"-out:{program}", *map(str, files)], check=True, timeout=120)
    return [runtime, str(program)]


def heard(receiver: Sequence[str], packets: Sequence[bytes]) -> list[list[str]]:
    """The lines, as words, that the receiver prints of the packets before the end's; all it has if that never comes."""
    port = free_port()
    lines = []
    with (
        subprocess.Popen([*receiver, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours,
    ):
        assert peer.stdin is not None
        assert peer.stdout is not None
        deadline = threading.Timer(60, peer.kill)
        deadline.daemon = True
        deadline.start()
        assert peer.stdout.readline() == "listening\n"
        for packet in [*packets, encode(END)]:
            ours.sendto(packet, ("127.0.0.1", port))
        for line in peer.stdout:
            if line == f"{END.address}\n":
                break
            lines.append(line.rstrip("\n").split("\t"))
        peer.stdin.close()
        deadline.cancel()
    return lines


def as_sent(words: Sequence[str], like: Message) -> Message:
    """What a program gets that asks OscJack for arguments of the types it expects."""
    address, *readings = words
    assert len(readings) == 3 * len(like.arguments), address
    arguments: list[Value] = []
    for n, argument in enumerate(like.arguments):
        whole, number, text = readings[3 * n : 3 * n + 3]
        single = struct.unpack("f", struct.pack("f", float(number)))[0]
        arguments.append({int: int(whole), float: single, str: text}[type(argument)])
    return Message(address, tuple(arguments))


def test_oscjack_reads_what_our_reader_reads(receiver: list[str]) -> None:
    packets = [path.read_bytes() for path in PACKETS]
    expected = [message for packet in packets for message in read(packet)]
    lines = heard(receiver, packets)
    assert [address for address, *_ in lines] == [message.address for message in expected]
    assert [as_sent(words, message) for words, message in zip(lines, expected, strict=True)] == expected
