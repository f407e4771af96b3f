"""Keeps the memory that a batch gives back for the next one.

Every step makes and drops the same big tensors. glibc gives blocks of that size back to the system at once, and the
system clears each page again when it is next touched: on a processor, a third of the time of a step went there.
"""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8  # mallopt(3)
_NEVER = 2**31 - 1


def keep_freed() -> None:
    """For the whole process from now on; without effect where the C library is not glibc."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_ARENA_MAX, 1)):
            mallopt(option, value)
