"""The Godot addon in the real engine: packets, its own checks, frames from the real daemon, the editor, a picture."""

import json
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bridge import shipped
from bridge.config import Config
from bridge.daemon import Daemon, Report
from bridge.frames import Result
from bridge.sinks.native import LAYOUT
from bridge.sources.recording import RecordingOptions
from tests.engine_plugins.engine import (
    HERE,
    Godot,
    display,
    make_project,
    need_godot,
    send_again_and_again,
    with_editor_watch,
)
from tests.engine_plugins.packets import FRAMES, REFUSED, framed, golden, meaning, mutants, readings
from tests.golden.make import HERE as GOLDEN
from tests.sinks.peers import free_port

MUTANTS: Final = 5000
EYES: Final = (slice(120, 150), slice(168, 205), slice(112, 150))
"Rows of both eyes, columns of the wearer's left and right one, in a picture of 320 by 320."
HEADLESS: Final = 'Parameter "t" is null'
"What Godot says of the thumbnail of every scene that it saves without a display."
CHECKS: Final = HERE / "checks"
"Tests in the engine's own language: time, meshes, bones and lights are given to the addon's classes one by one."


@pytest.fixture(scope="module")
def godot(tmp_path_factory: pytest.TempPathFactory) -> Godot:
    return make_project(tmp_path_factory.mktemp("godot"), need_godot())


def decoded(godot: Godot, packets: Sequence[bytes]) -> list[str]:
    """A line of JSON for each packet, and the addon's own table in the last one."""
    given, told = godot.folder / "packets.bin", godot.folder / "told.jsonl"
    given.write_bytes(framed(packets))
    output = godot.run("-s", str(HERE / "decode.gd"), "--", str(given), str(told))
    assert "ERROR" not in output, output
    return told.read_text(encoding="utf-8").splitlines()


def known(frame: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """All that the addon keeps of a frame: its version has served when it is accepted."""
    del frame["/eyebridge/frame"]["version"]
    return frame


def test_the_addons_table_is_the_protocols(godot: Godot) -> None:
    layout: list[Any] = json.loads(decoded(godot, [])[-1])
    assert layout == [
        [
            address,
            sum(a.tag == "i" for a in arguments),
            [[a.name, pytest.approx([a.low, a.high, a.neutral])] for a in arguments if a.tag == "f"],
        ]
        for address, arguments in LAYOUT
    ]


def test_packets_mean_what_they_mean_in_python(godot: Godot) -> None:
    """Golden ones, those to be refused, and damaged ones, in one go."""
    damaged = mutants(MUTANTS)
    packets = [path.read_bytes() for path in (*FRAMES, *REFUSED)] + damaged
    *lines, _ = decoded(godot, packets)
    frames = readings(lines)
    assert frames[: len(FRAMES)] == [known(golden(path.stem)) for path in FRAMES]
    assert frames[len(FRAMES) : len(FRAMES) + len(REFUSED)] == [None] * len(REFUSED)
    expected = [meaning(packet) for packet in damaged]
    assert 100 < sum(frame is not None for frame in expected) < MUTANTS - 100
    for packet, frame, line in zip(damaged, expected, lines[len(packets) - MUTANTS :], strict=True):
        assert readings([line])[0] == (frame and known(frame)), (line[:80], packet)


@pytest.fixture(scope="module")
def checked(godot: Godot) -> dict[str, dict[str, Any]]:
    """What every check compared and what was wrong, by its name."""
    output = godot.run("-s", str(HERE / "run_checks.gd"), "--", str(CHECKS), str(GOLDEN))
    assert "SCRIPT ERROR" not in output, output  # a function that fails ends early and would say nothing
    lines = [line.removeprefix("check ") for line in output.splitlines() if line.startswith("check ")]
    return {told["name"]: told for told in map(json.loads, lines)}


@pytest.mark.parametrize(
    "name",
    [
        f"{path.stem}.{test}"
        for path in sorted(CHECKS.glob("check_*.gd"))
        for test in re.findall(r"^func (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ],
)
def test_in_the_engine(name: str, checked: dict[str, dict[str, Any]]) -> None:
    assert checked[name]["wrong"] == []
    assert checked[name]["compared"] > 0


def watched(godot: Godot, port: int, send: Callable[[], None]) -> list[dict[str, Any]]:
    """What the sample scene showed, from before `send` is called until it has given everything back."""
    told: list[dict[str, Any]] = []
    said = []
    with godot.started("-s", str(HERE / "watch.gd"), "--", str(port)) as process:
        deadline = threading.Timer(240, process.kill)
        deadline.start()
        assert process.stdout is not None
        sender = threading.Thread(target=send)
        for line in process.stdout:
            said.append(line)
            if line.startswith("watch "):
                told.append(json.loads(line.removeprefix("watch ")))
                if "ready" in told[-1]:
                    sender.start()
        deadline.cancel()
        if sender.ident is not None:
            sender.join()
    assert told, "".join(said)
    assert told[0].get("ready") is True, "".join(said)
    assert told[-1].get("eased") is True, "".join(said)
    return told


def test_the_real_daemon_moves_the_avatar_and_its_end_gives_all_back(godot: Godot) -> None:
    port = free_port()
    sent: dict[int, Result] = {}
    targets = {"native": {"port": port}, "vmc": {"enabled": False}}
    config = Config.model_validate({"targets": targets, "preview": {"enabled": False}})

    def run_daemon() -> None:
        """The end comes in mid-expression: soon after an eye was shut."""
        source = RecordingOptions(path=shipped.demo_recording(), realtime=True)
        daemon = Daemon(config, source.open, report=follow)
        stop.append(daemon.stop)
        daemon.run(30.0)

    def follow(report: Report) -> None:
        sent[len(sent)] = report.result
        if len(sent) > 20 and report.result.weights.blendshapes[0] > 0.3:
            stop[0]()

    stop: list[Callable[[], None]] = []
    before, *shown, after = watched(godot, port, run_daemon)
    states = [frame["state"] for frame in shown]
    assert len(states) > 20
    assert [frame["sequence"] for frame in shown] == sorted(frame["sequence"] for frame in shown)
    strongest = max(float(result.weights.blendshapes[0]) for result in sent.values())
    assert max(state["eyeBlinkLeft"] for state in states) > 0.8 * strongest > 0
    for state in states:
        assert state["xr eyeBlinkLeft"] == pytest.approx(state["eyeBlinkLeft"], abs=2e-3)
    assert len({state["left_eye"] for state in states}) > 10
    assert after["state"] == before["state"], "face, eyes, lamps and sky as the artist left them, to the last bit"


def test_golden_frames_reach_mesh_lamps_and_face_tracker(godot: Godot) -> None:
    port = free_port()
    before, *shown, after = watched(godot, port, lambda: send_again_and_again("happy", port, threading.Event(), 200))
    happy, state = golden("native_happy"), shown[-1]["state"]
    assert state["cheekSquintLeft"] == pytest.approx(happy["/eyebridge/weights/cheeks"]["cheekSquintLeft"], abs=1e-3)
    assert state["xr browDownLeft"] == pytest.approx(happy["/eyebridge/weights/brows"]["browDownLeft"], abs=1e-3)
    light = happy["/eyebridge/light"]
    red, green, blue, energy = state["LeftRim"]
    linear = [1 + 0.8 * (light[part] - 1) for part in ("red", "green", "blue")]  # the scene's own limit is 0.8
    encoded = [12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in linear]
    assert [red, green, blue] == pytest.approx(encoded, abs=2e-3)
    assert energy == pytest.approx(before["state"]["LeftRim"][3] * min(light["intensity"], 1.6), rel=1e-3)
    assert after["state"] == before["state"]


def test_a_picture_shows_the_face_and_its_light(godot: Godot) -> None:
    """A wink shuts the wearer's left eye, which is on the picture's right, and leaves the other as it was."""
    folder = godot.folder / "pictures"
    folder.mkdir()
    names = ("neutral", "wink", "happy", "ramp")
    for name in names:
        (folder / f"{name}.osc").write_bytes((GOLDEN / f"native_{name}.osc").read_bytes())
    with display() as screen:
        godot.run(
            *("--resolution", "320x320", "-s", str(HERE / "picture.gd")),
            *("--", str(folder), *names),
            display=screen,
        )
    neutral, wink, happy, orange = (picture(folder / f"{name}.png") for name in names)
    rows, left, right = EYES
    assert iris(wink[rows, left]) == 0
    for open_eye in (neutral[rows, left], neutral[rows, right], wink[rows, right]):
        assert iris(open_eye) > 40
    assert np.abs(wink - neutral)[:90].max() < 20, "hair and wall stay"
    warmth = [float(seen[..., 2].mean() - seen[..., 0].mean()) for seen in (neutral, happy)]
    assert warmth[1] > warmth[0] + 10, "happiness is warm light"
    white, coloured = ring(neutral), ring(orange)
    assert np.ptp(white) < 20
    assert white.min() > 200
    assert coloured[2] > coloured[0] + 40, "the shader uniform takes the mood's colour to the ring"


def ring(seen: NDArray[np.int32]) -> NDArray[np.int32]:
    """The line of the ring, which the shader uniform alone lights, where it is brightest: blue, green, red."""
    row = seen[130, 30:45]
    line: NDArray[np.int32] = row[row.sum(axis=1).argmax()]
    return line


def picture(path: Path) -> NDArray[np.int32]:
    seen = cv2.imread(str(path))
    assert seen is not None, path
    return seen.astype(np.int32)


def iris(seen: NDArray[np.int32]) -> int:
    """How many pixels are of the avatar's green: in this face the eyes alone are."""
    return int((seen[..., 1] > seen[..., 2] + 10).sum())


def test_the_editor_previews_and_saves_nothing_of_it(godot: Godot) -> None:
    """The last to use the project: the editor saves into it."""
    port = free_port()
    told: list[dict[str, Any]] = []
    said = []
    stop = threading.Event()
    sender = threading.Thread(target=send_again_and_again, args=("wink", port, stop))
    with_editor_watch(godot, port)
    with godot.started("--editor") as process:
        deadline = threading.Timer(240, process.kill)
        deadline.start()
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if line.startswith("watch "):
                told.append(json.loads(line.removeprefix("watch ")))
                if "ready" in told[-1]:
                    sender.start()
        deadline.cancel()
    stop.set()
    if sender.ident is not None:
        sender.join()
    assert told[-1:] == [{"given_back": True}], "".join(said)
    assert told[1]["blink"] > 0.5
    assert told[1]["status"].startswith(f"Live at port {port}: ")
    assert "ARKit, 52 blend shapes move" in told[1]["mapping"]
    assert (godot.project / "moving.tscn").read_bytes() == (godot.project / "rest.tscn").read_bytes()
    assert [line for line in said if "ERROR" in line and HEADLESS not in line] == []
