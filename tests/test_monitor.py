import io
import socket
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bridge.cli import main
from bridge.commands.listening import Ear, TcpEar, UdpEar, ZeroMqEar
from bridge.commands.monitor import Tally, as_text, view, what_to_check
from bridge.decoding import decode
from bridge.errors import BridgeError
from bridge.osc import Message
from bridge.sinks import HyperionOptions, NativeOptions, ZeroMqOptions
from bridge.sinks.hyperion import color_command
from tests.golden import make
from tests.sinks.peers import free_port

HAPPY = make.FACES["happy"]


def listen(ear: Ear, tally: Tally, packets: int) -> Tally:
    """Counts until so many packets were heard, each a hundredth of a second after the other."""
    heard = 0
    while heard < packets:
        found = ear.hear(10)
        assert found, "nothing came"
        for packet in found:
            heard += 1
            tally.add(packet, heard / 100)
    return tally


def shown(tally: Tally, now: float, hint: str = "") -> str:
    screen = Console(file=io.StringIO(), width=120, height=30)
    screen.print(view(tally, hint, now))
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_what_a_sink_sends_is_shown_with_its_rate() -> None:
    with UdpEar("127.0.0.1", 0) as ear:
        with NativeOptions(port=ear.port).open() as sink:
            for _ in range(50):
                sink.send(HAPPY)
        tally = listen(ear, Tally(0.0), 50)
    assert dict(tally.packets) == {"native": 50}
    assert tally.packets_a_second(0.51) == pytest.approx(100)
    assert tally.packets_a_second(3.0) == 0
    text = shown(tally, 0.51)
    assert "100.0 packets/s" in text
    assert "/eyebridge/weights/eyes" in text
    assert "1.000 0.750 0.375 1.250 3500.000" in text, "the light's last values"


def test_shapes_of_vmc_have_a_row_each() -> None:
    tally = Tally(0.0)
    for data in make.vmc()["vmc_performer"]:
        tally.add(("somebody", len(data), lambda data=data: decode(data)), 0.0)  # type: ignore[misc]
    row = tally.rows["VMC", "/VMC/Ext/Blend/Val EyeBlinkLeft"]
    assert (row.count, row.values) == (1, (1 / 64,))


def test_damage_is_counted_by_reason() -> None:
    tally = Tally(0.0)
    for data in (b"\x00", b"\x00", b"#bundle"):
        tally.add(("somebody", len(data), lambda data=data: decode(data)), 0.0)  # type: ignore[misc]
    assert sorted(tally.refused.values()) == [1, 2]
    assert "no protocol known here begins with 00" in tally.summary()
    assert "refused 2" in shown(tally, 0.0)


def test_lines_over_tcp_come_whole_from_pieces() -> None:
    line = color_command(HyperionOptions(), (1, 2, 3))
    with TcpEar("127.0.0.1", 0) as ear, socket.create_connection(("127.0.0.1", ear.port)) as sender:
        assert ear.hear(10) == []  # it was let in
        sender.sendall(line[:10])
        assert ear.hear(10) == []
        sender.sendall(line[10:] + b"junk\n")
        tally = listen(ear, Tally(0.0), 2)
    assert dict(tally.packets) == {"Hyperion": 1}
    assert tally.rows["Hyperion", "color"].values == (1, 2, 3)
    assert sum(tally.refused.values()) == 1


def test_a_publisher_is_heard() -> None:
    with ZeroMqOptions(port=0).open() as sink, ZeroMqEar(sink.name) as ear:
        tally = Tally(0.0)
        while not tally.packets:
            sink.send(HAPPY)
            for packet in ear.hear(0.05):
                tally.add(packet, 0.0)
    assert tally.rows["ZeroMQ eyebridge.result", "emotion"].values == ("happiness",)


def test_what_cannot_be_listened_on_is_one_sentence() -> None:
    with UdpEar("127.0.0.1", 0) as first:
        with pytest.raises(BridgeError, match="close it for the time of this test"):
            UdpEar("127.0.0.1", first.port)
        with pytest.raises(BridgeError, match="check --host"):
            UdpEar("192.0.2.1", first.port)
    with pytest.raises(BridgeError, match="is no ZeroMQ address"):
        ZeroMqEar("tcp:/somewhere")


@pytest.mark.parametrize(
    ("port", "switch"),
    [(13937, "native"), (39539, "vmc"), (39540, "vmc"), (9000, "vrchat"), (11111, "livelink"), (19444, "hyperion")],
)
def test_the_advice_names_the_target_of_the_port(port: int, switch: str) -> None:
    assert f"--targets.{switch}.enabled" in what_to_check(port)
    assert f"--targets.NAME.port {port + 1000}" in what_to_check(port + 1000)


@given(st.text(max_size=300), st.binary(max_size=300))
def test_whatever_comes_nothing_steers_the_terminal(text: str, data: bytes) -> None:
    tally = Tally(0.0)
    for packet in (data, make.bundle([Message("/x", (text.replace("\0", ""), 1.0))]) if len(text) < 100 else b"/"):
        tally.add((text, len(packet), lambda packet=packet: decode(packet)), 0.0)  # type: ignore[misc]
    screen = shown(tally, 0.0)
    assert all(c.isprintable() or c == "\n" for c in screen)
    assert as_text((text,)).isprintable()


def test_addresses_without_end_do_not_fill_the_memory() -> None:
    tally = Tally(0.0)
    for n in range(3000):
        packet = make.bundle([Message(f"/{n}", (1.0,))])
        tally.add((f"host {n}", len(packet), lambda packet=packet: decode(packet)), 0.0)  # type: ignore[misc]
        tally.add((f"host {n}", 1, lambda n=n: decode(b"\x00%d" % n)), 0.0)  # type: ignore[misc]
    assert len(tally.rows) <= 1000
    assert len(tally.senders) <= 1000
    assert len(tally.refused) <= 1001


def test_the_command_prints_a_line_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    port, done = free_port(), threading.Event()

    def send() -> None:
        with NativeOptions(port=port).open() as sink:
            while not done.wait(0.02):
                sink.send(HAPPY)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        assert main(["monitor", "--port", str(port), "--plain", "--seconds", "0.5"]) == 0
    finally:
        done.set()
        sender.join()
    printed = capsys.readouterr()
    lines = [line.split(maxsplit=2) for line in printed.out.splitlines()]
    assert {line[1] for line in lines} == {"native"}
    assert any(line[2].startswith("/eyebridge/light 1.000 0.750") for line in lines)
    assert "heard" in printed.err


def test_nothing_is_said_to_be_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["monitor", "--port", "0", "--seconds", "0.1"]) == 0
    assert "nothing came" in capsys.readouterr().err


def test_a_reader_that_leaves_is_no_error() -> None:
    port = free_port()
    command = [sys.executable, "-m", "bridge.cli", "monitor", "--port", str(port), "--plain", "--seconds", "30"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as monitor:
        assert monitor.stdout is not None
        assert monitor.stderr is not None
        assert "listening" in monitor.stderr.readline()
        with NativeOptions(port=port).open() as sink:
            sink.send(HAPPY)
            assert "native" in monitor.stdout.readline()
            monitor.stdout.close()
            while monitor.poll() is None:
                sink.send(HAPPY)
        assert monitor.returncode == 0
        assert "Traceback" not in monitor.stderr.read()
