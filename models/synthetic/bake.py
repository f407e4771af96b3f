"""Makes Parts from the public assets: cuts half a face out of ICT-FaceKit and warps skins and irises onto it.

ICT-FaceKit/FaceXModel/*.obj                as in the repository, or as arrays: see models/synthetic/assets.py
eyemodel/eyemodel/textures/*.png            as in the repository
unityeyes2/unityeyes2_eye_region.npz        the eye region: mean (229, 3) metres, uv, faces, loops of the lids
unityeyes2/SkinTextures, IrisTextures       as in the repository

Without unityeyes2 there are no scanned skins, and every person is a publishable one.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthetic.assets import eyemodel_texture, face_arrays
from models.synthetic.parts import SHAPES, TEXTURE_SIZE, TOPOLOGY, Bytes, Float, Int, Parts, texel_grid
from models.synthetic.paths import shortest_way
from models.synthetic.warping import (
    Mask,
    Points,
    feathered,
    read_gray,
    read_height,
    resample,
    sample,
    smooth_curve,
    texture_lookup,
    warp,
)

_FACE_END, _SOCKET, _SCLERA, _LASHES = 9409, (13294, 13678), (21451, 22221), (25351, 26035)
_UPPER_MARGIN = (3742, 3751, 3756, 3721)
_LOWER_MARGIN = (3742, 3732, 3725, 3721)
_BROW = (3615, 4240, 4114, 2734, 2509)
# UnityEyes2: the brow's course in its texture (of 400 px), and how its metres become ICT's centimetres
_BROW_PIXELS = ((90, 70), (140, 52), (200, 42), (260, 50), (330, 92))
_UNITYEYES_SCALE, _UNITYEYES_ORIGIN = 97.0, (3.116, 3.602)
# eyemodel: pixels of its 2048 x 1024 head map that belong to the left eye's hole and to landmarks around it
_HEAD_MAP_EYE, _HEAD_MAP_HOLE, _HEAD_MAP_MIDLINE = (770, 485), (34, 29), 619


def bake(folder: Path) -> Parts:
    """Parts from a folder of the assets. Raises BridgeError when it lacks one that is needed."""
    ict = face_arrays(folder)
    neutral = ict["neutral"].astype(np.float32)
    keep = _kept_vertices(neutral)
    place = np.full(len(neutral), -1, np.int32)
    place[keep] = np.arange(len(keep), dtype=np.int32)
    triangles = place[ict["triangles"]]
    triangles = triangles[(triangles >= 0).all(1) & (ict["triangles"] < _LASHES[0]).all(1)]
    names = list(ict["expression_names"])
    upper = _margin(ict, _UPPER_MARGIN)
    lower = _margin(ict, _LOWER_MARGIN)
    sclera = slice(*_SCLERA)
    scans = folder / "unityeyes2"
    none = np.zeros((0, TEXTURE_SIZE, TEXTURE_SIZE), np.uint8)
    skins, down, relief = _unityeyes_skins(scans, neutral) if scans.is_dir() else (none, none, none)
    return Parts(
        topology=TOPOLOGY,
        neutral=neutral[keep],
        front=neutral[keep][:, :2],
        identity=ict["identity"][:, keep].astype(np.float32),
        expression=np.stack([ict["expression"][names.index(f"{shape}_L")][keep] for shape in SHAPES]),
        triangles=np.ascontiguousarray(triangles, np.int32),
        upper_lid=place[upper],
        lower_lid=place[lower],
        lash_cards=place[_lash_cards(ict)],
        eye_centre=np.array([3.116, 3.602, 7.982], np.float32),
        eye_centre_identity=ict["identity"][:, sclera].mean(1).astype(np.float32),
        skins=skins,
        skins_down=down,
        skins_relief=relief,
        open_skin=_head_map_skin(folder, neutral, upper, lower),
        irises=_irises(folder),
    )


def _kept_vertices(neutral: Float) -> Int:
    index = np.arange(len(neutral))
    x, y, z = neutral.T
    skin = (index < _FACE_END) & (x > -3) & (x < 7.6) & (y > -3) & (y < 9.6) & (z > 2.5)
    socket = (index >= _SOCKET[0]) & (index < _SOCKET[1])
    lashes = (index >= _LASHES[0]) & (index < _LASHES[1])
    return np.flatnonzero(skin | socket | lashes).astype(np.int32)


def _margin(ict: dict[str, NDArray[np.generic]], landmarks: tuple[int, ...]) -> Int:
    """The vertices of a lid's margin."""
    triangles = np.asarray(ict["triangles"], np.int32)
    triangles = triangles[(triangles < _FACE_END).all(1)]
    return np.array(shortest_way(np.asarray(ict["neutral"], np.float32)[:_FACE_END], triangles, landmarks), np.int32)


def _lash_cards(ict: dict[str, NDArray[np.generic]]) -> Int:
    """(6, 19, 6) vertex numbers ordered by the cards' texture coordinates: along the lid, from root to tip."""
    triangles = np.asarray(ict["triangles"], np.int32)
    uv = np.zeros((_LASHES[1], 2))
    on_lashes = (triangles >= _LASHES[0]).all(1) & (triangles < _LASHES[1]).all(1)
    uv[triangles[on_lashes]] = np.asarray(ict["uv"])[np.asarray(ict["triangles_uv"])[on_lashes]]
    neutral = np.asarray(ict["neutral"])
    cards = []
    for first in range(*_LASHES, 114):
        index = np.arange(first, first + 114)
        columns = index[np.argsort(uv[index, 0], kind="stable")].reshape(19, 6)
        rows = np.take_along_axis(columns, np.argsort(-uv[columns, 1], axis=1), 1)
        inner_first = neutral[rows[0, 0], 0] < neutral[rows[-1, 0], 0]
        cards.append(rows if inner_first else rows[::-1])
    return np.stack(cards).astype(np.int32)


def _unityeyes_skins(folder: Path, neutral: Float) -> tuple[Bytes, Bytes, Bytes]:
    with np.load(folder / "unityeyes2_eye_region.npz") as stored:
        mesh = {name: stored[name] for name in stored.files}
    source, valid = _unityeyes_lookup(mesh, neutral)
    colours = sorted((folder / "SkinTextures").glob("*_color.jpg"))
    skins: list[Bytes] = []
    down: list[Bytes] = []
    relief: list[Bytes] = []
    for path in colours:
        stem = path.name.removesuffix("_color.jpg")
        for target, name in ((skins, path.name), (down, f"{stem}_color_look_down.jpg")):
            picture = read_gray(path.with_name(name))
            target.append(warp(picture, source, valid))
        height = np.asarray(cv2.resize(read_height(path.with_name(f"{stem}_disp.png")), (1024, 1024)), np.float32)
        height -= cv2.GaussianBlur(height, (0, 0), 24)
        level = np.clip(128 + height * (127 / 2500), 0, 255).astype(np.uint8)
        warped = np.where(feathered(valid) > 0.5, warp(level, source, valid), 128)
        relief.append((128 + (warped - 128.0) * _away_from_fold()).astype(np.uint8))
    return np.stack(skins), np.stack(down), np.stack(relief)


def _away_from_fold() -> Float:
    """(T, T) 1, but little around the upper lid's fold: the face model has its own, and a closing lid is smooth."""
    x, y = texel_grid()
    return np.asarray(1 - 0.8 * np.exp(-(((x - 3.15) / 1.6) ** 4) - ((y - 4.15) / 0.5) ** 4), np.float32)


def _unityeyes_lookup(mesh: dict[str, NDArray[np.generic]], neutral: Float) -> tuple[Float, Mask]:
    """(T, T, 2) pixel of the 1024 px texture for every texel, and where that texture holds skin."""
    uv = np.asarray(mesh["uv"], np.float64)
    place = np.asarray(mesh["mean"])[:, [0, 2]] * _UNITYEYES_SCALE + _UNITYEYES_ORIGIN
    loop = np.asarray(mesh["loops"])[1]
    corner = int(np.flatnonzero(loop == 112)[0])
    halves = (loop[: corner + 1], np.r_[loop[:1], loop[corner:][::-1]])
    anchors: list[Points] = []
    targets: list[Points] = []
    for half, rim in zip(halves, (_UPPER_MARGIN, _LOWER_MARGIN), strict=True):
        curve = neutral[list(rim)][:, :2].astype(np.float64)
        anchors.append(resample(smooth_curve(curve), 9))
        targets.append(resample(uv[half], 9))
    brow = np.array(_BROW_PIXELS) / 400
    anchors.append(neutral[list(_BROW)][:, :2].astype(np.float64))
    targets.append(np.c_[brow[:, 0], 1 - brow[:, 1]])
    far = np.linalg.norm(place - _UNITYEYES_ORIGIN, axis=1) > 2.6
    low = far & (place[:, 1] < 4.6)
    anchors.append(place[low])
    targets.append(uv[low])
    source = texture_lookup(anchors, targets, 1e-4)
    pixels = np.stack([source[..., 0] * 1024 - 0.5, (1 - source[..., 1]) * 1024 - 0.5], -1).astype(np.float32)
    covered = np.zeros((1024, 1024), np.uint8)
    corners = np.stack([uv[:, 0], 1 - uv[:, 1]], -1) * 1024
    for face in np.asarray(mesh["faces"]):
        cv2.fillConvexPoly(covered, corners[face].round().astype(np.int32), 1)
    covered = np.asarray(cv2.erode(covered, np.ones((13, 13), np.uint8)), np.uint8)
    hole = np.zeros_like(covered)
    cv2.fillPoly(hole, [corners[np.asarray(mesh["loops"])[0]].round().astype(np.int32)], 1)
    covered[cv2.dilate(hole, np.ones((9, 9), np.uint8)) > 0] = 0
    return pixels, sample(covered * 255, pixels) > 127


def _head_map_skin(folder: Path, neutral: Float, upper: Int, lower: Int) -> Bytes:
    """The eyemodel head map: its round eye hole is drawn to the lids' margins."""
    head = read_gray(eyemodel_texture(folder, "ir_color_map.png"))
    (ex, ey), (rx, ry) = _HEAD_MAP_EYE, _HEAD_MAP_HOLE
    anchors: list[Points] = []
    targets: list[Points] = []
    for margin, sign in ((upper, -1), (lower, 1)):
        curve = resample(neutral[margin][:, :2].astype(np.float64), 9)
        angle = np.linspace(np.pi, 0, 9)
        anchors.append(curve)
        targets.append(np.c_[ex + rx * np.cos(angle), ey + sign * ry * np.sin(angle)])
    anchors.append(neutral[list(_BROW)][:, :2].astype(np.float64))
    targets.append(np.array([[637, 392], [690, 376], [745, 372], [810, 388], [862, 425]], np.float64))
    rim = np.array([[0, 3.5], [0, 6], [0, 9], [0, 0], [3, -1.5], [3, 9], [6.5, 7], [6.8, 3.5], [6.3, 0]])
    anchors.append(rim)
    targets.append(np.c_[_HEAD_MAP_MIDLINE + rim[:, 0] * 48, ey - (rim[:, 1] - 3.5) * 48])
    source = texture_lookup(anchors, targets, 1e-3)
    hole = ((source[..., 0] - ex) / (rx + 2)) ** 2 + ((source[..., 1] - ey) / (ry + 2)) ** 2 < 1
    return warp(head, source, ~hole)


def _irises(folder: Path) -> Bytes:
    """Polar irises, rows from pupil to limbus, of both collections."""
    angle = (np.arange(256) + 0.5) * (2 * np.pi / 256)
    rows = (np.arange(64) + 0.5) / 64
    irises = []
    # per collection: files, pupil and limbus radius in pixels of the 1024 px picture
    for paths, inner, outer in (
        (sorted((folder / "unityeyes2" / "IrisTextures").glob("*.png")), 74, 140),
        ([eyemodel_texture(folder, f"ireye-{shade}.png") for shade in ("dark", "light")], 68, 150),
    ):
        for path in paths:
            picture = read_gray(path)
            radius = inner + rows[:, None] * (outer - inner)
            place = np.stack([512 + radius * np.cos(angle), 512 - radius * np.sin(angle)], -1)
            irises.append(sample(picture, place.astype(np.float32)))
    return np.stack(irises)
