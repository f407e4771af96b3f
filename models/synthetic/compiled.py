"""numba's compiler with a type that mypy understands."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(kernel: Kernel) -> Kernel:
    """Compiles a kernel to machine code on first use and keeps the result on disk."""
    return cast(Kernel, numba.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")(kernel))
