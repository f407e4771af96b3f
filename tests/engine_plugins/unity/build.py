"""Compiles the Unity package with mono's mcs, each assembly with only what its asmdef lets it see.

In place of the engine stand hand-written executable stubs in `Stubs`: what the compiler and the tests say is about our
code and not about Unity's.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.engine_plugins.unity.metas import PACKAGE
from tests.golden.make import HERE as GOLDEN

HERE: Final = Path(__file__).parent
LANGUAGE: Final = "7.2"
"The newest C# that mcs knows; Unity 2021.3 reads 9."

_NUNIT: Final = "nunit.framework.dll"
_STUBS: Final = ("UnityEngine", "UnityEditor", "Unity.RenderPipelines")
"One folder and one assembly each, in the order in which they need one another."
_PACKAGE: Final = [
    f"{name}.dll"
    for name in (
        *_STUBS,
        *("Eyebridge.Core", "Eyebridge", "Eyebridge.Editor", "Eyebridge.Volume", "Eyebridge.Samples.Avatar"),
    )
]
_ENVIRONMENT: Final = {**os.environ, "EYEBRIDGE_GOLDEN": str(GOLDEN)}


class Build:
    """A folder of assemblies. `need` finds a program by its name and its Debian package."""

    def __init__(self, folder: Path, need: Callable[[str, str], str]) -> None:
        self.folder = folder
        self._compiler = need("mcs", "mono-mcs")
        self._runtime = need("mono", "mono-runtime")
        self._need = need

    def compile(
        self, name: str, sources: Sequence[Path], references: Sequence[str], symbols: Sequence[str] = ()
    ) -> Path:
        """Raises AssertionError with the compiler's words for an error and for a warning."""
        program = self.folder / name
        command = [self._compiler, f"-langversion:{LANGUAGE}", "-warn:4", "-warnaserror", "-nologo", f"-out:{program}"]
        command += ["-target:library"] * (program.suffix == ".dll") + [f"-define:{';'.join(symbols)}"] * bool(symbols)
        command += [f"-lib:{self.folder}", *(f"-r:{reference}" for reference in references), *map(str, sources)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return program

    def stubs(self) -> None:
        for n, name in enumerate(_STUBS):
            self.compile(f"{name}.dll", sorted((HERE / "Stubs" / name).glob("*.cs")), [f"{s}.dll" for s in _STUBS[:n]])

    def assembly(self, name: str, symbols: Sequence[str] = ()) -> Path:
        """One of the package's own, after those it references."""
        path = next(PACKAGE.rglob(f"{name}.asmdef"))
        definition = json.loads(path.read_text(encoding="utf-8"))
        references = [f"{r}.dll" for r in definition["references"] if r.startswith("Eyebridge")]
        if not definition["noEngineReferences"]:
            references.append("UnityEngine.dll")
        if definition["includePlatforms"] == ["Editor"]:
            references.append("UnityEditor.dll")
        if any(reference.startswith("Unity.RenderPipelines") for reference in definition["references"]):
            references.append("Unity.RenderPipelines.dll")
        if _NUNIT in definition["precompiledReferences"]:
            references.append(str(self.nunit()))
        return self.compile(f"{name}.dll", sources(path.parent), references, symbols)

    def package(self) -> None:
        """All of the package, and what the programs need."""
        self.assembly("Eyebridge.Core")
        self.stubs()
        self.assembly("Eyebridge")
        self.assembly("Eyebridge.Editor")
        for pipeline in ("HDRP", "URP"):
            self.assembly("Eyebridge.Volume", [f"EYEBRIDGE_{pipeline}"])
        self.assembly("Eyebridge.Samples.Avatar")

    def core_program(self) -> Path:
        return self.compile("core.exe", sorted((HERE / "Core").glob("*.cs")), ["Eyebridge.Core.dll"])

    def engine_tests(self) -> Path:
        files = [HERE / "Engine" / "World.cs", HERE / "Engine" / "EngineTests.cs"]
        return self.compile("EngineTests.dll", files, [*_PACKAGE, str(self.nunit())])

    def engine_bench(self) -> Path:
        files = [HERE / "Engine" / "World.cs", HERE / "Engine" / "Bench.cs"]
        files += [HERE / "Core" / "Bench.cs", HERE / "Core" / "Json.cs"]
        return self.compile("bench.exe", files, _PACKAGE)

    def run(self, program: Path, *arguments: str, data: bytes | None = None, timeout: float = 120) -> str:
        """What a program prints. Raises AssertionError with it when the program fails."""
        command = [self._runtime, str(program), *arguments]
        done = subprocess.run(command, check=False, input=data, capture_output=True, timeout=timeout, env=_ENVIRONMENT)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
        return done.stdout.decode()

    def start(self, program: Path, *arguments: str) -> subprocess.Popen[str]:
        command = [self._runtime, str(program), *arguments]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def nunit(self) -> Path:
        """NUnit 2.6's own assembly, beside the others so that they find it."""
        copy = self.folder / _NUNIT
        if not copy.exists():
            self._need("nunit-console", "nunit-console")
            found = sorted(Path("/usr/lib/cli").glob(f"nunit.framework-2.6*/{_NUNIT}"))
            assert found, "libnunit-framework2.6.3-cil is missing beside nunit-console"
            shutil.copy(found[-1], copy)
        return copy

    def test(self, assembly: Path) -> str:
        """What NUnit reports; raises AssertionError with it when a test fails."""
        command = [self._need("nunit-console", "nunit-console"), "-nologo", "-noshadow", "-nodots", str(assembly)]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=300, cwd=self.folder, env=_ENVIRONMENT
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def sources(folder: Path) -> list[Path]:
    """The files of an assembly: those below its asmdef, but not below another one's."""
    inner = [path.parent for path in folder.rglob("*.asmdef") if path.parent != folder]
    return sorted(path for path in folder.rglob("*.cs") if not any(path.is_relative_to(other) for other in inner))
