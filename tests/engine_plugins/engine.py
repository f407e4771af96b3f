"""The real Godot, a display, and projects: ours as it is, beside a copy of the avatar, outside the checkout."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.golden.make import HERE as GOLDEN
from tests.sinks.peers import need

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


@contextmanager
def display() -> Iterator[str]:
    """A display of our own that nobody sees."""
    reading, writing = os.pipe()
    command = [need("Xvfb", "xvfb"), "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


def with_editor_watch(godot: Godot, port: int) -> None:
    """Puts the plugin that works the editor beside ours, and the sample scene on a port of its own."""
    watch = "addons/editor_watch"
    shutil.copytree(HERE / "editor_watch", godot.project / watch)
    for name, old, new in (
        ("project.godot", 'eyebridge/plugin.cfg"', f'eyebridge/plugin.cfg", "res://{watch}/plugin.cfg"'),
        ("sample/sample.tscn", 'script = ExtResource("2")', f'script = ExtResource("2")\nport = {port}'),
    ):
        text = (godot.project / name).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (godot.project / name).write_text(text.replace(old, new), encoding="utf-8")


def send_again_and_again(name: str, port: int, stop: threading.Event, most: int = 12000) -> None:
    """One golden frame under numbers of its own, fifty times a second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        for sequence in range(most):
            if stop.is_set():
                return
            packet = bytearray((GOLDEN / f"native_{name}.osc").read_bytes())
            packet[0x34:0x38] = packet[-4:] = sequence.to_bytes(4, "big")
            ours.sendto(packet, ("127.0.0.1", port))
            threading.Event().wait(0.02)
