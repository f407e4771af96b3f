"""The parts people are made of: one half of a face with its identities and expressions, skins and irises.

Everything is stored for the wearer's left eye; a right eye is a left eye seen in a mirror. The head frame is in
centimetres: x to the wearer's left, y up, z forward, its origin in the middle of the head.
"""

import contextlib
import functools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from bridge.errors import BridgeError

Float = NDArray[np.float32]
Int = NDArray[np.int32]
Bytes = NDArray[np.uint8]

SHAPES: Final = (
    "browDown",
    "browInnerUp",
    "browOuterUp",
    "cheekPuff",
    "cheekRaiser",
    "cheekSquint",
    "eyeBlink",
    "eyeLookDown",
    "eyeLookIn",
    "eyeLookOut",
    "eyeLookUp",
    "eyeSquint",
    "eyeWide",
    "mouthSmile",
    "mouthUpperUp",
    "noseSneer",
)
TEXTURE_SIZE: Final = 512
TEXTURE_LEFT_CM: Final = -2.4
TEXTURE_BOTTOM_CM: Final = -2.2
TEXTURE_CM: Final = 10.2
TOPOLOGY: Final = "ict"
"The head that people are made of unless another one is baked."
FETCH_HELP: Final = (
    "folder with clones of the public repositories ICT-VGL/ICT-FaceKit (@ da5f95a) and LeszekSwirski/eyemodel "
    "(@ 68d9111), for scanned skins unityeyes2/ (alexanderdsmith/UnityEyes2 @ 156a24a, its mesh as arrays: see "
    "models/synthetic/bake.py), for a second head mpfb_cc0/ (see models/synthetic/makehuman.py); or a file made by "
    "`bake`"
)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Half a face: V vertices (skin first, then lash cards), T skin triangles, K identities, one row per shape."""

    topology: str
    "The head whose mesh it is, see `bake`."
    neutral: Float
    "(V, 3) cm."
    front: Float
    "(V, 2) cm, where the textures' front view shows each vertex."
    identity: Float
    "(K, V, 3) cm per standard deviation."
    expression: Float
    "(len(SHAPES), V, 3) cm at full strength."
    triangles: Int
    "(T, 3) skin only, counter-clockwise from outside."
    upper_lid: Int
    "Vertices along the upper lid's free margin, from the inner to the outer corner."
    lower_lid: Int
    lash_cards: Int
    "(6, 19, 6) vertices: three upper and three lower cards, along the lid, from root to tip."
    eye_centre: Float
    "(3,) cm."
    eye_centre_identity: Float
    "(K, 3) how each identity moves the eyeball."
    skins: Bytes
    "(S, T, T) albedo of people whose pictures may not be shown, row 0 at the top."
    skins_down: Bytes
    "(S, T, T) the same with the lid smoothed, as when it is closed."
    skins_relief: Bytes
    "(S, T, T) height; 128 is level."
    open_skin: Bytes
    "(T, T) an infrared skin whose pictures may be shown."
    irises: Bytes
    "(I, 64, 256) polar irises: rows from pupil to limbus."

    @property
    def uv(self) -> Float:
        """(V, 2) texture coordinates in texels."""
        return texel_of(self.front)

    def save(self, path: Path) -> None:
        """Writes a compact .npz: half precision for geometry."""
        arrays: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            arrays[field.name] = value.astype(np.float16) if field.name in ("identity", "expression") else value
        np.savez_compressed(path, **arrays)


def texel_of(xy: Float) -> Float:
    """Texture coordinates (column, row) in texels of (..., 2) positions of the neutral face in centimetres."""
    scale = TEXTURE_SIZE / TEXTURE_CM
    column = (xy[..., 0] - TEXTURE_LEFT_CM) * scale - 0.5
    row = TEXTURE_SIZE - 0.5 - (xy[..., 1] - TEXTURE_BOTTOM_CM) * scale
    return np.stack([column, row], -1).astype(np.float32)


@functools.lru_cache(maxsize=1)
def texel_grid() -> tuple[Float, Float]:
    """(T, T) x and y in centimetres of every texel."""
    step = TEXTURE_CM / TEXTURE_SIZE
    along = (np.arange(TEXTURE_SIZE, dtype=np.float32) + 0.5) * step
    x, y = np.meshgrid(TEXTURE_LEFT_CM + along, TEXTURE_BOTTOM_CM + along[::-1])
    return x.astype(np.float32), y.astype(np.float32)


def open_parts(path: Path) -> Parts:
    """Parts from a baked file, or baked now from a folder of the assets. Raises BridgeError if there is neither."""
    if path.is_dir():
        from models.synthetic.bake import bake

        return bake(path)
    if not path.is_file():
        raise BridgeError(f"No parts at {path}: give --parts a {FETCH_HELP}.")
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    if "topology" not in arrays:  # baked when there was one head
        arrays |= {"topology": np.array(TOPOLOGY), "front": arrays["neutral"][:, :2]}
    if missing := {field.name for field in fields(Parts)} - arrays.keys():
        raise BridgeError(f"{path} lacks {', '.join(sorted(missing))}: bake it again")
    for name in ("identity", "expression"):
        arrays[name] = arrays[name].astype(np.float32)
    return Parts(**arrays | {"topology": str(arrays["topology"])})


@functools.lru_cache(maxsize=1)
def kept_parts(path: str) -> Parts:
    """As open_parts, once in each process that asks."""
    return open_parts(Path(path))


@contextlib.contextmanager
def baked(path: Path, console: Console, elsewhere: bool = False) -> Iterator[Path]:
    """The parts as one file, which every process opens in a moment. Raises BridgeError as open_parts does.

    Machines elsewhere do not see this one's scratch files: they bake the parts themselves.
    """
    if elsewhere or not path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "parts.npz"
        with console.status("baking the parts once for all"):
            open_parts(path).save(file)
        yield file
