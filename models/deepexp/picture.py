"""A colour picture of somebody's face, and where its landmarks are: the camera, the light, what hides it.

The plainest that is honest: skin of noise with brows, lips, beard and hair painted on, three lamps, drawn spectacles
and patches that hide a part, a camera with blur and noise. No lashes, no cast shadows, no wrinkles.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bridge.face.camera import turned
from bridge.face.crop import RgbImage
from models.deepexp.people import Person
from models.deepexp.raster import lit, moved
from models.deepexp.rig import Rig
from models.synthetic.parts import Bytes, Float
from models.synthetic.raster import project, vertex_normals
from models.synthetic.triangles import draw_mesh

Floats = NDArray[np.float64]

MIDDLE: Final = np.array([0.0, -0.035, 0.0])
"What stands in the middle of the picture: between the eyes and the mouth, metres."


@dataclass(frozen=True, slots=True)
class View:
    """How a head stands before the camera."""

    yaw: float
    "Degrees to the wearer's left."
    pitch: float
    "Degrees up."
    roll: float
    "Degrees towards the wearer's right shoulder."
    distance: float
    "Metres from the camera to the face."
    zoom: float
    "Focal length over distance: pixels for a metre in the face's plane."
    column: float
    row: float
    "Pixels of the middle of the face."

    def rotation(self) -> Floats:
        """(3, 3) from the head's frame to one with +x to the picture's right, +y up and +z towards the camera."""
        return turned(self.yaw, self.pitch, self.roll)

    def camera(self) -> tuple[Float, Float, Float]:
        """Position (3,), rotation (3, 3; rows right, up, forward), lens (3,): see models.synthetic.raster."""
        rotation = self.rotation()
        position = MIDDLE + rotation.T @ (0, 0, self.distance)
        rows = np.stack([rotation[0], rotation[1], -rotation[2]])
        lens = np.array([self.zoom * self.distance, self.column, self.row])
        return position.astype(np.float32), rows.astype(np.float32), lens.astype(np.float32)


def orthographic(view: View) -> tuple[float, Floats, Floats]:
    """(scale, rotation, shift) of the scaled orthographic camera that sees the middle of the face as this view does."""
    rotation = view.rotation()
    right, up, _ = rotation @ MIDDLE
    return view.zoom, rotation, np.array([view.column - view.zoom * right, view.row + view.zoom * up])


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What stays as it is through a video: light, background, what is in the way, and the camera's faults."""

    lamps: Float
    "(k, 4) towards a lamp from the face, in the camera's directions (right, up, towards the camera), and its strength."
    colours: Float
    "(k + 1, 3) of the lamps, then of the light from everywhere."
    wrap: float
    gloss: float
    shine: float
    background: Bytes
    "(4, 4, 3) grown to the picture."
    exposure: float
    gamma: float
    blur: float
    "Pixels, for a face 100 pixels wide."
    noise: float
    patches: Floats
    "(p, 5) things before the face: x, y, half axes over its width, and turn in degrees."
    patch_colours: Float
    "(p, 3)"
    spectacles: float
    "How dark their frame is; 0: none are worn."


def make_scene(rng: Generator, *, easy: bool = False) -> Scene:
    """Any light; `easy`: from in front, nothing in the way, a good camera."""
    count = int(rng.integers(1, 4))
    towards = rng.normal(0, 1.0, (count, 3)) * (0.4 if easy else 1.0) + (0, 0.3, 0.8)
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    lamps = np.concatenate([towards, rng.uniform(0.2, 1.0, (count, 1))], 1)
    cast = np.clip(rng.normal(1, 0.04 if easy else 0.1, (count + 1, 3)), 0.5, 1.5)
    cast[-1] *= rng.uniform(0.15, 0.6)
    hidden = 0 if easy or rng.random() < 0.6 else int(rng.integers(1, 4))
    return Scene(
        lamps.astype(np.float32),
        cast.astype(np.float32),
        float(rng.uniform(0.1, 0.5)),
        float(rng.uniform(8, 40)),
        float(rng.uniform(0, 0.12)),
        _background(rng),
        float(rng.uniform(0.6, 0.9) if easy else rng.uniform(0.4, 1.1)),
        float(rng.uniform(0.4, 0.6)),
        float(0.3 if easy else rng.choice((0.3, rng.uniform(0.3, 2.0)))),
        float(rng.uniform(0, 0.01 if easy else 0.04)),
        np.concatenate(
            [rng.normal(0, 0.35, (hidden, 2)), rng.uniform((0.05, 0.05, 0), (0.3, 0.3, 180), (hidden, 3))], 1
        ),
        rng.random((hidden, 3), dtype=np.float32),
        0.0 if easy or rng.random() < 0.75 else float(rng.uniform(0.3, 1.0)),
    )


def _background(rng: Generator) -> Bytes:
    """Mostly gray."""
    gray = rng.uniform(0, 255, (4, 4, 1))
    return np.clip(gray + rng.normal(0, rng.uniform(5, 60), (4, 4, 3)), 0, 255).astype(np.uint8)


def picture(
    rig: Rig, person: Person, weights: Floats, view: View, scene: Scene, size: tuple[int, int], rng: Generator
) -> tuple[RgbImage, Floats]:
    """(rows, columns, 3) and the 68 landmarks (68, 2) in its pixels x, y; `rng` makes its noise."""
    points = moved(person.base, rig.expressions, weights.astype(np.float32))
    position, rotation, lens = view.camera()
    screen = project(points, position, rotation, lens)
    lamps = scene.lamps.copy()
    lamps[:, :3] = (
        lamps[:, :3] * np.array([1, 1, -1], np.float32)
    ) @ rotation  # from the camera's directions to the head's
    normals = vertex_normals(points, rig.triangles)
    light, glint = lit(points, normals, position, lamps, scene.colours, person.tint, scene.wrap, scene.gloss)
    glint *= np.float32(scene.shine) * person.gloss
    rows, columns = size
    background = np.asarray(cv2.resize(scene.background, (columns, rows), interpolation=cv2.INTER_CUBIC), np.float32)
    image, depth = np.square(background / np.float32(255)), np.zeros((rows, columns), np.float32)
    draw_mesh(image, depth, screen, person.uv, light, glint, rig.triangles, person.texture)
    marks = screen[rig.landmarks, :2].astype(np.float64)
    covered = depth > 0
    white = max(float(np.quantile(image[covered], 0.9)), 1e-3) if covered.any() else 1.0
    image = np.asarray(np.clip(image * (scene.exposure / white), 0, 1) ** scene.gamma, np.float32)
    _hide(image, marks, scene)
    return _taken(image, view, scene, rng), marks


def _hide(image: Float, marks: Floats, scene: Scene) -> None:
    """Draws spectacles and patches over a picture (values 0..1)."""
    middle, width = marks.mean(0), float(np.ptp(marks[:17], axis=0).max())
    for (x, y, a, b, turn), colour in zip(scene.patches, scene.patch_colours, strict=True):
        place = (middle + width * np.array([x, y])).round().astype(int)
        axes = (max(1, round(a * width)), max(1, round(b * width)))
        cv2.ellipse(image, (int(place[0]), int(place[1])), axes, turn, 0, 360, tuple(map(float, colour)), -1)
    if scene.spectacles:
        thick = max(1, round(0.025 * width))
        colour = (1 - scene.spectacles,) * 3
        rims = [marks[36:42], marks[42:48]]
        for rim in rims:
            half = 0.8 * max(float(np.ptp(rim[:, 0])), 0.1 * width)
            at = rim.mean(0).round().astype(int)
            axes = (max(1, round(half)), max(1, round(0.75 * half)))
            cv2.ellipse(image, (int(at[0]), int(at[1])), axes, 0, 0, 360, colour, thick)
        inner = [tuple(map(int, marks[at].round())) for at in (39, 42)]
        cv2.line(image, inner[0], inner[1], colour, thick)


def _taken(image: Float, view: View, scene: Scene, rng: Generator) -> RgbImage:
    """What a camera makes of a picture 0..1."""
    sigma = scene.blur * view.zoom * 0.16 / 100
    if sigma > 0.2:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
    grain = rng.standard_normal(image.shape, dtype=np.float32)
    return np.asarray(np.clip(255 * (image + np.float32(scene.noise) * grain), 0, 255), np.uint8)
