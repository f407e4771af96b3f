"""What the Cameras page asks for, done to real pictures: and the search for a board in a real thread."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge.camera_commands import (
    ApplyLens,
    ArrangeEye,
    ClearLens,
    ResetCameras,
    SaveHeadset,
    SeekBoard,
    StopSeeking,
    SwapEyes,
    TakeView,
)
from bridge.camera_setup import CameraSetup
from bridge.checkerboard import WANTED, Search
from bridge.errors import BridgeError
from bridge.frames import EyeFrame, Image
from bridge.headsets import Headset, load
from bridge.rectification import EyeOptions, RectificationOptions
from bridge.sources.cameras import CamerasOptions
from tests.test_checkerboard import POSES, bow, drawn

CAMERAS = CamerasOptions.model_validate({"left": "http://192.168.1.20/", "right": "1"})
CLOSE = ArrangeEye("left", 0.25, 0.25, 0.5, 0.5, 10.0, True)
PLAIN = np.full((60, 80), 90, np.uint8)


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[CameraSetup]:
    made = CameraSetup(RectificationOptions(blank_contrast=2.0), CAMERAS, "default", tmp_path)
    yield made
    made.close()


def frame(left: Image | None, right: Image | None = None) -> EyeFrame:
    return EyeFrame(left, right, 0.0, 0)


def shown(setup: CameraSetup, picture: Image, until: Callable[[Search], bool]) -> Search:
    """Hold this picture before the left camera until the search is so far."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        search = setup.view(frame(picture)).search
        assert search is not None
        if until(search):
            return search
        time.sleep(0.01)
    raise AssertionError(f"it came no further than {search}")


def test_an_eye_is_arranged_and_all_else_stays(setup: CameraSetup) -> None:
    assert setup.view(frame(PLAIN)).saved
    setup.obey(CLOSE)
    left = EyeOptions(crop=(0.25, 0.25, 0.5, 0.5), rotation=10.0, mirror=True)
    assert setup.rectification == RectificationOptions(left=left, blank_contrast=2.0)
    view = setup.view(frame(PLAIN))
    assert not view.saved
    assert view.rectifier.options == setup.rectification


def test_swapped_cameras_take_their_own_view_along(setup: CameraSetup) -> None:
    setup.obey(CLOSE)
    before = setup.rectification
    for _ in range(2):  # a page that says so twice swaps once
        setup.obey(SwapEyes(True))
    assert setup.rectification.swap
    assert (setup.rectification.left, setup.rectification.right) == (before.right, before.left)
    setup.obey(SwapEyes(False))
    assert setup.rectification == before


def test_what_is_saved_is_what_is_seen_with_its_cameras(setup: CameraSetup, tmp_path: Path) -> None:
    setup.obey(CLOSE)
    assert "--personalization.headset 'Valve Index'" in setup.obey(SaveHeadset("Valve Index"))
    assert load(tmp_path, "Valve Index") == Headset(rectification=setup.rectification, cameras=CAMERAS)
    view = setup.view(frame(PLAIN))
    assert (view.headset, view.saved) == ("Valve Index", True)
    setup.obey(ResetCameras())
    assert setup.rectification == RectificationOptions(blank_contrast=2.0)
    assert not setup.view(frame(PLAIN)).saved
    assert load(tmp_path, "Valve Index") != Headset()


def test_a_board_shown_from_all_sides_straightens_the_picture(setup: CameraSetup) -> None:
    with pytest.raises(BridgeError, match="no lens is known"):
        setup.obey(ApplyLens())
    setup.obey(SeekBoard("left"))
    for number in range(len(POSES)):
        search = shown(setup, drawn(number), _more_than(number))
        assert search.corners is not None
    assert search.lens is not None
    assert search.lens.error < 0.3
    assert search.views is not None
    assert len(POSES) > WANTED
    assert search.views.missing == 0
    assert f"{search.lens.error:.2f} pixels" in setup.obey(ApplyLens())
    view = setup.view(frame(drawn(0)))
    assert view.search is None
    flat, _ = view.rectifier.upright(view.frame)
    assert flat is not None
    assert bow(flat) < 0.5 < 2.0 < bow(drawn(0))
    setup.obey(ClearLens("left"))
    assert setup.rectification.left == EyeOptions()


def test_a_still_board_is_taken_once_and_again_only_when_asked(setup: CameraSetup) -> None:
    setup.obey(SeekBoard("left"))
    shown(setup, drawn(1), lambda search: len(_taken(search)) == 1)
    unseen = shown(setup, np.full_like(drawn(1), 90), lambda search: search.corners is None)
    assert len(_taken(unseen)) == 1
    shown(setup, drawn(1), lambda search: search.corners is not None)
    shown(setup, np.full_like(drawn(1), 90), lambda search: search.corners is None)
    assert len(_taken(shown(setup, drawn(1), lambda search: search.corners is not None))) == 1
    setup.obey(TakeView())
    assert len(_taken(shown(setup, drawn(1), lambda search: len(_taken(search)) == 2))) == 2
    setup.obey(StopSeeking())
    assert setup.view(frame(drawn(1))).search is None


def _more_than(views: int) -> Callable[[Search], bool]:
    return lambda search: len(_taken(search)) > views


def _taken(search: Search) -> tuple[object, ...]:
    return () if search.views is None else search.views.corners
