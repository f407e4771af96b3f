"""Makes Parts from MakeHuman's head, a second topology: nothing of its mesh, shapes or movements comes from the face
that networks are trained on, so how well they do on it says what they learnt of faces and not of one mesh.

mpfb_cc0/src/mpfb/data/3dobjs/base.obj              makehumancommunity/mpfb2 @ 80919fa, CC0: vertices in decimetres
mpfb_cc0/src/mpfb/data/targets/**/*.target.gz       likewise: identities, as differences to it
mpfb_cc0/talkinghead_arkit_targets.zip              met4citizen/TalkingHead @ 971e1a9, CC0: movements, likewise

Skins, irises and lashes are those of `models.synthetic.bake`: a mesh has none. The skins are drawn to its lids.
"""

import gzip
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from scipy.interpolate import RBFInterpolator

from bridge.errors import BridgeError
from models.synthetic.assets import numbers, read_lines
from models.synthetic.parts import SHAPES, Float, Int, Parts
from models.synthetic.paths import shortest_way
from models.synthetic.planting import plant
from models.synthetic.subdivision import subdivide
from models.synthetic.warping import Points, resample

MAKEHUMAN: Final = "makehuman"

_FOLDER: Final = Path("mpfb_cc0")
_MESH: Final = _FOLDER / "src/mpfb/data/3dobjs/base.obj"
_TARGETS: Final = _FOLDER / "src/mpfb/data/targets"
_MOVEMENTS: Final = _FOLDER / "talkinghead_arkit_targets.zip"
_BODY: Final = "body"
_EYE: Final = "helper-l-eye"
_VERTICES: Final = 19158
_SOCKET: Final = ((7747, 8047), (11716, 11742), (11913, 11923))
"Vertices that line the socket behind the lids, where the eyeball is."
_UPPER_MARGIN: Final = (6853, 6841, 6785, 6793, 6808)
_LOWER_MARGIN: Final = (6853, 6837, 6828, 6817, 6808)
"Landmarks of the lids' free margins, from the inner to the outer corner."
_CENTIMETRES: Final = 10.35
"In one unit of the mesh: its eye's opening becomes as wide as the other head's."
# ours: theirs, the left half of it
_MOVEMENT_OF: Final = {shape: f"{shape}Left" for shape in SHAPES} | {
    "browInnerUp": "browInnerUp",
    "cheekPuff": "cheekPuff",
    "cheekRaiser": "cheekSquintLeft",
}
_FAR_CM: Final = 2.0
"From the eye's centre; beyond it skins are worn as the other head wears them."
_PEOPLE: Final = tuple(
    f"macrodetails/{origin}-{sex}-young" for origin in ("african", "asian", "caucasian") for sex in ("female", "male")
)
# Pairs of targets that pull a face to opposite sides: the common part of their names, what it is, both endings.
_OPPOSITES: Final = tuple(
    (f"{stem}-{what}-{more}", f"{stem}-{what}-{less}")
    for stem, names, more, less in (
        ("macrodetails/asian", ("male",), "old", "young"),
        ("macrodetails/african", ("female",), "old", "young"),
        ("macrodetails/caucasian", ("male",), "old", "young"),
        ("eyes/l-eye", ("bag", "height1", "height2", "height3", "scale"), "incr", "decr"),
        ("eyes/l-eye", ("corner1", "corner2", "eyefold-angle", "eyefold", "trans"), "up", "down"),
        ("eyes/l-eye", ("epicanthus", "push1", "push2", "trans"), "out", "in"),
        ("eyes/l-eye", ("eyefold",), "convex", "concave"),
        ("eyebrows/eyebrows", ("angle", "trans"), "up", "down"),
        ("eyebrows/eyebrows", ("trans",), "forward", "backward"),
        ("forehead/forehead", ("nubian", "temple"), "incr", "decr"),
        ("forehead/forehead", ("trans",), "forward", "backward"),
        ("head/head", ("age", "fat"), "incr", "decr"),
        ("nose/nose", ("width1", "greek"), "incr", "decr"),
        ("cheek/l-cheek", ("bones", "volume"), "incr", "decr"),
    )
    for what in names
)
_IDENTITY_CM: Final = 0.3 * _CENTIMETRES
"How far a standard deviation goes, of the whole way between two opposites."


def bake_makehuman(folder: Path, other: Parts) -> Parts:
    """Parts of MakeHuman's head from a folder of the assets, in the skins and with the lashes of `other`.

    Raises BridgeError when the folder lacks what is needed.
    """
    base, body, eye = _read_mesh(folder)
    points = base + np.mean([_target(folder, name) for name in _PEOPLE], 0, dtype=np.float32)
    eye_centre = (points[eye].min(0) + points[eye].max(0)) / 2
    points = (points - eye_centre) * _CENTIMETRES + other.eye_centre
    keep, quads = _cut(points, body)
    mesh = subdivide(quads, len(keep))
    place = np.full(len(points), -1, np.int32)
    place[keep] = np.arange(len(keep), dtype=np.int32)
    upper, lower = (
        mesh.along([int(place[v]) for v in shortest_way(points, body, marks)])
        for marks in (_UPPER_MARGIN, _LOWER_MARGIN)
    )
    skin = mesh.refine(points[keep])
    lashes = plant(other, skin, upper, lower)

    identities = [_IDENTITY_CM * (_target(folder, more) - _target(folder, less)) for more, less in _OPPOSITES]
    identity = [
        mesh.refine((moved - moved[eye].mean(0))[keep]) for moved in identities
    ]  # a taller body is no other face
    movements = [mesh.refine(_CENTIMETRES * moved[keep]) for moved in _movements(folder)]
    return replace(
        other,
        topology=MAKEHUMAN,
        neutral=np.concatenate([skin, lashes.neutral]),
        front=np.concatenate([_front(skin, upper, lower, other), lashes.neutral[:, :2]]),
        identity=np.stack([np.concatenate([moved, lashes.carried(moved)]) for moved in identity]),
        expression=np.stack(
            [
                np.concatenate([moved, lashes.carried(moved) + turning])
                for moved, turning in zip(movements, lashes.turning, strict=True)
            ]
        ),
        triangles=mesh.triangles,
        upper_lid=upper,
        lower_lid=lower,
        lash_cards=_renumbered(other.lash_cards, len(skin)),
        eye_centre_identity=np.zeros((len(identity), 3), np.float32),
    )


def _renumbered(cards: Int, first: int) -> Int:
    """Lash cards whose vertices follow each other from `first` on."""
    return (first + np.arange(cards.size, dtype=np.int32)).reshape(cards.shape)


def _cut(points: Float, quads: Int) -> tuple[Int, Int]:
    """The vertices of half a face round the left eye, without the socket, and their faces."""
    x, y, z = points.T
    kept = (x > -3) & (x < 7.6) & (y > -3) & (y < 9.6) & (z > 2.5)
    for first, end in _SOCKET:
        kept[first:end] = False
    vertices, renumbered = np.unique(quads[kept[quads].all(1)], return_inverse=True)
    return vertices.astype(np.int32), renumbered.reshape(-1, 4).astype(np.int32)


def _front(skin: Float, upper: Int, lower: Int, other: Parts) -> Float:
    """(V, 2) where the other head's front view, which the skins are drawn on, has what lies at each vertex: its lids
    are drawn to ours, and far from the eye the two views are one."""
    ours: list[Points] = []
    theirs: list[Points] = []
    for here, there in ((upper, other.upper_lid), (lower, other.lower_lid)):
        ours.append(resample(skin[here, :2].astype(np.float64), 9))
        theirs.append(resample(other.neutral[there, :2].astype(np.float64), 9))
    grid = np.stack(np.meshgrid(np.arange(-3.0, 8.0), np.arange(-3.0, 10.0)), -1).reshape(-1, 2)
    far = grid[np.linalg.norm(grid - other.eye_centre[:2], axis=1) > _FAR_CM]
    anchors, index = np.unique(np.concatenate([*ours, far]).round(4), axis=0, return_index=True)
    targets = np.concatenate([*theirs, far])[index]
    spline = RBFInterpolator(anchors, targets, kernel="thin_plate_spline", smoothing=1e-4)
    return np.asarray(spline(skin[:, :2]), np.float32)


def _read_mesh(folder: Path) -> tuple[Float, Int, Int]:
    """(V, 3) vertices, (F, 4) faces of the body, and the vertices of the left eyeball."""
    lines = read_lines(folder / _MESH)
    points = numbers(lines, b"v ", 3)
    faces: dict[str, list[list[int]]] = {}
    group = ""
    for line in lines:
        if line.startswith(b"g "):
            group = line[2:].strip().decode("ascii", "replace")
        elif line.startswith(b"f ") and group in (_BODY, _EYE):
            faces.setdefault(group, []).append([int(corner.split(b"/")[0]) - 1 for corner in line.split()[1:]])
    try:
        body, eye = (np.array(faces[name], np.int32).reshape(-1, 4) for name in (_BODY, _EYE))
    except (KeyError, ValueError) as error:
        raise BridgeError(f"{folder / _MESH} is not MakeHuman's base mesh: fetch it again") from error
    if min(body.min(), eye.min()) < 0 or max(body.max(), eye.max(), _SOCKET[-1][-1]) >= len(points):
        raise BridgeError(f"{folder / _MESH} names vertices that it does not have: fetch it again")
    return points, body, np.unique(eye).astype(np.int32)


def _target(folder: Path, name: str) -> Float:
    """(V, 3) a target's difference to the base mesh."""
    path = folder / _TARGETS / f"{name}.target.gz"
    try:
        return _differences(gzip.decompress(path.read_bytes()), path.name)
    except (OSError, EOFError, zlib.error) as error:
        raise BridgeError(f"cannot read {path} ({error}): fetch the repository again") from error


def _movements(folder: Path) -> list[Float]:
    """(V, 3) the difference of each of SHAPES."""
    path = folder / _MOVEMENTS
    try:
        with zipfile.ZipFile(path) as archive:
            return [
                _differences(archive.read(f"final-talkinghead/{_MOVEMENT_OF[shape]}.target"), shape) for shape in SHAPES
            ]
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise BridgeError(f"cannot read {path} ({error}): fetch it again") from error


def _differences(text: bytes, name: str) -> Float:
    """Lines of a vertex and what it moves by; the others stay."""
    moved = np.zeros((_VERTICES, 3), np.float32)
    try:
        lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith(b"#")]
        moved[[int(line[0]) for line in lines]] = [[float(number) for number in line[1:4]] for line in lines]
    except (ValueError, IndexError) as error:
        raise BridgeError(f"the target {name} is damaged ({error}): fetch it again") from error
    return moved
