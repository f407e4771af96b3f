"""What the Cameras page does: both cameras' view as it is now, the search for a checkerboard, the headset's name."""

from pathlib import Path

from bridge import headsets
from bridge.board_search import BoardSearch
from bridge.camera_commands import (
    ApplyLens,
    ArrangeEye,
    CameraCommand,
    ClearLens,
    ResetCameras,
    SaveHeadset,
    SeekBoard,
    StopSeeking,
    SwapEyes,
    TakeView,
)
from bridge.checkerboard import Board
from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.headsets import Headset
from bridge.preview.cameras import CameraView
from bridge.rectification import EyeOptions, RectificationOptions, Rectifier
from bridge.sources.cameras import CamerasOptions


class CameraSetup:
    """Changes `rectification`; whoever holds it brings that to the pipeline."""

    def __init__(self, options: RectificationOptions, cameras: CamerasOptions, headset: str, folder: Path) -> None:
        """`folder` is where headsets are saved; `cameras` are saved with this one."""
        self.rectification = options
        self.headset = headset
        self._cameras, self._folder = cameras, folder
        self._rectifier = Rectifier(options)
        self._search: BoardSearch | None = None
        self._saved = True

    def view(self, frame: EyeFrame) -> CameraView:
        """What a page shows of this frame; the search for a board sees it too."""
        rectifier, search = self._rectifier, self._search
        if search is not None:
            picture = rectifier.cameras(frame)[search.state.eye == "right"]
            if picture is not None:
                search.look(picture)
        return CameraView(frame, rectifier, self.headset, self._saved, None if search is None else search.state)

    def obey(self, command: CameraCommand) -> str:
        """Do it, and say what the wearer should know. Raises BridgeError when it cannot be done."""
        match command:
            case ArrangeEye():
                self._arrange(command)
            case SwapEyes(on):
                self._swap(on)
            case SeekBoard(eye, columns, rows):
                self._stop_search()
                self._search = BoardSearch("right" if eye == "right" else "left", Board(columns, rows))
                return f"hold the checkerboard before the {eye} eye's camera, and tilt it to all sides"
            case TakeView() if self._search is not None:
                self._search.take()
            case StopSeeking():
                self._stop_search()
            case ApplyLens():
                return self._apply()
            case ClearLens(eye):
                self._change_eye(eye, camera_matrix=None, distortion=())
                return f"the {eye} eye's picture is no longer undistorted"
            case SaveHeadset(name):
                return self._save(name)
            case ResetCameras():
                self._change({"left": EyeOptions(), "right": EyeOptions(), "swap": False})
                return "both cameras' pictures are taken whole again; nothing is saved yet"
        return ""

    def close(self) -> None:
        self._stop_search()

    def _arrange(self, wanted: ArrangeEye) -> None:
        crop = (wanted.left, wanted.top, wanted.width, wanted.height)
        self._change_eye(wanted.eye, crop=crop, rotation=wanted.rotation, mirror=wanted.mirror)

    def _swap(self, on: bool) -> None:
        now = self.rectification
        if on != now.swap:
            self._stop_search()
            self._change({"left": now.right, "right": now.left, "swap": on})

    def _apply(self) -> str:
        search = None if self._search is None else self._search.state
        if search is None or search.lens is None:
            raise BridgeError("no lens is known yet; show the checkerboard to the camera first")
        self._change_eye(search.eye, camera_matrix=search.lens.camera_matrix, distortion=search.lens.distortion)
        self._stop_search()
        return f"the {search.eye} eye's picture is undistorted; corners fit to {search.lens.error:.2f} pixels"

    def _save(self, name: str) -> str:
        stored = Headset(rectification=self.rectification, cameras=self._cameras)
        headsets.save(self._folder, name, stored)
        self.headset, self._saved = name, True
        again = "" if name == "default" else f"; it is loaded by --personalization.headset {name!r}"
        return f"cameras saved for headset {name!r}{again}"

    def _change_eye(self, eye: str, **update: object) -> None:
        now = self.rectification
        self._change({eye: (now.right if eye == "right" else now.left).model_copy(update=update)})

    def _change(self, update: dict[str, object]) -> None:
        self.rectification = self.rectification.model_copy(update=update)
        self._rectifier = Rectifier(self.rectification)
        self._saved = False

    def _stop_search(self) -> None:
        if self._search is not None:
            self._search.close()
            self._search = None
