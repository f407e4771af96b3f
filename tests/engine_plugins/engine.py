"""The real Godot, and projects made for it: ours as it is, beside a copy of the avatar, outside the checkout."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.golden.make import HERE as GOLDEN

HERE: Final = Path(__file__).resolve().parent / "godot"
REPOSITORY: Final = HERE.parents[2]
PLUGIN: Final = REPOSITORY / "engine_plugins" / "godot"
AVATAR: Final = Path("samples") / "avatar" / "eyebridge_avatar.glb"


@dataclass(frozen=True, slots=True)
class Godot:
    """An engine and an imported project."""

    command: Sequence[str]
    project: Path

    @property
    def folder(self) -> Path:
        """Where tests put files that the engine may read and write."""
        return self.project.parents[1]

    def run(self, *arguments: str, timeout: float = 300.0, display: str | None = None) -> str:
        """Everything it printed. Raises CalledProcessError when it fails and TimeoutExpired when it hangs."""
        with self.started(*arguments, display=display) as process:
            output, _ = process.communicate(timeout=timeout)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args, output)
        return output

    @contextmanager
    def started(self, *arguments: str, display: str | None = None) -> Iterator[subprocess.Popen[str]]:
        """The engine at work, its output as text; it is killed at the end if it still runs."""
        look = ["--headless"] if display is None else ["--rendering-method", "gl_compatibility"]
        shared = ":".join(map(str, (self.folder, self.project, HERE, GOLDEN)))
        environment = os.environ | {"EYEBRIDGE_SHARE": shared, "DISPLAY": display or ""}
        with subprocess.Popen(
            [*self.command, *look, "--audio-driver", "Dummy", "--path", str(self.project), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()


def need_godot() -> list[str]:
    """The command of a Godot of 4.2 or newer. Without one a test is skipped, but never in CI."""
    if shutil.which("sh") is None:
        pytest.skip("a shell is needed to find Godot")
    found = subprocess.run(["sh", str(HERE / "get_godot.sh")], check=False, capture_output=True, text=True, timeout=900)
    if found.returncode and os.environ.get("CI") == "true":
        pytest.fail(f"Godot is missing: .ci/run installs mmdebstrap\n{found.stderr}")
    if found.returncode:
        pytest.skip(f"Godot is not here: {found.stderr.strip().splitlines()[-1]}")
    return found.stdout.split()


def make_project(folder: Path, command: Sequence[str]) -> Godot:
    """Our project as a checkout has it, imported."""
    project = folder / "engine_plugins" / "godot"
    shutil.copytree(PLUGIN, project, ignore=shutil.ignore_patterns(".godot", "avatar.glb*"))
    (folder / AVATAR).parent.mkdir(parents=True)
    shutil.copy(REPOSITORY / AVATAR, folder / AVATAR)
    godot = Godot(command, project)
    godot.run("--import", timeout=240.0)
    return godot
