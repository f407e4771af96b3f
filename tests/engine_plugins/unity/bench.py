"""What a frame costs in the Unity package under mono: the core's times, the drivers', allocations, and latency.

    python -m tests.engine_plugins.unity.bench           # a table
    python -m tests.engine_plugins.unity.bench fuzz 10   # ten million damaged datagrams through the core

The engine is the hand-written stand-in, whose own share of a frame is a store into an array: what Unity's own calls
cost comes on top.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.engine_plugins.unity.build import Build
from tests.golden.make import HERE as GOLDEN
from tests.sinks.peers import need


def seeds() -> list[str]:
    """The packets that the fuzzer damages."""
    return [str(path) for kind in ("native", "refused", "vmc") for path in sorted(GOLDEN.glob(f"{kind}_*.osc"))]


def measure(build: Build) -> dict[str, dict[str, Any]]:
    """Of each piece of work: processor microseconds a frame, and bytes and collections of all frames together."""
    core = build.run(build.core_program(), "bench", str(GOLDEN / "native_ramp.osc"))
    return {**json.loads(core), **json.loads(build.run(build.engine_bench()))}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        build = Build(Path(folder), need)
        build.package()
        if sys.argv[1:2] == ["fuzz"]:
            start = time.perf_counter()
            count, seed = float(sys.argv[2]) * 1e6, int(time.time()) % 2**31
            print(f"{count:.0f} datagrams, seed {seed}")
            print(
                build.run(build.core_program(), "fuzz", f"{count:.0f}", str(seed), *seeds(), timeout=24 * 3600), end=""
            )
            print(f"{time.perf_counter() - start:.0f} s")
            return
        for work, found in measure(build).items():
            print(f"{work:10}", ", ".join(f"{name} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
