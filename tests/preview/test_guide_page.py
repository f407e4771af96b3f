"""The guided calibration in a real browser: what is asked, the wearer's eyes, the dot, the result, the keys."""

import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from selenium.webdriver import Keys
from selenium.webdriver.common.action_chains import ActionChains

from bridge.blendshapes import ARKIT
from bridge.control import CaptureNeutral, SkipStep, StartGuide, StopGuide, UndoCalibration
from bridge.exercises import EXERCISES, NEUTRAL
from bridge.fewshot import Fit, Outcome
from bridge.frames import Gaze, Weights
from bridge.gaze_calibration import GazeOutcome
from bridge.guide import Guided, Prompt
from bridge.personalization import Profile
from bridge.preview import Guidance, Status
from tests.preview.results import picture, result
from tests.preview.screenshots import browser, missing
from tests.preview.test_page import SIZE, Daemon, Page

pytestmark = pytest.mark.skipif(
    missing() is not None and os.environ.get("CI") != "true", reason=f"{missing()} is not installed"
)

SHUT = next(exercise for exercise in EXERCISES if exercise.name == "eyes_closed")
ASKED = Prompt("eyes_closed", 6, 12, SHUT.prompt, True, 0.7, 1.4, 0.4, SHUT.exemplar, None, True)
RELAX = Prompt("neutral", 1, 12, NEUTRAL.prompt, False, 1.5, 1.5, 0.0, NEUTRAL.exemplar, None, False)
FOLLOW = Prompt("gaze", 12, 12, "Follow the dot with your eyes", True, 5, 8, 0.9, NEUTRAL.exemplar, (18.0, -11.0), True)
LEARNT = Guided(
    Profile.population(picture()).fitted(Fit.nothing()),
    Outcome(None, ("squint", "brow_raise_left"), 0.62, 0.88),
    GazeOutcome(None, 6.12, 2.31),
    ("anger",),
)


def shown(prompt: Prompt, **weights: float) -> Status:
    """The status of a daemon whose guide asks for this."""
    yaw, pitch = prompt.target or (0.0, 0.0)
    face = Weights(np.array([weights.get(name, 0.0) for name in ARKIT], np.float32), Gaze(yaw, pitch, yaw, pitch))
    return Status(progress=prompt.progress, guide=Guidance(prompt, face), undoable=True)


@pytest.fixture(scope="module")
def opened() -> Iterator[Page]:
    """One page for all tests; its words and buttons need no 3D, which takes long without a graphics card."""
    daemon = Daemon()
    with browser(SIZE, "--force-prefers-reduced-motion", "--disable-3d-apis") as chrome:
        chrome.get(daemon.preview.url)
        page = Page(chrome, daemon)
        yield page
    page.daemon.close()


@pytest.fixture
def page(opened: Page) -> Page:
    opened.daemon.result = result()
    opened.daemon.preview.tell(Status())
    opened.wait(lambda: not opened.find("#guide").is_displayed() and opened.find("#guide-start").is_displayed())
    return opened


def test_a_button_begins_and_the_step_is_told(page: Page) -> None:
    page.find("#guide-start").send_keys(Keys.ENTER)
    assert page.daemon.commands.get(timeout=30) == StartGuide()
    page.daemon.preview.tell(shown(RELAX))
    page.wait(lambda: page.text("#guide-text") == NEUTRAL.prompt)
    assert page.find("#guide").is_displayed()
    assert (page.text("#guide-phase"), page.text("#guide-step")) == ("Get ready", "1 of 12")
    assert not page.find("#guide-skip").is_enabled(), "the neutral cannot be left out"
    assert not page.find("#guide-start").is_displayed()
    assert not page.find("aside.seen").is_displayed()
    assert not page.find("#countdown").is_displayed(), "the guide has its own"
    assert page.chrome.switch_to.active_element == page.find("#guide-text"), "it is read out"
    page.daemon.preview.tell(shown(ASKED))
    page.wait(lambda: page.text("#guide-phase") == "Hold it")
    assert page.text("#guide-seconds") == "1"
    assert "--left: 0.5" in str(page.find("#guide-ring").get_attribute("style"))
    assert page.find("#guide-skip").is_enabled()
    assert len(page.chrome.find_elements("css selector", "#guide-marks .over")) == 5


def test_the_wearer_sees_their_own_eyes(page: Page) -> None:
    def gray(number: int) -> int:
        script = (
            "const canvas = document.querySelectorAll('#guide-eyes canvas')[arguments[0]];"
            "return canvas.getContext('2d').getImageData(9, 9, 1, 1).data[0]"
        )
        return int(page.chrome.execute_script(script, number))

    page.daemon.preview.tell(shown(ASKED))
    page.wait(lambda: abs(gray(0) - 90) < 8)
    assert abs(gray(1) - 200) < 8
    left, right = page.chrome.find_elements("css selector", "#guide-eyes canvas")
    assert right.location["x"] < left.location["x"], "as the avatar has them"


def test_keys_and_buttons_skip_and_stop(page: Page) -> None:
    page.daemon.preview.tell(shown(ASKED))
    page.wait(lambda: page.find("#guide-skip").is_displayed())
    ActionChains(page.chrome).send_keys("s").perform()
    assert page.daemon.commands.get(timeout=30) == SkipStep()
    page.find("#guide-skip").click()
    assert page.daemon.commands.get(timeout=30) == SkipStep()
    ActionChains(page.chrome).send_keys(Keys.ESCAPE).perform()
    assert page.daemon.commands.get(timeout=30) == StopGuide()
    page.daemon.preview.tell(Status())
    page.wait(lambda: page.find("#guide-start").is_displayed())
    assert not page.find("#outcome").is_displayed(), "a guide that was stopped has no result"
    ActionChains(page.chrome).send_keys("s", Keys.ESCAPE).perform()
    page.find("#recenter").click()
    assert page.daemon.commands.get(timeout=30) == CaptureNeutral(1.0), "and its keys mean nothing now"


def test_the_dot_lies_where_its_degrees_say(page: Page) -> None:
    page.daemon.preview.tell(shown(FOLLOW))
    page.wait(lambda: page.find("#guide-target").is_displayed())
    page.wait(lambda: page.find("#guide-target").rect["x"] < SIZE[0] / 2 - 30)
    dot = page.find("#guide-target").rect
    x, y = dot["x"] + dot["width"] / 2 - SIZE[0] / 2, dot["y"] + dot["height"] / 2 - SIZE[1] / 2
    assert -SIZE[0] / 2 < x < 0 < y < SIZE[1] / 2, "the wearer's left and down, as they see the screen"
    assert x / y == pytest.approx(-np.tan(np.radians(18)) / np.tan(np.radians(11)), rel=0.02)
    centimetres = -x / np.tan(np.radians(18)) * 2.54 / 96
    assert f"about {centimetres:.0f} cm" in page.text("#guide-note")
    page.daemon.preview.tell(shown(ASKED))
    page.wait(lambda: not page.find("#guide-target").is_displayed())
    assert not page.find("#guide-note").is_displayed()


def test_the_result_is_told_in_words_and_undone_with_one_click(page: Page) -> None:
    page.daemon.preview.tell(shown(FOLLOW))
    page.wait(lambda: page.find("#guide").is_displayed())
    page.daemon.preview.tell(Status(guided=LEARNT, undoable=True))
    page.wait(lambda: page.find("#outcome").is_displayed())
    told = " ".join(page.find("#outcome").text.split())
    assert "The avatar has learnt your face" in told
    assert "Expressions recognised 62 % → 88 %" in told
    assert "Gaze off by 6.1° → 2.3°" in told
    assert "Too weak to use: squint, brow raise left." in told
    assert "One step was skipped." in told
    page.find("#outcome-undo").click()
    assert page.daemon.commands.get(timeout=30) == UndoCalibration()
    page.daemon.preview.tell(Status())
    page.wait(lambda: not page.find("#outcome").is_displayed())
    assert not page.find("#undo").is_displayed(), "nothing is left to undo"


def test_a_result_is_kept_by_one_click_and_can_still_be_undone(page: Page) -> None:
    page.daemon.preview.tell(shown(FOLLOW))
    page.wait(lambda: page.find("#guide").is_displayed())
    nothing = Outcome(None, (), float("nan"), float("nan"))
    unseen = GazeOutcome(None, float("nan"), float("nan"))
    status = Status(guided=Guided(Profile.population(picture()), nothing, unseen, ()), undoable=True)
    page.daemon.preview.tell(status)
    page.wait(lambda: page.find("#outcome").is_displayed())
    assert "Your neutral is taken" in page.find("#outcome").text
    assert "nothing else has changed" in page.find("#outcome").text
    page.find("#outcome-keep").send_keys(Keys.ENTER)
    page.wait(lambda: page.find("#undo").is_displayed())
    page.daemon.preview.tell(replace(status, fps=30.0))
    page.wait(lambda: page.text("#fps") == "30")
    assert not page.find("#outcome").is_displayed()
    page.find("#undo").click()
    assert page.daemon.commands.get(timeout=30) == UndoCalibration()


def test_a_phone_has_room_for_all_of_it(page: Page) -> None:
    override = {"width": 390, "height": 780, "deviceScaleFactor": 1, "mobile": True}
    page.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", override)
    try:
        page.wait(lambda: page.chrome.execute_script("return innerWidth") == 390)
        page.daemon.preview.tell(shown(FOLLOW))
        page.wait(lambda: page.find("#guide-target").is_displayed())
        assert page.chrome.execute_script("return document.documentElement.scrollWidth") == 390
        for selector in ("#guide-text", "#guide-ring", "#guide-eyes", "#guide-skip", "#guide-stop", "#guide-target"):
            box = page.find(selector).rect
            assert 0 <= box["x"] <= box["x"] + box["width"] <= 390, selector
            assert 0 <= box["y"] <= box["y"] + box["height"] <= 780, selector
        assert "take a larger screen" in page.text("#guide-note")
    finally:
        override |= {"width": SIZE[0], "height": SIZE[1], "mobile": False}
        page.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", override)
