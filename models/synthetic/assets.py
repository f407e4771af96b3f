"""Finds and reads the public assets, laid out as in their own repositories or as arrays.

ICT-FaceKit's FaceXModel is a neutral mesh and one OBJ file for every identity and expression, each with all vertices
in the same order (https://github.com/ICT-VGL/ICT-FaceKit); ict_facekit/ict_facekit_light.npz holds the same as arrays.
eyemodel's pictures lie in eyemodel/textures (https://github.com/LeszekSwirski/eyemodel), or in swirski_ir.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError
from models.synthetic.parts import FETCH_HELP, SHAPES, Float, Int

Arrays = dict[str, NDArray[Any]]

_ARRAYS: Final = Path("ict_facekit", "ict_facekit_light.npz")
_MESHES: Final = (Path("ICT-FaceKit", "FaceXModel"), Path("FaceXModel"))
_IDENTITIES: Final = 100
_TEXTURES: Final = (Path("swirski_ir"), Path("eyemodel", "eyemodel", "textures"), Path("eyemodel", "textures"))


def face_arrays(folder: Path) -> Arrays:
    """neutral (V, 3), identity (100, V, 3) and expression (E, V, 3) differences in cm, expression_names (E,),
    triangles and triangles_uv (T, 3), uv. Raises BridgeError when they are not there or do not fit together."""
    if (folder / _ARRAYS).is_file():
        with np.load(folder / _ARRAYS) as stored:
            return {name: stored[name] for name in stored.files}
    for place in _MESHES:
        if (folder / place / "generic_neutral_mesh.obj").is_file():
            return _read_facekit(folder / place)
    raise BridgeError(f"No face model in {folder}: give --parts a {FETCH_HELP}.")


def eyemodel_texture(folder: Path, name: str) -> Path:
    """Where a picture of eyemodel lies; the repository writes spaces where the arrays' folder has underscores."""
    places = [folder / place / spelt for place in _TEXTURES for spelt in (name, name.replace("_", " "))]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise BridgeError(f"No {name} in {folder}: give --parts a {FETCH_HELP}.")
    return found


def _read_facekit(folder: Path) -> Arrays:
    lines = read_lines(folder / "generic_neutral_mesh.obj")
    neutral = numbers(lines, b"v ", 3)
    names = [f"{shape}_L" for shape in SHAPES]
    triangles, triangles_uv = _triangles(lines)
    arrays: Arrays = {
        "neutral": neutral,
        "identity": _differences(folder, [f"identity{number:03d}" for number in range(_IDENTITIES)], neutral),
        "expression": _differences(folder, names, neutral),
        "expression_names": np.array(names),
        "uv": numbers(lines, b"vt ", 2),
        "triangles": triangles,
        "triangles_uv": triangles_uv,
    }
    if triangles.max() >= len(neutral) or triangles_uv.max() >= len(arrays["uv"]) or min(triangles.min(), 0) < 0:
        raise BridgeError(f"{folder / 'generic_neutral_mesh.obj'} names vertices that it does not have: fetch it again")
    return arrays


def _differences(folder: Path, names: list[str], neutral: Float) -> Float:
    out = np.empty((len(names), *neutral.shape), np.float32)
    for row, name in enumerate(names):
        points = numbers(read_lines(folder / f"{name}.obj"), b"v ", 3)
        if points.shape != neutral.shape:
            raise BridgeError(f"{folder / name}.obj has {len(points)} vertices, not {len(neutral)}: fetch it again")
        out[row] = points - neutral
    return out


def read_lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except OSError as error:
        raise BridgeError(f"cannot read {path} ({error.strerror or error}): fetch the repository again") from error


def numbers(lines: list[bytes], key: bytes, count: int) -> Float:
    """(n, count) the first numbers of every line that begins with a key."""
    try:
        values = [line.split()[1 : count + 1] for line in lines if line.startswith(key)]
        return np.array(values, np.float32).reshape(-1, count)
    except ValueError as error:
        raise BridgeError(f"a line '{key.decode()}...' of an OBJ file is damaged ({error}): fetch it again") from error


def _triangles(lines: list[bytes]) -> tuple[Int, Int]:
    """(T, 3) vertices and texture coordinates, counted from 0; a face of four corners is cut along its first."""
    corners = []
    try:
        for line in lines:
            if line.startswith(b"f "):
                face = [tuple(map(int, corner.split(b"/")[:2])) for corner in line.split()[1:]]
                corners += [(face[0], face[i], face[i + 1]) for i in range(1, len(face) - 1)]
        both = np.array(corners, np.int32).reshape(-1, 3, 2) - 1
    except ValueError as error:
        raise BridgeError(f"a face of an OBJ file is damaged ({error}): fetch it again") from error
    return np.ascontiguousarray(both[..., 0]), np.ascontiguousarray(both[..., 1])
