"""What a landmark detector finds: the 68 points of the Multi-PIE / iBUG scheme, from the wearer's right ear on."""

from dataclasses import dataclass
from typing import Protocol

from bridge.face.crop import RgbImage
from bridge.face.model import Floats


@dataclass(frozen=True, slots=True)
class FaceLandmarks:
    """One face in a picture."""

    points: Floats
    "(68, 2) pixels x, y of the picture given."
    score: float
    "0..1: how sure the detector is that this is a face."
    irises: Floats | None
    "(2, 2) the wearer's left and right pupil's centre in pixels, where the detector knows them."
    blendshapes: Floats | None
    "(52,) weights in the order of blendshapes.ARKIT, where the detector gives them itself."


class Landmarker(Protocol):
    """Finds faces. It may follow them from picture to picture: give it one camera's, in their order."""

    def __call__(self, image: RgbImage) -> list[FaceLandmarks]:
        """Every face of an RGB picture (h, w, 3) uint8, the largest first; none gives []."""
        ...
