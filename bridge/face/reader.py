"""A picture of a face -> FaceReading: what a face camera gives the line.

Landmarks come first, of the largest face. What it expresses then comes from a face network where there is one, else
from the landmark detector itself where it gives blendshapes (MediaPipe does), else from a fit of the face model to the
68 points, which gets to know the person. The head's pose is that of the mean face, so expressed, before a camera whose
angle of view is assumed: its metres are rough (people's faces differ by some percent in size, and webcams' angles of
view by a third).
"""

import logging
import math
from pathlib import Path
from typing import Final

import numpy as np

from bridge.blendshapes import ARKIT
from bridge.face.basis import ExpressionBasis
from bridge.face.camera import Camera, Lens, fitted
from bridge.face.crop import RgbImage
from bridge.face.fit import PersonFit
from bridge.face.landmarks import open_landmarker
from bridge.face.model import FaceModel, Floats, load
from bridge.face.network import FaceNetwork
from bridge.face.points import FaceLandmarks, Landmarker
from bridge.frames import FaceReading, Gaze

log = logging.getLogger("eyebridge")

_STAYS: Final = 1.5
"How many times larger another face must be than the one that is followed to take its place."
_ABSENT: Final = 5.0
"Seconds without a face after which somebody else may have come."
_PUPIL: Final = 0.0105
"Metres from the point about which an eye turns to its pupil."
_CORNERS: Final = ((42, 45), (36, 39))
"The landmarks at the corners of the wearer's left and right eye."
_AHEAD: Final = 0.005
"Metres by which the pupil of an eye that looks ahead lies before the corners."
_FORWARD: Final = np.array([0.0, 0.0, 1.0])
_ROUNDS: Final = 4
_FARTHEST: Final = 0.75
"Sine of the farthest turn of an eye that is believed: 49 degrees."
_FULL_LOOK: Final = 30.0
"Degrees of an eyeLook weight of 1, as in the rig."


class FaceReader:
    """Reads the pictures of one camera, in their order; for one thread."""

    def __init__(
        self, landmarker: Landmarker, model: FaceModel, network: Path | None = None, field_of_view: float = 60.0
    ) -> None:
        """`network`: the file of one that learnt from this model; `field_of_view`: the camera's, across, degrees.

        Raises BridgeError when the network's file is missing or wrong, or it learnt from another model.
        """
        self._landmarker = landmarker
        self._basis = ExpressionBasis(model)
        self._network = None if network is None else FaceNetwork.load(network, self._basis.fingerprint)
        self._points = model.sparse()
        self._fit = PersonFit(model)
        self._field_of_view = field_of_view
        self._followed: Floats | None = None
        "(68, 2) where the face was, in the picture before."
        self._seen = -math.inf
        "When that was, seconds."
        self._crowded = False

    @classmethod
    def open(cls, landmarks: Path, network: Path | None, model: Path | None, field_of_view: float) -> "FaceReader":
        """By files; without `model` it is the built-in face. Raises BridgeError when one is missing or wrong."""
        return cls(open_landmarker(landmarks), load(model), network, field_of_view)

    def __call__(self, picture: RgbImage, time: float) -> FaceReading | None:
        """Reads (h, w, 3) uint8 RGB, taken at `time`, seconds; None where there is no face."""
        found = self._chosen(self._landmarker(picture))
        if found is None:
            self._followed = None
            return None
        if not 0 <= time - self._seen <= _ABSENT or (self._followed is not None and not self._is_followed(found)):
            self._fit.forget()
        self._followed, self._seen = found.points, time
        lens = Lens.of(picture.shape[1], picture.shape[0], self._field_of_view)
        try:
            weights, coefficients = self._expressed(picture, found, lens)
            second = None if self._network is None else found.blendshapes
            shape = self._points.mean + np.tensordot(weights, self._points.expressions, 1)
            camera = fitted(shape, found.points, lens=lens)
        except ValueError:  # points on one spot, or none at all: no face
            return None
        return FaceReading(
            blendshapes=weights.astype(np.float32),
            coefficients=coefficients.astype(np.float32),
            basis=self._basis.fingerprint,
            second=None if second is None else second.astype(np.float32),
            gaze=_looking(weights) if found.irises is None else _gaze(camera, shape, found.points, found.irises),
            head=camera.head(),
            quality=found.score,
            time=time,
        )

    def _chosen(self, faces: list[FaceLandmarks]) -> FaceLandmarks | None:
        """The largest face, unless another one has been followed and is nearly as large."""
        if len(faces) > 1 and not self._crowded:
            self._crowded = True
            log.warning("there are %d faces before the face camera; the largest is yours", len(faces))
        return max(faces, key=self._claim, default=None)

    def _claim(self, face: FaceLandmarks) -> float:
        return _size(face) * (_STAYS if self._is_followed(face) else 1.0)

    def _is_followed(self, face: FaceLandmarks) -> bool:
        """Whether it is where the face was in the picture before."""
        if self._followed is None:
            return False
        return float(np.linalg.norm(face.points.mean(0) - self._followed.mean(0))) < 0.5 * _size(face)

    def _expressed(self, picture: RgbImage, face: FaceLandmarks, lens: Lens) -> tuple[Floats, Floats]:
        """(52,) weights and (28,) coefficients. Raises ValueError for points that are no face."""
        if self._network is not None:
            coefficients = self._network(picture, face.points)
            return self._basis.weights(coefficients), coefficients
        weights = self._fit(face.points, lens).weights if face.blendshapes is None else face.blendshapes
        return weights, self._basis.coefficients(weights)


def _size(face: FaceLandmarks) -> float:
    return float(np.ptp(face.points, axis=0).max())


def _gaze(camera: Camera, shape: Floats, points: Floats, irises: Floats) -> Gaze:
    """Where pupils are between the corners of their eyes, as turns of eyeballs in a head that is itself turned."""
    angles: list[float] = []
    for corners, pupil in zip(_CORNERS, irises, strict=True):
        marks = shape[list(corners)]
        ahead = marks.mean(0) + _AHEAD * _FORWARD
        off = pupil - camera.project(ahead) - (points[list(corners)] - camera.project(marks)).mean(0)
        steps = camera.follow(ahead).T  # pixels that each of the face's axes makes a metre
        across = np.zeros(2)
        for _ in range(_ROUNDS):  # the pupil also goes back as the eye turns
            back = math.sqrt(1.0 - float(across @ across)) - 1.0
            across = np.linalg.lstsq(_PUPIL * steps[:2].T, off - _PUPIL * back * steps[2], rcond=None)[0]
            across *= min(1.0, _FARTHEST / max(float(np.linalg.norm(across)), 1e-9))
        pitch = math.asin(float(across[1]))
        angles += [math.degrees(math.asin(float(across[0]) / math.cos(pitch))), math.degrees(pitch)]
    return Gaze(*angles)


def _looking(weights: Floats) -> Gaze:
    """The gaze that eyeLook weights mean."""
    look = dict(zip(ARKIT, weights.tolist(), strict=True))
    angles: list[float] = []
    for side, outwards in (("Left", 1.0), ("Right", -1.0)):
        angles.append(_FULL_LOOK * outwards * (look[f"eyeLookOut{side}"] - look[f"eyeLookIn{side}"]))
        angles.append(_FULL_LOOK * (look[f"eyeLookUp{side}"] - look[f"eyeLookDown{side}"]))
    return Gaze(*angles)
