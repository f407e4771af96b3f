"""Writes the parts as one binary glTF 2.0 file; morph targets are sparse accessors.

Specification: Khronos glTF 2.0, sections 3.6.2.3 (sparse accessors), 3.7.2.2 (morph targets) and 4.4 (GLB).
"""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from samples.avatar.solids import Array

UNSIGNED_BYTE: Final = 5121
UNSIGNED_SHORT: Final = 5123
UNSIGNED_INT: Final = 5125
FLOAT: Final = 5126
VERTICES: Final = 34962
TRIANGLES: Final = 34963

SMALLEST_MOVE: Final = 1e-4
"Metres: a vertex that moves less is left out of a target."
SMALLEST_TURN: Final = 3e-2
"Length of a normal's change below which it is left out."


@dataclass(frozen=True, slots=True)
class Material:
    name: str
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    "Linear; multiplies the vertex colours."
    roughness: float = 0.6
    double_sided: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Triangles of one material."""

    material: Material
    points: Array
    "(n, 3) metres"
    normals: Array
    colours: Array
    "(n, 3) linear, 0..1"
    triangles: npt.NDArray[np.int64]
    targets: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)
    "Target name -> moves of points and of normals, (n, 3) each; a name left out moves nothing."


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    translation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    parts: Sequence[Part] = ()
    children: Sequence["Node"] = ()


class _Document:
    def __init__(self, target_names: Sequence[str]) -> None:
        self.target_names = list(target_names)
        self.binary = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self.materials: list[dict[str, Any]] = []
        self.meshes: list[dict[str, Any]] = []
        self.nodes: list[dict[str, Any]] = []

    def view(self, data: bytes, target: int | None = None) -> int:
        self.binary += bytes(-len(self.binary) % 4)
        entry: dict[str, Any] = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)}
        if target is not None:
            entry["target"] = target
        self.binary += data
        self.views.append(entry)
        return len(self.views) - 1

    def accessor(self, entry: dict[str, Any]) -> int:
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def vectors(self, values: Array, bounds: bool = False) -> int:
        data = values.astype("<f4")
        entry = {"bufferView": self.view(data.tobytes(), VERTICES), "componentType": FLOAT}
        return self.accessor(entry | {"count": len(data), "type": "VEC3"} | (_bounds(data) if bounds else {}))

    def colours(self, values: Array) -> int:
        data = np.full((len(values), 4), 255, dtype=np.uint8)
        data[:, :3] = np.round(np.clip(values, 0.0, 1.0) * 255)
        entry = {"bufferView": self.view(data.tobytes(), VERTICES), "componentType": UNSIGNED_BYTE}
        return self.accessor(entry | {"normalized": True, "count": len(data), "type": "VEC4"})

    def indices(self, triangles: npt.NDArray[np.int64], vertices: int) -> int:
        kind, code = ("<u2", UNSIGNED_SHORT) if vertices < 65535 else ("<u4", UNSIGNED_INT)
        view = self.view(triangles.astype(kind).tobytes(), TRIANGLES)
        return self.accessor({"bufferView": view, "componentType": code, "count": triangles.size, "type": "SCALAR"})

    def sparse(self, moves: Array, smallest: float, bounds: bool = False) -> int:
        """Zeros with exceptions; a target that moves nothing still names one vertex, as some readers want an entry."""
        data = moves.astype("<f4")
        moved = np.flatnonzero(np.linalg.norm(data, axis=1) > smallest)
        moved = moved if len(moved) else np.array([0])
        still = np.ones(len(data), dtype=bool)
        still[moved] = False
        data[still] = 0.0
        exceptions = {
            "count": len(moved),
            "indices": {"bufferView": self.view(moved.astype("<u2").tobytes()), "componentType": UNSIGNED_SHORT},
            "values": {"bufferView": self.view(data[moved].tobytes())},
        }
        entry = {"componentType": FLOAT, "count": len(data), "type": "VEC3", "sparse": exceptions}
        return self.accessor(entry | (_bounds(data) if bounds else {}))

    def material(self, material: Material) -> int:
        entry: dict[str, Any] = {
            "name": material.name,
            "pbrMetallicRoughness": {
                "baseColorFactor": [*material.colour, 1.0],
                "metallicFactor": 0.0,
                "roughnessFactor": material.roughness,
            },
        }
        if material.double_sided:
            entry["doubleSided"] = True
        if entry not in self.materials:
            self.materials.append(entry)
        return self.materials.index(entry)

    def primitive(self, part: Part, with_targets: bool) -> dict[str, Any]:
        attributes = {
            "POSITION": self.vectors(part.points, bounds=True),
            "NORMAL": self.vectors(part.normals),
            "COLOR_0": self.colours(part.colours),
        }
        entry: dict[str, Any] = {
            "attributes": attributes,
            "indices": self.indices(part.triangles, len(part.points)),
            "material": self.material(part.material),
        }
        if with_targets:
            nothing = (np.zeros_like(part.points), np.zeros_like(part.points))
            moves = [part.targets.get(name, nothing) for name in self.target_names]
            entry["targets"] = [
                {"POSITION": self.sparse(p, SMALLEST_MOVE, bounds=True), "NORMAL": self.sparse(n, SMALLEST_TURN)}
                for p, n in moves
            ]
        return entry

    def mesh(self, node: Node) -> int:
        with_targets = any(part.targets for part in node.parts)
        mesh: dict[str, Any] = {
            "name": node.name,
            "primitives": [self.primitive(part, with_targets) for part in node.parts],
        }
        if with_targets:
            mesh["weights"] = [0.0] * len(self.target_names)
            mesh["extras"] = {"targetNames": self.target_names}
        self.meshes.append(mesh)
        return len(self.meshes) - 1

    def node(self, node: Node) -> int:
        entry: dict[str, Any] = {"name": node.name}
        if any(node.translation):
            entry["translation"] = list(node.translation)
        if node.parts:
            entry["mesh"] = self.mesh(node)
        if node.children:
            entry["children"] = [self.node(child) for child in node.children]
        self.nodes.append(entry)
        return len(self.nodes) - 1


def _bounds(data: npt.NDArray[np.float32]) -> dict[str, list[float]]:
    return {"min": data.min(axis=0).tolist(), "max": data.max(axis=0).tolist()}


def pack_glb(root: Node, target_names: Sequence[str], about: str) -> bytes:
    """The whole file's bytes: the same parts always give the same bytes."""
    document = _Document(target_names)
    top = document.node(root)
    document.binary += bytes(-len(document.binary) % 4)
    tree = {
        "asset": {"version": "2.0", "generator": "eyebridge samples.avatar", "copyright": about},
        "scene": 0,
        "scenes": [{"nodes": [top]}],
        "nodes": document.nodes,
        "meshes": document.meshes,
        "materials": document.materials,
        "accessors": document.accessors,
        "bufferViews": document.views,
        "buffers": [{"byteLength": len(document.binary)}],
    }
    text = json.dumps(tree, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    length = 12 + 8 + len(text) + 8 + len(document.binary)
    header = struct.pack("<4sII", b"glTF", 2, length)
    return (
        header
        + struct.pack("<I4s", len(text), b"JSON")
        + text
        + struct.pack("<I4s", len(document.binary), b"BIN\0")
        + bytes(document.binary)
    )
