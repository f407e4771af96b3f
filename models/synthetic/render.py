"""Parameters in, a pair of eye pictures and their exact labels out.

A session is one participant in one headset. Pictures are as the cameras see the face, upright: in the wearer's left
eye's picture the nose is on its left side.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.random import Generator

from bridge.frames import Image
from models.synthetic.expression import EyeState, FaceState, Truth, crease_weights, truth_of
from models.synthetic.eyeball import draw_eyeball
from models.synthetic.headset import Camera, Headset, Slip, slipped
from models.synthetic.optics import develop, nothing_seen
from models.synthetic.participant import Participant, Side, openness, side_weights
from models.synthetic.parts import Float
from models.synthetic.raster import (
    combine,
    deform,
    draw_hairs,
    grow_hairs,
    light_vertices,
    project,
    vertex_normals,
)
from models.synthetic.triangles import draw_skin

_LID_STEPS: Final = 32
_SHUTTER: Final = (-0.375, -0.125, 0.125, 0.375)
"The moments of an exposure that are drawn, as shares of what moves while it lasts."


@dataclass(frozen=True, slots=True)
class Session:
    """One participant in one headset, exposed for the resting face."""

    person: Participant
    headset: Headset
    gains: tuple[float, float]
    "Exposure of the (left, right) camera."
    levels: tuple[float, float]
    "Mean light of the resting face in each."
    supersampling: int = 1
    "Pictures are computed this many times larger and averaged."

    @staticmethod
    def begin(person: Participant, headset: Headset, supersampling: int = 1) -> "Session":
        """Puts the headset on and exposes both cameras for the resting face."""
        draft = Session(person, headset, (1.0, 1.0), (1.0, 1.0), supersampling)
        gains, levels = [], []
        for mirrored in (False, True):
            light = draft.light(EyeState(pupil=float(person.eye_look[1])), mirrored, Slip())
            middle = np.sort(light[::4, ::4], axis=None)
            gains.append(headset.optics.brightness / max(float(middle[int(0.75 * middle.size)]), 1e-3))
            levels.append(float(light.mean()))
        return replace(draft, gains=(gains[0], gains[1]), levels=(levels[0], levels[1]))

    def render(self, state: FaceState, slip: Slip, rng: Generator) -> tuple[Image, Image]:
        """The (left, right) pictures of a moment; rng draws the noise."""
        pictures = []
        flicker = math.exp(rng.normal(0, 0.03)) if self.headset.optics.adaptation else 1.0
        for mirrored, eye in ((False, state.left), (True, state.right)):
            if not state.visible[mirrored]:
                pictures.append(nothing_seen(self.headset.size, rng))
                continue
            light = self._exposed(eye, mirrored, slip)
            change = self.levels[mirrored] / max(float(light.mean()), 1e-3)
            gain = self.gains[mirrored] * change**self.headset.optics.adaptation * flicker
            pictures.append(develop(light, self.headset.optics, gain, mirrored, rng))
        return pictures[0], pictures[1]

    def truth(self, state: FaceState) -> Truth:
        """The exact labels of a moment."""
        left = openness(self.person, self.person.left, state.left)
        right = openness(self.person, self.person.right, _mirror(state.right))
        return truth_of(state, (left, right))

    def _exposed(self, eye: EyeState, mirrored: bool, slip: Slip) -> Float:
        """(h, w) the light that falls in while the shutter is open: a lid in motion leaves a smear."""
        if not eye.lid_motion:
            return self.light(eye, mirrored, slip)
        blinks = np.clip(eye.blink + eye.lid_motion * np.array(_SHUTTER), 0, 1)
        moments = [self.light(replace(eye, blink=float(blink)), mirrored, slip) for blink in blinks]
        return np.asarray(np.mean(moments, 0), np.float32)

    def light(self, eye: EyeState, mirrored: bool, slip: Slip) -> Float:
        """(h, w) linear light of one eye's camera; mirrored for the right eye."""
        side = self.person.right if mirrored else self.person.left
        camera = slipped(self.headset.right if mirrored else self.headset.left, slip, mirrored)
        height, width = (self.supersampling * extent for extent in self.headset.size)
        seen = _mirror(eye) if mirrored else eye
        optics = self.headset.optics
        image = _draw(self.person, side, seen, camera, (height, width), optics.background, optics.lash_blur)
        if self.supersampling > 1:
            image = np.asarray(cv2.resize(image, self.headset.size[::-1], interpolation=cv2.INTER_AREA), np.float32)
        return np.ascontiguousarray(image[:, ::-1]) if mirrored else image


def _mirror(eye: EyeState) -> EyeState:
    return replace(eye, yaw=-eye.yaw)


def _draw(
    person: Participant,
    side: Side,
    eye: EyeState,
    camera: Camera,
    size: tuple[int, int],
    background: float,
    lash_blur: float,
) -> Float:
    """A left eye's picture in linear light."""
    height, width = size
    lens = np.array([camera.focal * height, (width - 1) / 2, (height - 1) / 2], np.float32)
    weights = side_weights(side, eye)
    points = deform(side.base, side.shapes, weights, side.eye_centre, side.eye_radius, side.thickness)
    normals = vertex_normals(points, person.triangles)
    light = light_vertices(points, normals, camera.lights, camera.position, camera.ambient, person.wrap, person.gloss)
    lids = _lid_table(points[person.upper_lid], points[person.lower_lid])
    light *= _lid_shadow(points, side, person, lids)[:, None]
    screen = project(points, camera.position, camera.rotation, lens)
    image = np.full((height, width), background, np.float32)
    depth = np.zeros((height, width), np.float32)
    skin = person.skin
    strengths = np.maximum(np.array(list(crease_weights(eye).values()), np.float32), skin.resting_creases)
    creases = combine(skin.creases, skin.crease_extents, strengths)
    draw_skin(
        image,
        depth,
        screen,
        person.uv,
        light,
        person.triangles,
        skin.texture,
        creases,
        min(eye.blink * 1.2, 1.0),
        person.relief,
        person.shine,
    )
    _draw_eye(image, depth, person, side, eye, camera, lens, lids)
    hairs = grow_hairs(points, person.lash_cards, side.hairs)
    projected = project(hairs.reshape(-1, 3), camera.position, camera.rotation, lens).reshape(hairs.shape)
    blur, slack = lash_blur * width / 1000, 0.004 + 0.02 / camera.focal
    draw_hairs(image, depth, projected, side.hairs[:, 3] * lens[0], person.lash_shade, slack, blur)
    return image


def _draw_eye(
    image: Float,
    depth: Float,
    person: Participant,
    side: Side,
    eye: EyeState,
    camera: Camera,
    lens: Float,
    lids: Float,
) -> None:
    look = person.eye_look.copy()
    look[1] = eye.pupil
    draw_eyeball(
        image,
        depth,
        camera.position,
        camera.rotation,
        lens,
        side.eye_centre,
        side.eye_radius,
        _eye_axes(person, side, eye),
        person.iris,
        look,
        lids,
        camera.lights,
        camera.ambient,
    )


def _eye_axes(person: Participant, side: Side, eye: EyeState) -> Float:
    """(3, 3) the eye's right, up and gaze. The model's eyeball is too large, so it turns less."""

    def scaled(degrees: float) -> float:
        return math.asin(max(min(math.sin(math.radians(degrees)) * person.gaze_radius / side.eye_radius, 0.95), -0.95))

    yaw, pitch = scaled(eye.yaw + side.gaze_offset[0]), scaled(eye.pitch + side.gaze_offset[1])
    gaze = np.array([math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)])
    right = np.array([math.cos(yaw), 0.0, -math.sin(yaw)])
    return np.stack([right, np.cross(gaze, right), gaze]).astype(np.float32)


def _lid_shadow(points: Float, side: Side, person: Participant, lids: Float) -> Float:
    """(V,) what the upper lid and its lashes leave of the light on the skin under the eye, as eyeball.draw_eyeball has
    it on the eye: little while the eye is open, but a shut lid's shadow must not look like an eye."""
    strength, reach = person.eye_look[9], person.eye_look[12]
    (left, right), (x, y) = lids[-1], points[:, :2].T
    columns = np.linspace(left, right, _LID_STEPS)
    upper, lower = np.interp(x, columns, lids[:-1, 0]), np.interp(x, columns, lids[:-1, 1])
    lit = np.clip((upper - y) / reach, 0, 1)
    beside = np.clip(np.maximum(left - x, x - right) / 0.4, 0, 1)
    under = (y < lower - 0.02) & (points[:, 2] > side.eye_centre[2])
    return np.where(under, 1 - strength * (1 - lit * (2 - lit)) * (1 - beside), 1).astype(np.float32)


def _lid_table(upper: Float, lower: Float) -> Float:
    """(33, 2) see eyeball.draw_eyeball."""
    left, right = float(upper[0, 0]), float(upper[-1, 0])
    x = np.linspace(left, right, _LID_STEPS)
    table = np.empty((_LID_STEPS + 1, 2), np.float32)
    for column, lid in enumerate((upper, lower)):
        order = np.argsort(lid[:, 0])
        table[:-1, column] = np.interp(x, lid[order, 0], lid[order, 1])
    table[-1] = left, right
    return table
