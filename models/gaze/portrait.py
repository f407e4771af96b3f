"""Whole faces whose gaze is known exactly: ICT-FaceKit's head, seen as ETH-XGaze's normalisation sees a face.

The plainest that is honest: the whole mesh with random identities, a skin of noise with brows and lips painted on, two
drawn eyeballs that look at one point, lids that follow them, a few lamps, a gray camera with blur and noise. There are
no lashes, no hair, no spectacles and no teeth; a network that learns from these faces alone is not for photographs.

The camera is where the normalisation puts it (Zhang et al., ETRA 2018): 60 cm before the middle of the face, looking at
it, upright with the head, 960 pixels of focal length for 224 of width.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bridge.frames import Image
from models.gaze.angles import pitch_yaw
from models.synthetic.assets import face_arrays
from models.synthetic.eyeball import draw_eyeball
from models.synthetic.parts import Bytes, Float, Int
from models.synthetic.raster import light_vertices, project, vertex_normals
from models.synthetic.triangles import draw_skin

SIZE: Final = 224
_FOCAL: Final = 960.0 / 224.0
"Over the picture's width."
_DISTANCE: Final = 60.0
"cm from the camera to the middle of the face."

# ICT-FaceKit's vertices: skin, neck, mouth and sockets come before gums, teeth and the model's own eyes
_SKIN_END: Final = 14062
_SCLERAS: Final = ((21451, 22221), (23021, 23791))
_EYE_CENTRE: Final = (3.116, 3.602, 7.982)
"cm, of the wearer's left eye; the right one's x is negative."
# of each side, the wearer's left first: the upper and the lower lid's margin from the inner to the outer corner
_UPPER_LIDS: Final = ((3742, 3751, 3756, 3721), (1528, 1537, 1542, 1507))
_LOWER_LIDS: Final = ((3742, 3732, 3725, 3721), (1528, 1518, 1511, 1507))
_BROWS: Final = ((3615, 4240, 4114, 2734, 2509), (1401, 2044, 1914, 493, 268))
_LIPS: Final = (5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841)
_FACE: Final = (1507, 1528, 3742, 3721, 1140, 3360)
"Eye and nose corners: their middle is that of the face."

_TEXTURE: Final = 512
_TEXTURE_CM: Final = 24.0
_BOTTOM_CM: Final = -11.0
"The texture is the face from in front: x from -12 to 12, y from -11 to 13."
_EXPRESSIONS: Final = {
    "browInnerUp": 0.6,
    "browDown": 0.5,
    "eyeSquint": 0.4,
    "cheekRaiser": 0.4,
    "mouthSmile": 0.8,
    "mouthFrown": 0.5,
    "mouthPucker": 0.4,
}
"Movements that a face may show beside its gaze, and how far."
_FULL_LOOK: Final = 33.0
"Degrees at which the lids have followed all the way."


@dataclass(frozen=True, slots=True)
class Head:
    """The face model, as far as it is drawn."""

    neutral: Float
    "(V, 3) cm."
    identity: Float
    "(K, V, 3)"
    expression: dict[str, Float]
    "(V, 3) each, at full strength."
    triangles: Int
    sclera_identity: Float
    "(2, K, 3) how each identity moves the eyeballs, left and right."

    @staticmethod
    def read(assets: Path) -> "Head":
        """From a folder with ICT-FaceKit. Raises BridgeError when it is not there."""
        arrays = face_arrays(assets)
        triangles = np.asarray(arrays["triangles"], np.int32)
        identity = np.asarray(arrays["identity"], np.float32)
        names = [str(name) for name in arrays["expression_names"]]
        return Head(
            np.asarray(arrays["neutral"][:_SKIN_END], np.float32),
            np.ascontiguousarray(identity[:, :_SKIN_END]),
            {n: np.asarray(arrays["expression"][i][:_SKIN_END], np.float32) for i, n in enumerate(names)},
            np.ascontiguousarray(triangles[(triangles < _SKIN_END).all(1)]),
            np.stack([identity[:, first:last].mean(1) for first, last in _SCLERAS]),
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, at rest."""

    base: Float
    "(V, 3) cm."
    centres: Float
    "(2, 3) of the eyeballs, left and right."
    radius: float
    texture: Bytes
    "(T, T, 4) see triangles.draw_skin."
    iris: Bytes
    look: Float
    "(13,) see eyeball.draw_eyeball."


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a face is seen from, in the head's frame: cm, x to the wearer's left, y up, z forward."""

    position: Float
    rotation: Float
    "(3, 3) rows: the picture's right, up, forward."

    @staticmethod
    def before(middle: Float, yaw: float, pitch: float) -> "Camera":
        """Looking at the middle of a face that is turned by yaw (to the wearer's left) and pitch (up), in radians."""
        forward = np.array([math.sin(yaw) * math.cos(pitch), -math.sin(pitch), -math.cos(yaw) * math.cos(pitch)])
        right = np.array([1.0, 0.0, 0.0]) - forward * forward[0]  # the head's own x, as far as it can be seen
        right /= np.linalg.norm(right)
        rotation = np.stack([right, np.cross(right, forward), forward]).astype(np.float32)
        return Camera((middle - _DISTANCE * forward).astype(np.float32), rotation)

    def sees(self, direction: NDArray[np.floating]) -> NDArray[np.float64]:
        """(2,) pitch and yaw, as models.gaze.angles counts them, of a direction in the head's frame."""
        right, up, forward = self.rotation @ np.asarray(direction, np.float64)
        return pitch_yaw(np.array([right, -up, forward]))


def make_person(head: Head, rng: Generator) -> Person:
    """Somebody at random."""
    weights = rng.normal(0, rng.uniform(0.45, 0.9), len(head.identity)).astype(np.float32)
    base = head.neutral + np.tensordot(weights, head.identity, 1)
    centres = np.array([_EYE_CENTRE, (-_EYE_CENTRE[0], *_EYE_CENTRE[1:])], np.float32)
    centres += np.einsum("k,ekx->ex", weights, head.sclera_identity)
    lids = [base[[*up, *low]] - centre for up, low, centre in zip(_UPPER_LIDS, _LOWER_LIDS, centres, strict=True)]
    near = min(float(np.quantile(np.linalg.norm(lid, axis=1), 0.1)) for lid in lids)
    iris = rng.uniform(0.15, 0.6)
    look = [rng.uniform(0.53, 0.6), rng.uniform(0.25, 0.6), iris, rng.uniform(0.3, 1.0), rng.uniform(0.0, 0.05)]
    look += [max(rng.uniform(0.6, 1.1), 1.3 * iris), rng.uniform(0.02, 0.06), 10 ** rng.uniform(-3.9, -3.0)]
    look += [rng.uniform(0.5, 3.0), rng.uniform(0.2, 0.7), rng.uniform(0.35, 0.6), rng.uniform(0, 0.12), 0.6]
    rings = np.clip(128 + rng.normal(0, 30, (64, 1)) + rng.normal(0, 18, (64, 256)), 0, 255).astype(np.uint8)
    return Person(
        np.asarray(base, np.float32),
        centres,
        float(np.clip(near - 0.05, 1.35, 1.6)),
        _skin(head, rng),
        cv2.GaussianBlur(rings, (5, 5), 0).astype(np.uint8),
        np.array(look, np.float32),
    )


def _skin(head: Head, rng: Generator) -> Bytes:
    """(T, T, 4) albedo with brows and lips, level everywhere."""
    albedo = np.full((_TEXTURE, _TEXTURE), rng.uniform(0.3, 0.85), np.float32)
    for cells, strength in ((10, 0.05), (40, 0.035), (160, 0.03)):
        spots = rng.standard_normal((cells, cells), dtype=np.float32)
        albedo *= 1 + strength * np.asarray(cv2.resize(spots, (_TEXTURE, _TEXTURE), interpolation=cv2.INTER_CUBIC))
    texels = _texels(head.neutral)
    paint = np.zeros((_TEXTURE, _TEXTURE), np.float32)
    thick = int(rng.integers(6, 15))
    for brow in _BROWS:
        cv2.polylines(paint, [texels[list(brow)].round().astype(np.int32)], False, float(rng.uniform(0.2, 0.8)), thick)
    cv2.fillPoly(paint, [texels[list(_LIPS)].round().astype(np.int32)], float(rng.uniform(0.05, 0.4)))
    albedo *= 1 - np.asarray(cv2.GaussianBlur(paint, (0, 0), 2.0), np.float32)
    texture = np.full((_TEXTURE, _TEXTURE, 4), 128, np.uint8)
    texture[..., 0] = texture[..., 3] = np.clip(255 * albedo, 0, 255)
    return texture


def _texels(points: Float) -> Float:
    """(V, 2) column and row in the texture, seen from in front."""
    column = (points[:, 0] / _TEXTURE_CM + 0.5) * _TEXTURE
    row = (1 - (points[:, 1] - _BOTTOM_CM) / _TEXTURE_CM) * _TEXTURE
    return np.stack([column, row], 1).astype(np.float32)


def render(head: Head, person: Person, rng: Generator, size: int = SIZE) -> tuple[Image, NDArray[np.float64]]:
    """A picture (size, size) of a random moment, and its gaze (2,), from the middle of the face to what it looks at."""
    middle = person.base[list(_FACE)].mean(0)
    camera = Camera.before(middle, *np.radians(rng.uniform((-35, -25), (35, 25))))
    yaw, pitch = np.radians(np.clip(rng.normal(0, (16, 11)), (-38, -28), (38, 28)))
    gaze = np.array([math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)])
    target = middle + rng.uniform(35, 90) * gaze
    points = _posed(head, person, math.degrees(yaw), math.degrees(pitch), rng)
    lens = np.array([_FOCAL * size, (size - 1) / 2, (size - 1) / 2], np.float32)
    lamps = np.stack([_lamp(camera, rng) for _ in range(rng.integers(1, 4))])
    ambient = float(rng.uniform(0.1, 0.5))
    normals = vertex_normals(points, head.triangles)
    wrap, gloss = float(rng.uniform(0.15, 0.6)), float(rng.uniform(6, 40))
    light = light_vertices(points, normals, lamps, camera.position, ambient, wrap, gloss)
    background = cv2.resize(rng.random((4, 4), dtype=np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    image, depth = np.asarray(background, np.float32) * np.float32(0.5), np.zeros((size, size), np.float32)
    screen = project(points, camera.position, camera.rotation, lens)
    nothing = np.empty((0, 0, 3), np.float32)
    uv, shine = _texels(head.neutral), float(rng.uniform(0, 0.15))
    draw_skin(image, depth, screen, uv, light, head.triangles, person.texture, nothing, 0.0, 0.0, shine)
    for side in range(2):
        axes, lids = _axes(person, side, target), _lids(points, side)
        place, ball = person.centres[side], (person.radius, axes, person.iris, person.look, lids, lamps, ambient)
        draw_eyeball(image, depth, camera.position, camera.rotation, lens, place, *ball)
    return _developed(image, rng), camera.sees(target - middle)


def _posed(head: Head, person: Person, yaw: float, pitch: float, rng: Generator) -> Float:
    """(V, 3) lids that follow the gaze (degrees), and a little of some movements; lids stay outside the eyeballs."""
    amounts: dict[str, float] = {}
    for side, outwards in (("L", yaw), ("R", -yaw)):
        amounts |= {
            f"eyeLookUp_{side}": max(pitch, 0.0) / _FULL_LOOK,
            f"eyeLookDown_{side}": max(-pitch, 0.0) / _FULL_LOOK,
            f"eyeLookOut_{side}": max(outwards, 0.0) / _FULL_LOOK,
            f"eyeLookIn_{side}": max(-outwards, 0.0) / _FULL_LOOK,
        }
    for stem, most in _EXPRESSIONS.items():
        amount = float(rng.uniform(0, most)) * float(rng.random() < 0.3)
        amounts |= {name: amount for name in (stem, f"{stem}_L", f"{stem}_R") if name in head.expression}
    points = person.base.copy()
    for name, amount in amounts.items():
        if amount:
            points += np.float32(amount) * head.expression[name]
    for centre in person.centres:
        offset = points - centre
        distance = np.linalg.norm(offset, axis=1, keepdims=True)
        least = person.radius + 0.03
        inside = (distance < least) & (offset[:, 2:] > 0)
        points = np.where(inside, centre + offset * (least / np.maximum(distance, 1e-6)), points)
    return np.ascontiguousarray(points, np.float32)


def _axes(person: Person, side: int, target: NDArray[np.float64]) -> Float:
    """(3, 3) the eye's right, up and gaze: its iris is where the look at the target leaves the eyeball."""
    gaze = target - person.centres[side]
    gaze = gaze / np.linalg.norm(gaze)
    right = np.cross([0.0, 1.0, 0.0], gaze)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(gaze, right), gaze]).astype(np.float32)


def _lids(points: Float, side: int) -> Float:
    """(33, 2) see eyeball.draw_eyeball; from the inner corner to the outer, whichever way that is."""
    upper, lower = points[list(_UPPER_LIDS[side])], points[list(_LOWER_LIDS[side])]
    across = np.linspace(0, 1, 32)
    table = np.empty((33, 2), np.float32)
    table[32] = upper[0, 0], upper[-1, 0]
    for column, lid in enumerate((upper, lower)):
        place = (lid[:, 0] - upper[0, 0]) / (upper[-1, 0] - upper[0, 0])
        table[:32, column] = np.interp(across, place, lid[:, 1])
    return table


def _lamp(camera: Camera, rng: Generator) -> Float:
    """(4,) a lamp on the camera's side of the head."""
    place = camera.position + camera.rotation.T @ rng.uniform((-60, -30, -20), (60, 60, 20))
    return np.array([*place, rng.uniform(1500, 6000)], np.float32)


def _developed(light: Float, rng: Generator) -> Image:
    """Exposed for the brighter part, with a tone curve, blur and noise."""
    white = max(float(np.quantile(light, 0.9)), 1e-3)
    tone = np.clip(light * (rng.uniform(0.55, 0.95) / white), 0, 1.2) ** rng.uniform(0.6, 1.2)
    blurred = cv2.GaussianBlur(tone.astype(np.float32), (0, 0), float(rng.uniform(0.3, 1.2)))
    noisy = blurred + rng.normal(0, rng.uniform(0, 0.03), light.shape)
    return np.asarray(np.clip(255 * noisy, 0, 255), np.uint8)
