"""Every reader of bytes from outside, by name: what feeds it, what it may raise, and good inputs to begin with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bridge import decoding, osc
from bridge.discovery.query import QueryError
from bridge.errors import BridgeError
from bridge.face.model import load as load_face
from bridge.recorded_faces import FACES
from bridge.recording import ABOUT, INDEX
from bridge.rigs import load_rig
from bridge.truth import TRUTH
from tests.fuzz import cameras, files, wires
from tests.fuzz.wires import golden


@dataclass(frozen=True, slots=True)
class Target:
    """One reader."""

    read: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...]
    "What it says it raises for input that is no good; anything else that comes out of it is a finding."
    seeds: Callable[[], Sequence[bytes]]
    "Good inputs."


TARGETS: Final = {
    "osc": Target(osc.read, (osc.OscError,), lambda: golden(".osc")),
    "remote": Target(wires.read_remote, (osc.OscError,), wires.remote_packets),
    "packets": Target(decoding.decode, (decoding.DecodingError,), lambda: golden(".osc", ".bin")),
    "published": Target(wires.read_published, (decoding.DecodingError,), wires.published),
    "page-message": Target(wires.read_page_message, (), wires.page_messages),
    "page-request": Target(wires.read_page_request, (), wires.page_requests),
    "oscquery-answer": Target(wires.read_oscquery_answer, (QueryError,), wires.oscquery_answers),
    "oscquery-request": Target(wires.read_oscquery_request, (), wires.oscquery_requests),
    "picture": Target(wires.read_picture, (ValueError,), wires.pictures),
    "camera-stream": Target(cameras.read_stream, (), cameras.streams),
    "camera-packets": Target(cameras.read_packets, (), cameras.packets),
    "camera-chunks": Target(cameras.read_chunks, (ValueError,), cameras.chunks),
    "camera-head": Target(cameras.read_head, (ValueError,), cameras.heads),
    "camera-message": Target(cameras.read_eye, (ValueError,), cameras.eyes),
    "recording-about": Target(files.in_recording(ABOUT), (BridgeError,), files.seeds_of_recording(ABOUT)),
    "recording-index": Target(files.in_recording(INDEX), (), files.seeds_of_recording(INDEX)),
    "recording-eye": Target(files.in_recording("left.mpng"), (), files.seeds_of_recording("left.mpng")),
    "recording-faces": Target(files.in_recording(FACES), (), files.seeds_of_recording(FACES)),
    "truth": Target(files.in_file(TRUTH, files.read_truth_of), (BridgeError,), files.seeds_of_recording(TRUTH)),
    "profile": Target(files.in_file("fuzz.npz", files.read_profile), (BridgeError,), files.profile_files),
    # numpy warns about arrays of Python 2 and old names of types, and a warning counts as an exception here
    "profile-array": Target(
        files.read_profile_array, (BridgeError, UserWarning, DeprecationWarning), files.profile_arrays
    ),
    "settings": Target(files.in_file("fuzz.toml", files.read_settings), (BridgeError,), files.settings_files),
    "rig": Target(files.in_file("fuzz.csv", load_rig), (BridgeError,), files.rig_files),
    "face-model": Target(files.in_file("fuzz.npz", load_face), (BridgeError,), files.face_models),
    "emotion-model": Target(files.in_file("fuzz.npz", files.read_emotion), (BridgeError,), files.emotion_models),
    "avatar-file": Target(files.in_file("fuzz.json", files.read_avatar), (BridgeError,), files.avatar_files),
}
