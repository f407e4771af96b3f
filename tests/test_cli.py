"""The command line as a person meets it: real processes, real bad input, one sentence, no traceback."""

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from bridge import shipped
from bridge.cli import COMMANDS
from bridge.network import shipped_networks
from bridge.recording import RecordingReader, RecordingWriter


def eyebridge(*words: str | Path, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bridge.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, encoding="utf-8")


@pytest.fixture
def quiet(tmp_path: Path) -> list[str]:
    """Flags that keep a run off the machine's ports and off a person's own settings."""
    settings = tmp_path / "none.toml"
    settings.touch()
    return ["--config", str(settings), "--no-preview.enabled", "--no-targets.vmc.enabled", "--no-browser"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first second and a half of the bundled recording."""
    path = tmp_path_factory.mktemp("clip") / "clip"
    with RecordingReader(shipped.demo_recording()) as reader, RecordingWriter(path, rate=30.0) as writer:
        for index in range(45):
            writer.write(reader[index])
    return path


@pytest.mark.parametrize("verb", COMMANDS)
def test_help_teaches(verb: str) -> None:
    page = eyebridge(verb, "--help")
    assert page.returncode == 0
    assert page.stdout.startswith(f"usage: eyebridge {verb}")
    assert "\n    " not in page.stdout.split("options:")[0].split("examples:")[0], "prose is not indented"


def test_without_words_it_says_where_to_start() -> None:
    page = eyebridge()
    assert page.returncode == 2
    assert "eyebridge demo" in page.stdout
    assert all(verb in page.stdout for verb in COMMANDS)


def test_the_list_of_commands_loads_nothing_that_takes_long() -> None:
    script = "import sys; from bridge import cli; cli.main(['--help']); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.startswith("eyebridge: ")
    assert {"numpy", "cv2", "onnxruntime", "pydantic", "bridge.daemon"}.isdisjoint(said.splitlines()[-1].split())


def _damaged_network(folder: Path) -> Path:
    path = folder / "cut.onnx"
    path.write_bytes(shipped_networks()[0].read_bytes()[:20000])
    return path


def _other_network(folder: Path) -> Path:
    path = folder / "other.onnx"
    path.write_bytes(b"this is a letter, not a network")
    return path


BAD_INPUT = {
    "no such command": (["dance"], "there is no command 'dance'; choose one of demo, run"),
    "no such file": (["run", "nowhere.mp4"], "no such file or folder: nowhere.mp4"),
    "camera out of range": (["run", "97"], "camera 97"),
    "unreadable video": (["run", "{folder}/noise.mp4"], "noise.mp4"),
    "empty video": (["run", "{folder}/empty.mp4"], "empty.mp4"),
    "empty folder": (["run", "{folder}/nothing"], "nothing"),
    "misspelt key in file": (
        ["run", "{clip}", "--config", "{folder}/misspelt.toml"],
        "there is no setting smoothing.gaze.bta; did you mean smoothing.gaze.beta?",
    ),
    "impossible value in file": (["run", "{clip}", "--config", "{folder}/wrong.toml"], "smoothing.gaze.beta = -1"),
    "settings that are not TOML": (["run", "{clip}", "--config", "{folder}/noise.mp4"], "is not valid TOML"),
    "missing settings": (["run", "{clip}", "--config", "{folder}/none.toml"], "cannot read the settings file"),
    "misspelt flag": (["run", "{clip}", "--smoothing.gaze.bta", "1"], "did you mean --smoothing.gaze.beta?"),
    "missing network": (["run", "{clip}", "--network.path", "{folder}/none.onnx"], "there is no network at"),
    "damaged network": (["run", "{clip}", "--network.path", "{folder}/cut.onnx"], "not a working ONNX network"),
    "not a network": (["run", "{clip}", "--network.path", "{folder}/other.onnx"], "not a working ONNX network"),
    "missing profile": (
        ["analyze", "{clip}", "--personalization.profile", "nobody"],
        "there is no profile 'nobody'; make one with: eyebridge calibrate",
    ),
    "profile name that leaves the folder": (["calibrate", "{clip}", "--name", "../x"], "is no profile name"),
    "recording over a recording": (["record", "{clip}", "{clip}"], "recording"),
    "csv into a missing folder": (["analyze", "{clip}", "--out", "{folder}/no/such/x.csv"], "cannot save"),
    "unknown network card": (["models", "nobody"], "there is no network 'nobody'"),
    "rig with a wrong line": (["run", "{clip}", "--mapping.rig", "{folder}/rig.csv"], "line 2"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_sentence_and_exit_2(case: str, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(1).bytes(5000))
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "nothing").mkdir()
    (tmp_path / "misspelt.toml").write_text("[smoothing.gaze]\nbta = 0.3\n")
    (tmp_path / "wrong.toml").write_text("[smoothing.gaze]\nbeta = -1\n")
    (tmp_path / "rig.csv").write_text("channel,blendshape,gain,curve,low,high\nnose_left,eyeBlinkLeft,1,linear,0,1\n")
    _damaged_network(tmp_path)
    _other_network(tmp_path)
    words, sentence = BAD_INPUT[case]
    ran = eyebridge(*(word.format(folder=tmp_path, clip=clip) for word in words))
    assert ran.returncode == 2, ran.stderr
    assert sentence in ran.stderr
    assert "Traceback" not in ran.stderr + ran.stdout
    assert len(ran.stderr.strip().splitlines()) <= 2, ran.stderr


def test_a_port_in_use_is_said(clip: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = eyebridge("run", clip, "--no-browser", "--preview.port", str(port))
    assert ran.returncode == 2
    assert f"{port} is in use" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("name", "make"),
    {
        "colour": lambda gray: np.dstack([gray, gray // 2, gray]),
        "16bit": lambda gray: gray.astype(np.uint16) << 8,
        "odd": lambda gray: gray[:101, :77],
        "black": lambda gray: np.zeros_like(gray),
    }.items(),
)
def test_odd_pictures_are_analyzed(name: str, make: object, clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with RecordingReader(clip) as reader:
        for index in range(6):
            picture = reader[index].left
            assert picture is not None
            assert callable(make)
            cv2.imwrite(str(folder / f"{index}.png"), make(picture))
    (folder / "6.png").write_bytes((folder / "5.png").read_bytes()[:200])
    ran = eyebridge("analyze", folder, "--out", tmp_path / "out.csv")
    assert ran.returncode == 0, ran.stderr
    assert "6 frames analyzed" in ran.stderr
    rows = (tmp_path / "out.csv").read_text().splitlines()
    assert len(rows) == 7
    assert rows[1].split(",")[3] == ("0" if name == "black" else "1")


def test_analyze_scores_a_recording_that_holds_its_truth(tmp_path: Path) -> None:
    ran = eyebridge("analyze", shipped.demo_recording(), "--out", tmp_path / "demo.csv", timeout=300)
    assert ran.returncode == 0, ran.stderr
    found = re.search(r"all action units\s+(\d+)\s+([\d.]+)%", ran.stderr)
    assert found, ran.stderr
    assert int(found[1]) > 500
    assert float(found[2]) >= 85.0


def test_calibrate_then_run_with_the_profile(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    glasses = "--personalization.glasses"
    made = eyebridge("calibrate", clip, "--name", "me", "--personalization.seconds", "1", glasses)
    assert made.returncode == 0, made.stderr
    assert "use it with: eyebridge run" in made.stderr
    used = eyebridge("analyze", clip, "--personalization.profile", "me", glasses, "--out", tmp_path / "x.csv")
    assert "45 frames analyzed, 45 of them personalized" in used.stderr
    other = eyebridge("analyze", clip, "--personalization.profile", "me", "--personalization.headset", "other")
    assert other.returncode == 2
    assert "made with headset 'default', not 'other'" in other.stderr
    without = eyebridge("analyze", clip, "--personalization.profile", "me")
    assert without.returncode == 2
    assert "made with glasses, and this is without" in without.stderr


def test_record_keeps_what_it_read(clip: Path, tmp_path: Path) -> None:
    ran = eyebridge("record", clip, tmp_path / "copy")
    assert ran.returncode == 0, ran.stderr
    with RecordingReader(clip) as original, RecordingReader(tmp_path / "copy") as copy:
        assert len(copy) == len(original)
        left, right = copy[7], original[7]
        assert left.left is not None
        assert right.left is not None
        np.testing.assert_array_equal(left.left, right.left)


FULL = """
import resource
import sys
from bridge.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes to fill the disk with")
def test_a_full_disk_ends_the_recording_and_the_avatar_goes_on(clip: Path, tmp_path: Path, quiet: list[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(60)
        port = str(receiver.getsockname()[1])
        words = ["run", str(clip), "--loop", "--record", str(tmp_path / "full"), "--targets.native.port", port, *quiet]
        with subprocess.Popen([sys.executable, "-c", FULL, *words], stderr=subprocess.PIPE, text=True) as run:
            assert run.stderr is not None
            for line in run.stderr:
                if "the disk is full" in line:
                    break
            receiver.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while receiver.recv(65536):  # what was sent before
                    pass
            receiver.settimeout(60)
            assert all(receiver.recv(65536) for _ in range(20))
            run.terminate()
            rest = run.stderr.read()
            assert run.wait(10) == 0, rest
    with RecordingReader(tmp_path / "full") as reader, RecordingReader(clip) as original:
        assert 3 <= len(reader) < 45
        assert reader.damaged <= 1
        np.testing.assert_array_equal(reader[2].left, original[2].left)


def test_ctrl_c_stops_at_once_and_cleanly(quiet: list[str]) -> None:
    command = [sys.executable, "-m", "bridge.cli", "demo", *quiet]
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, creationflags=flags) as demo:
        assert demo.stderr is not None
        for line in demo.stderr:
            if "Ctrl-C stops" in line:
                break
        began = time.monotonic()
        demo.send_signal(signal.Signals["CTRL_BREAK_EVENT" if sys.platform == "win32" else "SIGINT"])
        rest = demo.stderr.read()
        assert demo.wait(10) == 0, rest
    assert time.monotonic() - began < 5.0, "a person takes this for hanging"
    assert "Traceback" not in rest


def test_models_lists_the_shipped_networks() -> None:
    ran = eyebridge("models")
    assert ran.returncode == 0
    for name in ("eyenet", "face"):
        assert name in ran.stdout + ran.stderr
        card = eyebridge("models", name)
        assert "licence" in (card.stdout + card.stderr).lower()


def test_bench_prints_json_with_its_keys() -> None:
    ran = eyebridge("bench", "--json", "--seconds", "1", "--warm-up", "0")
    assert ran.returncode == 0, ran.stderr
    figures = json.loads(ran.stdout)
    assert set(figures["end_to_end_ms"]) == {"p50", "p95", "p99"}
    assert {"rectify", "network", "smooth", "map", "light", "send"} <= set(figures["stage_ms"])
    assert 0 < figures["cpu_share"] < 64
    assert figures["rss_mb"] > 20
    assert figures["first_datagram_s"] > 0
    assert figures["pack_ratio"] > 1
