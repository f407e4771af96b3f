"""eyebridge bench: speed and memory on this machine."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import psutil
from pydantic import Field
from rich.table import Table

from bridge import shipped
from bridge.commands import bench_targets
from bridge.commands.base import ConfiguredCommand
from bridge.commands.terminal import console
from bridge.errors import BridgeError
from bridge.frames import EyeFrame
from bridge.pipeline import Pipeline
from bridge.recording import RecordingReader
from bridge.timing import Sections, pack_ratio


class Bench(ConfiguredCommand):
    """Measure this machine: milliseconds from a frame in memory to its last datagram sent, stage by stage; memory;
    seconds from start to first datagram; and how much faster frames are packed than with python-osc.

    Frames of the bundled recording are paced like a camera's. Memory and start are those of a daemon started afresh,
    preview included.

    examples:
      eyebridge bench
      eyebridge bench --json > bench.json
      eyebridge bench --each-target                     what every target costs and sends, and all of them at once
    """

    verb: ClassVar[str] = "bench"
    json_: bool = Field(False, alias="json", description="print JSON instead of a table")
    fps: float = Field(120.0, gt=0, le=1000, description="frames a second to pace at")
    seconds: float = Field(10.0, ge=1, le=600, description="how long to measure")
    warm_up: float = Field(2.0, ge=0, le=60, description="seconds not counted at the beginning")
    each_target: bool = Field(False, description="measure the targets instead: each by itself, and all at once")

    def execute(self) -> int:
        if self.each_target:
            return self._measure_targets()
        with console.status("measuring a fresh daemon"):
            first_datagram, resident = self._fresh_daemon()
        with console.status(f"measuring {self.seconds:g} s at {self.fps:g} frames a second"):
            stages, share = self._stages()
        with console.status("measuring packing"):
            ratio = pack_ratio()
        figures: dict[str, Any] = {
            "end_to_end_ms": stages.pop("end_to_end"),
            "stage_ms": stages,
            "cpu_share": share,
            "rss_mb": resident,
            "first_datagram_s": first_datagram,
            "pack_ratio": ratio,
            "fps": self.fps,
            "seconds": self.seconds,
        }
        if self.json_:
            print(json.dumps(figures, indent=2))
        else:
            console.print(_table(figures))
        return 0

    def _measure_targets(self) -> int:
        with console.status("measuring every target"):
            figures = bench_targets.measure(self.seconds)
        if self.json_:
            print(json.dumps({"targets": figures}, indent=2))
        else:
            console.print(bench_targets.as_table(figures))
        return 0

    def _stages(self) -> tuple[dict[str, dict[str, float]], float]:
        """Percentiles of each stage in milliseconds, and the share of one core that all of it takes at this pace."""
        frames = list(RecordingReader(shipped.demo_recording()))
        pipeline = Pipeline(self.settings, self.settings.network.open())
        timing = pipeline.timing
        pipeline.capture_neutral(self.settings.personalization.seconds)
        sinks = [target.open() for _, target in self.settings.targets if target.enabled]
        period = 1.0 / self.fps
        begin = measured = time.perf_counter()
        used = time.process_time()
        for index in range(int((self.seconds + self.warm_up) * self.fps)):
            picture = frames[index % len(frames)]
            frame = EyeFrame(picture.left, picture.right, index * period, index)
            if index == int(self.warm_up * self.fps):
                pipeline.timing = timing = Sections(size=round(self.seconds * self.fps))
                measured, used = time.perf_counter(), time.process_time()
            time.sleep(max(0.0, begin + index * period - time.perf_counter()))
            with timing.section("end_to_end"):
                result = pipeline(frame)
                with timing.section("send"):
                    for sink in sinks:
                        sink.send(result)
        share = (time.process_time() - used) / (time.perf_counter() - measured)
        for sink in sinks:
            sink.close()
        return {name: asdict(row) for name, row in timing.table().items()}, share

    def _fresh_daemon(self) -> tuple[float, float]:
        """Seconds from start to the first datagram, and resident megabytes after a few seconds' work."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, tempfile.TemporaryDirectory() as folder:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(30.0)
            empty = Path(folder) / "settings.toml"
            empty.touch()
            command = [sys.executable, "-m", "bridge.cli", "demo", "--no-browser", "--preview.port", "0"]
            command += ["--config", str(empty), "--targets.native.port", str(receiver.getsockname()[1])]
            begin = time.perf_counter()
            daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                receiver.recv(65536)
                first = time.perf_counter() - begin
                time.sleep(8.0)  # past the neutral capture, which is the hungriest moment
                return first, psutil.Process(daemon.pid).memory_info().rss / 1e6
            except TimeoutError as error:
                raise BridgeError("a fresh daemon sent nothing within 30 s; try: eyebridge demo") from error
            finally:
                daemon.terminate()
                daemon.wait()


def _table(figures: dict[str, Any]) -> Table:
    table = Table("", "p50", "p95", "p99", box=None)
    rows = {"end to end": figures["end_to_end_ms"], **figures["stage_ms"]}
    for name, row in rows.items():
        table.add_row(f"{name}, ms", *(f"{row[key]:.3f}" for key in ("p50", "p95", "p99")))
    table.add_row(f"share of one core at {figures['fps']:g} frames/s", f"{figures['cpu_share']:.0%}")
    table.add_row("resident memory, MB", f"{figures['rss_mb']:.0f}")
    table.add_row("first datagram after, s", f"{figures['first_datagram_s']:.2f}")
    table.add_row("packing against python-osc", f"{figures['pack_ratio']:.0f} x")
    return table
