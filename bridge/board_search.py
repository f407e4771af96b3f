"""Looks for a checkerboard in a camera's newest picture, in its own thread: finding one takes many frames' time."""

import threading
import time
from dataclasses import replace
from typing import Final, Literal

from bridge.checkerboard import MOST, Board, Corners, Search, Views, find
from bridge.errors import BridgeError
from bridge.frames import Image

_REST: Final = 0.1
"Seconds between two looks at least; as long as the look itself took where that is longer."


class BoardSearch:
    """`state` is always the newest. A view is taken by itself once the board is held still somewhere new."""

    def __init__(self, eye: Literal["left", "right"], board: Board) -> None:
        self.state = Search(eye, None, board)
        self._newest: Image | None = None
        self._before: Corners | None = None
        self._news, self._asked, self._closed = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkerboard", daemon=True)
        self._thread.start()

    def look(self, picture: Image) -> None:
        """Hands over the camera's (h, w) picture as it comes; a newer one replaces it."""
        self._newest = picture
        self._news.set()

    def take(self) -> None:
        """Take the next view in any case."""
        self._asked.set()

    def close(self) -> None:
        """Ends the search."""
        self._closed.set()
        self._news.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._news.wait()
            if self._closed.is_set():
                return
            self._news.clear()
            picture, began = self._newest, time.monotonic()
            if picture is not None:
                self.state = self._advance(picture)
            self._closed.wait(max(_REST, time.monotonic() - began))

    def _advance(self, picture: Image) -> Search:
        state, size = self.state, (picture.shape[0], picture.shape[1])
        views = state.views
        if views is None or views.size != size:
            views, state = Views(state.board, size), Search(state.eye, None, state.board)
        corners, before = find(picture, state.board), self._before
        self._before = corners
        if corners is not None and (self._asked.is_set() or _is_good(views, corners, before)):
            self._asked.clear()
            state = _told(state, views.and_also(corners))
            views = state.views
        return replace(state, views=views, corners=corners)


def _is_good(views: Views, corners: Corners, before: Corners | None) -> bool:
    new = len(views.corners) < MOST and views.teaches(corners)
    return new and before is not None and views.steady(corners, before)


def _told(state: Search, views: Views) -> Search:
    """What more views tell."""
    if views.missing:
        return replace(state, views=views)
    try:
        return replace(state, views=views, lens=views.lens(), problem="")
    except BridgeError as error:
        return replace(state, views=views, lens=None, problem=str(error))
