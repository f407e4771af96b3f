"""A panel before the wearer's eyes in SteamVR, while there is something to say; needs `eyebridge[overlay]`.

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
_PLACE: Final = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, -0.28), (0.0, 0.0, 1.0, -1.4))
"From the panel to the head, meters: 1.4 before the eyes and somewhat below their axis, where it hides nobody's face."
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
    """The panel. Every method takes the time in seconds where it needs one, and none raises."""

    def __init__(self) -> None:
        self._openvr: Any = None
        "The package, while we are known to SteamVR."
        self._panel = 0
        self._look_at = -math.inf
        self._until = -math.inf

    @property
    def open(self) -> bool:
        """Whether SteamVR knows us; then `tend` needs to be called about once a second."""
        return self._openvr is not None

    def show(self, text: str, time: float, seconds: float) -> None:
        """Show the text for so long, in place of any other."""
        if not self.open and time >= self._look_at:
            self._look_at = time + _AGAIN
            self._enter()
        if self.open:
            self._until = time + seconds
            self._try(self._draw, text)

    def tend(self, time: float) -> None:
        """Take the panel away when its time is over, and leave SteamVR when it ends: it kills who stays."""
        if self.open:
            self._try(self._answer, time)

    def close(self) -> None:
        if self.open:
            self._openvr.shutdown()
            self._openvr = None

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
        openvr, overlays = self._openvr, self._openvr.VROverlay()
        self._panel = overlays.createOverlay("eyebridge.prompts", "eyebridge")
        place = openvr.HmdMatrix34_t()
        for row, numbers in enumerate(_PLACE):
            place.m[row][:] = numbers
        overlays.setOverlayTransformTrackedDeviceRelative(self._panel, openvr.k_unTrackedDeviceIndex_Hmd, place)
        overlays.setOverlayWidthInMeters(self._panel, _METERS)

    def _draw(self, text: str) -> None:
        image = picture(text)
        height, width, channels = image.shape
        pixels = (ctypes.c_uint8 * image.size).from_buffer_copy(image.tobytes())
        overlays = self._openvr.VROverlay()
        overlays.setOverlayRaw(self._panel, pixels, width, height, channels)
        overlays.showOverlay(self._panel)

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
