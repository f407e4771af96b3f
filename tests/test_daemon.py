"""The whole daemon: a recording in, datagrams out of a real socket."""

import dataclasses
import itertools
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pytest
import zmq

from bridge import osc, profiles, shipped
from bridge.channels import CHANNEL_NAMES
from bridge.config import Config
from bridge.control import (
    Adjust,
    CaptureNeutral,
    Command,
    ForgetNeutral,
    ResetSettings,
    SaveSettings,
    SkipStep,
    StartGuide,
    StartRecording,
    StopGuide,
    StopRecording,
    Switch,
    UndoCalibration,
)
from bridge.daemon import Daemon, Report
from bridge.errors import BridgeError
from bridge.guide import STEPS
from bridge.personalization import Profile
from bridge.prompts import Kind
from bridge.recording import RecordingReader, RecordingWriter
from bridge.sources import ImagesOptions, VideoOptions
from bridge.sources.recording import RecordingOptions
from tests.receiver import Receiver, messages

FRAMES = 160


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first eight seconds of the bundled recording."""
    path = tmp_path_factory.mktemp("clip") / "clip"
    with RecordingReader(shipped.demo_recording()) as reader, RecordingWriter(path, rate=20.0, lossless=True) as writer:
        for index in range(FRAMES):
            writer.write(reader[index])
    return path


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def config_for(receiver: Receiver, **options: Any) -> Config:
    targets = {"native": {"port": receiver.port}, "vmc": {"enabled": False}}
    quiet = {"speech": "off", "sounds": False, "overlay": "off"}
    return Config.model_validate({"targets": targets, "preview": {"enabled": False}, "prompts": quiet} | options)


def replay(clip: Path, receiver: Receiver, **options: Any) -> list[Report]:
    reports: list[Report] = []
    source = RecordingOptions(path=clip, realtime=False)
    Daemon(config_for(receiver, **options), source.open, report=reports.append).run()
    return reports


def test_every_frame_of_a_recording_leaves_once_and_in_order(clip: Path, receiver: Receiver) -> None:
    replay(clip, receiver)
    receiver.close()
    frames = [messages(datagram)["/eyebridge/frame"] for datagram in receiver.datagrams if datagram[:1] == b"#"]
    assert [frame[1] for frame in frames] == list(range(FRAMES))
    assert max(map(len, receiver.datagrams)) < 1400


def test_the_same_recording_twice_gives_the_same_bytes(clip: Path) -> None:
    runs = []
    for _ in range(2):
        receiver = Receiver()
        replay(clip, receiver)
        receiver.close()
        runs.append(receiver.datagrams)
    assert len(runs[0]) == FRAMES
    assert runs[0] == runs[1]


def test_the_neutral_is_taken_from_the_first_seconds(clip: Path, receiver: Receiver) -> None:
    reports = replay(clip, receiver)
    assert not reports[0].result.personalized
    assert reports[-1].result.personalized, "the last frame is reported, however fast the recording ran"
    receiver.close()
    personal = [messages(datagram)["/eyebridge/frame"][3] & 4 for datagram in receiver.datagrams]
    assert personal[0] == 0
    assert personal[-1] == 4
    assert 95 < personal.index(4) < 130, "five seconds at 20 frames a second, unseen moments apart"


def test_one_eye_is_said_to_be_one_eye(clip: Path, receiver: Receiver, tmp_path: Path) -> None:
    one_eyed = tmp_path / "one"
    with RecordingReader(clip) as reader, RecordingWriter(one_eyed, rate=30.0) as writer:
        for index in range(60):
            writer.write(dataclasses.replace(reader[index], right=None))
    replay(one_eyed, receiver)
    receiver.close()
    last = messages(receiver.datagrams[-1])
    assert last["/eyebridge/frame"][3] & 3 == 1
    assert np.isfinite(last["/eyebridge/channels"]).all()


@pytest.mark.parametrize("eye", ["left", "right"])
@pytest.mark.parametrize("kind", ["images", "video"])
def test_one_eye_is_enough_in_what_others_have_stored(
    kind: str, eye: Literal["left", "right"], clip: Path, receiver: Receiver, tmp_path: Path
) -> None:
    with RecordingReader(clip) as reader:
        pictures = [picture for frame in itertools.islice(reader, 20) if (picture := getattr(frame, eye)) is not None]
    height, width = pictures[0].shape
    video = cv2.VideoWriter(str(tmp_path / "eye.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (width, height))
    folder = tmp_path / "eyes"
    folder.mkdir()
    for number, picture in enumerate(pictures):
        cv2.imwrite(str(folder / f"{number:03}.png"), picture)
        video.write(np.dstack([picture] * 3))
    video.release()
    stored = (
        ImagesOptions(path=folder, eyes=eye, realtime=False)
        if kind == "images"
        else VideoOptions(path=tmp_path / "eye.avi", eyes=eye, realtime=False)
    )
    Daemon(config_for(receiver), stored.open).run(60.0)
    receiver.close()
    assert len(receiver.datagrams) == len(pictures)
    last = messages(receiver.datagrams[-1])
    assert last["/eyebridge/frame"][3] & 3 == (1 if eye == "left" else 2)
    assert np.isfinite(last["/eyebridge/channels"]).all()


def test_commands_are_obeyed_between_frames(clip: Path, receiver: Receiver, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("# my own words\n[ambient]\nhalf_life = 2.0 # calm\n")
    said: list[str] = []
    daemon: Daemon

    def follow(report: Report) -> None:
        said.append(report.status.state)
        for command in script.pop(len(said), []):
            daemon.command(command)

    script: dict[int, list[Command]] = {
        1: [Adjust("mapping.gains.brows", 0.5), Adjust("mapping.gains.brows", 99.0), Adjust("network.threads", 2)],
        2: [SaveSettings()],
        3: [CaptureNeutral(1.0)],
        5: [ForgetNeutral(), ResetSettings()],
    }
    config = config_for(receiver, ambient={"half_life": 2.0})
    source = RecordingOptions(path=clip, realtime=True)
    daemon = Daemon(config, source.open, settings_path=settings, report=follow)
    daemon.run(3.0)
    assert any("goes from" in text for text in said) or any("cannot be changed" in text for text in said)
    stored = settings.read_text()
    assert "# my own words" in stored
    assert "half_life = 2.0 # calm" in stored
    assert "brows = 0.5" in stored
    assert daemon.config.mapping.gains.brows == 1.0, "reset"


def test_a_target_is_switched_while_frames_go_on(clip: Path, receiver: Receiver) -> None:
    daemon: Daemon
    seen: list[tuple[bool, float]] = []

    def follow(report: Report) -> None:
        native = next(target for target in report.status.targets if target.name == "native")
        seen.append((native.on, native.packets))
        if len(seen) in (6, 10):
            daemon.command(Switch("native", on=len(seen) == 10))
        if len(seen) == 12:
            daemon.stop()

    source = RecordingOptions(path=clip, realtime=True, loop=True)
    daemon = Daemon(config_for(receiver), source.open, report=follow)
    daemon.command(Switch("nowhere", on=True))  # is said, and stops nothing
    daemon.run()
    receiver.close()
    assert [seen[n][0] for n in (0, 8, 11)] == [True, False, True]
    assert max(packets for _, packets in seen[:6]) > 0
    assert seen[8][1] == 0
    sequences = [messages(datagram)["/eyebridge/frame"][1] for datagram in receiver.datagrams]
    assert sequences.count(0) == 2, "a session of its own after each switching on"


def test_stop_from_another_thread_ends_the_run(clip: Path, receiver: Receiver) -> None:
    daemon: Daemon
    source = RecordingOptions(path=clip, realtime=True, loop=True)
    daemon = Daemon(config_for(receiver), source.open, report=lambda report: daemon.stop())
    daemon.run()
    receiver.close()
    assert 0 < len(receiver.datagrams) < FRAMES


def test_a_target_that_does_not_exist_leaves_the_others_running(clip: Path, receiver: Receiver) -> None:
    targets = {"native": {"port": receiver.port}, "vmc": {"host": "no-such-host.invalid"}}
    replay(clip, receiver, targets=targets)
    receiver.close()
    assert len(receiver.datagrams) == FRAMES


def test_a_profile_of_another_headset_is_said_and_the_daemon_goes_on(
    clip: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))  # the neutral that is taken is kept under that name
    with caplog.at_level("INFO", logger="eyebridge"):
        replay(clip, receiver, personalization={"profile": "nobody-of-that-name"})
    assert "there is no profile 'nobody-of-that-name'" in caplog.text
    receiver.close()
    assert len(receiver.datagrams) == FRAMES


def test_a_missing_network_is_one_sentence(clip: Path, receiver: Receiver, tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="there is no network at"):
        replay(clip, receiver, network={"path": tmp_path / "none.onnx"})


class Voice:
    """Hears what the wearer is told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.sounds: list[Kind] = []
        self.aimed: list[tuple[float, float] | None] = []

    def say(self, text: str, *, urgent: bool = False) -> None:
        self.said.append(text)

    def beep(self, kind: Kind) -> None:
        self.sounds.append(kind)

    def aim(self, target: tuple[float, float] | None) -> None:
        self.aimed.append(target)

    def close(self) -> None:
        self.said.append("closed")


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> Voice:
    voice = Voice()
    monkeypatch.setattr("bridge.daemon.Prompts", lambda options, chat: voice)
    return voice


def free_port(kind: int) -> int:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Controller:
    """A program beside the daemon that presses its buttons over OSC and asks it over ZeroMQ."""

    def __init__(self) -> None:
        self.osc, self.zeromq = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
        self.inlets = {"osc": {"port": self.osc}, "zeromq": {"enabled": True, "port": self.zeromq}}

    def press(self, word: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(osc.encode(osc.Message(f"/eyebridge/{word}")), ("127.0.0.1", self.osc))

    def ask(self, kind: str) -> None:
        with zmq.Context() as context, context.socket(zmq.REQ) as client:
            client.setsockopt(zmq.RCVTIMEO, 20_000)
            client.connect(f"tcp://127.0.0.1:{self.zeromq}")
            client.send(json.dumps({"type": kind}).encode())
            assert json.loads(client.recv()) == {"ok": True}


def test_the_guide_is_begun_over_osc_is_kept_and_is_undone_over_zeromq(
    clip: Path, receiver: Receiver, voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person of the recording does not do what is asked: what counts is that it ends and says so."""
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path)
    controller, kept = Controller(), tmp_path / "me.npz"
    contents: list[bytes] = []
    frames: list[int] = []
    seen: list[str] = []
    daemon: Daemon

    def follow(report: Report) -> None:
        status = report.status
        if status.guide is not None:
            seen.append(status.guide.prompt.step)
        if not contents and status.undoable and status.progress is None:
            frames.append(report.result.index)
            contents.append(kept.read_bytes())
            controller.press("guide")
        elif len(contents) == 1 and status.guided is not None:
            contents.append(kept.read_bytes())
            controller.ask("undo_calibration")
        elif len(contents) == 2 and status.guided is None:
            frames.append(report.result.index)
            contents.append(kept.read_bytes())
        elif len(contents) == 3 and report.result.index >= frames[1] + 2 * FRAMES:
            daemon.stop()

    config = config_for(
        receiver,
        inlets=controller.inlets,
        personalization={"profile": "me"},
        upkeep={"enabled": False},
    )
    source = RecordingOptions(path=clip, realtime=False, loop=True)
    daemon = Daemon(config, source.open, report=follow)
    daemon.run(120.0)
    receiver.close()

    before, guided, after = contents
    assert before == after != guided
    assert seen[0] == "neutral"
    assert seen[-1] == "gaze"
    prompts = [text for text in voice.said if text in {step.exercise.prompt for step in STEPS}]
    assert prompts == [step.exercise.prompt for step in STEPS], "each is said once"
    assert voice.sounds.count("done") == 2
    assert voice.sounds.count("start") == 1 + len(STEPS)
    assert voice.aimed[0] == (0.0, 0.0), "the dot begins straight ahead"
    assert len(set(voice.aimed)) > FRAMES // 2
    assert voice.aimed[-1] is None
    done = next(text for text in voice.said if text.startswith("your calibration is done"))
    assert "too weak to use" in done
    assert done.endswith("kept as profile 'me'")
    assert voice.said[-2:] == ["you are back at the calibration before; kept as profile 'me'", "closed"]
    assert np.isfinite([messages(datagram)["/eyebridge/channels"] for datagram in receiver.datagrams]).all()


def test_gaze_is_centered_over_osc_and_from_then_on_the_avatar_looks_elsewhere(
    clip: Path, receiver: Receiver, voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same eight seconds before and after: gaze moves by as much as straight ahead did, and nothing else does."""
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path)
    controller = Controller()
    began: list[int] = []
    rests: list[Any] = []
    daemon: Daemon

    def follow(report: Report) -> None:
        index, idle = report.result.index, report.status.progress is None
        if idle and voice.sounds.count("done") > len(began):
            began.append(index + FRAMES // 4)  # what eases has eased
            rests.append(profiles.read("me").profile.resting)
        elif idle and len(began) == 1 and index > began[0] + FRAMES:
            controller.press("center")
        elif len(began) == 2 and index > began[1] + FRAMES:
            daemon.stop()

    options = {"personalization": {"profile": "me"}, "upkeep": {"enabled": False}}
    config = config_for(receiver, inlets=controller.inlets, **options)
    daemon = Daemon(config, RecordingOptions(path=clip, realtime=False, loop=True).open, report=follow)
    daemon.run(120.0)
    receiver.close()

    said = [messages(datagram) for datagram in receiver.datagrams if datagram[:1] == b"#"]
    channels = {message["/eyebridge/frame"][1]: np.array(message["/eyebridge/channels"]) for message in said}
    later = (began[1] - began[0]) // FRAMES * FRAMES + FRAMES
    changes = [
        channels[index + later] - channels[index]
        for index in range(began[0], began[0] + FRAMES)
        if index in channels and index + later in channels
    ]
    turned, moved = rests[0] - rests[1], np.median(changes, axis=0)
    gaze = np.array([name.startswith("gaze") for name in CHANNEL_NAMES])
    assert np.abs(turned[gaze]).max() > 0.5, "the wearer of the recording does not look straight ahead all the time"
    np.testing.assert_allclose(moved[gaze], turned[gaze], atol=0.1)
    np.testing.assert_allclose(moved[~gaze], 0, atol=0.01)


def test_a_guide_that_is_stopped_changes_nothing_and_a_profile_of_another_headset_is_left_alone(
    clip: Path, receiver: Receiver, voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path)
    stored = profiles.save(Profile.population(np.full((128, 256), 99, np.uint8)), "me", "another headset").read_bytes()
    daemon: Daemon
    steps: list[int] = []

    def follow(report: Report) -> None:
        guide = report.status.guide
        if guide is None and not steps and report.result.personalized:
            daemon.command(StartGuide())
            steps.append(0)
        elif guide is not None and guide.prompt.number > steps[-1]:
            steps.append(guide.prompt.number)
            daemon.command(SkipStep() if guide.prompt.number < 4 else StopGuide())
        elif guide is None and len(steps) > 1:
            daemon.stop()

    source = RecordingOptions(path=clip, realtime=False, loop=True)
    daemon = Daemon(config_for(receiver, personalization={"profile": "me"}), source.open, report=follow)
    daemon.run(120.0)
    assert steps[-1] >= 4
    assert voice.said[-2:] == ["the calibration is ended, and all is as it was before", "closed"]
    assert not any("kept as" in text for text in voice.said)
    assert profiles.path_of("me").read_bytes() == stored
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".npz"] == []


def test_nothing_to_undo_is_said_and_a_recording_begins_and_ends(
    clip: Path, receiver: Receiver, voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.daemon.new_folder", lambda now: tmp_path / "kept")
    daemon: Daemon
    states: list[str] = []
    saved: list[int | None] = []

    def follow(report: Report) -> None:
        states.append(report.status.state)
        saved.append(report.status.recorded)
        if len(states) == 2:
            daemon.command(StopRecording())
        if len(states) == 4:
            daemon.stop()

    source = RecordingOptions(path=clip, realtime=True, loop=True)
    daemon = Daemon(config_for(receiver, personalization={"automatic": False}), source.open, report=follow)
    daemon.command(UndoCalibration())
    daemon.command(StartRecording())
    daemon.run(120.0)
    assert voice.sounds == ["failed"]
    assert voice.said[0].startswith("there is no calibration to undo")
    assert str(tmp_path / "kept") in states[0]
    assert states[3] == f"the recording is in {tmp_path / 'kept'}"
    assert None not in saved[:2]
    assert saved[3] is None
    with RecordingReader(tmp_path / "kept") as reader:
        assert 0 < len(reader) < FRAMES


def test_undoing_the_first_calibration_of_all_leaves_no_picture_of_anybody(
    clip: Path, receiver: Receiver, voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path)
    daemon: Daemon
    there: list[list[str]] = []

    def follow(report: Report) -> None:
        status = report.status
        if len(there) < 2 and status.progress is None and report.result.personalized:
            there.append(sorted(path.name for path in tmp_path.iterdir()))
            daemon.command(CaptureNeutral(0.5) if len(there) == 1 else UndoCalibration())
        elif len(there) == 2 and status.progress is None:
            there.append([])
            daemon.command(UndoCalibration())
        elif not report.result.personalized and len(there) == 3:
            daemon.stop()

    source = RecordingOptions(path=clip, realtime=False, loop=True)
    daemon = Daemon(config_for(receiver, personalization={"profile": "me"}), source.open, report=follow)
    daemon.run(120.0)
    assert there[0] == ["me.npz"]
    assert list(tmp_path.iterdir()) == []
    assert voice.said[-2].endswith("profile 'me' is deleted, as there was none before")
