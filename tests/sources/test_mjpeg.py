import threading
import time
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from bridge.errors import BridgeError
from bridge.sources.device import Device, Lost
from bridge.sources.jpegs import JpegReader
from bridge.sources.mjpeg import MjpegOptions
from samples.cameras.mjpeg import MjpegCamera
from samples.cameras.standin import Eye, Track
from tests.sources.streams import Scripted, answer, jpeg, number_of, until_lost
from tests.sources.wires import wait_until


def part(number: int) -> bytes:
    return b"\r\n--x\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg(number)


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted(answer()) as found:
        yield found


@pytest.fixture
def device(server: Scripted) -> Iterator[Device]:
    found = MjpegOptions(url=server.url).connect()
    yield found
    found.close()


def test_only_the_newest_picture_is_given_and_the_others_are_counted(server: Scripted, device: Device) -> None:
    server.say(b"".join(map(part, range(0, 250, 2))) + part(250)[:-5])
    seen = [number_of(device.read(5.0).picture)]
    while seen[-1] < 248:  # the system may hand it over in several pieces
        seen.append(number_of(device.read(5.0).picture))
    assert len(seen) + device.dropped == 125
    assert device.corrupt == 0
    server.say(part(250)[-5:])
    assert number_of(device.read(5.0).picture) == 250


def test_pictures_that_waited_long_are_gone_at_once(server: Scripted, device: Device) -> None:
    stream = part(1) * 2000
    sent = threading.Thread(target=server.say, args=(stream + part(9),), daemon=True)
    sent.start()
    numbers = [number_of(device.read(5.0).picture)]
    while numbers[-1] != 9:
        numbers.append(number_of(device.read(5.0).picture))
    assert device.dropped + len(numbers) == 2001
    sent.join(5.0)


def test_a_computer_that_slept_through_all_its_patience_finds_what_has_come(server: Scripted, device: Device) -> None:
    def found() -> bool:
        try:
            return number_of(device.read(-10.0).picture) == 1
        except Lost:
            return False

    assert not found()
    server.say(part(1))
    wait_until(found, "the picture that lies here")


def test_damage_is_counted_and_the_newest_whole_picture_is_given(server: Scripted, device: Device) -> None:
    server.say(part(10) + part(20) + part(30)[:-10] + part(40)[:-2])
    assert number_of(device.read(5.0).picture) == 20
    server.say(b"\r\n" + part(50))
    assert number_of(device.read(5.0).picture) == 50
    assert device.corrupt == 2
    assert device.damage == "a picture is cut off"


def test_a_picture_that_is_whole_and_cannot_be_decoded(server: Scripted, device: Device) -> None:
    hollow = b"\xff\xd8\xff\xda\0\2 \xff\xd9"
    server.say(part(10) + hollow)
    assert number_of(device.read(5.0).picture) == 10
    server.say(hollow)
    with pytest.raises(Lost, match=r"only damaged pictures came for 0\.3 s \(the picture is damaged or cut off\)"):
        device.read(0.3)
    assert device.corrupt == 2


def test_silence_ends_when_patience_does(server: Scripted, device: Device) -> None:
    with pytest.raises(Lost, match=r"no picture came for 0\.1 s"):
        device.read(0.1)
    server.say(part(7))
    assert number_of(device.read(5.0).picture) == 7


def test_the_end_of_the_stream(server: Scripted, device: Device) -> None:
    server.say(part(7))
    server.hang_up()
    assert number_of(device.read(5.0).picture) == 7
    with pytest.raises(Lost, match="it ended the connection"):
        device.read(5.0)


def test_closing_ends_a_wait_and_may_be_done_twice(device: Device) -> None:
    ended: list[str] = []
    reader = threading.Thread(target=lambda: ended.append(until_lost(device, 60.0)))
    reader.start()
    device.close()
    device.close()
    reader.join(10.0)
    assert ended == ["it was closed"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer(jpeg(), "image/jpeg"), "a single picture, not with a stream"),
        (answer(b"<html>", "text/html; charset=utf-8"), "a page for browsers, not with a stream"),
        (answer(status="401 Unauthorized"), "wants another name and password"),
        (answer(status="404 Not Found"), "nothing at this address"),
        (answer(status="500 Oh"), "answers with the HTTP status 500"),
    ],
)
def test_what_is_no_stream_is_refused_in_a_sentence(said: bytes, reason: str) -> None:
    with Scripted(said) as server, pytest.raises(Lost, match=reason):
        MjpegOptions(url=server.url).connect()


def test_a_type_that_is_missing_or_strange_is_tried() -> None:
    with Scripted(answer(part(5), "video/x-motion-jpeg")) as server:
        device = MjpegOptions(url=server.url).connect()
        assert number_of(device.read(5.0).picture) == 5
        device.close()


@pytest.mark.parametrize(
    ("given", "url", "name"),
    [
        ("192.168.1.20", "http://192.168.1.20", "camera http://192.168.1.20"),
        ("me:secret@cam:81/x", "http://me:secret@cam:81/x", "camera http://cam:81/x"),
        ("https://[::1]/", "https://[::1]/", "camera https://[::1]/"),
    ],
)
def test_addresses_as_people_write_them(given: str, url: str, name: str) -> None:
    options = MjpegOptions(url=given)
    assert (options.url, options.name) == (url, name)


@pytest.mark.parametrize("url", ["", "rtsp://cam/", "http://", "http://cam:x/"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="an address looks like http"):
        MjpegOptions(url=url)


def test_the_stand_in_plays_fails_and_comes_back() -> None:
    tracks: dict[Eye, Track] = {"left": [jpeg(10), jpeg(12)], "right": [jpeg(100), jpeg(102)]}
    with MjpegCamera(tracks, rate=200.0) as camera:
        options = MjpegOptions(url=camera.where("right"))
        device = options.connect()
        assert device.rate == 200.0
        assert number_of(device.read(5.0).picture) in (100, 102)
        camera.faults["right"] = "drop"
        assert until_lost(device) == "it ended the connection"
        device.close()
        with pytest.raises(Lost, match="ended the connection before it answered"):
            options.connect()
        camera.faults["right"] = "garbage"
        wait_until(lambda: "right" in camera._there, "the camera is back")
        device = options.connect()
        assert until_lost(device, 0.5).startswith("only damaged pictures came")
        assert device.corrupt > 0
        camera.faults["right"] = "none"
        assert number_of(device.read(5.0).picture) in (100, 102)
        camera.faults["right"] = "stall"
        assert until_lost(device, 0.3).startswith("no picture came")
        device.close()


def test_nobody_there_is_one_sentence_with_a_remedy() -> None:
    with pytest.raises(BridgeError) as refused:
        MjpegOptions(url="http://me:secret@127.0.0.1:1/").open()
    assert str(refused.value) == (
        "camera http://127.0.0.1:1/ gives no pictures: nobody answers at 127.0.0.1:1; check that it is switched on, "
        "that this is the address of its stream, and that no other program watches"
    )


def test_memory_stays_bounded_while_a_camera_sends_a_picture_without_end(server: Scripted, device: Device) -> None:
    server.say(part(1)[:-2])
    flood = threading.Thread(target=server.say, args=(b"\1" * (20 << 20),), daemon=True)
    flood.start()
    began = time.monotonic()
    with pytest.raises(Lost, match=r"only damaged pictures"):
        device.read(2.0)
    assert time.monotonic() - began < 60
    reader = device._reader  # type: ignore[attr-defined]
    assert isinstance(reader, JpegReader)
    assert len(reader._held) <= 8 << 20
    flood.join(10.0)
