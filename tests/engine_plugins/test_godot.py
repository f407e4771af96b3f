"""The Godot addon in the real engine: packets, live frames from the real daemon, the editor, a picture."""

import json
from collections.abc import Sequence
from typing import Any, Final

import pytest

from bridge.sinks.native import LAYOUT
from tests.engine_plugins.engine import HERE, Godot, make_project, need_godot
from tests.engine_plugins.packets import FRAMES, REFUSED, framed, golden, meaning, mutants, readings

MUTANTS: Final = 5000


@pytest.fixture(scope="module")
def godot(tmp_path_factory: pytest.TempPathFactory) -> Godot:
    return make_project(tmp_path_factory.mktemp("godot"), need_godot())


def decoded(godot: Godot, packets: Sequence[bytes]) -> list[str]:
    """A line of JSON for each packet, and the addon's own table in the last one."""
    given, told = godot.folder / "packets.bin", godot.folder / "told.jsonl"
    given.write_bytes(framed(packets))
    output = godot.run("-s", str(HERE / "decode.gd"), "--", str(given), str(told))
    assert "ERROR" not in output, output
    return told.read_text(encoding="utf-8").splitlines()


def known(frame: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """All that the addon keeps of a frame: its version has served when it is accepted."""
    del frame["/eyebridge/frame"]["version"]
    return frame


def test_the_addons_table_is_the_protocols(godot: Godot) -> None:
    layout: list[Any] = json.loads(decoded(godot, [])[-1])
    assert layout == [
        [
            address,
            sum(a.tag == "i" for a in arguments),
            [[a.name, pytest.approx([a.low, a.high, a.neutral])] for a in arguments if a.tag == "f"],
        ]
        for address, arguments in LAYOUT
    ]


def test_packets_mean_what_they_mean_in_python(godot: Godot) -> None:
    """Golden ones, those to be refused, and damaged ones, in one go."""
    damaged = mutants(MUTANTS)
    packets = [path.read_bytes() for path in (*FRAMES, *REFUSED)] + damaged
    *lines, _ = decoded(godot, packets)
    frames = readings(lines)
    assert frames[: len(FRAMES)] == [known(golden(path.stem)) for path in FRAMES]
    assert frames[len(FRAMES) : len(FRAMES) + len(REFUSED)] == [None] * len(REFUSED)
    expected = [meaning(packet) for packet in damaged]
    assert 100 < sum(frame is not None for frame in expected) < MUTANTS - 100
    for packet, frame, line in zip(damaged, expected, lines[len(packets) - MUTANTS :], strict=True):
        assert readings([line])[0] == (frame and known(frame)), (line[:80], packet)
