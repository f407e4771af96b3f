"""The direction of the imports: a module may import from its own row and the rows above it, never from below."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROWS = (
    # values and names: stdlib and numpy
    ("bridge.errors", "bridge.channels", "bridge.frames", "bridge.blendshapes", "bridge.unified", "bridge.health"),
    # pure stages: no I/O, no clock, no threads
    (
        *("bridge.rectification", "bridge.checkerboard", "bridge.visibility", "bridge.personalization"),
        *("bridge.gaze_smoothing", "bridge.smoothing", "bridge.blinks", "bridge.binocular", "bridge.shared_signal"),
        *("bridge.archives", "bridge.rigs", "bridge.mapping", "bridge.ambient", "bridge.osc", "bridge.decoding"),
        *("bridge.exercises", "bridge.gaze_calibration", "bridge.fewshot", "bridge.calibration", "bridge.guide"),
        *("bridge.fading", "bridge.gaze_centering", "bridge.stopwatch", "bridge.fusion", "bridge.head_pose"),
        *("bridge.registration", "bridge.slip", "bridge.collection", "bridge.irises"),
        "bridge.face",
        *("bridge.face.emotion", "bridge.face.machines", "bridge.face.stress"),
    ),
    # files and runtimes
    (
        *("bridge.files", "bridge.pictures", "bridge.recording", "bridge.recorder", "bridge.truth", "bridge.profiles"),
        "bridge.recorded_faces",
        *("bridge.network", "bridge.timing", "bridge.shipped", "bridge.discovery", "bridge.recording_set"),
        *("bridge.sessions", "bridge.face.landmarks", "bridge.face.mediapipe", "bridge.face.network"),
    ),
    # the line and its ends
    (
        *("bridge.headsets", "bridge.camera_commands", "bridge.board_search", "bridge.camera_setup"),
        *("bridge.face.reader", "bridge.wearer", "bridge.control", "bridge.remote", "bridge.pipeline"),
        *("bridge.sources", "bridge.sinks", "bridge.inlets", "bridge.prompts", "bridge.preview"),
    ),
    ("bridge.config", "bridge.targets", "bridge.attendant", "bridge.daemon"),
    ("bridge.checks", "bridge.commands", "bridge.cli"),
)
NEVER_FROM_BRIDGE = ("torch", "models", "samples", "tests")
ENDS = ("bridge.sources", "bridge.sinks", "bridge.preview", "bridge.pipeline")


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def row_of(module: str) -> int | None:
    """The row of the narrowest room that a module lies in."""
    rooms = [(room, number) for number, row in enumerate(ROWS) for room in row]
    around = [(len(room), number) for room, number in rooms if module == room or module.startswith(f"{room}.")]
    return max(around, default=(0, None))[1]


BRIDGE = sorted(path for path in (ROOT / "bridge").rglob("*.py") if "node_modules" not in path.parts)


@pytest.mark.parametrize("path", BRIDGE, ids=name_of)
def test_imports_point_upwards(path: Path) -> None:
    module = name_of(path)
    if module == "bridge":
        return
    row = row_of(module)
    assert row is not None, f"{module} is in no row: say in tests/test_imports.py where it belongs"
    for imported in imports_of(path):
        above = row_of(imported)
        assert above is None or above <= row, f"{module} (row {row + 1}) imports {imported} (row {above + 1})"
        assert imported.split(".")[0] not in NEVER_FROM_BRIDGE, f"{module} imports {imported}"
        room = next((end for end in ENDS if module.startswith(end)), None)
        if room in ENDS[:3]:
            others = [end for end in ENDS if end != room and imported.startswith(end)]
            assert not others, f"{module} imports {imported}: sources, sinks and preview know neither each other"


@pytest.mark.parametrize("path", sorted((ROOT / "models").rglob("*.py")), ids=name_of)
def test_models_use_only_the_first_three_rows(path: Path) -> None:
    for imported in imports_of(path):
        row = row_of(imported)
        assert row is None or row <= 2, f"{name_of(path)} imports {imported}"


def test_every_row_names_rooms_that_exist() -> None:
    for row in ROWS:
        for room in row:
            path = ROOT / room.replace(".", "/")
            assert path.is_dir() or path.with_suffix(".py").is_file(), f"{room} is gone: take it out of the table"
