"""Opens .onnx files: ONNX Runtime on the processor, quiet, and with few threads; a game needs the rest."""

from pathlib import Path
from typing import Final

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

from bridge.errors import BridgeError

REFUSED: Final = (
    runtime.Fail,
    runtime.InvalidArgument,
    runtime.InvalidGraph,
    runtime.InvalidProtobuf,
    runtime.NotImplemented,
    runtime.RuntimeException,
    RuntimeError,
    ValueError,
)
"What ONNX Runtime raises for a file that it cannot read or run."


def read_network(path: Path, remedy: str) -> bytes:
    """The file's content. Raises BridgeError, ending with the remedy, when it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BridgeError(f"there is no network at {path}: {remedy}") from error
    except OSError as error:
        raise BridgeError(f"cannot read the network {path} ({error.strerror or error}): {remedy}") from error


def open_session(path: Path, content: bytes, threads: int, remedy: str) -> onnxruntime.InferenceSession:
    """Raises BridgeError, ending with the remedy, when it is no network."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the game needs the processor more
    options.log_severity_level = 4
    onnxruntime.set_default_logger_severity(4)
    onnxruntime.disable_telemetry_events()
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except REFUSED as error:
        raise BridgeError(f"{path} is not a working ONNX network ({first_line(error)}): {remedy}") from error


def metadata_text(path: Path, session: onnxruntime.InferenceSession, key: str, remedy: str) -> str:
    """What the file says of itself under a key. Raises BridgeError, ending with the remedy, when that is nothing."""
    try:
        text = session.get_modelmeta().custom_metadata_map.get(key)
    except UnicodeDecodeError as error:
        raise BridgeError(f"the network {path} is damaged ({error}): {remedy}") from error
    if text is None:
        raise BridgeError(f"the network {path} was not exported for eyebridge (no such metadata): {remedy}")
    return str(text)


def first_line(error: Exception) -> str:
    """ONNX Runtime's own words without its code prefix: '[ONNXRuntimeError] : 7 : INVALID_PROTOBUF : Failed to ...'."""
    return str(error).strip().split("\n", 1)[0].rsplit(" : ", 1)[-1].rstrip(".")
