"""Makes Parts from the public assets: cuts half a face out of ICT-FaceKit and warps skins and irises onto it."""

import itertools
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator, RBFInterpolator
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from bridge.errors import BridgeError
from models.synthetic.parts import FETCH_HELP, SHAPES, TEXTURE_SIZE, Bytes, Float, Int, Parts, texel_grid

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
    """Parts from a folder that holds ict_facekit/, unityeyes2/ and swirski_ir/."""
    face_file = folder / "ict_facekit" / "ict_facekit_light.npz"
    if not face_file.is_file():
        raise BridgeError(f"No {face_file}: give --parts a {FETCH_HELP}.")
    with np.load(face_file) as stored:
        ict = {name: stored[name] for name in stored.files}
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
    skins, down, relief = _unityeyes_skins(folder / "unityeyes2", neutral)
    return Parts(
        neutral=neutral[keep],
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
        open_skin=_head_map_skin(folder / "swirski_ir", neutral, upper, lower),
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
    """The lid's margin: the shortest way along edges from landmark to landmark."""
    neutral = np.asarray(ict["neutral"], np.float32)
    triangles = np.asarray(ict["triangles"], np.int32)
    triangles = triangles[(triangles < _FACE_END).all(1)]
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    length = np.linalg.norm(neutral[edges[:, 0]] - neutral[edges[:, 1]], axis=1)
    graph = csr_matrix((length, (edges[:, 0], edges[:, 1])), shape=(_FACE_END, _FACE_END))
    path: list[int] = [landmarks[0]]
    for start, end in itertools.pairwise(landmarks):
        _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        stretch = [end]
        while stretch[-1] != start:
            stretch.append(int(before[stretch[-1]]))
        path += stretch[-2::-1]
    return np.array(path, np.int32)


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
    skins, down, relief = [], [], []
    for path in colours:
        stem = path.name.removesuffix("_color.jpg")
        for target, name in ((skins, path.name), (down, f"{stem}_color_look_down.jpg")):
            picture = cv2.imread(str(path.with_name(name)), cv2.IMREAD_GRAYSCALE)
            target.append(_warp(picture, source, valid))
        height = cv2.imread(str(path.with_name(f"{stem}_disp.png")), cv2.IMREAD_UNCHANGED).astype(np.float32)
        height = cv2.resize(height, (1024, 1024)) - cv2.GaussianBlur(cv2.resize(height, (1024, 1024)), (0, 0), 24)
        level = np.clip(128 + height * (127 / 2500), 0, 255).astype(np.uint8)
        warped = np.where(_feathered(valid) > 0.5, _warp(level, source, valid), 128)
        relief.append((128 + (warped - 128.0) * _away_from_fold()).astype(np.uint8))
    return np.stack(skins), np.stack(down), np.stack(relief)


def _away_from_fold() -> Float:
    """(T, T) 1, but little around the upper lid's fold: the face model has its own, and a closing lid is smooth."""
    x, y = texel_grid()
    return np.asarray(1 - 0.8 * np.exp(-(((x - 3.15) / 1.6) ** 4) - ((y - 4.15) / 0.5) ** 4), np.float32)


def _unityeyes_lookup(mesh: dict[str, NDArray[np.generic]], neutral: Float) -> tuple[Float, NDArray[np.bool_]]:
    """(T, T, 2) pixel of the 1024 px texture for every texel, and where that texture holds skin."""
    uv = np.asarray(mesh["uv"], np.float64)
    place = np.asarray(mesh["mean"])[:, [0, 2]] * _UNITYEYES_SCALE + _UNITYEYES_ORIGIN
    loop = np.asarray(mesh["loops"])[1]
    corner = int(np.flatnonzero(loop == 112)[0])
    halves = (loop[: corner + 1], np.r_[loop[:1], loop[corner:][::-1]])
    anchors, targets = [], []
    for half, rim in zip(halves, (_UPPER_MARGIN, _LOWER_MARGIN), strict=True):
        curve = neutral[list(rim)][:, :2].astype(np.float64)
        anchors.append(_resample(_smooth_curve(curve), 9))
        targets.append(_resample(uv[half], 9))
    brow = np.array(_BROW_PIXELS) / 400
    anchors.append(neutral[list(_BROW)][:, :2])
    targets.append(np.c_[brow[:, 0], 1 - brow[:, 1]])
    far = np.linalg.norm(place - _UNITYEYES_ORIGIN, axis=1) > 2.6
    low = far & (place[:, 1] < 4.6)
    anchors.append(place[low])
    targets.append(uv[low])
    points, index = np.unique(np.concatenate(anchors).round(4), axis=0, return_index=True)
    spline = RBFInterpolator(points, np.concatenate(targets)[index], kernel="thin_plate_spline", smoothing=1e-4)
    source = _evaluate(spline)
    pixels = np.stack([source[..., 0] * 1024, (1 - source[..., 1]) * 1024], -1).astype(np.float32) - 0.5
    covered = np.zeros((1024, 1024), np.uint8)
    corners = np.stack([uv[:, 0], 1 - uv[:, 1]], -1) * 1024
    for face in np.asarray(mesh["faces"]):
        cv2.fillConvexPoly(covered, corners[face].round().astype(np.int32), 1)
    covered = cv2.erode(covered, np.ones((13, 13), np.uint8))
    hole = np.zeros_like(covered)
    cv2.fillPoly(hole, [corners[np.asarray(mesh["loops"])[0]].round().astype(np.int32)], 1)
    covered[cv2.dilate(hole, np.ones((9, 9), np.uint8)) > 0] = 0
    valid = cv2.remap(covered, pixels, None, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT) > 0
    return pixels, valid


def _smooth_curve(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """A lid's course through its four landmarks: the margin bulges between them."""
    x = np.linspace(points[0, 0], points[-1, 0], 60)
    return np.c_[x, PchipInterpolator(points[:, 0], points[:, 1])(x)]


def _resample(points: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    at = np.linspace(0, length[-1], count)
    return np.c_[np.interp(at, length, points[:, 0]), np.interp(at, length, points[:, 1])]


def _evaluate(spline: RBFInterpolator) -> NDArray[np.float64]:
    """The spline at every texel, computed on a quarter of the grid."""
    x, y = texel_grid()
    small = np.stack([x[2::4, 2::4], y[2::4, 2::4]], -1).reshape(-1, 2)
    n = TEXTURE_SIZE // 4
    values = spline(small).reshape(n, n, 2)
    return np.asarray(cv2.resize(values, (TEXTURE_SIZE, TEXTURE_SIZE), interpolation=cv2.INTER_LINEAR))


def _feathered(valid: NDArray[np.bool_]) -> Float:
    inside = cv2.erode(valid.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.float32)
    return cv2.GaussianBlur(inside, (0, 0), 3.0)


def _warp(picture: Bytes, source: Float, valid: NDArray[np.bool_]) -> Bytes:
    """The picture on our texels; where it holds no skin, the colour of the skin around."""
    warped = cv2.remap(picture, source, None, cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    weight = cv2.erode(valid.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    blend = _feathered(weight > 0)
    filled = cv2.GaussianBlur(_fill(warped * weight, weight), (0, 0), 6)
    return np.clip(blend * warped + (1 - blend) * filled, 0, 255).astype(np.uint8)


def _fill(colour: Float, weight: Float) -> Float:
    """Pull and push: colour times weight, spread from where the weight is to where it is not."""
    if min(colour.shape) <= 2:
        return np.full_like(colour, colour.sum() / max(weight.sum(), 1e-6))
    half = (colour.shape[1] // 2, colour.shape[0] // 2)
    coarse = _fill(
        cv2.resize(colour, half, interpolation=cv2.INTER_AREA), cv2.resize(weight, half, interpolation=cv2.INTER_AREA)
    )
    around = cv2.resize(coarse, colour.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(colour + (1 - weight) * around, np.float32)


def _head_map_skin(folder: Path, neutral: Float, upper: Int, lower: Int) -> Bytes:
    """The eyemodel head map: its round eye hole is drawn to the lids' margins."""
    head = cv2.imread(str(folder / "ir_color_map.png"), cv2.IMREAD_GRAYSCALE)
    (ex, ey), (rx, ry) = _HEAD_MAP_EYE, _HEAD_MAP_HOLE
    anchors, targets = [], []
    for margin, sign in ((upper, -1), (lower, 1)):
        curve = _resample(neutral[margin][:, :2].astype(np.float64), 9)
        angle = np.linspace(np.pi, 0, 9)
        anchors.append(curve)
        targets.append(np.c_[ex + rx * np.cos(angle), ey + sign * ry * np.sin(angle)])
    anchors.append(neutral[list(_BROW)][:, :2].astype(np.float64))
    targets.append(np.array([[637, 392], [690, 376], [745, 372], [810, 388], [862, 425]], np.float64))
    rim = np.array([[0, 3.5], [0, 6], [0, 9], [0, 0], [3, -1.5], [3, 9], [6.5, 7], [6.8, 3.5], [6.3, 0]])
    anchors.append(rim)
    targets.append(np.c_[_HEAD_MAP_MIDLINE + rim[:, 0] * 48, ey - (rim[:, 1] - 3.5) * 48])
    points, index = np.unique(np.concatenate(anchors).round(4), axis=0, return_index=True)
    spline = RBFInterpolator(points, np.concatenate(targets)[index], kernel="thin_plate_spline", smoothing=1e-3)
    source = _evaluate(spline).astype(np.float32)
    hole = ((source[..., 0] - ex) / (rx + 2)) ** 2 + ((source[..., 1] - ey) / (ry + 2)) ** 2 < 1
    return _warp(head, source, ~hole)


def _irises(folder: Path) -> Bytes:
    """Polar irises, rows from pupil to limbus, of both collections."""
    angle = (np.arange(256) + 0.5) * (2 * np.pi / 256)
    rows = (np.arange(64) + 0.5) / 64
    irises = []
    # per collection: files, pupil and limbus radius in pixels of the 1024 px picture
    for paths, inner, outer in (
        (sorted((folder / "unityeyes2" / "IrisTextures").glob("*.png")), 74, 140),
        (sorted((folder / "swirski_ir").glob("ireye-*.png")), 68, 150),
    ):
        for path in paths:
            picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            radius = inner + rows[:, None] * (outer - inner)
            x = (512 + radius * np.cos(angle)).astype(np.float32)
            y = (512 - radius * np.sin(angle)).astype(np.float32)
            irises.append(cv2.remap(picture, x, y, cv2.INTER_LINEAR))
    return np.stack(irises)
