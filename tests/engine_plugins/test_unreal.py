"""The Unreal plugin as far as it goes without the engine: the core runs, the layer on top is read against stand-ins."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from bridge.blendshapes import LIVE_LINK
from bridge.osc import Message, encode
from bridge.remote import COMMANDS
from bridge.sinks.native import FLAGS, LAYOUT, PORT
from bridge.unified import BASE
from tests.engine_plugins import packets
from tests.engine_plugins.unreal import headers
from tests.golden.make import HERE as GOLDEN
from tests.sinks.peers import need

ROOT: Final = Path(__file__).parents[2]
PLUGIN: Final = ROOT / "engine_plugins" / "unreal" / "Eyebridge"
CORE: Final = PLUGIN / "Source" / "EyebridgeCore"
HERE: Final = Path(__file__).parent / "unreal"

STRICT: Final = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
PLAIN: Final = ("-std=c++17", "-fno-exceptions", "-fno-rtti")
"The core is C++17 and does without what Unreal switches off."


def core_files() -> list[Path]:
    """What the core is made of beside the one file that makes it a module of Unreal's."""
    return sorted(path for path in (CORE / "Private").glob("*.cpp") if path.stem != "EyebridgeCoreModule")


def compile_core(compiler: str, program: Path, files: Sequence[Path], *options: str) -> Path:
    sources = map(str, [*core_files(), *files])
    command = [need(compiler, compiler.replace("++", "")), *PLAIN, *STRICT, *options, f"-I{CORE / 'Public'}", *sources]
    done = subprocess.run([*command, "-o", str(program)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return program


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_core("g++", tmp_path_factory.mktemp("unreal") / "tool", [HERE / "core" / "tool.cpp"], "-O1")


def said(tool: Path, verb: str, given: bytes = b"") -> list[str]:
    done = subprocess.run([tool, verb], input=given, stdout=subprocess.PIPE, check=True, timeout=120)
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_the_core_passes_its_own_tests_without_a_warning(compiler: str, tmp_path: Path) -> None:
    files = [HERE / "core" / "main.cpp", *sorted((HERE / "core").glob("test_*.cpp"))]
    program = compile_core(compiler, tmp_path / "tests", files)
    done = subprocess.run([program], stdout=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_golden_packets_mean_what_their_json_says(tool: Path) -> None:
    read = packets.readings(said(tool, "decode", packets.framed(path.read_bytes() for path in packets.FRAMES)))
    assert read == [packets.golden(path.stem) for path in packets.FRAMES]


def test_damaged_golden_packets_are_refused(tool: Path) -> None:
    lines = said(tool, "decode", packets.framed(path.read_bytes() for path in packets.REFUSED))
    assert packets.readings(lines) == [None] * len(packets.REFUSED)
    verdicts = dict(zip((path.stem for path in packets.REFUSED), lines, strict=True))
    assert verdicts["refused_version_2"] == '"newer version"'
    assert verdicts["refused_truncated"] == '"damaged"'


def test_it_takes_every_damaged_packet_for_what_python_does(tool: Path) -> None:
    damaged = packets.mutants(6000)
    expected = [packets.meaning(packet) for packet in damaged]
    assert 100 < sum(frame is not None for frame in expected) < 5900
    assert packets.readings(said(tool, "decode", packets.framed(damaged))) == expected


def test_the_tables_are_the_protocols(tool: Path) -> None:
    rows = [line.split("\t") for line in said(tool, "tables")]

    def of(kind: str) -> list[list[str]]:
        return [row[1:] for row in rows if row[0] == kind]

    floats = [a for _, arguments in LAYOUT for a in arguments if a.tag == "f"]
    numbers = [(name, *map(np.float32, limits)) for name, *limits in of("value")]
    assert numbers == [(a.name, *map(np.float32, (a.low, a.high, a.neutral))) for a in floats]
    assert [int(bit) for bit in of("flags")[0]] == [1 << n for n in range(len(FLAGS))]
    assert of("ports") == [[str(PORT), "13938"]]
    assert [name for (name,) in of("curve")] == list(LIVE_LINK)
    unified = dict(row[1:3] for row in of("preset") if row[0] == "Unified Expressions")
    for shape, source in BASE.items():
        assert unified[shape] == source


def test_curves_are_what_live_link_face_sends(tool: Path) -> None:
    curves = np.array(said(tool, "curves", (GOLDEN / "native_ramp.osc").read_bytes()), np.float32)
    ours = np.frombuffer((GOLDEN / "livelink_ramp.bin").read_bytes()[-4 * len(LIVE_LINK) :], ">f4")
    np.testing.assert_allclose(curves, ours, rtol=0, atol=1e-6)


def test_commands_are_those_eyebridge_obeys(tool: Path) -> None:
    sent = [bytes.fromhex(line) for line in said(tool, "command")]
    assert sent == [encode(Message(address)) for address in ("/eyebridge/recenter", "/eyebridge/calibrate")]
    assert {"/eyebridge/recenter", "/eyebridge/calibrate"} <= COMMANDS.keys()


def test_a_short_fuzzing_finds_nothing(tmp_path: Path) -> None:
    program = compile_core(
        *("clang++", tmp_path / "fuzz", [HERE / "core" / "fuzz.cpp"]),
        *("-O1", "-g", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"),
    )
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for path in (*packets.FRAMES, *packets.REFUSED):
        (corpus / path.name).write_bytes(path.read_bytes())
    options = ("-runs=200000", "-max_len=2048", "-seed=1", f"-artifact_prefix={tmp_path}/")
    done = subprocess.run([program, *options, corpus], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_bench_runs(tmp_path: Path) -> None:
    program = compile_core("g++", tmp_path / "bench", [HERE / "core" / "bench.cpp"], "-O2")
    done = subprocess.run([program, GOLDEN / "native_happy.osc"], stdout=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 3


MODULES: Final = ("EyebridgeCore", "EyebridgeRuntime", "EyebridgeLiveLink")


def compile_layer(folder: Path, version: int, *options: str) -> None:
    """All of the plugin as one file, as Unreal's own builds join them, against the stand-ins of one version."""
    public = sorted(PLUGIN.glob("Source/*/Public/*.h"))
    headers.write(folder, public)
    joined = folder / "all.cpp"
    sources = [path for module in MODULES for path in sorted((PLUGIN / "Source" / module / "Private").glob("*.cpp"))]
    joined.write_text("".join(f'#include "{path}"\n' for path in sources), encoding="utf-8")
    own = [PLUGIN / "Source" / module / part for module in MODULES for part in ("Public", "Private")]
    paths = [f"-I{path}" for path in (folder, HERE / "stubs", HERE / "core", *own)]
    kinds = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-fno-exceptions", f"-DSTUB_UE={version}"]
    exports = ["-DEYEBRIDGERUNTIME_API=", "-DEYEBRIDGELIVELINK_API="]
    command = [need("clang++", "clang"), *kinds, *exports, *paths, *options, str(joined)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("version", [503, 504, 505])
def test_the_engines_layer_fits_the_stand_ins(version: int, tmp_path: Path) -> None:
    compile_layer(tmp_path, version, "-fsyntax-only")


def test_on_the_stand_ins_the_face_moves_and_everything_comes_back(tmp_path: Path) -> None:
    program = tmp_path / "layer"
    files = [str(HERE / "stubs" / "StubEngine.cpp"), str(HERE / "layer" / "test_layer.cpp")]
    compile_layer(tmp_path, 506, *files, "-pthread", "-o", str(program))
    done = subprocess.run([program], stdout=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


def test_the_descriptor_names_the_modules_that_are_there() -> None:
    descriptor = json.loads((PLUGIN / "Eyebridge.uplugin").read_text(encoding="utf-8"))
    assert descriptor["FileVersion"] == 3
    assert not {"EngineVersion", "Installed"} & descriptor.keys()  # packaging writes them
    assert [module["Name"] for module in descriptor["Modules"]] == list(MODULES)
    assert {module["Type"] for module in descriptor["Modules"]} == {"Runtime"}
    assert descriptor["Plugins"] == [{"Name": "LiveLink", "Enabled": True}]
    for module in MODULES:
        rules = (PLUGIN / "Source" / module / f"{module}.Build.cs").read_text(encoding="utf-8")
        assert f"public class {module} : ModuleRules" in rules
        assert f"public {module}(ReadOnlyTargetRules Target) : base(Target)" in rules
        parts = [path.read_text(encoding="utf-8") for path in (PLUGIN / "Source" / module / "Private").glob("*.cpp")]
        assert sum(f"IMPLEMENT_MODULE(FDefaultModuleImpl, {module})" in part for part in parts) == 1
