"""Which eye is where in the pictures of a source."""

from collections.abc import Callable
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bridge.frames import FaceReading, Image
from bridge.pictures import check_size, to_gray, white_of

PAIR_ASPECT: Final = 1.8
"Width over height from which a picture is taken to hold both eyes."

Picture = NDArray[Any]

View = tuple[Image | None, Image | None, FaceReading | None]
"What one picture shows: the wearer's left eye, their right eye, their face."

Viewer = Callable[[Picture, float], View]
"What a picture taken at a time, seconds, shows. Raises ValueError for what is no picture."


class EyesOptions(BaseModel, frozen=True, extra="forbid"):
    """What each picture shows."""

    eyes: Literal["auto", "both", "left", "right"] = Field(
        default="auto",
        description="What a picture shows: both eyes side by side (the wearer's left eye in the left half), the left "
        "eye or the right eye alone; auto: both when it is at least 1.8 times as wide as high, else the left",
    )
    swap: bool = Field(default=False, description="Exchange the left and the right eye")


class EyeSplitter:
    """Turns a source's pictures into gray left and right eyes.

    It remembers the brightest white the source has meant, so that pictures of more than 8 bits keep one scale.
    """

    def __init__(self, options: EyesOptions) -> None:
        self._options = options
        self._white = 0.0

    def split(self, picture: Picture) -> tuple[Image | None, Image | None]:
        """The (left, right) eyes in one picture; None for the one it does not show.

        Raises ValueError for what is no picture.
        """
        eyes = self._options.eyes
        gray = self._gray(picture)
        height, width = gray.shape
        if eyes == "auto":
            eyes = "both" if width >= PAIR_ASPECT * height else "left"
        if eyes == "both":
            half = width // 2
            check_size(half, height)
            return self._swapped(np.ascontiguousarray(gray[:, :half]), np.ascontiguousarray(gray[:, width - half :]))
        return self._swapped(gray, None) if eyes == "left" else self._swapped(None, gray)

    def view(self, picture: Picture, time: float) -> View:
        """The same as a Viewer; whatever the time."""
        return (*self.split(picture), None)

    def pair(self, left: Picture | None, right: Picture | None) -> tuple[Image | None, Image | None]:
        """The (left, right) eyes where each has a picture of its own. Raises ValueError for what is no picture."""
        return self._swapped(
            None if left is None else self._gray(left),
            None if right is None else self._gray(right),
        )

    def _gray(self, picture: Picture) -> Image:
        self._white = max(self._white, white_of(picture))
        return to_gray(picture, self._white)

    def _swapped(self, left: Image | None, right: Image | None) -> tuple[Image | None, Image | None]:
        return (right, left) if self._options.swap else (left, right)
