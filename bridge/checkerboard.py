"""A camera's matrix and distortion from several views of a printed checkerboard.

Zhang's method (A flexible new technique for camera calibration, 2000) as OpenCV has it. The lens model is Brown's with
k1, k2, p1 and p2: a third radial term would follow the noise of so few views rather than the lens.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError
from bridge.frames import Image

WANTED: Final = 8
"Views that are enough, if they differ."

MOST: Final = 20
"Views after which more of them only cost time."

_MOVED: Final = 0.025
"Of the picture's diagonal: how far corners must be from where every other view has them, on average, to tell more."
_STILL: Final = 0.006
"Of the picture's diagonal: how far corners may be from where they were a moment ago, for a picture without blur."
_FOCAL: Final = (0.2, 20.0)
"Of the picture's width: no lens has a focal length outside."

Corners = NDArray[np.float32]
"(n, 2) x, y in pixels, row by row."


@dataclass(frozen=True, slots=True)
class Board:
    """A checkerboard by its inner corners, where four squares meet; a chessboard of 8 x 8 squares has 7 x 7."""

    columns: int = 9
    rows: int = 6

    def __post_init__(self) -> None:
        if not (3 <= self.columns <= 20 and 3 <= self.rows <= 20):
            raise ValueError("a board has 3 to 20 columns and rows of inner corners")


@dataclass(frozen=True, slots=True)
class Lens:
    """What a camera's optics do to a picture; the numbers are those of `rectification.EyeOptions`."""

    camera_matrix: tuple[float, float, float, float]
    "fx, fy, cx, cy, pixels."
    distortion: tuple[float, float, float, float]
    "k1, k2, p1, p2."
    error: float
    "How far corners are from where this lens would show them, root mean square, pixels; good below 0.5."


@dataclass(frozen=True, slots=True)
class Views:
    """The views taken so far of one board with one camera."""

    board: Board
    size: tuple[int, int]
    "(height, width) of the camera's picture, pixels."
    corners: tuple[Corners, ...] = ()

    @property
    def missing(self) -> int:
        """How many more are needed."""
        return max(0, WANTED - len(self.corners))

    def teaches(self, corners: Corners) -> bool:
        """Whether a view differs enough from all there are."""
        return all(_distance(corners, other) > _MOVED * np.hypot(*self.size) for other in self.corners)

    def steady(self, corners: Corners, before: Corners) -> bool:
        """Whether the board was held still between two looks at it."""
        return bool(_distance(corners, before) < _STILL * np.hypot(*self.size))

    def and_also(self, corners: Corners) -> "Views":
        """One more view; the oldest goes when there are too many."""
        return replace(self, corners=(*self.corners, corners)[-MOST:])

    def lens(self) -> Lens:
        """The lens that explains these views best.

        Raises BridgeError when they are too few, or too much alike to tell.
        """
        if self.missing:
            raise BridgeError(f"{self.missing} more views of the checkerboard are needed; tilt it to all sides")
        height, width = self.size
        squares = np.zeros((self.board.rows * self.board.columns, 3), np.float32)
        squares[:, :2] = np.mgrid[: self.board.columns, : self.board.rows].T.reshape(-1, 2)
        try:
            error, matrix, distortion, _, _ = cv2.calibrateCamera(
                [squares] * len(self.corners),
                [view[:, None] for view in self.corners],
                (width, height),
                np.eye(3),
                np.zeros(4),
                flags=cv2.CALIB_FIX_K3,
            )
        except cv2.error as trouble:
            raise BridgeError(_UNCLEAR) from trouble
        fx, fy, cx, cy = (float(matrix[at]) for at in ((0, 0), (1, 1), (0, 2), (1, 2)))
        k1, k2, p1, p2 = (float(value) for value in np.ravel(distortion)[:4])
        plausible = (
            bool(np.isfinite([error, k1, k2, p1, p2]).all())
            and all(_FOCAL[0] < focal / width < _FOCAL[1] for focal in (fx, fy))
            and 0 < cx < width
            and 0 < cy < height
        )
        if not plausible:
            raise BridgeError(_UNCLEAR)
        return Lens((fx, fy, cx, cy), (k1, k2, p1, p2), float(error))


_UNCLEAR: Final = "these views of the checkerboard do not tell the lens; take more, near the edges and well tilted"


@dataclass(frozen=True, slots=True)
class Search:
    """How the search for a board before one camera stands."""

    eye: Literal["left", "right"]
    views: Views | None
    "What has been taken; None before the first picture."
    board: Board
    corners: Corners | None = None
    "Where the board is in the newest picture; None when it is not seen."
    lens: Lens | None = None
    "What the views tell, once they are enough."
    problem: str = ""
    "Why enough views tell nothing yet; '' otherwise."


def find(picture: Image, board: Board) -> Corners | None:
    """The board's inner corners in an (h, w) picture, to a fraction of a pixel; None when not all of it is seen."""
    size = (board.columns, board.rows)
    flags = cv2.CALIB_CB_ADAPTIVE_THRESH | cv2.CALIB_CB_NORMALIZE_IMAGE | cv2.CALIB_CB_FAST_CHECK
    found, corners = cv2.findChessboardCorners(picture, size, flags=flags)
    if not found:
        return None
    grid = np.asarray(corners, np.float32).reshape(board.rows, board.columns, 2)
    nearest = min(float(np.linalg.norm(np.diff(grid, axis=axis), axis=2).min()) for axis in (0, 1))
    reach = max(1, min(11, int(nearest / 2.5)))  # a window that held a second corner would be drawn towards it
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 40, 0.001)
    fine = cv2.cornerSubPix(picture, np.asarray(corners, np.float32), (reach, reach), (-1, -1), stop)
    return np.asarray(fine, np.float32).reshape(-1, 2)


def _distance(one: Corners, other: Corners) -> float:
    """Mean distance of corners, pixels; a board found from its other end is the same board."""
    return min(float(np.linalg.norm(one - turned, axis=1).mean()) for turned in (other, other[::-1]))
