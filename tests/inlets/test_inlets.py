"""Each inlet through its real transport: a datagram, a ZeroMQ request; keys only as far as there is no keyboard."""

import json
import queue
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import zmq

from bridge.control import CaptureNeutral, Command, SkipStep
from bridge.errors import BridgeError
from bridge.inlets import InletsOptions, opened
from bridge.inlets.hotkeys import HotkeyOptions, _actions
from bridge.inlets.osc import OscInletOptions
from bridge.inlets.zeromq import ZeroMqInletOptions
from bridge.osc import Message, encode

Obeyed = queue.SimpleQueue[Command]


def test_an_osc_message_is_obeyed_and_anything_else_is_not() -> None:
    obeyed: Obeyed = queue.SimpleQueue()
    inlet = OscInletOptions(port=0).open(obeyed.put)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for data in (b"", b"/eyebridge", b"#bundle\0", bytes(4096), encode(Message("/eyebridge/other"))):
            sender.sendto(data, ("127.0.0.1", inlet.port))
        sender.sendto(encode(Message("/eyebridge/skip")), ("127.0.0.1", inlet.port))
        assert obeyed.get(timeout=10) == SkipStep()
    inlet.close()
    assert obeyed.empty()


@pytest.fixture
def asking() -> Iterator[tuple[Any, Obeyed]]:
    """A client's socket, and what its requests led to."""
    obeyed: Obeyed = queue.SimpleQueue()
    inlet = ZeroMqInletOptions(port=0).open(obeyed.put)
    context = zmq.Context()
    client = context.socket(zmq.REQ)
    client.setsockopt(zmq.RCVTIMEO, 10_000)
    client.connect(inlet.address)
    yield client, obeyed
    context.destroy(0)
    inlet.close()


def test_a_zeromq_request_is_obeyed_and_answered(asking: tuple[Any, Obeyed]) -> None:
    client, obeyed = asking
    client.send(b'{"type": "capture_neutral", "seconds": 3}')
    assert json.loads(client.recv()) == {"ok": True}
    assert obeyed.get_nowait() == CaptureNeutral(3.0)


@pytest.mark.parametrize(
    "request_",
    [b"", b"\xff", b"[]", b"[" * 4000, b'{"type": "stop"}', b'{"type": "capture_neutral", "seconds": NaN}'],
)
def test_a_bad_zeromq_request_is_answered_with_the_reason(asking: tuple[Any, Obeyed], request_: bytes) -> None:
    client, obeyed = asking
    client.send(request_)
    answer = json.loads(client.recv())
    assert answer["ok"] is False
    assert answer["reason"]
    client.send_multipart([b"{}", b"{}"])
    assert json.loads(client.recv())["ok"] is False
    assert obeyed.empty()


def test_an_inlet_that_cannot_be_opened_is_said_and_the_others_work(caplog: pytest.LogCaptureFixture) -> None:
    obeyed: Obeyed = queue.SimpleQueue()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        options = InletsOptions(
            osc=OscInletOptions(port=port), zeromq=ZeroMqInletOptions(enabled=True, host="not an address")
        )
        with opened(options, obeyed.put):
            pass
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert f"127.0.0.1:{port}" in caplog.text


def test_keys_stand_for_commands_and_a_misspelt_one_is_refused() -> None:
    obeyed: Obeyed = queue.SimpleQueue()
    _actions(HotkeyOptions().keys, len, obeyed.put)["<ctrl>+<alt>+r"]()
    assert obeyed.get_nowait() == CaptureNeutral(1.0)

    def refuse(key: str) -> None:
        raise ValueError(key)

    with pytest.raises(BridgeError, match="is no key for recenter"):
        _actions(HotkeyOptions().keys, refuse, obeyed.put)
