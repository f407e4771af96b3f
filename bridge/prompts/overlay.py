"""A panel before the wearer's eyes in SteamVR while there is something to say, and a dot that they follow.

Needs `eyebridge[overlay]`.

Its absence is normal and silent: no openvr, no SteamVR, or one that starts and ends while eyebridge runs. Written after
Valve's documentation of IVROverlay and the source of the openvr package; no SteamVR was met yet.
"""

import ctypes
import importlib
import logging
import math
import textwrap
from types import ModuleType
from typing import Any, Final

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

log: Final = logging.getLogger("eyebridge")

WIDTH: Final = 1024
"Pixels of the panel."
_METERS: Final = 0.9
_AWAY: Final = 1.4
"Meters before the eyes."
_BELOW: Final = -0.28
"Meters: the panel is somewhat below their axis, where it hides nobody's face."
_DOT: Final = 64
"Pixels of the dot,"
_DOT_METERS: Final = 0.05
"2 degrees with its ring."
_COLUMNS: Final = 42
_LINE: Final = 64
"Pixels from line to line."
_MARGIN: Final = 36
_BACK: Final = (24, 24, 32, 210)
_FRONT: Final = (255, 255, 255, 255)

_AGAIN: Final = 5.0
"Seconds between two looks for SteamVR."
_SERVERS: Final = ("vrserver", "vrserver.exe")


def picture(text: str) -> NDArray[np.uint8]:
    """The text on a dark ground: (height, WIDTH, 4), RGBA; letters beyond ASCII, which the font lacks, become ?."""
    lines = textwrap.wrap(text.encode("ascii", "replace").decode(), _COLUMNS) or [""]
    image = np.empty((_LINE * len(lines) + 2 * _MARGIN, WIDTH, 4), np.uint8)
    image[:] = _BACK
    for number, line in enumerate(lines):
        (width, _), _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, 1.2, 2)
        at = ((WIDTH - width) // 2, _MARGIN + _LINE * number + 44)
        cv2.putText(image, line, at, cv2.FONT_HERSHEY_SIMPLEX, 1.2, _FRONT, 2, cv2.LINE_AA)
    return image


def dot() -> NDArray[np.uint8]:
    """A ring around a point, for eyes to rest on: (_DOT, _DOT, 4), RGBA."""
    rows, columns = np.mgrid[:_DOT, :_DOT] - (_DOT - 1) / 2
    away = np.hypot(rows, columns) / (_DOT / 2)
    image = np.zeros((_DOT, _DOT, 4), np.uint8)
    image[away <= 1.0] = _BACK
    image[(away <= 0.9) & (away >= 0.7) | (away <= 0.25)] = _FRONT
    return image


def library() -> ModuleType | None:
    """The openvr package, or None where it is not installed or has nothing for this machine."""
    try:
        return importlib.import_module("openvr")
    except (ImportError, OSError, ValueError) as error:  # its own library may be absent, or not for this processor
        log.debug("no SteamVR overlay: %s", error)
        return None


def steamvr_runs() -> bool:
    """Whether SteamVR's server is among the processes: asking openvr itself would start it."""
    return any(process.info["name"] in _SERVERS for process in psutil.process_iter(["name"]))


class Overlay:
    """The panel and the dot. Every method takes the time in seconds where it needs one, and none raises."""

    def __init__(self) -> None:
        self._openvr: Any = None
        "The package, while we are known to SteamVR."
        self._panel = self._dot = 0
        self._aimed = False
        self._look_at = -math.inf
        self._until = math.inf

    @property
    def open(self) -> bool:
        """Whether SteamVR knows us; then `tend` needs to be called about once a second."""
        return self._openvr is not None

    def show(self, text: str, time: float, seconds: float) -> None:
        """Show the text for so long, in place of any other."""
        self._look(time)
        if self.open:
            self._until = time + seconds
            self._try(self._write, text)

    def aim(self, target: tuple[float, float] | None, time: float) -> None:
        """Put the dot at these degrees of yaw (positive to the wearer's left) and pitch (up); None takes it away."""
        if target is not None:
            self._look(time)
        if self.open:
            self._try(self._point, target)

    def tend(self, time: float) -> None:
        """Take the panel away when its time is over, and leave SteamVR when it ends: it kills who stays."""
        if self.open:
            self._try(self._answer, time)

    def close(self) -> None:
        if self.open:
            self._openvr.shutdown()
            self._openvr = None

    def _look(self, time: float) -> None:
        """Enter SteamVR, if it runs by now."""
        if not self.open and time >= self._look_at:
            self._look_at = time + _AGAIN
            self._enter()

    def _enter(self) -> None:
        if not steamvr_runs() or (openvr := library()) is None:
            return
        try:
            openvr.init(openvr.VRApplication_Overlay)
        except openvr.OpenVRError as error:
            log.debug("SteamVR does not let us in: %r", error)
            return
        self._openvr = openvr
        self._try(self._create)

    def _create(self) -> None:
        overlays = self._openvr.VROverlay()
        self._panel = overlays.createOverlay("eyebridge.prompts", "eyebridge")
        overlays.setOverlayWidthInMeters(self._panel, _METERS)
        self._place(self._panel, 0.0, _BELOW)
        self._dot, self._aimed = overlays.createOverlay("eyebridge.dot", "eyebridge, gaze"), False
        overlays.setOverlayWidthInMeters(self._dot, _DOT_METERS)
        overlays.setOverlaySortOrder(self._dot, 1)  # over the panel, which is at 0
        self._draw(self._dot, dot())

    def _write(self, text: str) -> None:
        self._draw(self._panel, picture(text))
        self._openvr.VROverlay().showOverlay(self._panel)

    def _point(self, target: tuple[float, float] | None) -> None:
        if target is not None:
            yaw, pitch = np.radians(target).tolist()
            self._place(self._dot, -_AWAY * math.tan(yaw), _AWAY * math.tan(pitch) / math.cos(yaw))
        if self._aimed != (target is not None):
            self._aimed, overlays = target is not None, self._openvr.VROverlay()
            (overlays.showOverlay if self._aimed else overlays.hideOverlay)(self._dot)

    def _place(self, overlay: int, right: float, up: float) -> None:
        """Meters from the middle of what the head faces; an overlay goes with the head, upright before it."""
        place = self._openvr.HmdMatrix34_t()
        for row, numbers in enumerate(((1.0, 0.0, 0.0, right), (0.0, 1.0, 0.0, up), (0.0, 0.0, 1.0, -_AWAY))):
            place.m[row][:] = numbers
        head = self._openvr.k_unTrackedDeviceIndex_Hmd
        self._openvr.VROverlay().setOverlayTransformTrackedDeviceRelative(overlay, head, place)

    def _draw(self, overlay: int, image: NDArray[np.uint8]) -> None:
        height, width, channels = image.shape
        pixels = (ctypes.c_uint8 * image.size).from_buffer_copy(image.tobytes())
        self._openvr.VROverlay().setOverlayRaw(overlay, pixels, width, height, channels)

    def _answer(self, time: float) -> None:
        event = self._openvr.VREvent_t()
        while self._openvr.VRSystem().pollNextEvent(event):
            if event.eventType == self._openvr.VREvent_Quit:
                self.close()
                return
        if time >= self._until:
            self._until = math.inf
            self._openvr.VROverlay().hideOverlay(self._panel)

    def _try(self, step: Any, *arguments: object) -> None:
        """One step with SteamVR; where that fails we leave, and look again later."""
        try:
            step(*arguments)
        except self._openvr.OpenVRError as error:
            log.debug("the SteamVR overlay has failed: %r", error)
            self.close()
