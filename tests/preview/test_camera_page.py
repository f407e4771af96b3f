"""The Cameras page in a real browser before the real daemon: what a hand does there changes what the network sees."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from bridge.config import Config
from bridge.daemon import Daemon, Report, Started
from bridge.frames import EyeFrame, Image
from bridge.headsets import load
from bridge.sources import Source
from tests.preview.screenshots import browser, console, missing

SIZE = (1300, 800)
LEFT, RIGHT = 2, 3
"First bytes of the pictures of the cameras."


def quarters(*grays: int) -> Image:
    """(120, 160) four flat quarters with a camera's noise: top left, top right, bottom left, bottom right."""
    picture = np.array(grays, np.float64).reshape(2, 2).repeat(60, 0).repeat(80, 1)
    return (picture + np.random.default_rng(5).normal(0, 6, picture.shape)).clip(0, 255).astype(np.uint8)


class Still(Source):
    """Cameras that always see the same, thirty times a second."""

    live = True

    def __init__(self) -> None:
        super().__init__("two still cameras", 30.0)
        self._closed = threading.Event()
        self._index = 0

    def read(self) -> EyeFrame | None:
        if self._closed.wait(1 / 30):
            return None
        self._index += 1
        return EyeFrame(quarters(40, 90, 140, 220), quarters(220, 140, 90, 40), time.monotonic(), self._index)

    def close(self) -> None:
        self._closed.set()


class Running:
    """The daemon in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        config = Config.model_validate(
            {
                "targets": {"native": {"enabled": False}, "vmc": {"enabled": False}},
                "preview": {"port": 0},
                "prompts": {"sounds": False, "speech": "off"},
                "inlets": {"osc": {"enabled": False}},
                "personalization": {"automatic": False},
            }
        )
        self.folder = folder
        self.newest: Report | None = None
        self.url = ""
        self._ready = threading.Event()
        self.daemon = Daemon(
            config, Still, settings_path=folder / "eyebridge.toml", report=self._report, started=self._started
        )
        self._thread = threading.Thread(target=self.daemon.run)
        self._thread.start()
        assert self._ready.wait(60)

    def _started(self, started: Started) -> None:
        self.url = started.preview or ""
        self._ready.set()

    def _report(self, report: Report) -> None:
        self.newest = report

    @property
    def left(self) -> Image:
        """What the network sees of the left eye."""
        assert self.newest is not None
        return self.newest.result.pair.pixels[:, :96]

    def close(self) -> None:
        self.daemon.stop()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def page(self) -> ClientConnection:
        """A page without a browser."""
        parts = urlsplit(self.url)
        key = parts.query.removeprefix("key=")
        return connect(
            f"ws://{parts.netloc}/live",
            origin=Origin(f"http://{parts.netloc}"),
            additional_headers={"Cookie": f"eyebridge={key}"},
            proxy=None,
        )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    started = Running(tmp_path_factory.mktemp("settings"))
    yield started
    started.close()


def kinds(page: ClientConnection, frames: int) -> set[int | str]:
    """First bytes of the pictures, and types of the texts, until so many results have come."""
    found: set[int | str] = set()
    while frames:
        message = page.recv(timeout=60)
        kind = json.loads(message)["type"] if isinstance(message, str) else message[0]
        frames -= kind == "frame"
        found.add(kind)
    return found


def test_no_camera_picture_leaves_but_to_a_page_that_asks(running: Running) -> None:
    watch = {"type": "watch_cameras"}
    with running.page() as page, running.page() as other:
        assert not kinds(page, 20) & {LEFT, RIGHT, "setup"}
        page.send(json.dumps(watch | {"on": True}))
        seen: set[int | str] = set()
        while not seen >= {LEFT, RIGHT, "setup"}:
            seen |= kinds(page, 1)
        assert not kinds(other, 20) & {LEFT, RIGHT, "setup"}, "another page has not asked"
        page.send(json.dumps(watch | {"on": False}))
        while kinds(page, 10) & {LEFT, RIGHT}:  # those that were on their way
            pass
        assert not kinds(page, 20) & {LEFT, RIGHT, "setup"}


needs_browser = pytest.mark.skipif(
    missing() is not None and os.environ.get("CI") != "true", reason=f"{missing()} is not installed"
)


class Page:
    def __init__(self, chrome: Chrome, running: Running) -> None:
        self.chrome, self.running = chrome, running

    def find(self, selector: str) -> WebElement:
        return self.chrome.find_element(By.CSS_SELECTOR, selector)

    def wait(self, condition: Callable[[], object]) -> None:
        WebDriverWait(self.chrome, 90, poll_frequency=0.1).until(lambda _: condition())

    def pull(self, selector: str, x: float, y: float) -> None:
        """Drag an element by so many parts of the left camera's picture."""
        frame = self.find(".camera-eye.left .frame").rect
        chain = ActionChains(self.chrome, duration=20).click_and_hold(self.find(selector))
        for _ in range(4):
            chain = chain.move_by_offset(round(x * frame["width"] / 4), round(y * frame["height"] / 4))
        chain.release().perform()


@pytest.fixture(scope="module")
def opened(running: Running) -> Iterator[Page]:
    with browser(SIZE) as chrome:
        chrome.get(f"{running.url}#cameras")
        page = Page(chrome, running)
        page.wait(lambda: page.find(".camera-eye.left .frame canvas").get_property("width") == 160)
        yield page


@pytest.fixture
def page(opened: Page) -> Page:
    """The page with both pictures whole."""
    opened.find("#headset-reset").click()
    opened.wait(lambda: opened.running.daemon.config.rectification == Config().rectification)
    opened.wait(lambda: opened.find("#rotation-left").get_property("value") == "0")
    opened.wait(lambda: "left: 12.5%" in str(opened.find(".left .crop").get_attribute("style")))
    return opened


@needs_browser
def test_a_dragged_crop_is_what_the_network_sees(page: Page) -> None:
    assert not page.find("#stage").is_displayed()
    page.wait(lambda: page.running.left.std() > 40)
    page.pull(".left .crop .se", -0.45, -0.6)
    page.wait(lambda: page.running.left.mean() < 90)
    page.pull(".left .crop", -0.3, 0.0)
    page.wait(lambda: abs(page.running.left.mean() - 40) < 4)
    page.pull(".left .crop", 0.9, 0.9)
    page.wait(lambda: abs(page.running.left.mean() - 220) < 4)
    left, top, width, height = page.running.daemon.config.rectification.left.crop
    assert left + width == pytest.approx(1.0, abs=0.01)
    assert top + height == pytest.approx(1.0, abs=0.01)
    assert width * 160 == pytest.approx(height * 120, rel=0.01), "it has the shape of the network's view"
    page.wait(lambda: abs(shown_gray(page) - 220) < 8)
    assert page.running.daemon.config.rectification.right == Config().rectification.right
    assert console(page.chrome) == []


def shown_gray(page: Page) -> float:
    """Gray in the middle of the picture that the page calls the network's."""
    script = "return document.querySelector('.left .given canvas').getContext('2d').getImageData(48, 48, 1, 1).data[0]"
    return float(page.chrome.execute_script(script))


@needs_browser
def test_keys_move_the_crop_and_buttons_turn_mirror_and_swap(page: Page) -> None:
    def options() -> Config:
        return page.running.daemon.config

    page.find(".left .crop").send_keys("-" * 60)
    page.wait(lambda: options().rectification.left.crop[3] == pytest.approx(0.4, abs=0.01))
    page.find(".left .crop").send_keys(*[Keys.SHIFT + Keys.ARROW_UP] * 12, *[Keys.ARROW_LEFT] * 2)
    page.wait(lambda: options().rectification.left.crop[1] == 0.0)
    page.find("#rotation-left").send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: options().rectification.left.rotation == 0.5)
    page.find(".left .controls .actions button").click()
    page.wait(lambda: options().rectification.left.mirror)
    left = options().rectification.left
    page.find("#swap-eyes").click()
    page.wait(lambda: options().rectification.swap)
    assert options().rectification.right == left


@needs_browser
def test_a_headset_is_saved_by_name_and_a_board_is_looked_for(page: Page) -> None:
    name = page.find("#headset")
    name.send_keys(Keys.CONTROL + "a")
    name.send_keys("Valve Index")
    page.find("#swap-eyes").click()
    page.wait(lambda: page.find("#swap-eyes").get_attribute("aria-pressed") == "true")
    assert page.running.daemon.config.rectification.swap
    assert "not saved" in page.find("#headset-saved").text
    assert name.get_property("value") == "Valve Index", "what is typed is not written over by what the daemon tells"
    page.find("#headset-form button").click()
    page.wait(lambda: load(page.running.folder / "headsets", "Valve Index") is not None)
    page.wait(lambda: not page.find("#headset-saved").text)
    stored = load(page.running.folder / "headsets", "Valve Index")
    assert stored is not None
    assert stored.rectification == page.running.daemon.config.rectification
    page.find("#board-right").click()
    page.wait(lambda: page.find("#board-busy").is_displayed())
    page.wait(lambda: "8 more needed" in page.find("#board-count").text)
    assert not page.find("#board-apply").is_enabled()
    page.find("#board-stop").click()
    page.wait(lambda: page.find("#board-idle").is_displayed())


@needs_browser
def test_a_changed_view_voids_the_neutral_and_says_so(page: Page) -> None:
    page.find("#camera-neutral").click()
    page.wait(lambda: "relaxed face" in page.find("#camera-state").text)
    page.find(".left .controls .actions button").click()
    page.wait(lambda: "no longer fits" in page.find("#camera-state").text)
    report = page.running.newest
    assert report is not None
    assert not report.result.personalized
    assert report.status.progress is None
