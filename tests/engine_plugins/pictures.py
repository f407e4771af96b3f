"""The pictures of the Godot addon's README: the bundled recording through the pipeline, drawn by the real engine.

python -m tests.engine_plugins.pictures engine_plugins/godot/pictures
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge import shipped
from bridge.files import write_atomically
from bridge.network import NetworkOptions
from bridge.pipeline import Pipeline, PipelineOptions
from bridge.sinks.native import NativeFrames
from bridge.sources.recording import RecordingOptions
from tests.engine_plugins.engine import (
    HERE,
    REPOSITORY,
    Godot,
    display,
    make_project,
    need_godot,
)

MOMENTS: Final = {"neutral": 120, "happy": 806, "angry": 678, "surprised": 742, "wink": 464, "closed": 412}
"Frames of the bundled recording, each in the middle of what it is called."
HOLD: Final = 5.0
"Seconds."
EXPRESSIONS: Final = ("happy", "angry", "surprised", "wink", "closed")
MOODS: Final = ("happy", "angry")
STAGE: Final = (slice(14, 610), slice(262, 858))
"The avatar in the preview's pictures."

Picture = NDArray[np.uint8]


def packets(folder: Path) -> None:
    """Each moment's native frame as NAME.osc; the recording stands still there until the light has come."""
    pipeline = Pipeline(PipelineOptions(), NetworkOptions().open())
    pipeline.capture_neutral(5.0)
    frames = NativeFrames()
    names = {index: name for name, index in MOMENTS.items()}
    held = 0.0
    with RecordingOptions(path=shipped.demo_recording()).open() as source:
        for index, frame in enumerate(iter(source.read, None)):
            times = np.arange(0.0, HOLD, 0.05) if index in names else (0.0,)
            for later in times:
                (packet,) = frames.pack(pipeline(replace(frame, time=frame.time + held + float(later))))
            held += float(times[-1])
            if index in names:
                (folder / f"{names[index]}.osc").write_bytes(packet)


def drawn(godot: Godot, folder: Path, screen: str, size: int, names: tuple[str, ...]) -> list[Picture]:
    look = ("--resolution", f"{size}x{size}", "-s", str(HERE / "picture.gd"))
    godot.run(*look, "--", str(folder), *names, display=screen)
    return [read(folder / f"{name}.png") for name in names]


def read(path: Path) -> Picture:
    picture = cv2.imread(str(path))
    if picture is None:
        raise FileNotFoundError(path)
    return np.asarray(picture, np.uint8)


def write(path: Path, picture: Picture) -> None:
    write_atomically(path, cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, 88])[1].tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    to: Path = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary, display() as screen:
        root = Path(temporary).resolve()
        godot = make_project(root, need_godot())
        packets(root)
        ours = np.hstack(drawn(godot, root, screen, 364, ("neutral", *EXPRESSIONS))[1:])
        pages = [read(REPOSITORY / "samples" / "preview" / f"{name}.webp")[STAGE] for name in EXPRESSIONS]
        browser = np.hstack([cv2.resize(page, (364, 364), interpolation=cv2.INTER_AREA) for page in pages])
        write(to / "faces.webp", np.vstack([ours, np.asarray(browser, np.uint8)]))
        write(to / "moods.webp", np.hstack(drawn(godot, root, screen, 640, MOODS)))


if __name__ == "__main__":
    main()
