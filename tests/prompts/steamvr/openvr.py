"""A stand-in for the openvr package: the calls that we make of it, with its names, writing down what they are given.

It takes buffers and structures as the real one does: as ctypes objects whose address is passed on.
"""

import ctypes
from typing import Any

VRApplication_Overlay = 2
VREvent_Quit = 700
k_unTrackedDeviceIndex_Hmd = 0

calls: list[tuple[Any, ...]] = []
events: list[int] = []
"Types of the events that wait to be polled."
refused: set[str] = set()
"Calls that fail."


class OpenVRError(Exception):
    pass


class HmdMatrix34_t(ctypes.Structure):
    _fields_ = (("m", (ctypes.c_float * 4) * 3),)


class VREvent_t(ctypes.Structure):
    _fields_ = (("eventType", ctypes.c_uint32),)


def _called(name: str, *given: Any) -> None:
    calls.append((name, *given))
    if name in refused:
        raise OpenVRError(name)


def init(applicationType: int, pStartupInfo: str | None = None) -> None:
    _called("init", applicationType)


def shutdown() -> None:
    _called("shutdown")


class IVRSystem:
    def pollNextEvent(self, event: VREvent_t) -> bool:
        ctypes.byref(event)
        if not events:
            return False
        event.eventType = events.pop(0)
        return True


class IVROverlay:
    def createOverlay(self, overlayKey: str, overlayName: str) -> int:
        _called("createOverlay", overlayKey, overlayName)
        return 7 if overlayKey == "eyebridge.prompts" else 8

    def setOverlaySortOrder(self, overlayHandle: int, sortOrder: int) -> None:
        _called("setOverlaySortOrder", overlayHandle, sortOrder)

    def setOverlayTransformTrackedDeviceRelative(
        self, overlayHandle: int, trackedDevice: int, trackedDeviceToOverlayTransform: HmdMatrix34_t
    ) -> None:
        ctypes.byref(trackedDeviceToOverlayTransform)
        rows = [list(row) for row in trackedDeviceToOverlayTransform.m]
        _called("setOverlayTransformTrackedDeviceRelative", overlayHandle, trackedDevice, rows)

    def setOverlayWidthInMeters(self, overlayHandle: int, widthInMeters: float) -> None:
        _called("setOverlayWidthInMeters", overlayHandle, widthInMeters)

    def setOverlayRaw(self, overlayHandle: int, buffer: Any, width: int, height: int, bytesPerPixel: int) -> None:
        address = ctypes.addressof(buffer)
        pixels = ctypes.string_at(address, width * height * bytesPerPixel)
        _called("setOverlayRaw", overlayHandle, pixels, width, height, bytesPerPixel)

    def showOverlay(self, overlayHandle: int) -> None:
        _called("showOverlay", overlayHandle)

    def hideOverlay(self, overlayHandle: int) -> None:
        _called("hideOverlay", overlayHandle)


def VRSystem() -> IVRSystem:
    return IVRSystem()


def VROverlay() -> IVROverlay:
    return IVROverlay()
