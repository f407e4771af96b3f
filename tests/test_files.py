import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.errors import BridgeError
from bridge.files import unfinished, write_atomically


def test_replaces_the_old_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "settings.toml"
    write_atomically(path, b"first")
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


def test_says_what_to_do_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    with pytest.raises(BridgeError, match=r"cannot save .* check that its folder exists"):
        write_atomically(tmp_path / "file" / "settings.toml", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes to fill the disk with")
def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "profile"
    write_atomically(path, b"old")
    script = f"""
import resource
from pathlib import Path
from bridge.errors import BridgeError
from bridge.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomically(Path({str(path)!r}), bytes(2000))
except BridgeError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.strip() == f"cannot save {path}: the disk is full; free some space and try again"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_kill_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "profile"
    script = f"""
from pathlib import Path
from bridge.files import write_atomically
for number in range(10**9):
    write_atomically(Path({str(path)!r}), bytes([number % 256]) * 300_000)
    print(number, flush=True)
"""
    for saved in (1, 4, 9):
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(saved):
                process.stdout.readline()
            process.kill()
        data = path.read_bytes()
        assert len(data) == 300_000
        assert data[0] >= saved - 1
        assert set(data) == {data[0]}


def test_what_a_kill_has_left_goes_with_a_later_write_and_nothing_else_does(tmp_path: Path) -> None:
    path = tmp_path / "me [2].npz"
    script = f"""
import os, signal
from pathlib import Path
from bridge import files
files.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGTERM)
files.write_atomically(Path({str(path)!r}), b"new")
"""
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", script]).returncode
    old, young = unfinished(path)
    others = [
        tmp_path / name for name in (".me [2].npz.backup", ".me 2.npz.abcdefgh.unfinished", "me [2].npz.unfinished")
    ]
    for file in (old, *others):
        file.touch()
        os.utime(file, (1e9, 1e9))
    write_atomically(path, b"newer")
    assert set(tmp_path.iterdir()) == {path, young, *others}
