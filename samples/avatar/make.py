"""Builds the avatar: `python -m samples.avatar.make` writes eyebridge_avatar.glb beside this file."""

from pathlib import Path
from typing import Final

import numpy as np

from bridge.blendshapes import ARKIT
from samples.avatar import anatomy
from samples.avatar.body import ears, jumper
from samples.avatar.brows import brows
from samples.avatar.expressions import sculpt
from samples.avatar.eyes import eyeball, lashes
from samples.avatar.face import Face, build_face
from samples.avatar.gltf import Node, Part, pack_glb
from samples.avatar.hair import build_hair
from samples.avatar.mouth import teeth, tongue
from samples.avatar.paint import SKIN_MATERIAL, paint_skin
from samples.avatar.solids import Array, gradient, unit
from samples.avatar.surfaces import vertex_normals

FILE: Final = Path(__file__).with_name("eyebridge_avatar.glb")
NECK: Final = np.array([0.0, -0.110, -0.020])
"The joint the head nods about, metres."


def skin_part(face: Face, moves: dict[str, Array]) -> Part:
    rest = vertex_normals(face.points, face.triangles)
    inner = (face.lid_ring < 0.01) | (face.lip_ring < 0.01)
    normals = np.where(inner[:, None], rest, unit(gradient(anatomy.skin, face.points)))
    targets = {}
    for name, move in moves.items():
        turn = vertex_normals(face.points + move, face.triangles) - rest
        targets[name] = (move, unit(normals + turn) - normals)
    return Part(SKIN_MATERIAL, face.points, normals, paint_skin(face, normals), face.triangles, targets)


def build() -> Node:
    face = build_face()
    moves = sculpt(face)
    here, eye = tuple(-NECK), anatomy.EYE
    head = [
        Node("Face", here, [skin_part(face, moves), brows(face, moves), lashes(face, moves), teeth(), tongue()]),
        Node("Ears", here, [ears()]),
        Node("Hair", here, [build_hair()]),
        Node("LeftEye", tuple(eye - NECK), [eyeball(seed=7)]),
        Node("RightEye", tuple(eye * np.array([-1.0, 1.0, 1.0]) - NECK), [eyeball(seed=8)]),
    ]
    return Node("Avatar", children=[Node("Head", tuple(NECK), children=head), Node("Bust", parts=[jumper()])])


def build_file() -> bytes:
    return pack_glb(build(), ARKIT, "MIT, the eyebridge authors")


def main() -> None:
    data = build_file()
    FILE.write_bytes(data)
    print(f"{FILE.name}: {len(data) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
