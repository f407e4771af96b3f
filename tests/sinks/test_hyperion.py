import contextlib
import json
import logging
import socket
import threading
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from bridge.sinks.hyperion import HyperionOptions, clear_command, encoded
from tests.golden import make

HAPPY = make.FACES["happy"]


class Hyperion:
    """A JSON server of one client at a time: keeps what it says, answers as told."""

    def __init__(self, port: int = 0, answer: bytes = b'{"success":true}\n') -> None:
        self.lines: list[dict[str, Any]] = []
        self.connections = 0
        self._answer = answer
        self._said = threading.Condition()
        self._listening = socket.create_server(("127.0.0.1", port))
        self._client: socket.socket | None = None
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                self._client, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            with self._client as client, client.makefile("rb") as stream:
                try:
                    for line in stream:
                        with self._said:
                            self.lines.append(json.loads(line))
                            self._said.notify()
                        client.sendall(self._answer)
                except OSError:
                    continue

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        with self._said:
            assert self._said.wait_for(lambda: len(self.lines) >= count, 20)
            return list(self.lines)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        if self._client is not None:
            with contextlib.suppress(OSError):  # it has gone already
                self._client.shutdown(socket.SHUT_RDWR)
        self._thread.join()


def test_the_golden_line_is_one_that_hyperion_takes() -> None:
    """schema-color.json: these keys and no others; origin of 4 to 20 characters."""
    data = (make.HERE / "hyperion.bin").read_bytes()
    assert data.endswith(b"}\n")
    assert data.count(b"\n") == 1
    assert json.loads(data) == {
        "command": "color",
        "priority": 50,
        "color": [188, 137, 255],
        "duration": 5000,
        "origin": "eyebridge",
    }
    assert json.loads(clear_command(HyperionOptions(priority=7))) == {"command": "clear", "priority": 7}


def test_colours_are_srgb() -> None:
    assert encoded((0.0, 0.5, 1.0)) == (0, 188, 255)


@pytest.mark.parametrize("wrong", [{"origin": "eye"}, {"origin": "e" * 21}, {"priority": 0}, {"priority": 254}])
def test_what_hyperion_would_refuse_is_refused_here(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HyperionOptions.model_validate(wrong)


def test_the_strips_fade_up_and_are_given_back() -> None:
    server = Hyperion()
    sink = HyperionOptions(port=server.port, rate=40).open()
    sink.send(HAPPY)
    server.wait_for(10)
    sink.close()
    *colours, last = server.wait_for(sink.traffic.packets)
    server.close()
    assert last == {"command": "clear", "priority": 50}
    assert {line["command"] for line in colours} == {"color"}
    assert max(colours[0]["color"]) < 40
    assert max(colours[-1]["color"]) < 20, "dark before it is cleared"
    steps = [abs(b["color"][0] - a["color"][0]) for a, b in pairwise(colours)]
    assert max(steps) < 80
    assert sink.traffic.packets == len(server.lines)


def test_the_last_word_arrives_although_answers_are_unread() -> None:
    """A socket closed over unread bytes is reset, and what was sent last may be lost with it."""
    server = Hyperion(answer=b'{"success":true}\n' * 2000)
    for _ in range(10):
        with HyperionOptions(port=server.port, rate=44).open() as sink:
            heard = len(server.lines)
            sink.send(HAPPY)
            server.wait_for(heard + 2)
        assert server.wait_for(heard + sink.traffic.packets)[-1]["command"] == "clear"
    server.close()


def test_hyperion_that_goes_and_comes_is_said_once_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "eyebridge")
    server = Hyperion()
    with HyperionOptions(port=server.port, rate=44).open() as sink:
        sink.send(HAPPY)
        server.wait_for(5)
        server.close()
        again = None
        while again is None:  # the port is free once the system says so
            try:
                again = Hyperion(server.port)
            except OSError:
                continue
        colours = again.wait_for(3)
        assert max(colours[0]["color"]) < 40, "dark again"
    again.close()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "cannot be reached" in said[0]
    assert "is there again" in said[1]


def test_a_refusal_is_said_once_and_junk_is_ignored(caplog: pytest.LogCaptureFixture) -> None:
    for answer in (b'{"success":false,"error":"No Authorization"}\n', b"\xff{[\n" * 20, b"[1]\n"):
        server = Hyperion(answer=answer)
        with HyperionOptions(port=server.port, rate=44).open() as sink:
            sink.send(HAPPY)
            server.wait_for(10)
        server.close()
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert "No Authorization" in said[0]
