import asyncio
import contextlib
import gc
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.discovery.listener import Listener
from bridge.discovery.tree import Node, TreeServer
from bridge.osc import Message, bundled, encode

HERE = "127.0.0.1"
NODES = (Node("/avatar/change", "s", "the avatar"), Node("/avatar/parameters/go", "T", "a button"))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    loop = asyncio.new_event_loop()
    server = TreeServer("eyebridge-TEST", NODES, HERE, 12345)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.open(), loop).result()
    yield server.port
    asyncio.run_coroutine_threadsafe(server.close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def asked(port: int, path: str, method: str = "GET") -> tuple[int, Any]:
    connection = http.client.HTTPConnection(HERE, port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, json.loads(body) if body else None
    finally:
        connection.close()


def test_the_tree_holds_the_nodes_and_the_way_to_them(port: int) -> None:
    status, root = asked(port, "/")
    assert status == 200
    assert root["FULL_PATH"] == "/"
    change = root["CONTENTS"]["avatar"]["CONTENTS"]["change"]
    assert change == {"FULL_PATH": "/avatar/change", "ACCESS": 2, "TYPE": "s", "DESCRIPTION": "the avatar"}
    assert asked(port, "/avatar/change") == (200, change)
    assert asked(port, "/avatar/parameters")[1]["CONTENTS"]["go"]["TYPE"] == "T"


@pytest.mark.parametrize("path", ["/?HOST_INFO", "/avatar/change?HOST_INFO", "?HOST_INFO"])
def test_host_info_is_on_every_path(port: int, path: str) -> None:
    status, about = asked(port, path)
    assert (status, about["NAME"], about["OSC_IP"], about["OSC_PORT"]) == (200, "eyebridge-TEST", HERE, 12345)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/avatar/change?TYPE", (200, {"TYPE": "s"})),
        ("/avatar?ACCESS", (200, {"ACCESS": 0})),
        ("/avatar/change?VALUE", (204, None)),
        ("/avatar?TYPE", (204, None)),
        ("/avatar/change?NONSENSE", (400, None)),
        ("/avatar/nobody", (404, None)),
        ("/../etc/passwd", (404, None)),
        ("/avatar/change/TYPE", (404, None)),
    ],
)
def test_attributes_have_the_status_of_the_proposal(port: int, path: str, expected: tuple[int, Any]) -> None:
    assert asked(port, path) == expected


def test_other_methods_are_refused(port: int) -> None:
    assert asked(port, "/", "POST")[0] == 400


@pytest.mark.parametrize(
    "request_", [b"\r\n\r\n", b"GET\r\n\r\n", b"\xff" * 20_000, b"GET /" + b"a/" * 3000 + b" H\r\n\r\n"]
)
def test_damaged_requests_leave_the_server_whole(port: int, request_: bytes) -> None:
    with socket.create_connection((HERE, port), timeout=10) as visitor:
        visitor.sendall(request_)
        with contextlib.suppress(ConnectionError):
            assert visitor.recv(65536)[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 404")
    assert asked(port, "/")[0] == 200


def test_visitors_that_say_nothing_do_not_pile_up(port: int) -> None:
    idle = [socket.create_connection((HERE, port), timeout=10) for _ in range(40)]
    try:
        assert idle[-1].recv(10) == b"", "one too many is sent away at once"
    finally:
        for visitor in idle:
            visitor.close()


class Ear:
    """A listener and what it heard."""

    def __init__(self, only_from: str = HERE) -> None:
        self.heard: list[Message] = []
        self._arrival = threading.Condition()
        self._listener = Listener(HERE, only_from, ["/avatar/change", "/go"], self._hear)

    def _hear(self, message: Message) -> None:
        with self._arrival:
            self.heard.append(message)
            self._arrival.notify_all()

    def after(self, *packets: bytes) -> list[Message]:
        """What was heard of the packets: all that came before the last word, which closes the listener."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for packet in (*packets, encode(Message("/go", ("last",)))):
                sender.sendto(packet, (HERE, self._listener.port))
            with self._arrival:
                self._arrival.wait_for(lambda: Message("/go", ("last",)) in self.heard, 5)
        self._listener.close()
        self._listener.close()
        return [message for message in self.heard if message != Message("/go", ("last",))]


def test_only_what_is_wanted_is_heard() -> None:
    change, other = Message("/avatar/change", ("avtr_1",)), Message("/avatar/parameters/v2/EyeX", (0.5,))
    packets = [encode(other), encode(change), *bundled([encode(other), encode(change)]), encode(Message("/going"))]
    assert Ear().after(*packets) == [change, change]


def test_damaged_packets_are_not_heard() -> None:
    sound = encode(Message("/avatar/change", ("avtr_1",)))
    cut = [sound[:n] for n in range(len(sound)) if n != 16]  # there the address ends: a message without arguments
    damaged = [*cut, sound + b"\1" * 4, b"#bundle\0" + b"\xff" * 40, b"\0" * 5000, b""]
    assert Ear().after(*damaged, sound) == [Message("/avatar/change", ("avtr_1",))]


def test_only_one_machine_is_heard() -> None:
    ear = Ear(only_from="192.0.2.1")
    listener = ear._listener
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(encode(Message("/go")), (HERE, listener.port))
    listener.close()
    assert ear.heard == []


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 10, 1000])
def test_no_socket_outlives_the_loop_whenever_it_closes(turns: int) -> None:
    async def met_and_closed() -> None:
        server = TreeServer("eyebridge-TEST", NODES, HERE, 12345)
        await server.open()
        with socket.create_connection((HERE, server.port), timeout=10) as visitor:
            for _ in range(turns):
                await asyncio.sleep(0.0001)
            await server.close()
            with contextlib.suppress(ConnectionResetError):
                assert visitor.recv(1) == b""

    asyncio.run(met_and_closed())
    gc.collect()  # an unclosed socket says so here, and warnings are errors
