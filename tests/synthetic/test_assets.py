"""Assets are found as their own repositories lay them out."""

from pathlib import Path

import numpy as np
import pytest

from bridge.errors import BridgeError
from models.synthetic.assets import eyemodel_texture, face_arrays
from models.synthetic.parts import SHAPES

POINTS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 2, 1]], np.float32)
FACES = "f 1/1 2/2 3/3 4/4\nf 4/4 3/3 5/1\n"


def write_mesh(path: Path, points: np.ndarray, tail: str = "") -> None:
    vertices = "".join(f"v {x} {y} {z}\n" for x, y, z in points)
    corners = "".join(f"vt {u} {v}\n" for u, v in ((0, 0), (1, 0), (1, 1), (0, 1)))
    path.write_text(f"# a mesh\n{vertices}{corners}{tail}", "ascii")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with a FaceXModel of five vertices: identity k moves x by k, a left shape y by its row."""
    folder = tmp_path / "ICT-FaceKit" / "FaceXModel"
    folder.mkdir(parents=True)
    write_mesh(folder / "generic_neutral_mesh.obj", POINTS, FACES)
    for number in range(100):
        write_mesh(folder / f"identity{number:03d}.obj", np.add(POINTS, [number, 0, 0]))
    for row, shape in enumerate(SHAPES):
        write_mesh(folder / f"{shape}_L.obj", np.add(POINTS, [0, row, 0]))
    return tmp_path


def test_meshes_become_differences_and_four_corners_two_triangles(clone: Path) -> None:
    arrays = face_arrays(clone)
    np.testing.assert_array_equal(arrays["neutral"], POINTS)
    assert arrays["triangles"].tolist() == [[0, 1, 2], [0, 2, 3], [3, 2, 4]]
    assert arrays["triangles_uv"].tolist() == [[0, 1, 2], [0, 2, 3], [3, 2, 0]]
    np.testing.assert_array_equal(arrays["identity"][7, :, 0], 7)
    names = arrays["expression_names"].tolist()
    np.testing.assert_array_equal(arrays["expression"][names.index("eyeWide_L"), :, 1], SHAPES.index("eyeWide"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("identity042.obj", b"v 0 0 0\n", "1 vertices, not 5"),
        ("eyeBlink_L.obj", b"v 0 zero 0\n", "damaged"),
        ("eyeWide_L.obj", None, "cannot read"),
        ("generic_neutral_mesh.obj", b"v 0 0 0\nvt 0 0\nf 1/1 9/1 1/1\n", "does not have"),
    ],
)
def test_a_damaged_mesh_is_one_sentence(clone: Path, name: str, content: bytes | None, words: str) -> None:
    file = clone / "ICT-FaceKit" / "FaceXModel" / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
        if name.startswith("generic"):
            for other in file.parent.glob("*_*.obj"):
                other.write_bytes(content)
            for other in file.parent.glob("identity*.obj"):
                other.write_bytes(content)
    with pytest.raises(BridgeError, match=words):
        face_arrays(clone)


def test_eyemodel_writes_spaces(tmp_path: Path) -> None:
    textures = tmp_path / "eyemodel" / "eyemodel" / "textures"
    textures.mkdir(parents=True)
    (textures / "ir color map.png").touch()
    assert eyemodel_texture(tmp_path, "ir_color_map.png").name == "ir color map.png"
    with pytest.raises(BridgeError, match="ireye-dark"):
        eyemodel_texture(tmp_path, "ireye-dark.png")
