"""Readers of files, as functions of bytes: each input is a real file in a folder of its own."""

import functools
import io
import itertools
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest import mock

import numpy as np

from bridge import config, profiles, shipped
from bridge.blendshapes import ARKIT
from bridge.channels import CHANNEL_NAMES
from bridge.commands.base import ConfiguredCommand
from bridge.discovery.avatar import from_file
from bridge.face import COEFFICIENTS
from bridge.face.machines import Machines
from bridge.face.model import load as load_face
from bridge.frames import EyeFrame, FaceReading, Gaze, Head
from bridge.personalization import Profile
from bridge.recording import RecordingReader, RecordingWriter
from bridge.rigs import rig_path
from bridge.truth import TRUTH, read_truth

HEADSET = "index"
SHAPE = (8, 16)
_FACE = FaceReading(
    blendshapes=np.linspace(0, 1, len(ARKIT), dtype=np.float32),
    coefficients=np.ones(COEFFICIENTS, np.float32),
    basis="a basis",
    second=np.linspace(1, 0, len(ARKIT), dtype=np.float32),
    gaze=Gaze(1.0, -2.0, 3.0, -4.0),
    head=Head(10.0, 5.0, 1.0, 0.0, 0.0, 0.5),
    quality=0.9,
    time=1.0,
)


@functools.cache
def folder() -> tempfile.TemporaryDirectory[str]:
    """Lives as long as the process; in memory where the system has such a place, as a million files wear a disk."""
    memory = "/dev/shm"
    return tempfile.TemporaryDirectory(prefix="eyebridge-fuzz-", dir=memory if os.access(memory, os.W_OK) else None)


def in_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """A reader of files as a function of what the file holds."""

    def reader(data: bytes) -> object:
        path = Path(folder().name) / name
        path.write_bytes(data)
        return read(path)

    return reader


@functools.cache
def recording() -> Path:
    """A small recording with its truth; lossless, as PNG has more to read than JPEG."""
    path = Path(folder().name) / "recording"
    with RecordingReader(shipped.demo_recording()) as shown, RecordingWriter(path, rate=90, lossless=True) as writer:
        for frame in itertools.islice(shown, 4):
            assert frame.left is not None
            eye = frame.left[90:106, 80:104]
            writer.write(EyeFrame(eye, eye if frame.index else None, frame.time, frame.index, _FACE))
    truth = (shipped.demo_recording() / TRUTH).read_bytes()
    (path / TRUTH).write_bytes(b"\n".join(truth.split(b"\n")[:5]) + b"\n")
    return path


def in_recording(name: str) -> Callable[[bytes], object]:
    """Reads the whole recording after one of its files was replaced."""

    def reader(data: bytes) -> object:
        path = _copy(name)
        (path / name).write_bytes(data)
        with RecordingReader(path) as found:
            frames = list(found)
        assert all(a.time <= b.time for a, b in itertools.pairwise(frames))
        return len(frames), found.damaged

    return reader


@functools.cache
def _copy(name: str) -> Path:
    return Path(shutil.copytree(recording(), Path(folder().name) / f"recording with another {name}"))


def read_truth_of(path: Path) -> object:
    return read_truth(path.parent)


def seeds_of_recording(name: str) -> Callable[[], Sequence[bytes]]:
    return lambda: [(recording() / name).read_bytes()]


def read_profile(path: Path) -> object:
    with mock.patch.object(profiles, "folder", functools.partial(Path, path.parent)):
        try:
            return profiles.load(path.stem, HEADSET, SHAPE, glasses=False)
        finally:
            for aside in path.parent.glob("*.damaged*"):
                aside.unlink()


def profile_files() -> list[bytes]:
    """As it is saved, and the same unpacked, where more of the inner readers can be reached."""
    somebody = Profile(np.full(SHAPE, 90, np.float32), np.zeros(len(CHANNEL_NAMES), np.float32), personal=True)
    with mock.patch.object(profiles, "folder", functools.partial(Path, folder().name)):
        saved = profiles.save(somebody, "somebody", HEADSET).read_bytes()
    with np.load(io.BytesIO(saved)) as fields:
        plain = io.BytesIO()
        np.savez(plain, **fields)
    return [saved, plain.getvalue()]


def profile_arrays() -> list[bytes]:
    """What lies in a profile under each name."""
    with zipfile.ZipFile(io.BytesIO(profile_files()[0])) as archive:
        return [archive.read(name) for name in archive.namelist()]


def read_profile_array(data: bytes) -> object:
    """A profile that is whole but for one array: past the archive's checksums, which stop nearly every other input."""
    archive = io.BytesIO(profile_files_once())
    with zipfile.ZipFile(archive, "a") as changed:
        changed.filelist = [member for member in changed.filelist if member.filename != "neutral.npy"]
        changed.NameToInfo.pop("neutral.npy", None)
        changed.writestr("neutral.npy", data)
    return in_file("fuzz.npz", read_profile)(archive.getvalue())


@functools.cache
def profile_files_once() -> bytes:
    return profile_files()[0]


def face_models() -> list[bytes]:
    """A face of 68 vertices that one person differs in and that can open its jaw."""
    face = load_face(None).sparse()
    content = io.BytesIO()
    np.savez(
        content,
        mean=face.mean.astype(np.float32),
        identity=face.identity[:1].astype(np.float32),
        expressions=face.expressions[[ARKIT.index("jawOpen")]].astype(np.float32),
        expression_names=np.array(["jawOpen"]),
        triangles=np.array([[0, 1, 2]]),
        landmarks=np.arange(68),
    )
    return [content.getvalue()]


def read_emotion(path: Path) -> object:
    return Machines.load(path, "emotion", None)


def emotion_models() -> list[bytes]:
    """Two classes, one support vector."""
    one, none = np.ones(COEFFICIENTS), np.zeros(COEFFICIENTS)
    machines = Machines(
        kind="emotion",
        names=("neutral", "fear"),
        basis="any",
        card="made to be broken",
        centre=none,
        scale=one,
        vectors=one[None],
        duals=np.ones((1, 1)),
        offsets=np.zeros(1),
        code=np.array([[-1.0], [1.0]]),
        gamma=1.0,
        temperature=1.0,
        neutral=none,
    )
    return [machines.saved()]


def read_settings(path: Path) -> object:
    return ConfiguredCommand._stored(["--config", str(path)])


def settings_files() -> list[bytes]:
    lines = [f"{name} = {config.get(config.Config(), name)!r}" for name in ("smoothing.gaze.beta", "targets.vmc.port")]
    tables = b'[targets.vmc]\nenabled = true\nhost = "127.0.0.1"\nport = 39539\n\n[smoothing.gaze]\nbeta = 0.3 # mine\n'
    return ["\n".join(lines).encode(), tables, b'[personalization]\nprofile = "me"\nautomatic = false\nseconds = 5\n']


def rig_files() -> list[bytes]:
    return [b"\n".join(rig_path("arkit").read_bytes().split(b"\n")[:40])]


def read_avatar(path: Path) -> object:
    return from_file(path)


def avatar_files() -> list[bytes]:
    return [
        b'\xef\xbb\xbf{"id":"avtr_1","name":"A","parameters":[{"name":"v2/JawOpen","input":{"address":'
        b'"/avatar/parameters/v2/JawOpen","type":"Float"}},{"name":"on","input":{"address":"/avatar/parameters/on",'
        b'"type":"Bool"},"output":{"address":"/avatar/parameters/on","type":"Bool"}}]}'
    ]
