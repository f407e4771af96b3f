import contextlib
import random
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import msgpack
import numpy as np
import pytest
import zmq
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.sources import zeromq
from bridge.sources.device import Device, Lost
from bridge.sources.zeromq import ZeroMqOptions, read_frame
from samples.cameras.standin import Eye, Track
from samples.cameras.zeromq import PUPIL_TOPICS, PupilRemote, ZeroMqCamera
from tests.sources.streams import jpeg, number_of, until_lost

GRAY = np.random.default_rng(3).integers(0, 255, (11, 7), np.uint8)
COLOUR = np.dstack([GRAY, GRAY // 2, 255 - GRAY])
EYES: dict[Eye, Track] = {"left": [jpeg(10)], "right": [jpeg(100)]}


def message(data: bytes, **header: Any) -> list[bytes]:
    return [b"eyebridge.eye.left", msgpack.packb({"width": 7, "height": 11, **header}), data]


@pytest.mark.parametrize(
    ("name", "data", "picture"),
    [
        ("gray", GRAY.tobytes(), GRAY),
        ("bgr", COLOUR.tobytes(), COLOUR),
        ("rgb", COLOUR[:, :, ::-1].tobytes(), COLOUR),
        ("yuyv", np.dstack([GRAY, 255 - GRAY]).tobytes(), GRAY),
        ("yuv420", GRAY.tobytes() + bytes(2 * 4 * 6), GRAY),
        ("yuv", GRAY.tobytes(), GRAY),
        ("yuv", GRAY.tobytes() + bytes(2 * 4 * 6), GRAY),
        ("yuv", GRAY.tobytes() + bytes(2 * 4 * 11), GRAY),
        ("yuv", GRAY.tobytes() + bytes(2 * 7 * 11), GRAY),
    ],
)
def test_every_format_gives_its_picture(name: str, data: bytes, picture: np.ndarray) -> None:
    np.testing.assert_array_equal(read_frame(message(data, format=name)), picture)


def test_a_jpeg_says_its_own_size() -> None:
    data = cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))[1].tobytes()
    found = read_frame([b"frame.eye.0", msgpack.packb({"format": "jpeg"}), data])
    assert (found.shape, number_of(found)) == ((48, 64), 90)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([], "a message of 0 parts"),
        ([b"eyebridge.eye.left", msgpack.packb({})], "a message of 2 parts"),
        ([b"", b"", b""], "not msgpack"),
        ([b"", b"\xc1", b""], "not msgpack"),
        ([b"", b"\x91" * 5000 + b"\x01", b""], "not msgpack"),
        ([b"", b"\xdd\xff\xff\xff\xff", b""], "not msgpack"),
        ([b"", msgpack.packb([1] * 65), b""], "more than a frame's map"),
        ([b"", msgpack.packb("x" * 20_000), b""], "its map has 20003 bytes"),
        ([b"", msgpack.packb([1]), b""], "no map"),
        ([b"", msgpack.packb({1: 2}), b""], "not msgpack"),
        (message(GRAY.tobytes()), "its format is 'None'"),
        (message(GRAY.tobytes(), format=["gray"]), "its format is"),
        (message(GRAY.tobytes(), format="h264"), "its format is 'h264', not gray, "),
        (message(GRAY.tobytes(), format="gray", width="7"), "no whole number"),
        (message(GRAY.tobytes(), format="gray", width=True), "no whole number"),
        (message(GRAY.tobytes(), format="gray", height=11.0), "no whole number"),
        (message(b"", format="gray", width=0), "a picture of 0 x 11 pixels"),
        (message(b"", format="gray", width=-7, height=-11), "a picture of -7 x -11"),
        (message(b"", format="gray", width=10**9, height=10**9), "a picture of"),
        (message(GRAY.tobytes()[1:], format="gray"), "its picture has 76 bytes where 77 are needed"),
        (message(GRAY.tobytes(), format="bgr"), "77 bytes where 231"),
        (message(b"\xff\xd8", format="jpeg"), "no JPEG"),
    ],
)
def test_what_is_no_frame(parts: list[bytes], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        read_frame(parts)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise(header: bytes, data: bytes) -> None:
    with contextlib.suppress(ValueError):
        read_frame([b"frame.eye.0", header, data])


@pytest.fixture
def publisher() -> Iterator[zmq.Socket[bytes]]:
    with zmq.Context() as context, context.socket(zmq.XPUB) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, 10_000)
        yield socket


@contextlib.contextmanager
def subscribed(publisher: zmq.Socket[bytes], options: ZeroMqOptions) -> Iterator[Device]:
    """A device under which one picture has come already."""
    first = [b"frame.eye.1", msgpack.packb({"format": "jpeg"}), jpeg(10)]
    with ThreadPoolExecutor(1) as pool:
        connecting = pool.submit(options.connect)
        for _ in zeromq.TOPICS[options.eyes]:
            publisher.recv()
        publisher.send_multipart(first)
        with contextlib.closing(connecting.result(10.0)) as device:
            yield device


@pytest.mark.parametrize(("eyes", "number"), [("left", 10), ("right", 100), ("auto", 10)])
def test_only_the_eye_that_was_asked_for_is_given(eyes: Any, number: int) -> None:
    with ZeroMqCamera(EYES) as camera:
        device = ZeroMqOptions(address=f"tcp://127.0.0.1:{camera.port}", eyes=eyes).connect()
        for _ in range(5):
            assert number_of(device.read(5.0).picture) == number
        device.close()


@pytest.mark.parametrize("address", ["127.0.0.1:5555", "ipc:///tmp/x", "tcp://127.0.0.1", "tcp://*:5555/x"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ValidationError):
        ZeroMqOptions(address=address)


def test_nothing_is_published(publisher: zmq.Socket[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    monkeypatch.setattr(zeromq, "ANSWER_LIMIT", 0.1)
    with pytest.raises(Lost, match=r"nothing is published at tcp://.* as eyebridge\.eye\.left or frame\.eye\.1"):
        ZeroMqOptions(address=f"tcp://127.0.0.1:{port}", eyes="left").connect()


def test_damaged_messages_other_topics_and_the_newest_of_many(publisher: zmq.Socket[bytes]) -> None:
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    options = ZeroMqOptions(address=f"tcp://127.0.0.1:{port}", eyes="left")
    with subscribed(publisher, options) as device:
        for number in (20, 30):
            publisher.send_multipart(
                [b"frame.eye.1", msgpack.packb({"format": "jpeg"}), jpeg(number), b"more", b"parts"]
            )
        publisher.send_multipart([b"frame.eye.10", msgpack.packb({"format": "jpeg"}), jpeg(200)])
        publisher.send_multipart([b"eyebridge.eye.left", msgpack.packb({"format": "jpeg"}), jpeg(200)])
        publisher.send_multipart([b"frame.eye.1", b"junk"])
        seen = [number_of(device.read(5.0).picture)]
        while seen[-1] != 30:
            seen.append(number_of(device.read(5.0).picture))
        assert len(seen) + device.dropped == 3
        assert until_lost(device, 0.3).startswith(("only damaged", "no picture"))
        assert device.corrupt == 1
        assert device.damage == "a message of 2 parts; a topic, a map and a picture are needed"


@pytest.mark.parametrize("eye", ["left", "right"])
def test_pupil_capture_is_asked_where_it_publishes(eye: Any) -> None:
    with ZeroMqCamera(EYES, topics=PUPIL_TOPICS) as camera:
        remote = PupilRemote(camera.port)
        device = ZeroMqOptions(address=remote.address, remote="yes", eyes=eye).connect()
        assert number_of(device.read(5.0).picture) == (10 if eye == "left" else 100)
        device.close()
        remote.close()
    assert remote.notified == [{"subject": "start_plugin", "name": "Frame_Publisher", "args": {"format": "gray"}}]


def test_no_pupil_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zeromq, "ANSWER_LIMIT", 0.1)
    with pytest.raises(Lost, match="Pupil Remote does not answer"):
        ZeroMqOptions(address="tcp://127.0.0.1:1", remote="yes").connect()


def test_the_stand_in_stops_and_comes_back() -> None:
    with ZeroMqCamera({"both": [jpeg(50)]}, rate=100.0) as camera:
        options = ZeroMqOptions(address=f"tcp://127.0.0.1:{camera.port}")
        device = options.connect()
        assert number_of(device.read(5.0).picture) == 50
        camera.faults["both"] = "garbage"
        assert until_lost(device, 0.5).startswith("only damaged pictures came")
        camera.faults["both"] = "drop"
        assert until_lost(device, 0.5).startswith(("only damaged", "no picture came"))
        camera.faults["both"] = "none"
        assert number_of(device.read(10.0).picture) == 50
        device.close()
        device.close()


def test_the_stand_in_survives_noise_that_looks_like_a_huge_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = b"P5 9999999 99 255\n"
    monkeypatch.setattr(random.Random, "randbytes", lambda _, count: huge.ljust(count, b"\0")[:count])
    with ZeroMqCamera({"both": [jpeg(50)]}, rate=100.0) as camera:
        device = ZeroMqOptions(address=f"tcp://127.0.0.1:{camera.port}").connect()
        camera.faults["both"] = "garbage"
        assert until_lost(device, 0.5).startswith("only damaged pictures came")
        camera.faults["both"] = "none"
        assert number_of(device.read(5.0).picture) == 50
        device.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_stand_in_that_has_failed_can_be_closed() -> None:
    camera = ZeroMqCamera({"both": [b"no picture"]}, rate=100.0)
    camera._thread.join(5.0)
    closing = threading.Thread(target=camera.close, daemon=True)
    closing.start()
    closing.join(5.0)
    assert not closing.is_alive()
