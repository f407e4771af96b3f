"""The avatar's file is what its script builds: valid, complete, symmetric, and every shape moves what its name says."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bridge.blendshapes import ARKIT
from samples.avatar import anatomy
from samples.avatar.face import Face, build_face
from samples.avatar.make import FILE, build_file

Array = npt.NDArray[np.float64]
TYPES = {5121: "u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
SIZES = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}


@dataclass(frozen=True)
class Glb:
    tree: dict[str, Any]
    binary: bytes

    @classmethod
    def parse(cls, data: bytes) -> "Glb":
        magic, version, length = struct.unpack_from("<4sII", data)
        assert (magic, version, length) == (b"glTF", 2, len(data))
        size, kind = struct.unpack_from("<I4s", data, 12)
        assert kind == b"JSON"
        binary_size, binary_kind = struct.unpack_from("<I4s", data, 20 + size)
        assert binary_kind == b"BIN\0"
        return cls(json.loads(data[20 : 20 + size]), data[28 + size : 28 + size + binary_size])

    def read(self, view: int, kind: int, count: int) -> npt.NDArray[Any]:
        entry = self.tree["bufferViews"][view]
        assert entry["byteOffset"] % 4 == 0
        values = np.frombuffer(self.binary, TYPES[kind], count, entry["byteOffset"])
        assert values.nbytes <= entry["byteLength"]
        return values

    def accessor(self, index: int) -> npt.NDArray[Any]:
        entry = self.tree["accessors"][index]
        size, count, kind = SIZES[entry["type"]], entry["count"], entry["componentType"]
        values = np.zeros((count, size))
        if "bufferView" in entry:
            values[:] = self.read(entry["bufferView"], kind, count * size).reshape(count, size)
        if "sparse" in entry:
            sparse = entry["sparse"]
            where = self.read(sparse["indices"]["bufferView"], sparse["indices"]["componentType"], sparse["count"])
            assert np.all(np.diff(where.astype(int)) > 0)
            moved = self.read(sparse["values"]["bufferView"], kind, sparse["count"] * size)
            values[where] = moved.reshape(-1, size)
        if "min" in entry:
            np.testing.assert_allclose(values.min(axis=0), entry["min"])
            np.testing.assert_allclose(values.max(axis=0), entry["max"])
        return values

    def node(self, name: str) -> dict[str, Any]:
        return next(node for node in self.tree["nodes"] if node["name"] == name)

    def primitives(self, node: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tree["meshes"][self.node(node)["mesh"]]["primitives"]
        return found

    def place(self, name: str) -> Array:
        """Where a child of Head stands, metres."""
        head = np.array(self.node("Head")["translation"])
        return np.asarray(head + np.array(self.node(name)["translation"]))


@pytest.fixture(scope="module")
def glb() -> Glb:
    return Glb.parse(FILE.read_bytes())


@pytest.fixture(scope="module")
def rest(glb: Glb) -> Array:
    """The skin's vertices in the head's coordinates."""
    return glb.accessor(glb.primitives("Face")[0]["attributes"]["POSITION"]) + glb.place("Face")


@pytest.fixture(scope="module")
def moves(glb: Glb) -> dict[str, Array]:
    targets = glb.primitives("Face")[0]["targets"]
    return {name: glb.accessor(target["POSITION"]) for name, target in zip(ARKIT, targets, strict=True)}


@pytest.fixture(scope="module")
def face() -> Face:
    return build_face()


@pytest.fixture(scope="module")
def bytes_built() -> bytes:
    return build_file()


def test_the_file_is_the_one_the_script_builds(bytes_built: bytes) -> None:
    built, stored = Glb.parse(bytes_built), Glb.parse(FILE.read_bytes())
    assert built.tree.keys() == stored.tree.keys()
    assert len(built.tree["accessors"]) == len(stored.tree["accessors"])
    for part in range(5):
        ours, theirs = (g.primitives("Face")[part]["attributes"]["POSITION"] for g in (built, stored))
        # another processor may round differently: a hundredth of a millimetre is the same face
        np.testing.assert_allclose(built.accessor(ours), stored.accessor(theirs), atol=1e-5)


def test_building_twice_gives_the_same_bytes(bytes_built: bytes) -> None:
    assert build_file() == bytes_built


def test_every_primitive_is_sound(glb: Glb) -> None:
    for mesh in glb.tree["meshes"]:
        for primitive in mesh["primitives"]:
            points = glb.accessor(primitive["attributes"]["POSITION"])
            normals = glb.accessor(primitive["attributes"]["NORMAL"])
            indices = glb.accessor(primitive["indices"])
            assert indices.max() < len(points)
            np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-3)
            assert np.all(np.isfinite(points))
    assert len(FILE.read_bytes()) < 4_000_000


def test_all_arkit_targets_in_order(glb: Glb) -> None:
    mesh = glb.tree["meshes"][glb.node("Face")["mesh"]]
    assert mesh["extras"]["targetNames"] == list(ARKIT)
    assert all(len(primitive["targets"]) == len(ARKIT) for primitive in mesh["primitives"])


REGION = {
    "eye": (np.array([0.037, 0.005, 0.075]), 0.035),
    "brow": (np.array([0.035, 0.038, 0.075]), 0.035),
    "cheek": (np.array([0.043, -0.035, 0.065]), 0.040),
    "nose": (np.array([0.010, -0.030, 0.090]), 0.035),
    "mouth": (np.array([0.0, -0.062, 0.085]), 0.040),
    "jaw": (np.array([0.0, -0.075, 0.075]), 0.055),
    "tongue": (np.array([0.0, -0.066, 0.085]), 0.030),
}


@pytest.mark.parametrize("name", ARKIT)
def test_each_shape_moves_its_own_region(name: str, rest: Array, moves: dict[str, Array]) -> None:
    move = np.linalg.norm(moves[name], axis=1)
    assert move.max() > 0.0006
    region = next(value for key, value in REGION.items() if name.startswith(key))
    p = rest * np.array([-1.0, 1.0, 1.0]) if name.endswith("Right") else rest
    if not name.endswith(("Left", "Right")):
        p = np.column_stack([np.abs(p[:, 0]), p[:, 1:]])
    assert np.linalg.norm(p[np.argmax(move)] - region[0]) < region[1]


def test_left_and_right_are_mirror_images(face: Face, rest: Array, moves: dict[str, Array]) -> None:
    flip = np.array([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(rest[face.mirror] * flip, rest, atol=1e-6)
    for name in ARKIT:
        twin = name.replace("Left", "#").replace("Right", "Left").replace("#", "Right")
        np.testing.assert_allclose(moves[twin][face.mirror] * flip, moves[name], atol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", [n for n in ARKIT if n.startswith("eye") and n.endswith("Left")])
def test_lids_move_on_their_own_side_only(name: str, rest: Array, moves: dict[str, Array]) -> None:
    assert rest[np.any(moves[name] != 0, axis=1), 0].min() > 0.0


def _lid_gap(face: Face, points: Array) -> Array:
    """Degrees between the margins of the left eye's lids, along the eye."""
    margin = np.flatnonzero((face.lid_ring == 0.0) & (face.points[:, 0] > 0))
    azimuth, elevation, _ = anatomy.eye_angles(points[margin])
    upper = np.sin(face.lid_angle[margin]) > 0
    at = np.linspace(-34.0, 40.0, 20)
    curves = []
    for side in (upper, ~upper):
        order = np.argsort(azimuth[side])
        curves.append(np.interp(at, azimuth[side][order], elevation[side][order]))
    return np.asarray(curves[0] - curves[1])


def test_a_blink_closes_the_eye_and_a_widened_eye_opens(face: Face, rest: Array, moves: dict[str, Array]) -> None:
    open_gap = _lid_gap(face, rest)
    assert open_gap.max() > 40.0
    assert _lid_gap(face, rest + moves["eyeBlinkLeft"]).max() < 0.0
    assert _lid_gap(face, rest + moves["eyeWideLeft"]).max() > open_gap.max() + 8.0
    assert _lid_gap(face, rest + moves["eyeSquintLeft"]).max() < open_gap.max() - 10.0


@pytest.mark.parametrize("weight", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_the_eyeball_never_pokes_through_the_lids(
    weight: float, face: Face, glb: Glb, rest: Array, moves: dict[str, Array]
) -> None:
    eyeball = np.linalg.norm(glb.accessor(glb.primitives("LeftEye")[0]["attributes"]["POSITION"]), axis=1).max()
    on_skin = (face.lid_ring >= 0.0) & (face.points[:, 0] > 0)
    p = (rest + weight * moves["eyeBlinkLeft"])[on_skin] - glb.place("LeftEye")
    assert np.linalg.norm(p, axis=1).min() > eyeball


def test_jaw_open_lowers_the_chin_and_parts_the_lips(face: Face, rest: Array, moves: dict[str, Array]) -> None:
    chin = np.argmin(np.where(rest[:, 2] > 0.06, rest[:, 1], 1.0))
    assert moves["jawOpen"][chin, 1] < -0.011
    seam = (face.lip_ring == 0.0) & (np.abs(rest[:, 0]) < 0.002)
    upper, lower = seam & (face.lip_angle > 0), seam & (face.lip_angle < 0)
    opened = rest + moves["jawOpen"]
    assert opened[upper, 1].min() - opened[lower, 1].max() > 0.012
    closed = opened + moves["mouthClose"]
    assert np.abs(closed[upper, 1].min() - closed[lower, 1].max()) < 0.002


def test_eyes_turn_about_their_centres(glb: Glb) -> None:
    for name, side in (("LeftEye", 1.0), ("RightEye", -1.0)):
        points = glb.accessor(glb.primitives(name)[0]["attributes"]["POSITION"])
        np.testing.assert_allclose(glb.place(name), anatomy.EYE * np.array([side, 1.0, 1.0]), atol=1e-6)
        radius = np.linalg.norm(points, axis=1)
        back = points[:, 2] < 0
        np.testing.assert_allclose(radius[back], anatomy.EYE_RADIUS, rtol=1e-5)
        assert np.ptp(radius) < 0.05 * anatomy.EYE_RADIUS
