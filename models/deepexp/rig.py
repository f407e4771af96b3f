"""What of a face model is drawn: its whole surface, and which part of it is skin, tooth or iris.

ICT-FaceKit brings eyeballs, teeth and the inside of the mouth, which move with its expressions. Any other face model is
skin alone, so eyeballs are put behind its lids and something dark behind its lips.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.blendshapes import ARKIT
from bridge.face.model import ICT_ARRAYS, FaceModel, ict_names
from models.synthetic.parts import Float, Int

SKIN, MOUTH, SOCKET, GUM, TOOTH, SCLERA, IRIS, PUPIL = range(8)
"Materials of a vertex."
# ICT-FaceKit's regions, first vertex and the one after the last
_REGIONS: Final = (
    (SKIN, 0, 11248),
    (MOUTH, 11248, 13294),
    (SOCKET, 13294, 14062),
    (GUM, 14062, 17039),
    (TOOTH, 17039, 21451),
)
_EYEBALLS: Final = ((21451, 23021), (23021, 24591))
_END: Final = 24591
"Tear fluid, occluders and lashes come after the eyeballs and are not drawn."
_PUPIL: Final = 0.002
_IRIS: Final = 0.006
_EYEBALL: Final = 0.0125
"Radii, metres."
_RINGS: Final = 14
_LIPS: Final = np.arange(48, 60)
"Landmarks, from the wearer's right corner over the upper lip."
_FAN: Final = np.array([(0, k + 1, k) for k in range(1, 11)], np.int32)
_DEPTH: Final = 0.008
"Metres that the mouth's inside lies behind the lips."


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """A face model as it is drawn; metres, in the model's own frame."""

    mean: Float
    "(n, 3)"
    identity: Float
    "(modes, n, 3)"
    expressions: Float
    "(52, n, 3) in the order of ARKIT."
    triangles: Int
    "(t, 3) counter-clockwise from outside."
    material: NDArray[np.int8]
    "(n,)"
    landmarks: Int
    "(68,) vertices."

    @staticmethod
    def of(model: FaceModel, path: Path | None) -> "Rig":
        """The surface of a model that was loaded from a file; of ICT-FaceKit's more is read than the model has."""
        if model.name != "ict" or path is None:
            return _with_eyeballs(model)
        with np.load(path, allow_pickle=False) as stored:
            return _facekit(model, {name: stored[name] for name in ICT_ARRAYS})


def _facekit(model: FaceModel, arrays: dict[str, NDArray[Any]]) -> Rig:
    """ICT-FaceKit with its eyeballs, teeth and mouth, moved into the model's frame."""
    marks = np.asarray(arrays["landmark68"], np.int32)
    neutral = np.asarray(arrays["neutral"][:_END], np.float32) / 100
    triangles = np.asarray(arrays["triangles"], np.int32)
    material = np.zeros(_END, np.int8)
    for kind, first, end in _REGIONS:
        material[first:end] = kind
    for first, end in _EYEBALLS:  # the cornea lies over iris and pupil: both are painted on it
        ball = neutral[first:end]
        axis = ball[ball[:, 2].argmax(), :2]
        away = np.where(ball[:, 2] > ball[:, 2].mean(), np.linalg.norm(ball[:, :2] - axis, axis=1), np.inf)
        material[first:end] = np.where(away < _PUPIL, PUPIL, np.where(away < _IRIS, IRIS, SCLERA))
    names = {str(name): row for row, name in enumerate(arrays["expression_names"])}
    moved = np.zeros((len(ARKIT), _END, 3), np.float32)
    for row, name in enumerate(ARKIT):
        for own in ict_names(name):
            if own in names:
                moved[row] += arrays["expression"][names[own]][:_END] / np.float32(100)
    return Rig(
        neutral + (model.mean[0] - neutral[0]).astype(np.float32),
        np.asarray(arrays["identity"][:, :_END] / 100, np.float32),
        moved,
        np.ascontiguousarray(triangles[(triangles < _END).all(1)]),
        material,
        marks,
    )


def _with_eyeballs(model: FaceModel) -> Rig:
    """The model's skin, two spheres of which the lids show a part, and the dark that open lips show.

    The spheres follow eyeLook and the identity's eyes, the dark moves with the lips.
    """
    mean, identity, moved = (np.asarray(a, np.float32) for a in (model.mean, model.identity, model.expressions))
    ball, faces, kinds = _sphere()
    points, material, triangles = [mean], [np.zeros(len(mean), np.int8)], [np.asarray(model.triangles, np.int32)]
    identities, expressions = [identity], [moved]
    for side, lids in (("Left", range(42, 48)), ("Right", range(36, 42))):
        vertices = model.landmarks[list(lids)]
        centre = mean[vertices].mean(0) - np.array([0, 0, 0.9 * _EYEBALL], np.float32)
        triangles.append(faces + sum(len(part) for part in points))
        points.append(centre + ball)
        material.append(kinds)
        identities.append(np.repeat(identity[:, vertices].mean(1, keepdims=True), len(ball), 1))
        expressions.append(_looks(ball, side))
    lips = model.landmarks[_LIPS]
    triangles.append(_FAN + sum(len(part) for part in points))
    points.append(mean[lips] - np.array([0, 0, _DEPTH], np.float32))
    material.append(np.full(len(_LIPS), MOUTH, np.int8))
    identities.append(identity[:, lips])
    expressions.append(moved[:, lips])
    return Rig(
        np.concatenate(points).astype(np.float32),
        np.concatenate(identities, 1),
        np.concatenate(expressions, 1),
        np.concatenate(triangles),
        np.concatenate(material),
        np.asarray(model.landmarks, np.int32),
    )


def _sphere() -> tuple[Float, Int, NDArray[np.int8]]:
    """The front half of an eyeball: rings about the gaze axis +z, from the pupil outwards."""
    polar = np.concatenate([[0, 0.17, 0.18, 0.47, 0.49], np.linspace(0.56, 1.5, _RINGS - 5)])
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)])
    points = [
        np.stack([*(_EYEBALL * np.sin(angle) * ring), np.full(24, _EYEBALL * np.cos(angle))], 1) for angle in polar
    ]
    kinds = np.repeat(np.where(polar < 0.175, PUPIL, np.where(polar < 0.48, IRIS, SCLERA)), 24).astype(np.int8)
    triangles = []
    for inner in range(_RINGS - 1):
        for step in range(24):
            a, b = inner * 24 + step, inner * 24 + (step + 1) % 24
            triangles += [(a, a + 24, b + 24), (a, b + 24, b)]
    return np.concatenate(points).astype(np.float32), np.array(triangles, np.int32), kinds


def _looks(ball: Float, side: str) -> Float:
    """(52, n, 3) how an eyeball turns with eyeLook*, by 0.5 radians at full strength (to first order)."""
    moved = np.zeros((len(ARKIT), *ball.shape), np.float32)
    outwards = 1.0 if side == "Left" else -1.0
    for name, (x, y) in {"Up": (0, 1), "Down": (0, -1), "Out": (outwards, 0), "In": (-outwards, 0)}.items():
        row = moved[ARKIT.index(f"eyeLook{name}{side}")]
        row[:, 0], row[:, 1] = 0.5 * x * ball[:, 2], 0.5 * y * ball[:, 2]
        row[:, 2] = -0.5 * (x * ball[:, 0] + y * ball[:, 1])
    return moved
