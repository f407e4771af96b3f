import json
import runpy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
import zmq

from bridge.blendshapes import ARKIT
from bridge.channels import CHANNEL_NAMES
from bridge.errors import BridgeError
from bridge.sinks import zeromq
from bridge.sinks.zeromq import PORT, TOPIC, ZeroMqOptions, pack
from tests.golden import make

RAMP = make.FACES["ramp"]
SAMPLE = Path(__file__).parents[2] / "samples" / "subscribe.py"


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    with zmq.Context() as found:
        yield found


def subscriber(context: zmq.Context[zmq.Socket[bytes]], address: str) -> zmq.Socket[bytes]:
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.RCVTIMEO, 200)
    socket.setsockopt(zmq.RCVHWM, 1)
    socket.subscribe(TOPIC)
    socket.connect(address)
    return socket


def test_the_golden_message_says_everything_but_the_pictures() -> None:
    data = (make.HERE / "zeromq_ramp.bin").read_bytes()
    found = msgpack.unpackb(data)
    assert found == json.loads((make.HERE / "zeromq_ramp.json").read_text())
    assert found["schema"] == zeromq.SCHEMA == 1
    assert found["blendshapes"] == dict(zip(ARKIT, RAMP.weights.blendshapes.tolist(), strict=True))
    assert list(found["channels"]) == list(CHANNEL_NAMES)
    assert found["action_unit"] == "brow_lower"
    assert found["light"]["temperature"] == 2000
    assert not any(isinstance(value, bytes) for value in found.values())


def test_the_documented_keys_are_the_ones_that_are_sent() -> None:
    assert zeromq.__doc__ is not None
    rows = [line.split("  ")[2].strip() for line in zeromq.__doc__.splitlines() if line.startswith("    ")]
    documented = [key.strip() for row in rows for key in row.split(",")]
    assert documented == list(msgpack.unpackb(pack(make.CAMERA)))
    assert documented[:-2] == list(msgpack.unpackb(pack(RAMP))), "without a face camera nothing is said of a head"


def test_what_is_not_known_is_nil() -> None:
    found = msgpack.unpackb(pack(make.FACES["one_eye"]))
    assert found["seen"] == [True, False]
    unseen = {name for name, value in found["channels"].items() if value is None}
    assert unseen == {name for name in CHANNEL_NAMES if name.endswith("_right")}


def test_subscribers_get_results_and_a_slow_one_gets_the_newest(context: Any) -> None:
    with ZeroMqOptions(port=0).open() as sink, subscriber(context, sink.name) as reader:
        topic = message = b""
        for _ in range(100):  # until the subscription has arrived
            sink.send(RAMP)
            try:
                topic, message = reader.recv_multipart()
                break
            except zmq.Again:
                continue
        assert (topic, message) == (TOPIC, pack(RAMP))
        for index in range(50_000):
            sink.send(replace(RAMP, pair=replace(RAMP.pair, index=index, time=float(index))))
        seen = []
        while True:
            try:
                seen.append(msgpack.unpackb(reader.recv_multipart()[1])["index"])
            except zmq.Again:
                break
        assert len(seen) < 50_000, "results were dropped, not queued"
        assert seen == sorted(seen)


def test_nobody_listening_costs_nothing_and_closing_twice_is_fine() -> None:
    sink = ZeroMqOptions(port=0).open()
    sink.send(RAMP)
    assert sink.traffic.packets == 1
    sink.close()
    sink.close()


def test_a_taken_port_is_one_sentence() -> None:
    with ZeroMqOptions(port=0).open() as first:
        port = int(first.name.rsplit(":", 1)[1])
        with pytest.raises(BridgeError, match=r"cannot publish on 127\.0\.0\.1"):
            ZeroMqOptions(port=port).open()
    with pytest.raises(BridgeError, match="cannot publish on no-such-host"):
        ZeroMqOptions(host="no-such-host.invalid").open()


def test_a_weight_that_is_not_a_number_is_nil() -> None:
    weights = np.full(52, np.nan, np.float32)
    wild = replace(RAMP, weights=replace(RAMP.weights, blendshapes=weights))
    assert set(msgpack.unpackb(pack(wild))["blendshapes"].values()) == {None}


def test_the_sample_reads_what_is_published(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    class Once:
        """A subscriber to whom one result comes."""

        def __init__(self) -> None:
            self.messages = [(TOPIC, pack(RAMP))]
            self.connected: list[str] = []

        def __enter__(self) -> "Once":
            return self

        def __exit__(self, *error: object) -> None: ...

        def socket(self, kind: int) -> "Once":
            assert kind == zmq.SUB
            return self

        def setsockopt(self, option: int, value: int) -> None: ...

        def setsockopt_string(self, option: int, value: str) -> None:
            assert TOPIC.startswith(value.encode())

        def connect(self, address: str) -> None:
            assert address == f"tcp://127.0.0.1:{PORT}"

        def recv_multipart(self) -> tuple[bytes, bytes]:
            if not self.messages:
                raise KeyboardInterrupt
            return self.messages.pop()

    monkeypatch.setattr(zmq, "Context", Once)
    with pytest.raises(KeyboardInterrupt):
        runpy.run_path(str(SAMPLE))
    assert "anger" in capsys.readouterr().out
