"""The whole daemon, replaying a recording into a simulated VRChat."""

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pytest
from numpy.typing import NDArray

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES
from bridge.config import Config
from bridge.daemon import Daemon, Report
from bridge.discovery import Finder, Found, Node, finder, mdns
from bridge.frames import Expression, EyeFrame, Image
from bridge.network import NetworkOptions
from bridge.osc import Message, encode
from bridge.recording import RecordingWriter
from bridge.rectification import EYE_SIZE
from bridge.sources.recording import RecordingOptions
from tests.discovery.vrchat import HERE, Vrchat

START = "/avatar/parameters/"
BITS = ("1", "2", "4", "Negative")
FIRST = {
    "FT/v2/EyeLidLeft": "f",
    "FT/v2/EyeLidRight": "f",
    **{f"FT/v2/EyeLeftX{bit}": "T" for bit in BITS},
    "FT/v2/BrowDownLeft1": "F",
    "EyeTrackingActive": "T",
    "VRCEmote": "i",
    "Upright": "f",
    "FT/v2/JawOpen": "f",
}
FIRST_OURS = {START + n for n in FIRST if n.startswith(("FT/v2/Eye", "FT/v2/Brow", "EyeTracking"))}
SECOND = {"v2/CheekSquintLeft": "f", "v2/EyeClosed": "T"}


class Lids:
    """A network that sees no more than how bright each eye is: that open, and looking that far to the right."""

    population_mean: Image = np.zeros((EYE_SIZE[0], 2 * EYE_SIZE[1]), np.uint8)

    def predict(self, difference: NDArray[np.float32], image: NDArray[np.float32]) -> Expression:
        channels = np.array([channel.neutral for channel in CHANNELS], np.float32)
        for side, half in zip(("left", "right"), np.split(image, 2, axis=1), strict=True):
            channels[CHANNEL_NAMES.index(f"lid_openness_{side}")] = half.mean() / 255
            channels[CHANNEL_NAMES.index(f"gaze_yaw_{side}")] = -45 * half.mean() / 255
        units = np.eye(len(ACTION_UNIT_NAMES), dtype=np.float32)[0]
        return Expression(units, np.eye(len(EMOTION_NAMES), dtype=np.float32)[0], channels)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of eyes that grow brighter and darker."""
    path = tmp_path_factory.mktemp("clip") / "clip"
    grain = np.random.default_rng(1).integers(0, 25, (64, 64), dtype=np.uint8)
    with RecordingWriter(path, rate=30.0, lossless=True) as writer:
        for index in range(60):
            level = np.uint8(110 + 90 * np.sin(index / 60 * 2 * np.pi))
            writer.write(EyeFrame(grain + level, grain + np.uint8(100), index / 30, index))
    return path


class Running:
    """The daemon in a thread of its own, with what it reports."""

    def __init__(self, clip: Path, **vrchat: Any) -> None:
        settings = {
            "targets": {"native": {"enabled": False}, "vrchat": {"enabled": True} | vrchat},
            "preview": {"enabled": False},
            "personalization": {"automatic": False},
        }
        self.said: list[str] = []
        source = RecordingOptions(path=clip, realtime=True, loop=True)
        self._daemon = Daemon(Config.model_validate(settings), source.open, report=self._hear)
        self._thread = threading.Thread(target=self._daemon.run)
        self._thread.start()

    def _hear(self, report: Report) -> None:
        self.said.append(report.status.state)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._daemon.stop()
        self._thread.join()


@pytest.fixture
def running(clip: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(NetworkOptions, "open", lambda self: Lids())
    found = Running(clip)
    yield found
    found.stop()


def test_an_avatar_comes_alive_changes_and_returns(running: Running) -> None:
    with Vrchat("avtr_1", FIRST) as vrchat:
        vrchat.wait(lambda v: set(v.values) >= FIRST_OURS)
        assert vrchat.values[START + "FT/v2/EyeLeftXNegative"] is False
        assert vrchat.values[START + "EyeTrackingActive"] is True
        vrchat.wait(lambda v: v.values[START + "FT/v2/EyeLeftX4"] is True)
        vrchat.wait(lambda v: v.values[START + "FT/v2/EyeLeftX4"] is False)
        lid = vrchat.values[START + "FT/v2/EyeLidLeft"]
        vrchat.wait(lambda v: v.values[START + "FT/v2/EyeLidLeft"] != lid)
        assert set(vrchat.values) == FIRST_OURS, "no native eyes: the avatar has its own; no mouth: nothing moves it"

        vrchat.change("avtr_2", SECOND)
        native = {"/tracking/eye/LeftRightPitchYaw", "/tracking/eye/EyesClosedAmount"}
        vrchat.wait(lambda v: set(v.values) == {START + "v2/CheekSquintLeft", START + "v2/EyeClosed"} | native)
        assert {message.address for message in vrchat.refused} <= FIRST_OURS, "sent before the change was known"

        vrchat.tell(Message("/avatar/parameters/eyebridge_recenter", (True,)))
        vrchat.wait(lambda v: any("relaxed face" in text for text in running.said))
    with Vrchat("avtr_3", {"v2/EyeY": "f"}, name="VRChat-Client-XYZ789") as vrchat:
        vrchat.wait(lambda v: START + "v2/EyeY" in v.values)
        assert vrchat.refused == []
    assert running.alive


DAMAGED = (
    b"",
    b"null",
    b"[" * 100_000,
    b'{"OSC_PORT": "9000", "CONTENTS": 5}',
    b'{"OSC_PORT": 0}',
    b'{"CONTENTS": {"change": {"VALUE": [7]}, "parameters": []}}',
    b" " * 3_000_000,
    b"HTTP/1.1 500 Oh\r\n\r\n",
    b"\xff" * 1000,
)


def test_damaged_replies_stop_nothing(running: Running) -> None:
    with Vrchat("avtr_1", FIRST) as vrchat:
        vrchat.wait(lambda v: set(v.values) >= FIRST_OURS)
        sound = vrchat.answer
        for body in DAMAGED:
            asked = len(vrchat.asked)
            vrchat.answer = lambda path, body=body: body  # type: ignore[misc]
            vrchat.tell(Message("/avatar/change", ("avtr_1",)))
            vrchat.wait(lambda v, asked=asked: len(v.asked) > asked)  # type: ignore[misc]
            vrchat.shout(body[:2000] or b"/avatar/change\0")
        vrchat.answer = sound
        vrchat.change("avtr_2", SECOND)
        vrchat.wait(lambda v: START + "v2/EyeClosed" in v.values)
    assert running.alive


class Followed:
    """A finder and all that it found."""

    def __init__(self, host: str = HERE) -> None:
        self.found: list[Found | None] = []
        self._arrival = threading.Condition()
        nodes = [Node("/eyebridge/recenter", "N", "a test")]
        self._finder = Finder("VRChat-Client", host, 9000, nodes, self._hear, lambda message: None)
        self._finder.start()

    def _hear(self, found: Found | None) -> None:
        with self._arrival:
            self.found.append(found)
            self._arrival.notify_all()

    def wait(self, count: int) -> list[Found | None]:
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.found) >= count, 20), self.found
            return self.found

    def __enter__(self) -> "Followed":
        return self

    def __exit__(self, *error: object) -> None:
        self._finder.close()
        self._finder.close()


def test_other_services_and_other_machines_are_left_alone() -> None:
    with (
        Vrchat("avtr_1", {"v2/EyeX": "f"}, name="VRChat-Chatbox-1"),
        Vrchat("avtr_2", {}, name="VRChat-Client-2") as right,
    ):
        with Followed() as followed:
            assert [found and found.port for found in followed.wait(1)] == [right.port]
        with Followed(host="192.0.2.77") as followed:
            time.sleep(1.0)
            assert followed.found == []


def test_the_program_that_goes_is_said_to_have_gone() -> None:
    with Followed() as followed:
        with Vrchat("avtr_1", {}) as vrchat:
            followed.wait(1)
        vrchat_port = vrchat.port
        first, gone = followed.wait(2)
        assert first is not None
        assert (first.host, first.port, first.avatar.id) == (HERE, vrchat_port, "avtr_1")
        assert gone is None


def test_without_any_answer_the_newest_file_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "_PATIENCE", 0.1)
    monkeypatch.setattr(finder, "_EVERY", 0.1)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    path = tmp_path / "AppData/LocalLow/VRChat/VRChat/OSC/usr_1/Avatars/avtr_9.json"
    path.parent.mkdir(parents=True)
    row = {"name": "v2/EyeX", "input": {"address": START + "v2/EyeX", "type": "Float"}}
    path.write_text(json.dumps({"id": "avtr_9", "parameters": [row]}), "utf-8-sig")
    with Followed() as followed:
        (found,) = followed.wait(1)
    assert found is not None
    assert (found.host, found.port, found.avatar.id, len(found.avatar.parameters)) == (HERE, 9000, "avtr_9", 1)


def oscquery() -> Path:
    """The folder with npm's oscquery, an OSCQuery of other people's."""
    folder = Path(platformdirs.user_cache_dir("eyebridge", appauthor=False)) / "tests" / "oscquery-1.1.1"
    npm = shutil.which("npm")
    if not (folder / "node_modules" / "oscquery").is_dir() and npm is not None:
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "oscquery@1.1.1"]
        subprocess.run(command, check=False, capture_output=True, timeout=300)
    if not (folder / "node_modules" / "oscquery").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("npm's oscquery could not be installed; CI needs npm and the network")
        pytest.skip("npm's oscquery is not here; install npm to compare with it")
    return folder


@pytest.fixture
def real_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service types that the world uses, which oscquery knows alone."""
    monkeypatch.setattr(mdns, "HTTP", "_oscjson._tcp.local.")
    monkeypatch.setattr(mdns, "OSC", "_osc._udp.local.")


def peer(*words: str) -> "subprocess.Popen[str]":
    command = ["node", str(Path(__file__).with_name("oscquery.cjs")), str(oscquery()), *words]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.usefixtures("real_names")
def test_npm_oscquery_finds_and_reads_our_service() -> None:
    with peer("client") as client, Vrchat("avtr_1", {}, name=f"VRChat-Client-{os.getpid()}"), Followed() as followed:
        followed.wait(1)
        assert client.stdin is not None
        assert client.stdout is not None
        seen = json.loads(client.stdout.readline())
        client.stdin.close()
    assert seen["name"].startswith("eyebridge-")
    assert (seen["oscIp"], seen["oscTransport"]) == (HERE, "UDP")
    assert 0 < seen["oscPort"] < 65536
    assert {method["path"]: (method["types"], method["access"]) for method in seen["methods"]} == {
        "/avatar/change": (["s"], 2),
        "/eyebridge/recenter": (["N"], 2),
    }


@pytest.mark.usefixtures("real_names")
def test_we_find_and_read_npm_oscquery() -> None:
    name = f"VRChat-Client-{os.getpid()}"
    with peer("server", name, "9123") as server, Followed() as followed:
        (found,) = followed.wait(1)
        assert server.stdin is not None
        server.stdin.close()
    assert found is not None
    assert (found.host, found.port, found.avatar.id) == (HERE, 9123, "avtr_npm")
    kinds = {parameter.name: parameter.kind for parameter in found.avatar.parameters}
    assert kinds == {"FT/v2/EyeLidLeft": "float", "EyeTrackingActive": "bool"}


def test_closing_at_once_is_quick_and_clean() -> None:
    began = time.monotonic()
    with Followed():
        pass
    assert threading.active_count() < 10
    assert time.monotonic() - began < 10
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.sendto(encode(Message("/late")), (HERE, 9))
