"""The JavaScript decoder under node."""

import subprocess
from pathlib import Path
from typing import Final

from tests.engine_plugins import packets
from tests.sinks.peers import need

HERE: Final = Path(__file__).parent / "javascript"
MODULE: Final = Path(__file__).parents[2] / "engine_plugins" / "javascript" / "eyebridge.mjs"


def decoded(data: bytes) -> list[packets.Meaning | None]:
    command = [need("node", "nodejs"), str(HERE / "decode.mjs"), str(MODULE)]
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True, timeout=120)
    return packets.readings(done.stdout.decode().splitlines())


def test_golden_packets_mean_what_their_json_says_and_damaged_ones_nothing() -> None:
    read = decoded(packets.framed(path.read_bytes() for path in (*packets.FRAMES, *packets.REFUSED)))
    assert read == [*(packets.golden(path.stem) for path in packets.FRAMES), *(None for _ in packets.REFUSED)]


def test_it_takes_every_damaged_packet_for_what_python_does() -> None:
    damaged = packets.mutants(6000)
    assert decoded(packets.framed(damaged)) == [packets.meaning(packet) for packet in damaged]


def test_following_has_its_own_tests() -> None:
    command = [need("node", "nodejs"), "--test", str(HERE)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    assert "# pass 2" in done.stdout
