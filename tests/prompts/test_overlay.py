"""The panel, with a stand-in for openvr and a process that is called like SteamVR's; no real SteamVR was met."""

import ast
import importlib.util
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.prompts import overlay
from bridge.prompts.overlay import WIDTH, Overlay, picture
from tests.prompts.programs import until

STAND_IN = Path(__file__).parent / "steamvr"
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux calls a process by its script's name")


@pytest.fixture
def openvr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A fresh one, found before any that is installed."""
    monkeypatch.syspath_prepend(str(STAND_IN))
    monkeypatch.delitem(sys.modules, "openvr", raising=False)
    module = overlay.library()
    assert module is not None
    assert Path(str(module.__file__)).parent == STAND_IN
    yield module
    sys.modules.pop("openvr", None)


@pytest.fixture
def steamvr(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process by the name of SteamVR's server."""
    program = tmp_path / "vrserver"
    program.write_text(f"#!{sys.executable} -SE\ninput()\n")
    program.chmod(0o755)
    with subprocess.Popen([program], stdin=subprocess.PIPE) as process:
        until(overlay.steamvr_runs)
        yield process
        process.kill()


def names(module: Any) -> list[str]:
    return [name for name, *_ in module.calls]


@linux
@pytest.mark.usefixtures("steamvr")
def test_a_text_is_shown_before_the_head_and_goes_when_its_time_is_over(openvr: Any) -> None:
    panel = Overlay()
    panel.show("Smile", 10.0, 3.0)
    assert panel.open
    entered = ["init", "createOverlay", "setOverlayWidthInMeters", "setOverlayTransformTrackedDeviceRelative"]
    assert names(openvr)[:4] == entered
    assert names(openvr)[-2:] == ["setOverlayRaw", "showOverlay"]
    _, handle, device, place = openvr.calls[3]
    assert (handle, device) == (7, openvr.k_unTrackedDeviceIndex_Hmd)
    assert place[2][3] < -0.5, "before the head, where z is negative"
    _, handle, pixels, width, height, channels = openvr.calls[-2]
    assert pixels == picture("Smile").tobytes()
    assert (height, width, channels) == picture("Smile").shape
    assert openvr.calls[-1] == ("showOverlay", 7)

    openvr.calls.clear()
    panel.show("Frown", 12.0, 3.0)
    panel.tend(14.9)
    assert names(openvr) == ["setOverlayRaw", "showOverlay"]
    panel.tend(15.0)
    panel.tend(16.0)
    assert names(openvr)[2:] == ["hideOverlay"]
    panel.close()
    panel.close()
    assert names(openvr)[3:] == ["shutdown"]


@linux
@pytest.mark.usefixtures("steamvr")
def test_the_dot_lies_where_its_degrees_say_and_goes(openvr: Any) -> None:
    panel = Overlay()
    panel.aim((0.0, 0.0), 10.0)
    assert openvr.calls[-1] == ("showOverlay", 8)
    _, _, pixels, width, height, _ = next(call for call in openvr.calls if call[:2] == ("setOverlayRaw", 8))
    corner, middle = 3, 4 * (height // 2 * width + width // 2)
    assert pixels[corner] == 0, "round: nothing is seen in its corners"
    assert pixels[middle : middle + 4] == b"\xff" * 4
    for yaw, pitch in ((18.0, 0.0), (-18.0, 11.0), (5.0, -11.0)):
        openvr.calls.clear()
        panel.aim((yaw, pitch), 10.1)
        ((name, handle, _, place),) = openvr.calls
        assert (name, handle) == ("setOverlayTransformTrackedDeviceRelative", 8)
        right, up, back = (row[3] for row in place)
        assert np.degrees(np.arctan2(-right, -back)) == pytest.approx(yaw, abs=1e-4), "yaw is positive to the left"
        assert np.degrees(np.arctan2(up, np.hypot(right, back))) == pytest.approx(pitch, abs=1e-4)
    openvr.calls.clear()
    panel.tend(99.0)
    panel.aim(None, 99.0)
    panel.aim(None, 99.1)
    assert openvr.calls == [("hideOverlay", 8)]
    panel.close()


@linux
@pytest.mark.usefixtures("steamvr")
def test_we_leave_when_steamvr_ends_and_come_back_with_it(openvr: Any) -> None:
    panel = Overlay()
    panel.show("Smile", 10.0, 3.0)
    openvr.events += [100, openvr.VREvent_Quit]
    panel.tend(10.5)
    assert not panel.open
    assert names(openvr)[-1] == "shutdown"
    panel.show("Frown", 11.0, 3.0)
    assert not panel.open, "it is still ending"
    panel.show("Frown", 20.0, 3.0)
    assert panel.open
    assert names(openvr).count("init") == 2


@linux
@pytest.mark.usefixtures("steamvr")
@pytest.mark.parametrize("call", ["init", "createOverlay", "setOverlayRaw", "hideOverlay"])
def test_what_steamvr_refuses_is_only_a_missing_panel(openvr: Any, call: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "eyebridge")
    openvr.refused.add(call)
    panel = Overlay()
    panel.show("Smile", 10.0, 3.0)
    panel.tend(20.0)
    assert not panel.open
    assert names(openvr).count("shutdown") == (call != "init")
    openvr.refused.clear()
    panel.show("Smile", 30.0, 3.0)
    assert panel.open
    assert not caplog.records


def test_without_steamvr_openvr_is_not_even_asked(openvr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "_SERVERS", ("no-such-server",))
    panel = Overlay()
    for time in range(100):
        panel.show("Smile", float(time), 3.0)
        panel.aim((0.0, float(time)), float(time))
        panel.tend(float(time))
    panel.close()
    assert openvr.calls == []


def test_a_library_that_is_not_there_is_normal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "openvr", None)  # as if it were not installed
    assert overlay.library() is None
    monkeypatch.delitem(sys.modules, "openvr")
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "openvr.py").write_text("raise ValueError('Libraries not available for this platform')")
    assert overlay.library() is None


def test_a_text_is_drawn_white_on_dark_and_wraps() -> None:
    empty, one, many = picture(""), picture("Smile"), picture("Look straight ahead with a relaxed face, please. " * 6)
    assert one.shape == empty.shape == (one.shape[0], WIDTH, 4)
    assert not (empty == 255).any()
    assert many.shape[0] > 3 * one.shape[0]
    lit = np.argwhere((one[..., :3] == 255).all(2))
    assert abs(lit[:, 1].mean() - WIDTH / 2) < 20
    assert lit[:, 0].min() > 20
    assert lit[:, 0].max() < one.shape[0] - 20
    assert np.array_equal(picture("ü"), picture("?"))


def test_the_stand_in_has_the_names_and_arguments_of_the_real_package() -> None:
    spec = importlib.util.find_spec("openvr")
    if spec is None or spec.origin is None:
        pytest.skip("openvr is not installed")
    real, ours = _interface(Path(spec.origin)), _interface(STAND_IN / "openvr.py")
    ours.pop("OpenVRError")  # has a module of its own
    assert {name: what for name, what in ours.items() if real.get(name) != what} == {}


def _interface(path: Path) -> dict[str, list[object]]:
    """Functions and methods with their arguments' names, constants with their values."""
    found: dict[str, list[object]] = {}
    module = ast.parse(path.read_text("utf-8"))
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    for prefix, body in [("", module.body), *((f"{node.name}.", node.body) for node in classes)]:
        for node in body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found[prefix + node.name] = [argument.arg for argument in node.args.args]
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith(("VR", "k_")):
                values = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
                found[prefix + ast.unparse(node.targets[0])] = [*values]
    return found | {node.name: [] for node in classes if node.name.endswith(("_t", "Error"))}
