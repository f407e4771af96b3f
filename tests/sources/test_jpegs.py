import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.sources.jpegs import JpegReader
from bridge.sources.wire import decode_jpeg
from tests.sources.streams import cut, jpeg, number_of

A, B, C = jpeg(10), jpeg(100), jpeg(200)
PIECES = (A, B[:200], b"\xff\xd8\xff", b"\xff\xe0\0\2", b"\xff\xda\0\2", b"\xff\xd9", b"\xff")


def part(picture: bytes, *, boundary: str = "--x", length: int | None = None) -> bytes:
    stated = "" if length is None else f"Content-Length: {length}\r\n"
    return f"\r\n{boundary}\r\nContent-Type: image/jpeg\r\n{stated}\r\n".encode() + picture


@pytest.mark.parametrize(
    "stream",
    [
        part(A, length=len(A)) + part(B, length=len(B)),
        part(A) + part(B),
        part(A, length=5) + part(B, length=10**9),
        part(A, boundary="----x") + part(B, boundary="x"),
        A + B,
        b"\xff\xd8" + b"junk \xff\xd9" * 50 + A + b"\0\xff" * 20 + B + b"\xff",
        part(A).replace(b"\r\n", b"\n") + part(B),
    ],
    ids=["lengths", "no lengths", "lies", "other dashes", "nothing between", "junk", "bare newlines"],
)
@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.integers(1, 700), min_size=1, max_size=5))
def test_pictures_come_out_whole_whatever_stands_between_and_wherever_it_is_cut(
    stream: bytes, sizes: list[int]
) -> None:
    reader = JpegReader()
    assert [found for piece in cut(stream, sizes) for found in reader.feed(piece)] == [A, B]
    assert reader.damaged == 0


@pytest.mark.parametrize("kept", [3, 30, 100, 300, len(A) - 10, len(A) - 1])
def test_a_half_picture_is_counted_and_the_one_after_next_is_whole(kept: int) -> None:
    reader = JpegReader()
    found = reader.feed(part(A[:kept]) + part(B) + part(C))
    assert found[-1] == C
    assert set(found) <= {B, C}
    assert reader.damaged == 1


def test_a_picture_is_given_as_soon_as_its_last_byte_is_there() -> None:
    reader = JpegReader()
    assert reader.feed(part(A)[:-1]) == []
    assert reader.feed(A[-1:]) == [A]


def test_progressive_pictures_restarts_and_a_thumbnail_inside() -> None:
    image = np.random.default_rng(1).integers(0, 255, (64, 64), np.uint8)
    flags = [cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_RST_INTERVAL, 3]
    progressive = cv2.imencode(".jpg", image, flags)[1].tobytes()
    thumbnail = A[:2] + b"\xff\xe1" + (len(B) + 2).to_bytes(2, "big") + B + A[2:]
    assert JpegReader().feed(progressive + thumbnail) == [progressive, thumbnail]
    assert number_of(decode_jpeg(thumbnail)) == 10


def test_nonsense_is_counted_and_never_kept() -> None:
    reader = JpegReader(limit=100_000)
    for noise in (b"\0" * 50_000, b"Header: x\r\n" * 5_000, A[:300] + b"\0" * 250_000):
        before = reader.damaged
        for piece in cut(noise, [1000]):
            assert reader.feed(piece) == []
        assert reader.damaged > before
        assert len(reader._held) <= 100_000
    assert reader.feed(part(B)) == [B]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_no_stream_of_pieces_makes_it_fail(pieces: list[bytes]) -> None:
    stream = b"".join(pieces)
    whole = JpegReader().feed(stream)
    reader = JpegReader()
    assert [found for at in range(len(stream)) for found in reader.feed(stream[at : at + 1])] == whole
    assert all(found.startswith(b"\xff\xd8\xff") and found.endswith(b"\xff\xd9") for found in whole)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no JPEG"),
        (b"<html>", "no JPEG"),
        (A[:40], "damaged or cut off"),
        (A[:2] + b"\xff\xc0\0\x0b\x08\x40\0\x40\0\x01\x01\x11\0" + A[2:], "16384 x 16384"),
        (A[:2] + b"\xff\xc0\0\x0b\x08\0\x40\0\x40\x01\x01\x11\0\xff\xd9", "damaged or cut off"),
    ],
)
def test_what_is_not_decoded(data: bytes, reason: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=reason):
        decode_jpeg(data)
    assert capfd.readouterr().err == ""
