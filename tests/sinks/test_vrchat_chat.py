"""The chatbox: its bytes as VRChat's documentation has them, its pace, and what it does with any text."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.osc import Message, read
from bridge.sinks.vrchat import VrchatOptions
from bridge.sinks.vrchat_chat import EVERY, LIMIT, LINES, Chatbox, fitted
from tests.golden import make
from tests.sinks.peers import dumped, free_port

# /chatbox/input s b n: the text, at once (T), without the sound of a notification (F)
GOLDEN = b"/chatbox/input\0\0,sTF\0\0\0\0Smile\0\0\0"


def test_a_line_is_the_bytes_that_vrchat_documents() -> None:
    chatbox = Chatbox()
    chatbox.say("Smile")
    assert chatbox.datagrams(0.0) == (GOLDEN,)
    builder = OscMessageBuilder("/chatbox/input")
    for argument in ("Smile", True, False):
        builder.add_arg(argument)
    assert builder.build().dgram == GOLDEN
    assert read(GOLDEN) == [Message("/chatbox/input", ("Smile", True, False))]


def test_liblo_reads_a_line() -> None:
    port = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:

        def send() -> None:
            sender.sendto(GOLDEN, ("127.0.0.1", port))

        found = dumped(port, send, 1)
    assert found == [["/chatbox/input", "sTF", '"Smile"', "#T", "#F"]]


def shown(chatbox: Chatbox, time: float) -> list[object]:
    return [message.arguments[0] for datagram in chatbox.datagrams(time) for message in read(datagram)]


def test_the_newest_line_is_shown_once_and_none_too_soon() -> None:
    chatbox, found = Chatbox(), {}
    for n in range(600):
        if n % 20 == 0 and n < 400:
            chatbox.say(f"line {n}")
        if lines := shown(chatbox, n / 100):
            found[n / 100] = lines
    assert found == {0.0: ["line 0"], 1.5: ["line 140"], 3.0: ["line 300"], 4.5: ["line 380"]}
    chatbox.say("a recording begins again")
    assert shown(chatbox, 0.0)


@given(st.text(max_size=400))
def test_any_text_becomes_a_packet_that_the_chatbox_takes(text: str) -> None:
    chatbox = Chatbox()
    chatbox.say(text)
    (line,) = shown(chatbox, 0.0)
    assert isinstance(line, str)
    assert line == fitted(text)
    assert len(line) <= LIMIT
    assert line.count("\n") < LINES
    assert all(letter.isprintable() or letter == "\n" for letter in line)


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert fitted("a" * 200) == "a" * 143 + "…"
    assert fitted("two\r\nlines\0") == "two\nlines"


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        found.settimeout(0.05)  # on loopback a datagram is there once it is sent
        yield found


def lines(receiver: socket.socket) -> list[object]:
    found: list[object] = []
    while True:
        try:
            found += [m.arguments[0] for m in read(receiver.recv(65536)) if m.address == "/chatbox/input"]
        except TimeoutError:
            return found


@pytest.mark.parametrize(("game", "understands"), [("vrchat", True), ("basis", False)])
def test_only_vrchat_gets_lines_and_with_its_frames(receiver: socket.socket, game: str, understands: bool) -> None:
    port, frame = receiver.getsockname()[1], make.FACES["happy"]
    options = VrchatOptions.model_validate({"game": game, "port": port, "parameters": "all"})
    with options.open() as sink:
        sink.send(frame)
        assert lines(receiver) == [], "nothing is said unasked"
        for n, text in enumerate(["Relax", "Smile", "Frown"]):
            sink.say(text)
            sink.send(replace(frame, pair=replace(frame.pair, time=frame.time + n / 10)))
        sink.send(replace(frame, pair=replace(frame.pair, time=frame.time + EVERY + 0.01)))
    assert lines(receiver) == (["Relax", "Frown"] if understands else [])
