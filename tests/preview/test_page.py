"""The built page in a real browser, fed by a real server."""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from bridge.control import (
    Adjust,
    CaptureNeutral,
    CenterGaze,
    Command,
    ForgetNeutral,
    ResetSettings,
    SaveSettings,
    StartGuide,
    StartRecording,
    StopRecording,
    Switch,
)
from bridge.frames import AmbientLight, Head, Image, Look, Result, Signal
from bridge.preview import Preview, PreviewOptions, Slider, Status, TargetState
from tests.faces import reading
from tests.preview.results import picture, result
from tests.preview.screenshots import browser, console, missing

AVATAR = Path(__file__).parents[2] / "samples" / "avatar" / "eyebridge_avatar.glb"
SIZE = (1000, 640)
COLD = AmbientLight(0.15, 0.4, 1.0, 1.2, 9000.0)
BETA = Slider("smoothing.gaze.beta", "Gaze speed", "Higher follows sooner", 0.3, 0.0, 1.0, 0.1)
VMC = TargetState("vmc", "127.0.0.1:39539", True, 90.0, 41_250.0, 0, "")
VRCHAT = TargetState("vrchat", "", True, 0.0, 0.0, 0, "There is no host called 'attic'; check the name.")
NATIVE = TargetState("native", "", False, 0.0, 0.0, 0, "")

pytestmark = pytest.mark.skipif(
    missing() is not None and os.environ.get("CI") != "true", reason=f"{missing()} is not installed"
)


class Daemon:
    """Stands for the daemon: repeats one result thirty times a second until it is told another."""

    def __init__(self, port: int = 0) -> None:
        self.commands: queue.Queue[Command] = queue.Queue()
        self.slider = BETA
        self.result: Result | None = result()
        self.preview = Preview(
            PreviewOptions(port=port), sliders=lambda: [self.slider], on_command=self.commands.put, avatar=AVATAR
        )
        self.preview.start()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._repeat)
        self._thread.start()

    def _repeat(self) -> None:
        while not self._stop.wait(1 / 30):
            if self.result is not None:
                self.preview.send(replace(self.result))

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.preview.close()


@dataclass
class Page:
    chrome: Chrome
    daemon: Daemon

    def find(self, selector: str) -> WebElement:
        return self.chrome.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return str(self.find(selector).get_attribute("textContent"))

    def wait(self, condition: Callable[[], object]) -> None:
        WebDriverWait(self.chrome, 90, poll_frequency=0.2).until(lambda _: condition())

    def pixels(self) -> Image:
        """(h, w, 3) the page as it looks, in OpenCV's blue, green, red."""
        return np.asarray(
            cv2.imdecode(np.frombuffer(self.chrome.get_screenshot_as_png(), np.uint8), cv2.IMREAD_COLOR), np.uint8
        )


@pytest.fixture(scope="module")
def opened() -> Iterator[Page]:
    """One page for all tests: without a graphics card the scene takes seconds to build."""
    daemon = Daemon()
    with browser(SIZE, "--force-prefers-reduced-motion") as chrome:
        chrome.get(daemon.preview.url)
        page = Page(chrome, daemon)
        yield page
    page.daemon.close()


@pytest.fixture
def page(opened: Page) -> Page:
    """The page as a smiling wearer sees it."""
    opened.daemon.result = result()
    opened.daemon.preview.tell(Status())
    opened.wait(lambda: opened.text("#emotion") == "Happiness")
    return opened


def test_every_number_is_shown(page: Page) -> None:
    page.daemon.result = result(weights={"browInnerUp": 0.75}, seen=(True, False))
    page.daemon.preview.tell(Status(source="Replay of a test", fps=118.0, latency_ms=2.34, state="All is well."))
    page.wait(lambda: page.text("#state") == "All is well.")
    page.wait(lambda: page.text(".right .note") == "not seen")
    assert page.text("#units .top .code") == "AU6"
    assert page.text("#units .top .number") == "0.80"
    assert page.find("#units .top .track").get_attribute("aria-valuenow") == "0.80"
    assert len(page.chrome.find_elements(By.CSS_SELECTOR, "#units .row")) == 10
    assert len(page.chrome.find_elements(By.CSS_SELECTOR, "#emotions .row")) == 5
    assert len(page.chrome.find_elements(By.CSS_SELECTOR, "#weights .row")) == 52
    assert page.find('#weights [aria-label="browInnerUp"]').get_attribute("aria-valuenow") == "0.75"
    assert page.find('#channels [aria-label="Lid openness left"]').get_attribute("aria-valuenow") == "1.00"
    assert page.find('#channels [aria-label="Lid openness right"]').get_attribute("aria-valuenow") is None
    assert (page.text("#source"), page.text("#fps"), page.text("#latency")) == ("Replay of a test", "118", "2.3")
    assert (page.text("#quality"), page.text("#personalized")) == ("90", "no")
    page.wait(lambda: "3200 K" in page.text("#light"))


def test_each_eye_is_shown_under_its_own_name(page: Page) -> None:
    def gray(side: str) -> int:
        script = "return document.querySelector(arguments[0]).getContext('2d').getImageData(9, 9, 1, 1).data[0]"
        return int(page.chrome.execute_script(script, f".{side} canvas"))

    page.wait(lambda: gray("left") > 0)
    assert abs(gray("left") - 90) < 8
    assert abs(gray("right") - 200) < 8
    left, right = page.find("figure.left").location["x"], page.find("figure.right").location["x"]
    assert right < left, "the avatar faces us: its right is at our left"
    page.find("#mirror").click()
    assert page.find("figure.left").location["x"] < page.find("figure.right").location["x"]
    page.find("#mirror").click()


def test_the_avatar_closes_its_eyes_and_the_light_washes_over_the_scene(page: Page) -> None:
    page.wait(lambda: ink(page.pixels()) > 25)  # until the avatar is there, nothing in the middle is dark
    page.wait(lambda: warmth(page.pixels()) > 30)
    page.wait(lambda: change(page.pixels(), page.pixels(), BACKDROP) < 0.5)  # the light has come all the way
    open_eyes = page.pixels()
    page.daemon.result = result(weights={"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0})
    page.wait(lambda: change(open_eyes, page.pixels(), FACE) > 6)
    assert change(open_eyes, page.pixels(), BACKDROP) < 1.5
    page.daemon.result = result(light=COLD)
    page.wait(lambda: warmth(page.pixels()) < -30)
    accent = "return getComputedStyle(document.documentElement).getPropertyValue('--hue')"
    assert 220 < float(page.chrome.execute_script(accent)) % 360 < 290
    assert console(page.chrome) == []


def test_the_keyboard_captures_a_neutral_and_its_image_appears(page: Page) -> None:
    page.find("#capture").send_keys(Keys.ENTER)
    assert page.daemon.commands.get(timeout=30) == CaptureNeutral(5.0)
    page.daemon.preview.tell(Status(progress=0.5, remaining=2.5))
    page.wait(lambda: page.text("#countdown-number") == "3")
    assert page.find("#countdown").is_displayed()
    assert not page.find("#capture").is_enabled()
    page.daemon.preview.tell(Status(neutral=picture()))
    page.wait(lambda: page.find("#neutral canvas").is_displayed())
    assert not page.find("#countdown").is_displayed()
    page.find("#forget").send_keys(Keys.SPACE)
    assert page.daemon.commands.get(timeout=30) == ForgetNeutral()


def test_a_recording_is_begun_and_ended_by_a_button_that_says_how_long_it_is(page: Page) -> None:
    page.find("#record").send_keys(Keys.ENTER)
    assert page.daemon.commands.get(timeout=30) == StartRecording()
    page.daemon.preview.tell(Status(recorded=321))
    page.wait(lambda: page.text("#record") == "Stop recording · 321 frames")
    assert page.find("#record").get_attribute("aria-pressed") == "true"
    page.find("#record").send_keys(Keys.ENTER)
    assert page.daemon.commands.get(timeout=30) == StopRecording()
    page.daemon.preview.tell(Status())
    page.wait(lambda: page.text("#record") == "Record")
    assert page.find("#record").get_attribute("aria-pressed") == "false"


def test_the_look_is_shown_in_words_and_its_buttons_set_the_gaze(page: Page) -> None:
    look, signal = Look(12.4, -3.2, 0.85), Signal(-1.0, 7.2, 0.75, -0.75)
    seen = replace(result(), look=look, signal=signal, head=Head(-20.0, 4.0, 0.0, 0.0, 0.0, 0.0))
    page.daemon.result = replace(seen, pair=replace(seen.pair, face=reading(quality=0.93)))
    page.wait(lambda: "12° left, 3° down" in page.text("#look"))
    assert [value.text for value in page.chrome.find_elements(By.CSS_SELECTOR, "#look dd")] == [
        *("12° left, 3° down", "0.85 m", "averted 7 s", "-0.75", "93 %: 20° right, 4° up")
    ]
    page.daemon.result = result()
    page.wait(lambda: {value.text for value in page.chrome.find_elements(By.CSS_SELECTOR, "#look dd")} == {"\u2013"})
    page.find("#gaze-center").send_keys(Keys.ENTER)
    assert page.daemon.commands.get(timeout=30) == CenterGaze()
    page.find("#gaze-follow").send_keys(Keys.ENTER)
    assert page.daemon.commands.get(timeout=30) == StartGuide(only_gaze=True)


def test_a_slider_acts_at_once_and_follows_the_daemon(page: Page) -> None:
    slider = page.find('[id="smoothing.gaze.beta"]')
    slider.send_keys(Keys.ARROW_RIGHT)
    assert page.daemon.commands.get(timeout=30) == Adjust("smoothing.gaze.beta", 0.4)
    page.find("#save").send_keys(Keys.ENTER)
    assert page.daemon.commands.get(timeout=30) == SaveSettings()
    page.find("#reset").send_keys(Keys.ENTER)
    assert page.daemon.commands.get(timeout=30) == ResetSettings()
    page.daemon.slider = replace(BETA, value=0.9)
    page.wait(lambda: page.text(".knob output") == "0.9")
    assert slider.get_property("value") == "0.9"


def test_every_target_is_shown_with_what_it_gets_and_those_that_are_off_are_folded(page: Page) -> None:
    page.daemon.preview.tell(Status(targets=(NATIVE, VRCHAT, VMC)))
    page.wait(lambda: [row.text.split("\n")[0] for row in shown(page)] == ["vrchat", "vmc"])
    assert [number.text for number in page.chrome.find_elements(By.CSS_SELECTOR, "[data-name=vmc] .number")] == [
        "90/s",
        "41.3kB/s",
    ]
    assert page.text("[data-name=vmc] .address") == "127.0.0.1:39539"
    assert page.find("[data-name=vmc] [role=switch]").accessible_name == "Send to vmc"
    assert page.find("[data-name=vmc] [role=switch]").get_attribute("aria-checked") == "true"
    assert page.find("[data-name=vrchat] .problem").text == VRCHAT.problem
    assert not page.find("[data-name=vmc] .problem").is_displayed()
    assert not page.find("[data-name=native]").is_displayed()
    page.find("#targets-more summary").send_keys(Keys.ENTER)
    assert page.text("#targets-more summary") == "1 more"
    assert page.find("[data-name=native]").is_displayed()
    assert page.find("[data-name=native] [role=switch]").get_attribute("aria-checked") == "false"
    page.find("#targets-more summary").send_keys(Keys.ENTER)


def test_a_switch_asks_the_daemon_and_follows_it(page: Page) -> None:
    page.daemon.preview.tell(Status(targets=(NATIVE, VRCHAT, VMC)))
    page.wait(lambda: len(shown(page)) == 2)
    vmc = page.find("[data-name=vmc] [role=switch]")
    vmc.click()
    assert page.daemon.commands.get(timeout=30) == Switch("vmc", False)
    assert vmc.get_attribute("aria-checked") == "false"
    page.daemon.preview.tell(Status(targets=(NATIVE, VRCHAT, replace(VMC, on=False))))
    page.find("#capture").click()  # away from the panel, which keeps its rows in place under a hand
    assert page.daemon.commands.get(timeout=30) == CaptureNeutral(5.0)
    page.daemon.preview.tell(Status(targets=(NATIVE, VRCHAT, replace(VMC, on=False))))
    page.wait(lambda: len(shown(page)) == 1)
    page.find("#targets-more summary").send_keys(Keys.ENTER)
    page.find("[data-name=vmc] [role=switch]").send_keys(Keys.SPACE)
    assert page.daemon.commands.get(timeout=30) == Switch("vmc", True)
    page.find("#targets-more summary").send_keys(Keys.ENTER)


def test_refused_packets_are_said_while_they_are_refused(page: Page) -> None:
    lossy = replace(VMC, refused=1, problem="Connection refused")
    page.daemon.preview.tell(Status(targets=(lossy,)))
    page.wait(lambda: page.find("[data-name=vmc] .problem").is_displayed())
    assert page.find("[data-name=vmc] .problem").text == "Packets are lost (Connection refused)."

    def goes_on() -> bool:
        page.daemon.preview.tell(Status(targets=(replace(lossy),)))
        return not page.find("[data-name=vmc] .problem").is_displayed()

    page.wait(goes_on)


def test_silence_and_a_lost_connection_are_said_and_healed(page: Page) -> None:
    page.daemon.result = None
    page.wait(lambda: page.text("#toast").startswith("No frames are arriving") and page.find("#toast").is_displayed())
    page.daemon.close()
    page.wait(lambda: page.text("#toast").startswith("Connection lost"))
    page.daemon = Daemon(urlsplit(page.daemon.preview.url).port or 0)
    page.wait(lambda: not page.find("#toast").is_displayed())


def test_a_phone_shows_everything_without_scrolling_sideways(page: Page) -> None:
    page.daemon.preview.tell(Status(targets=(replace(VMC, address="VRChat-Client-A1B2C3 at far.away.example:39539"),)))
    override = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    page.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", override)
    try:
        page.wait(lambda: page.chrome.execute_script("return innerWidth") == 390)
        assert page.chrome.execute_script("return document.documentElement.scrollWidth") == 390
        assert page.find("#capture").is_displayed()
        page.wait(lambda: page.find("[data-name=vmc] [role=switch]").is_displayed())
        stage, eyes = page.find(".stage").rect, page.find("#eyes").rect
        assert stage["y"] + stage["height"] <= eyes["y"]
    finally:
        override |= {"width": SIZE[0], "height": SIZE[1], "mobile": False}
        page.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", override)


def test_without_webgl_the_page_says_so_and_the_numbers_live() -> None:
    daemon = Daemon()
    try:
        with browser(SIZE, "--disable-3d-apis") as chrome:
            chrome.get(daemon.preview.url)
            page = Page(chrome, daemon)
            page.wait(lambda: page.text("#units .top .code") == "AU6")
            assert "no 3D" in page.find("#no-webgl").text
    finally:
        daemon.close()


def shown(page: Page) -> list[WebElement]:
    """The rows of targets that are not folded away."""
    return page.chrome.find_elements(By.CSS_SELECTOR, "#targets-shown .target")


FACE = (slice(230, 300), slice(430, 570))
"Rows and columns of the picture with both eyes in it."
BACKDROP = (slice(60, 90), slice(380, 420))


def change(before: Image, after: Image, where: tuple[slice, slice]) -> float:
    """Mean difference of gray levels in a part of two pictures."""
    return float(np.abs(before[where].astype(int) - after[where]).mean())


def warmth(pixels: Image) -> float:
    """Mean of red minus blue on the backdrop."""
    blue, _, red = pixels[BACKDROP].reshape(-1, 3).mean(axis=0)
    return float(red - blue)


def ink(pixels: Image) -> float:
    """Spread of gray levels where the eyes of the avatar belong."""
    return float(pixels[FACE].std())
