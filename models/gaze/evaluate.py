"""How far off gaze networks are, in degrees, beside what they cost: exported files, through ONNX Runtime."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

from bridge.channels import CHANNEL_NAMES
from bridge.errors import BridgeError
from models.gaze.angles import degrees_apart
from models.gaze.export import METADATA
from models.gaze.lessons import Lessons
from models.gaze.network import Kind
from models.labels import columns

Floats = NDArray[np.float64]

RINGS: Final = ((0, 10), (10, 20), (20, 30), (30, 90))
"Degrees between where an eye looks and straight ahead: what is far off is harder, and rarer."
_BATCH: Final = 32
_SLOW_SHARE: Final = 10
"Percentile of the times that is told: on a machine that does other work, most runs are held up."


class Reader:
    """An exported network, asked for gaze alone. EyeNet's file says gaze among other things."""

    def __init__(self, path: Path) -> None:
        """Raises BridgeError when the file is neither EyeNet's nor one of models.gaze.export."""
        try:
            content = path.read_bytes()
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
            about: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
            self.kind: Kind = json.loads(about[METADATA])["kind"] if METADATA in about else "near-eye"
            known = METADATA in about or json.loads(about["eyebridge"])["channels"] == list(CHANNEL_NAMES)
            graph = onnx.load_model_from_string(content).graph
        except OSError as error:
            raise BridgeError(f"cannot read the network {path}: {error.strerror or error}") from error
        except (runtime.Fail, runtime.InvalidProtobuf, runtime.InvalidGraph, KeyError, ValueError) as error:
            raise BridgeError(f"{path} is no network of models.export or models.gaze export") from error
        if not known:
            raise BridgeError(f"{path} has other channels than this program: export it again")
        self.name = path.stem
        self.parameters = sum(int(np.prod(part.dims)) for part in graph.initializer if part.data_type == 1)
        self._says_all = METADATA not in about
        self._input = self._session.get_inputs()[0].name

    def __call__(self, pictures: NDArray[np.float32]) -> Floats:
        """Pictures as the network takes them -> (N, G, 2) pitch and yaw in radians."""
        if self._says_all:
            (channels,) = self._session.run(["channels"], {self._input: pictures})
            axes = np.array([columns("gaze_pitch"), columns("gaze_yaw")]).T  # (eyes, 2)
            return np.asarray(np.radians(channels[:, axes]), np.float64)
        (gaze,) = self._session.run(["gaze"], {self._input: pictures})
        return np.asarray(gaze, np.float64).reshape(len(pictures), -1, 2)


@dataclass(frozen=True, slots=True)
class Errors:
    """Angles between what is said and where an eye looks; every eye that is open and seen counts."""

    eyes: int
    mean: float
    median: float
    rings: tuple[float, ...]
    "Median in each of RINGS, by where the eye truly looks; NaN where none does."


def errors_of(said: Floats, gaze: Floats) -> Errors:
    """(N, 2) both, in radians."""
    off, away = degrees_apart(said, gaze), degrees_apart(gaze, np.zeros(2))
    if not len(off):
        return Errors(0, float("nan"), float("nan"), (float("nan"),) * len(RINGS))
    rings = [off[(away >= low) & (away < high)] for low, high in RINGS]
    medians = tuple(float(np.median(ring)) if len(ring) else float("nan") for ring in rings)
    return Errors(len(off), float(off.mean()), float(np.median(off)), medians)


def compare(readers: Sequence[Reader], lessons: Lessons) -> tuple[list[Errors], list[float]]:
    """Errors of each network over the same pictures, and its milliseconds for one picture on one thread.

    The networks take turns, so that what else the machine does holds up all alike.
    """
    said: list[list[Floats]] = [[] for _ in readers]
    times: list[list[float]] = [[] for _ in readers]
    truth: list[Any] = []
    torch.manual_seed(0)
    for rows in torch.split(torch.arange(len(lessons)), _BATCH):
        lesson = lessons.lesson(rows)
        pictures, known = lesson.pictures.numpy(), lesson.known.numpy()
        truth.append(lesson.gaze.numpy()[known])
        for reader, answers, spent in zip(readers, said, times, strict=True):
            answers.append(reader(pictures)[known])
            began = time.perf_counter()
            reader(pictures[:1])
            spent.append(1e3 * (time.perf_counter() - began))
    gaze = np.concatenate(truth)
    return [errors_of(np.concatenate(answers), gaze) for answers in said], [
        float(np.percentile(spent, _SLOW_SHARE)) for spent in times
    ]


def table(readers: Sequence[Reader], found: dict[str, tuple[list[Errors], list[float]]]) -> str:
    """Markdown: a line for each set and network."""
    heads = ["set", "network", "parameters", "ms", "eyes", "mean", "median"]
    heads += [f"{low}-{high}°" if high < 90 else f"over {low}°" for low, high in RINGS]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * 2}{'--:|' * (len(heads) - 2)}"]
    for name, (errors, times) in found.items():
        for reader, error, spent in zip(readers, errors, times, strict=True):
            numbers = " | ".join(f"{value:.2f}" for value in (error.mean, error.median, *error.rings))
            lines.append(f"| {name} | {reader.name} | {reader.parameters:,} | {spent:.2f} | {error.eyes} | {numbers} |")
    return "\n".join(lines).replace("nan", "")
