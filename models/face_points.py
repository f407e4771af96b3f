"""How well a landmark detector does on rendered faces: `python -m models.face_points face_landmarker.task`.

Faces nobody has met, in even light with a free view and in any light with things in the way, turned ever further. Each
picture is new to the detector, which then sees it once more, as in a video. Told are the faces found, how far points
are from the model's own (of the distance between the outer corners of the eyes), by how many degrees the landmark fit
(bridge/face/fit.py) misses the head's turn, and the processor's time of one thread. Rendered faces are no photographs.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.random import Generator
from rich.console import Console
from rich.table import Table

from bridge.face.camera import Lens
from bridge.face.crop import RgbImage
from bridge.face.fit import LandmarkFit
from bridge.face.landmarks import open_landmarker
from bridge.face.model import Floats
from bridge.frames import Head
from models.command import ended
from models.deepexp.acting import moment
from models.deepexp.people import make_person
from models.deepexp.picture import View, make_scene, picture
from models.deepexp.rendering import rigged

_SIZE: Final = 480
_ZOOM: Final = 1550.0
"Pixels a metre: a face takes half of the picture's width."
_TURNS: Final = ((0, 20), (20, 35), (35, 50))
"Degrees of yaw, to either side."
_TILT: Final = 10.0
"Degrees of pitch and roll, at most."
_JAW: Final = 17


@dataclass(frozen=True, slots=True)
class Row:
    """Means over the pictures of one kind in which the face was found; NaN where none was."""

    light: str
    turn: tuple[int, int]
    pictures: int
    found: int
    inner: float
    "Of the points of brows, nose, eyes and mouth: over the distance between the eyes' outer corners."
    jaw: float
    yaw: float
    "Degrees missed."
    pitch: float
    roll: float
    finding: float
    "Milliseconds of a thread for a face that is followed."
    fitting: float


def measure(landmarks: Path, model: Path | None, light: str, turn: tuple[int, int], count: int, seed: int) -> Row:
    """Shows a detector `count` pictures. Raises BridgeError when it or the model is not right."""
    face, _, rig = rigged(model)
    fit = LandmarkFit(face)
    rng = np.random.default_rng([seed, turn[0], light == "even"])
    misses, times = [], []
    for _ in range(count):
        view = _view(rng, turn)
        scene = make_scene(rng, easy=light == "even")
        image, truth = picture(rig, make_person(rig, rng), moment(rng), view, scene, (_SIZE, _SIZE), rng)
        points, finding = _found(landmarks, image)
        if points is None:
            continue
        lens = Lens(view.zoom * view.distance, view.column, view.row)
        start = time.thread_time()
        head = fit(points, lens=lens).camera.head()
        times.append((finding, 1e3 * (time.thread_time() - start)))
        misses.append((*missed(points, truth), *turned(head, view)))
    means = np.mean(misses, axis=0).tolist() if misses else [float("nan")] * 5
    spent = np.median(times, axis=0).tolist() if times else [float("nan")] * 2
    return Row(light, turn, count, len(misses), *means, *spent)


def _view(rng: Generator, turn: tuple[int, int]) -> View:
    yaw = rng.uniform(*turn) * rng.choice((-1, 1))
    pitch, roll = rng.uniform(-_TILT, _TILT, 2)
    column, row = (0.5 + rng.uniform(-0.03, 0.03, 2)) * _SIZE
    return View(float(yaw), float(pitch), float(roll), 0.7, _ZOOM, float(column), float(row))


def _found(landmarks: Path, image: RgbImage) -> tuple[Floats | None, float]:
    """(68, 2) of the largest face as it is followed, and the milliseconds of that."""
    find = open_landmarker(landmarks)
    find(image)
    start = time.thread_time()
    faces = find(image)
    return faces[0].points if faces else None, 1e3 * (time.thread_time() - start)


def missed(points: Floats, truth: Floats) -> tuple[float, float]:
    off = np.linalg.norm(points - truth, axis=1) / np.linalg.norm(truth[36] - truth[45])
    return float(off[_JAW:].mean()), float(off[:_JAW].mean())


def turned(head: Head, view: View) -> tuple[float, float, float]:
    return abs(head.yaw - view.yaw), abs(head.pitch - view.pitch), abs(head.roll - view.roll)


def _table(rows: list[Row]) -> Table:
    table = Table("light", "turned", "found", "inner", "jaw", "yaw", "pitch", "roll", "finding", "fitting")
    for row in rows:
        degrees = [f"{value:.1f}°" for value in (row.yaw, row.pitch, row.roll)]
        times = [f"{value:.1f} ms" for value in (row.finding, row.fitting)]
        turn, found = f"{row.turn[0]}-{row.turn[1]}°", f"{row.found}/{row.pictures}"
        table.add_row(row.light, turn, found, f"{row.inner:.1%}", f"{row.jaw:.1%}", *degrees, *times)
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """2 for what the user must change, 130 when stopped by hand."""
    parser = argparse.ArgumentParser(prog="python -m models.face_points", description="How well landmarks are found.")
    add = parser.add_argument
    add("landmarks", type=Path, help="a landmark detector: MediaPipe's .task, or a 68-point .onnx")
    add("--model", type=Path, help="a face model (.npz), such as ICT-FaceKit's arrays (the built-in face)")
    add("--pictures", type=int, default=20, help="of each kind (%(default)s)")
    add("--seed", type=int, default=1, help="of everything (%(default)s)")
    options = parser.parse_args(arguments)

    def job() -> None:
        rows = [
            measure(options.landmarks, options.model, light, turn, options.pictures, options.seed)
            for light in ("even", "any")
            for turn in _TURNS
        ]
        Console(width=120).print(_table(rows))

    return ended(job, "Stopped.")


if __name__ == "__main__":
    sys.exit(main())
