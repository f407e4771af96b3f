"""Finds whole JPEGs in a stream of bytes by their own structure, whatever stands between them.

Cameras disagree on boundaries, their dashes and quotes, and on lengths, which are left out or wrong; a JPEG says itself
where it begins and ends (ITU-T T.81, annex B). So the text of a multipart stream is stepped over, and nothing it says
can be a lie. A picture that another one begins in, or that is cut off, is damaged and left out.
"""

import re
from typing import Final

from bridge.sources.wire import JPEG, PICTURE_LIMIT, PictureReader

_END: Final = 0xD9
_SCAN: Final = 0xDA

# Within a scan, 0xFF is followed by 0 (a pixel's byte that happens to be 0xFF), a restart, or a fill byte.
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

# What may stand between two scans, or before the first: tables, numbers of lines, application data, comments; before
# the first also the frame's header (SOF).
_SEGMENTS: Final = frozenset({0xC4, 0xCC, _SCAN, 0xDB, 0xDC, 0xDD, *range(0xE0, 0xF0), 0xFE})
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC8}


class JpegReader(PictureReader):
    """Fed with bytes as they come, gives the whole JPEGs in them.

    It holds one unfinished picture at most, and looks at each byte once.
    """

    def __init__(self, limit: int = PICTURE_LIMIT) -> None:
        super().__init__()
        self._limit = limit
        self._at = 0
        "Where to look next: 0 until a picture has begun."
        self._scanning = False

    def feed(self, data: bytes) -> list[bytes]:
        """The JPEGs that are whole now, oldest first."""
        self._held += data
        whole: list[bytes] = []
        while self._step(whole):
            pass
        if len(self._held) > self._limit:
            self._reject(len(self._held))
        return whole

    def _step(self, whole: list[bytes]) -> bool:
        """Go on by one piece of structure; False when more bytes are needed."""
        if self._at > 0:
            return self._scan(whole) if self._scanning else self._segment()
        if not self._seek(JPEG):
            return False
        self._at, self._junk = 2, 0
        return True

    def _segment(self) -> bool:
        """Step over a marker and what its length says."""
        held, at = self._held, self._at
        if at + 4 > len(held):
            return False
        marker = held[at + 1]
        if held[at] == 0xFF and marker == 0xFF:  # a fill byte
            self._at += 1
            return True
        length = int.from_bytes(held[at + 2 : at + 4], "big")
        if held[at] != 0xFF or marker not in _SEGMENTS | _FRAMES or length < 2:
            return self._reject(at)
        self._at += 2 + length
        self._scanning = marker == _SCAN
        return True

    def _scan(self, whole: list[bytes]) -> bool:
        """Step over pixels."""
        held = self._held
        found = _MARKER.search(held, self._at)
        if found is None:
            self._at = max(self._at, len(held) - 1)
            return False
        marker = held[found.start() + 1]
        if marker == _END:
            whole.append(bytes(held[: found.end()]))
            return self._begin(found.end())
        if marker not in _SEGMENTS:
            return self._reject(found.start())
        self._at, self._scanning = found.start(), False
        return True

    def _reject(self, end: int) -> bool:
        """What was stepped over is not looked at again, so that no stream, however malicious, takes long."""
        self.damaged += 1
        return self._begin(end)

    def _begin(self, start: int) -> bool:
        del self._held[:start]
        self._at, self._scanning = 0, False
        return True
