"""Irises found in drawn eyes, where the place is known, and in rendered ones, where the gaze is; blurred beyond use."""

import cv2
import numpy as np
import pytest

from bridge import shipped
from bridge.frames import Image
from bridge.irises import Irises, blur, find_iris
from bridge.recording import RecordingReader
from bridge.truth import read_truth


def draw(x: float, y: float, radius: float, pupil: float, size: tuple[int, int], light: float = 1.0) -> Image:
    """An (h, w) eye: skin, a bright opening, an iris with a texture of its own, a dark pupil and a lamp in it."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    away = np.hypot(columns + 0.5 - x, rows + 0.5 - y)
    texture = np.random.default_rng(5).normal(0, 14, size)
    opening = ((columns - size[1] / 2) / (0.46 * size[1])) ** 2 + ((rows - size[0] / 2) / (0.36 * size[0])) ** 2 < 1
    picture = np.where(opening, 200.0, 140.0)
    picture = np.where(opening & (away < radius), 100.0 + texture, picture)
    picture = np.where(opening & (away < pupil * radius), 25.0, picture)
    picture[round(y) - 2 : round(y) + 2, round(x) + 2 : round(x) + 5] = 255.0
    smooth = cv2.GaussianBlur((light * picture).clip(0, 255).astype(np.uint8), (0, 0), 0.7)
    return np.asarray(smooth, np.uint8)


def kept(picture: Image, blurred: Image, x: float, y: float, inner: float, outer: float) -> float:
    """How much of a ring's texture is still in the blurred picture: the correlation of the fine details."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    away = np.hypot(columns - x, rows - y)
    inside = (away >= inner) & (away < outer)
    fine = [
        cv2.GaussianBlur(part, (0, 0), 1.0) - cv2.GaussianBlur(part, (0, 0), 3.0)
        for part in (picture.astype(np.float32), blurred.astype(np.float32))
    ]
    return float(np.corrcoef(fine[0][inside], fine[1][inside])[0, 1])


@pytest.mark.parametrize("light", [0.25, 1.0])
@pytest.mark.parametrize("pupil", [0.3, 0.55])
@pytest.mark.parametrize(
    ("size", "radius"), [((200, 200), 30.0), ((240, 320), 48.0), ((480, 640), 110.0), ((96, 96), 16.0)]
)
def test_a_drawn_iris_is_found_and_loses_its_texture(
    size: tuple[int, int], radius: float, pupil: float, light: float
) -> None:
    for right, down in ((0.5, 0.5), (0.38, 0.45), (0.62, 0.55)):
        x, y = right * size[1], down * size[0]
        picture = draw(x, y, radius, pupil, size, light)
        found = find_iris(picture)
        assert np.hypot(found.x - x, found.y - y) < 0.35 * radius
        assert 0.8 * radius < found.radius < 1.6 * radius
        blurred = blur(picture, found)
        assert kept(picture, blurred, x, y, 1.1 * pupil * radius, 0.85 * radius) < 0.5
        assert kept(picture, picture, x, y, 0.0, radius) > 0.99
        assert (blurred[: size[0] // 20] == picture[: size[0] // 20]).all()


def test_on_the_rendered_person_it_moves_as_the_gaze_does() -> None:
    truths = read_truth(shipped.demo_recording())
    places, looks = [], []
    with RecordingReader(shipped.demo_recording()) as reader:
        for position in range(880, 1010, 3):  # the gaze sweeps
            picture, channels = reader[position].left, truths[position].channels
            assert picture is not None
            iris = find_iris(picture)
            places.append((iris.x, iris.y))
            looks.append((channels[14], channels[16]))
    x, y = np.transpose(places)
    yaw, pitch = np.transpose(looks)
    assert abs(np.corrcoef(x, yaw)[0, 1]) > 0.9
    assert abs(np.corrcoef(y, pitch)[0, 1]) > 0.7


def test_a_find_that_cannot_be_right_is_blurred_at_the_usual_place() -> None:
    size, radius = (200, 200), 30.0
    shown = [draw(100.0 + 3 * step, 100.0, radius, 0.4, size) for step in range(-3, 4)]
    shut = np.full(size, 140, np.uint8)
    shut[20:60, 20:60] = 20  # a brow's corner
    hidden = draw(100.0, 100.0, radius, 0.4, size)
    hidden[20:80, 20:80] = 0  # something darker than any pupil
    irises = Irises()
    for frame, picture in enumerate((*shown, shut, hidden)):
        irises.look(frame, picture)
    assert find_iris(hidden).x < 80
    assert kept(hidden, irises.blurred(8, hidden), 112.0, 105.0, 0.0, 10.0) < 0.7
    assert kept(hidden, blur(hidden, find_iris(hidden)), 112.0, 105.0, 0.0, 10.0) > 0.9, "its own find misses the iris"
    assert (irises.blurred(7, shut)[20:60, 20:40] == shut[20:60, 20:40]).all()


def test_pictures_of_any_kind_stay_pictures() -> None:
    for picture in (np.zeros((2, 2), np.uint8), np.full((4, 300), 255, np.uint8), np.zeros((300, 4), np.uint8)):
        irises = Irises()
        irises.look(0, picture)
        assert irises.blurred(0, picture).shape == picture.shape
