"""Builds the avatar: `python -m samples.avatar.make` writes eyebridge_avatar.glb beside this file."""

from pathlib import Path
from typing import Final

import numpy as np

from bridge.blendshapes import ARKIT
from samples.avatar import anatomy, parts
from samples.avatar.expressions import sculpt
from samples.avatar.face import Face, build_face
from samples.avatar.gltf import Material, Node, Part, pack_glb
from samples.avatar.hair import build_hair
from samples.avatar.paint import linear, paint_skin, skin_tone
from samples.avatar.solids import Array, ambient_occlusion, gradient, unit
from samples.avatar.surfaces import surface_net, vertex_normals

FILE: Final = Path(__file__).with_name("eyebridge_avatar.glb")
SKIN: Final = Material("Skin", roughness=0.5)
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
    return Part(SKIN, face.points, normals, paint_skin(face, normals), face.triangles, targets)


def ears() -> Part:
    low, high = np.array([0.055, -0.045, -0.045]), np.array([0.112, 0.040, 0.025])
    left, left_triangles = surface_net(parts.ear_field, low, high, 0.0016)
    points, triangles = parts.both_sides(left, left_triangles)
    normals = unit(gradient(parts.ear_field, points))
    shade = ambient_occlusion(parts.ear_field, points, normals, 0.012)[:, None]
    return Part(SKIN, points, normals, skin_tone(points, normals) * (0.45 + 0.55 * shade), triangles)


def clothing() -> Part:
    low, high = np.array([-0.20, -0.315, -0.13]), np.array([0.20, -0.12, 0.09])
    points, triangles = surface_net(parts.cloth_field, low, high, 0.004)
    normals = unit(gradient(parts.cloth_field, points))
    shade = ambient_occlusion(parts.cloth_field, points, normals, 0.03)[:, None]
    return Part(parts.CLOTH, points, normals, linear("39465c") * (0.4 + 0.6 * shade), triangles)


def build() -> Node:
    face = build_face()
    moves = sculpt(face)
    brow_colour = linear("2c1a1c")
    skin = [skin_part(face, moves), parts.brows(face, moves, brow_colour), parts.lashes(), parts.teeth(), parts.tongue()]
    eye, flip = anatomy.EYE, np.array([-1.0, 1.0, 1.0])
    here = tuple(-NECK)
    head = [
        Node("Face", here, skin),
        Node("Ears", here, [ears()]),
        Node("Hair", here, [build_hair()]),
        Node("LeftEye", tuple(eye - NECK), [parts.eye(7)]),
        Node("RightEye", tuple(eye * flip - NECK), [parts.eye(8)]),
    ]
    return Node("Avatar", children=[Node("Head", tuple(NECK), children=head), Node("Bust", parts=[clothing()])])


def main() -> None:
    data = pack_glb(build(), ARKIT, "MIT, the eyebridge authors")
    FILE.write_bytes(data)
    print(f"{FILE.name}: {len(data) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
