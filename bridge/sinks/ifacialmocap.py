"""iFacialMocap: the text datagrams of an iPhone app that many desktop programs read (ifacialmocap.com/for-developer).

A program asks with a sentence on UDP 49983 and is then sent

    eyeBlink_L-0|...|=head#0,0,0,0,0,0|rightEye#X,Y,Z|leftEye#X,Y,Z|

with ARKit's names (Left as _L), weights 0 to 100 and degrees. Asked for version 2, `&` stands between name and value.
The app answers to port 49983 wherever the question came from; so do we, except to a program on this very address,
which cannot share that port with us and is answered where it asked from. The head (X, Y, Z, then its place in metres)
moves with a face camera; without one it stays at 0.

The page does not say which way angles go. The app's frames that people published agree with their own look weights
where X is positive down and Y positive to the wearer's left, as ARKit's axes are; 35 degrees go with a weight of 100.
"""

import logging
import math
import socket
from dataclasses import astuple
from typing import Final, Literal

import numpy as np
from pydantic import Field

from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.frames import Result
from bridge.sinks.base import BaseSinkOptions, Sink

log: Final = logging.getLogger("eyebridge")

PORT: Final = 49983
QUESTION: Final = b"iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
SECOND_VERSION: Final = b"sendDataVersion=v2"

Address = tuple[str, int]

_LOOPBACK: Final = "127.0.0.1"
_READ_AT_ONCE: Final = 16
"Questions read in one frame; more of them wait for the next."


class IFacialMocapOptions(BaseSinkOptions, frozen=True, extra="forbid"):
    """iFacialMocap, for desktop programs that read that app: they ask for it, as they would ask the phone."""

    kind: Literal["ifacialmocap"] = "ifacialmocap"
    rate: float = Field(default=60.0, ge=0, le=1000, description="At most this many frames a second; the app sends 60.")
    port: int = Field(default=PORT, ge=1, le=65535, description="UDP port of the app's protocol, on either side.")
    allow: tuple[str, ...] = Field(
        default=(), description="Addresses of other machines that may ask, in numbers; this one always may."
    )
    unasked: str = Field(
        default="",
        description="Send here without being asked, and do not listen: 127.0.0.1 for a program on this machine that "
        "takes the port for itself.",
    )
    minutes: float = Field(default=60.0, gt=0, le=1440, description="How long an asker is sent frames; asking renews.")

    def open(self) -> Sink:
        """Raises BridgeError for an address that is none and where the port cannot be listened on."""
        return IFacialMocapSink(self)


def template(separator: str) -> str:
    """A frame's text: %d for a weight, in ARKIT's order, %.6g for the head's numbers, %.2f for the eyes' X and Y."""
    names = (name.replace("Left", "_L").replace("Right", "_R") if _sided(name) else name for name in ARKIT)
    weights = "|".join(f"{name}{separator}%d" for name in names)
    return f"{weights}|=head#%.6g,%.6g,%.6g,%.6g,%.6g,%.6g|rightEye#%.2f,%.2f,0|leftEye#%.2f,%.2f,0|"


def _sided(name: str) -> bool:
    return name.endswith(("Left", "Right")) and name not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight")


_TEMPLATES: Final = {1: template("-"), 2: template("&")}


def pack(result: Result, version: int) -> bytes:
    """The frame's one datagram in version 1 or 2 of the protocol."""
    weights = np.fmin(np.fmax(result.weights.blendshapes, 0.0), 1.0)  # fmax takes NaN to 0
    gaze = result.weights.gaze
    head = (0.0,) * 6
    if not math.isnan(result.head.yaw):
        yaw, pitch, roll, *place = astuple(result.head)
        head = (-pitch, yaw, roll, *place)
    angles = (*head, -gaze.right_pitch, gaze.right_yaw, -gaze.left_pitch, gaze.left_yaw)
    return (_TEMPLATES[version] % (*np.rint(100 * weights).astype(np.int32).tolist(), *angles)).encode()


class IFacialMocapSink(Sink):
    """Sends to whoever asked lately and may ask."""

    def __init__(self, options: IFacialMocapOptions) -> None:
        self._options = options
        self._askers: dict[Address, tuple[int, float]] = {}
        "Where to send, in which version, until when."
        self._refused_hosts: set[str] = set()
        self._allowed = {_LOOPBACK, *map(_numbers, options.allow)}
        if options.unasked:
            self._askers[_numbers(options.unasked), options.port] = (1, math.inf)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        if options.unasked:
            name = f"{options.unasked}:{options.port}"
        else:
            self._listen("0.0.0.0" if options.allow else _LOOPBACK, options.port)
            name = f"whoever asks on port {options.port}"
        super().__init__(f"{name} (iFacialMocap)", options)

    def _listen(self, host: str, port: int) -> None:
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise BridgeError(
                f"port {port} cannot be listened on ({error.strerror}); if a program on this machine that reads "
                "iFacialMocap has it, set --targets.ifacialmocap.unasked 127.0.0.1"
            ) from error

    def _send(self, result: Result) -> None:
        if not self._options.unasked:
            self._hear(result.time)
        packed: dict[int, bytes] = {}
        for address, (version, until) in list(self._askers.items()):
            if result.time > until:
                del self._askers[address]
                continue
            if version not in packed:
                packed[version] = pack(result, version)
            self._tell(address, packed[version])

    def _tell(self, address: Address, data: bytes) -> None:
        try:
            self._socket.sendto(data, address)
            self.traffic.packets += 1
            self.traffic.bytes += len(data)
        except OSError as error:  # unreachable, or the buffer is full
            self._refuse(error)

    def _refuse(self, error: OSError) -> None:
        self.traffic.refused += 1
        self.traffic.refusal = error.strerror or str(error)

    def _hear(self, time: float) -> None:
        """Notes who asks. A datagram that is no question has no effect, nor has one from a stranger."""
        for _ in range(_READ_AT_ONCE):
            try:
                data, (host, port) = self._socket.recvfrom(2048)
            except BlockingIOError:
                return
            except OSError as error:  # Windows reports here that an earlier asker has gone
                self._refuse(error)
                continue
            if data.startswith(QUESTION):
                self._note((host, port), 2 if SECOND_VERSION in data else 1, time)

    def _note(self, asker: Address, version: int, time: float) -> None:
        host = asker[0]
        if host not in self._allowed:
            if host not in self._refused_hosts and len(self._refused_hosts) < _READ_AT_ONCE:
                self._refused_hosts.add(host)
                log.warning("%s asks for iFacialMocap frames; --targets.ifacialmocap.allow %s permits it.", host, host)
            return
        target = asker if host == _LOOPBACK else (host, self._options.port)
        if target not in self._askers:
            log.info("%s:%d is sent iFacialMocap frames.", *target)
        self._askers[target] = (version, time + 60 * self._options.minutes)

    def close(self) -> None:
        self._socket.close()


def _numbers(host: str) -> str:
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError as error:
        raise BridgeError(f"{host!r} is no IPv4 address; write it in numbers, such as 192.168.1.20") from error
