import subprocess
import sys

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from bridge.pictures import MAX_SIDE, MIN_SIDE, decode, encoded_size, to_gray, to_rgb, white_of

DTYPES = ["bool", "uint8", "int8", "uint16", "int16", "int32", "float16", "float32", "float64"]
GRADIENT = np.outer(np.linspace(0, 1, 40), np.linspace(0, 1, 60))


@given(st.data(), st.sampled_from(DTYPES), nps.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6))
def test_any_array_becomes_gray_or_is_refused(data: st.DataObject, dtype: str, shape: tuple[int, ...]) -> None:
    picture = data.draw(nps.arrays(dtype, shape))
    possible = (len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3, 4))) and min(shape[:2]) >= MIN_SIDE
    if not possible:
        with pytest.raises(ValueError, match="picture"):
            to_gray(picture)
        return
    gray = to_gray(picture)
    assert gray.dtype == np.uint8
    assert gray.shape == shape[:2]


@pytest.mark.parametrize(
    ("dtype", "white"), [("uint8", 255), ("uint16", 1023), ("uint16", 4095), ("uint16", 65535), ("float32", 1)]
)
def test_every_depth_shows_the_same_picture(dtype: str, white: int) -> None:
    expected = (GRADIENT * 255).round()
    gray = to_gray((GRADIENT * white).round(0 if white > 1 else 6).astype(dtype))
    assert np.abs(gray - expected).max() <= 1


def test_colour_becomes_its_brightness() -> None:
    bgra = np.full((4, 4, 4), (255, 0, 0, 255), np.uint8)
    assert to_gray(bgra)[0, 0] == to_gray(bgra[:, :, :3])[0, 0] == 29  # BT.601: blue counts 0.114


def test_a_dark_frame_keeps_the_scale_of_brighter_ones() -> None:
    bright, dark = np.full((4, 4), 4000, np.uint16), np.full((4, 4), 160, np.uint16)
    assert to_gray(dark, white_of(bright))[0, 0] == 10


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"RIFF"]))
def test_noise_is_refused(noise: bytes, head: bytes) -> None:
    with pytest.raises(ValueError, match="picture"):
        decode(head + noise)


@given(st.sampled_from([".jpg", ".png"]), st.floats(0, 0.999))
def test_a_cut_off_picture_is_refused(suffix: str, part: float) -> None:
    data = cv2.imencode(suffix, (GRADIENT * 255).astype(np.uint8))[1].tobytes()
    with pytest.raises(ValueError, match="picture"):
        decode(data[: int(part * len(data))])


def test_a_picture_that_announces_a_huge_size_is_refused_before_it_is_decoded() -> None:
    gray = (GRADIENT * 255).astype(np.uint8)
    png, jpeg = (bytearray(cv2.imencode(suffix, gray)[1].tobytes()) for suffix in (".png", ".jpg"))
    assert encoded_size(bytes(png)) == encoded_size(bytes(jpeg)) == (60, 40)
    png[16:24] = (MAX_SIDE + 1).to_bytes(4, "big") * 2
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    for data, size in ((png, "4097 x 4097"), (jpeg, "65535 x 65535")):
        with pytest.raises(ValueError, match=size):
            decode(bytes(data))


def _greedy_png(chunk: bytes) -> bytes:
    """Its chunk of this name says that it is 3 GB long."""
    png = bytearray(cv2.imencode(".png", (GRADIENT * 255).astype(np.uint8))[1].tobytes())
    at = png.index(chunk)
    png[at - 4 : at] = (3 << 30).to_bytes(4, "big")
    return bytes(png)


def _endless_jpeg() -> bytes:
    """A progressive one whose last pass comes again and again."""
    jpeg = cv2.imencode(".jpg", (GRADIENT * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * 1000 + jpeg[-2:]


@pytest.mark.parametrize("data", [_greedy_png(b"IDAT"), _greedy_png(b"IEND"), _endless_jpeg()])
def test_a_picture_that_costs_more_than_its_bytes_can_be_worth_never_reaches_the_decoder(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(ValueError, match="damaged"):
        decode(data)


WIDE = """
import struct
from bridge.pictures import MAX_SIDE, decode
import cv2
import numpy as np
bmp = bytearray(cv2.imencode(".bmp", np.zeros((2, 2), np.uint8))[1].tobytes())
for side in (MAX_SIDE, MAX_SIDE + 1):
    bmp[18:22] = struct.pack("<i", side)
    try:
        print(decode(bytes(bmp) + bytes(2 * side + 8)).shape[1])
    except ValueError as error:
        print("refused")
"""


def test_every_format_is_held_to_the_largest_side() -> None:
    ran = subprocess.run([sys.executable, "-c", WIDE], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [str(MAX_SIDE), "refused"]


@pytest.mark.parametrize(("shape", "rgb"), [((4, 6, 3), (30, 20, 10)), ((4, 6, 4), (30, 20, 10)), ((4, 6), (9, 9, 9))])
def test_colours_come_out_red_first(shape: tuple[int, ...], rgb: tuple[int, int, int]) -> None:
    picture = np.full(shape, 9, np.uint8)
    if len(shape) == 3:
        picture[..., :3] = (10, 20, 30)
    found = to_rgb(picture)
    assert found.shape == (4, 6, 3)
    assert tuple(found[2, 3].tolist()) == rgb


@pytest.mark.parametrize("picture", [np.zeros((4, 6, 2), np.uint8), np.zeros((4, 6, 3)), np.zeros((1, 9, 3), np.uint8)])
def test_what_is_no_colour_picture_is_refused(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="picture"):
        to_rgb(picture)
