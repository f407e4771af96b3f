"""Camera pictures to the network's view: undistort, rotate, mirror, crop, scale, and lay both eyes side by side.

Eyemotion (arXiv 1707.07204) concatenates the eyes before the network sees them (section 4.1); its Table 1 shows that
this beats one tower per eye by ten points and more. Training uses this very code, so the daemon never sees an eye
differently from how the network learnt it.
"""

from typing import Annotated, Final

import cv2
import numpy as np
from pydantic import BaseModel, Field, model_validator

from bridge.frames import EyeFrame, EyePair, Image

EYE_SIZE: Final = (96, 96)
"(height, width) of one rectified eye in pixels."

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class EyeOptions(BaseModel, frozen=True, extra="forbid"):
    """How one eye's camera is turned into the network's view; the steps happen in this order."""

    camera_matrix: tuple[float, float, float, float] | None = Field(
        None, description="fx, fy, cx, cy in pixels, if the camera is calibrated"
    )
    distortion: tuple[float, ...] = Field((), description="OpenCV distortion coefficients k1 k2 p1 p2 [k3 ...]")
    rotation: float = Field(0.0, ge=-180.0, le=180.0, description="turn the picture, degrees counter-clockwise")
    mirror: bool = Field(False, description="flip left and right, for a camera that looks through a mirror")
    crop: tuple[Fraction, Fraction, Fraction, Fraction] = Field(
        (0.0, 0.0, 1.0, 1.0), description="left, top, width, height of the part to use, as fractions of the picture"
    )

    @model_validator(mode="after")
    def _check(self) -> "EyeOptions":
        left, top, width, height = self.crop
        if width < 0.05 or height < 0.05 or left + width > 1.0001 or top + height > 1.0001:
            raise ValueError("crop must lie inside the picture and be at least 0.05 wide and high")
        if self.distortion and self.camera_matrix is None:
            raise ValueError("distortion needs camera_matrix too")
        if len(self.distortion) not in (0, 4, 5, 8, 12, 14):
            raise ValueError("distortion has 4, 5, 8, 12 or 14 numbers")
        return self


class RectificationOptions(BaseModel, frozen=True, extra="forbid"):
    """The view of both eyes."""

    left: EyeOptions = EyeOptions()
    right: EyeOptions = EyeOptions()
    swap: bool = Field(False, description="exchange the two eyes, for cameras that are plugged in the wrong way round")
    mirror_missing: bool = Field(
        False,
        description="show a missing eye as the other one, mirrored; else it is said to be missing",
    )
    blank_contrast: float = Field(
        4.0,
        ge=0.0,
        le=50.0,
        description="a picture is empty when its gray levels vary less than this (standard deviation)",
    )


class Rectifier:
    """EyeFrame -> EyePair; keeps nothing but the prepared geometry of each picture size it has met."""

    def __init__(self, options: RectificationOptions, size: tuple[int, int] = EYE_SIZE) -> None:
        self.options = options
        self._height, self._width = size
        self._views = (_View(options.left, size), _View(options.right, size))

    def __call__(self, frame: EyeFrame) -> EyePair:
        pixels = np.zeros((self._height, 2 * self._width), np.uint8)
        halves = (pixels[:, : self._width], pixels[:, self._width :])
        seen = [False, False]
        pictures = self.cameras(frame)
        for side, picture in enumerate(pictures):
            if picture is None:
                continue
            eye = self._views[side](picture)
            if float(cv2.meanStdDev(eye)[1][0, 0]) >= self.options.blank_contrast:
                halves[side][:] = eye
                seen[side] = True
        mirrored = [False, False]
        if self.options.mirror_missing and seen[0] != seen[1]:
            missing = seen.index(False)
            if pictures[missing] is None:  # a picture that went dark is a fault, not a missing camera
                halves[missing][:] = halves[1 - missing][:, ::-1]
                seen[missing] = mirrored[missing] = True
        return EyePair(pixels, (seen[0], seen[1]), (mirrored[0], mirrored[1]), frame.time, frame.index, frame.face)

    def cameras(self, frame: EyeFrame) -> tuple[Image | None, Image | None]:
        """The camera's own pictures of the wearer's (left, right) eye."""
        return (frame.right, frame.left) if self.options.swap else (frame.left, frame.right)

    def upright(self, frame: EyeFrame) -> tuple[Image | None, Image | None]:
        """The whole (left, right) pictures, undistorted, turned and mirrored: what `crop` is a part of."""
        left, right = self.cameras(frame)
        return (
            None if left is None else self._views[0].upright(left),
            None if right is None else self._views[1].upright(right),
        )


class _View:
    """One camera's geometry."""

    def __init__(self, options: EyeOptions, size: tuple[int, int]) -> None:
        self._options = options
        self._size = size
        self._maps: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}

    def __call__(self, picture: Image) -> Image:
        height, width = self._size
        return _scaled(_cover(self.upright(picture), self._options.crop, width / height), height, width)

    def upright(self, picture: Image) -> Image:
        options = self._options
        if options.camera_matrix is not None:
            map_x, map_y = self._undistortion((picture.shape[0], picture.shape[1]))
            picture = _gray(cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
        if options.rotation:
            rows, columns = picture.shape
            turn = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), options.rotation, 1.0)
            # replicated borders: a network reads a black frame as part of the eye
            picture = _gray(cv2.warpAffine(picture, turn, (columns, rows), borderMode=cv2.BORDER_REPLICATE))
        if options.mirror:
            picture = picture[:, ::-1]
        return picture

    def _undistortion(self, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        if shape not in self._maps:
            assert self._options.camera_matrix is not None
            fx, fy, cx, cy = self._options.camera_matrix
            matrix = np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])
            distortion = np.array(self._options.distortion or (0.0,) * 4)
            self._maps[shape] = cv2.initUndistortRectifyMap(
                matrix, distortion, np.eye(3), matrix, (shape[1], shape[0]), cv2.CV_16SC2
            )
        return self._maps[shape]


def _cover(picture: Image, crop: tuple[float, float, float, float], aspect: float) -> Image:
    """The largest middle part of the crop that has the wanted width over height, never less than a pixel."""
    rows, columns = picture.shape
    left, top, width, height = crop[0] * columns, crop[1] * rows, crop[2] * columns, crop[3] * rows
    if width > height * aspect:
        left, width = left + (width - height * aspect) / 2, height * aspect
    else:
        top, height = top + (height - width / aspect) / 2, width / aspect
    x, y = min(round(left), columns - 1), min(round(top), rows - 1)
    return picture[y : max(y + 1, round(top + height)), x : max(x + 1, round(left + width))]


def _scaled(part: Image, height: int, width: int) -> Image:
    """Shrunk by a whole factor as far as that goes, and then by interpolation.

    Averaging over whole pixels is seven times as fast as over fractions of them, and differs by half a gray level.
    """
    factor = min(part.shape[0] // height, part.shape[1] // width)
    if factor > 1:
        whole = part[: part.shape[0] // factor * factor, : part.shape[1] // factor * factor]
        size = (whole.shape[1] // factor, whole.shape[0] // factor)
        part = _gray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA))
    return _gray(cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR))


def _gray(image: "cv2.typing.MatLike") -> Image:
    """OpenCV's stubs do not know that uint8 in is uint8 out."""
    return np.asarray(image, np.uint8)
