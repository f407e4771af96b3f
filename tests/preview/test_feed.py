import json
import math
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from bridge.blendshapes import ARKIT
from bridge.channels import CHANNEL_NAMES, CHANNELS
from bridge.frames import Head, Image, Result
from bridge.health import Health
from bridge.preview.feed import EYES, EYES_PERIOD, NEUTRAL, SLIDERS_PERIOD, STATUS_PERIOD, Feed, Slider, Status
from tests.faces import reading
from tests.preview.results import picture, result

BETA = Slider("smoothing.gaze.beta", "Gaze speed", "Higher follows sooner", 0.3, 0.0, 1.0, 0.01)


class Page:
    """Reads a feed as the page does: texts by type, pictures by kind."""

    def __init__(self) -> None:
        self.feed = Feed()
        self.sliders = [BETA]
        self.status = Status(source="Replay")

    def due(self, now: float, newest: Result | None) -> dict[str, Any]:
        received: dict[str, Any] = {}
        for message in self.feed.messages(now, newest, self.status, lambda: self.sliders):
            if isinstance(message, str):
                values = json.loads(message)
                received[values.pop("type")] = values
            else:
                jpeg = np.frombuffer(message[1:], np.uint8)
                received[{EYES: "eyes", NEUTRAL: "neutral"}[message[:1]]] = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
        return received


def test_a_new_page_gets_the_vocabulary_first_and_once() -> None:
    page = Page()
    first = page.due(0.0, None)
    assert list(first) == ["tables", "sliders", "status"]
    assert [unit["facs"] for unit in first["tables"]["action_units"]][:3] == ["AU0", "AU1+2L", "AU1+2R"]
    assert [name for group in first["tables"]["groups"] for name in group["shapes"]] == list(ARKIT)
    assert page.due(10.0, None) == {}


def test_a_frame_carries_every_number_and_null_for_what_is_not_known() -> None:
    frame = Page().due(0.0, result(weights={"eyeBlinkLeft": 0.25}, seen=(True, False)))["frame"]
    weights = dict(zip(ARKIT, frame["weights"], strict=True))
    channels = dict(zip(CHANNEL_NAMES, frame["channels"], strict=True))
    assert weights["eyeBlinkLeft"] == 0.25
    assert sum(weights.values()) == 0.25
    assert frame["seen"] == [True, False]
    assert all((channels[channel.name] is None) == (channel.side == "right") for channel in CHANNELS)
    assert frame["gaze"] == [10.0, -5.0, 12.0, -5.0]
    assert frame["light"] == [1.0, 0.66, 0.24, 1.2, 3200.0]
    assert max(frame["action_units"]) == 0.8


def test_the_left_eye_is_the_left_half_of_the_picture() -> None:
    eyes: Image = Page().due(0.0, result())["eyes"]
    assert np.abs(eyes.astype(int) - picture()).max() < 16


def test_only_what_is_newer_is_sent_and_pictures_less_often() -> None:
    page = Page()
    first, second, third = result(0), result(1), result(2)
    assert {"frame", "eyes"} <= page.due(0.0, first).keys()
    assert page.due(0.01, first) == {}
    assert page.due(0.02, second).keys() == {"frame"}
    assert page.due(EYES_PERIOD, third).keys() == {"frame", "eyes"}


def test_sliders_and_status_are_sent_when_they_change() -> None:
    page = Page()
    page.due(0.0, None)
    page.sliders = [Slider("smoothing.gaze.beta", "Gaze speed", "", 0.5, 0.0, 1.0, 0.01)]
    assert page.due(SLIDERS_PERIOD, None)["sliders"]["sliders"][0]["value"] == 0.5
    page.status = Status(fps=119.6, progress=0.5, dropped=3)
    told = page.due(SLIDERS_PERIOD + STATUS_PERIOD, None)["status"]
    assert (told["fps"], told["progress"], told["neutral"], told["dropped"]) == (119.6, 0.5, False, 3)


def test_cameras_are_told_with_numbers_that_a_page_can_read() -> None:
    page = Page()
    gone = Health("left eye camera 0", "gone", 0.0, math.inf, 3, 4, "is gone: unplugged")
    page.status = Status(cameras=(gone, Health("right eye camera 1", "ok", 89.96, 0.0112, 0, 0, "")))
    left, right = page.due(0.0, None)["status"]["cameras"]
    assert (left["state"], left["age"], left["corrupt"], left["problem"]) == ("gone", None, 4, "is gone: unplugged")
    assert (right["name"], right["fps"], right["age"]) == ("right eye camera 1", 90.0, 0.011)


def test_a_neutral_image_is_sent_once() -> None:
    page, neutral = Page(), picture(60, 70)
    page.status = Status(neutral=neutral)
    first = page.due(0.0, None)
    assert first["status"]["neutral"]
    assert abs(int(first["neutral"][5, 5]) - 60) < 5
    page.status = Status(neutral=neutral, fps=30.0)
    assert page.due(1.0, None).keys() == {"status"}
    page.status = Status()
    assert page.due(2.0, None)["status"]["neutral"] is False


def test_a_head_that_nobody_sees_is_null_and_one_that_is_seen_is_numbers() -> None:
    seen = replace(result(), head=Head(-20.0, 4.25, 0.0, 0.1, 0.0, -0.5))
    seen = replace(seen, pair=replace(seen.pair, face=reading(quality=0.93)))
    told = [Page().due(0.0, newest)["frame"] for newest in (result(), seen)]
    assert (told[0]["head"], told[0]["face"]) == (None, None)
    assert (told[1]["head"], told[1]["face"]) == ([-20, 4.25, 0, 0.1, 0, -0.5], 0.93)
