"""Versions, settings, disk, network file, profile: what lies on this machine."""

import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
import platformdirs
import psutil
from pydantic import ValidationError

from bridge import profiles
from bridge.checks.finding import Finding, ok, problem, warning
from bridge.config import Config, default_path, explain, read_settings, worn
from bridge.errors import BridgeError
from bridge.network import Network

_LITTLE: Final = 1_000_000_000
"Bytes; two or three minutes of a recording."
_NOTHING: Final = 20_000_000
_PASSES: Final = 40
_AT_120_HZ: Final = 8.3
"Milliseconds between two frames."
_AT_30_HZ: Final = 33.0


def versions() -> Iterator[Finding]:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "onnxruntime", "pydantic", "pyzmq"))
    system = f"{platform.system()} {platform.release()} on {platform.machine()}"
    yield ok("versions", f"eyebridge {version('eyebridge')}, Python {platform.python_version()}, {system}; {libraries}")


def read_config(path: Path | None) -> tuple[Config, Finding]:
    """The settings, or the defaults where they cannot be used, and what is to be said about them."""
    chosen = path or default_path()
    try:
        stored = read_settings(path)
        config = Config.model_validate(stored)
    except BridgeError as error:
        return Config(), problem("settings", str(error), f"delete {chosen} to begin with the defaults again")
    except ValidationError as error:
        return Config(), problem("settings", f"{chosen}: {explain(error, Config)}", "mend or delete that line")
    if not chosen.is_file():
        return config, ok("settings", f"the defaults; yours would lie in {chosen}")
    return config, ok("settings", f"{chosen} is sound")


def headset(config: Config, path: Path | None) -> tuple[Config, Finding]:
    """The settings with what is saved for the wearer's headset, and what is to be said about that."""
    name = config.personalization.headset
    try:
        found = worn(config, path)
    except BridgeError as error:
        return config, problem("headset", str(error), "set the cameras up again on the Cameras page, and save them")
    if found is config:
        return config, ok("headset", f"nothing is saved for {name!r}: cameras are used as the settings say")
    return found, ok("headset", f"what is saved for {name!r} is used")


def disk() -> Iterator[Finding]:
    """Whether profiles and recordings can be saved."""
    home = Path(platformdirs.user_data_dir("eyebridge", appauthor=False))
    there = next(path for path in (home, *home.parents) if path.is_dir())
    free = psutil.disk_usage(str(there)).free
    said = f"{free / 1e9:.1f} GB free for profiles and recordings in {home}"
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"eyebridge")
    except OSError as error:
        why = error.strerror or str(error)
        yield problem("disk", f"nothing can be saved in {there}: {why}", "free some space, or mend its permissions")
        return
    if free < _NOTHING:
        yield problem("disk", said, "free some space; nothing can be saved any more")
    elif free < _LITTLE:
        yield warning("disk", said, "free some space before you record: two eyes at 120 Hz take up to 15 MB a second")
    else:
        yield ok("disk", said)


def network(config: Config) -> Iterator[Finding]:
    """Whether the network loads, and how long it takes for a frame."""
    try:
        opened = config.network.open()
    except BridgeError as error:
        yield problem("network", str(error), "leave network.path out to use the one that comes with eyebridge")
        return
    took = _milliseconds(opened)
    said = f"{opened.card.name} from {opened.card.path}: {took:.1f} ms a frame"
    remedy = "close other programs, or set network.threads to 2"
    if took > _AT_30_HZ:
        yield problem("network", f"{said}, too slow even for 30 Hz", remedy)
    elif took > _AT_120_HZ:
        yield warning("network", f"{said}, too slow for 120 Hz; frames will be skipped", remedy)
    else:
        yield ok("network", said)


def _milliseconds(opened: Network) -> float:
    """The median of some passes."""
    image = opened.population_mean.astype(np.float32)
    took = []
    for _ in range(_PASSES):
        begun = time.perf_counter()
        opened.predict(np.zeros_like(image), image)
        took.append(1000 * (time.perf_counter() - begun))
    return statistics.median(took)


def profile(config: Config) -> Iterator[Finding]:
    """Whether the profile that the settings name can be used."""
    wanted = config.personalization
    if wanted.profile is None:
        how = "taken at every start" if wanted.automatic else "never taken"
        yield ok("profile", f"none is chosen; your neutral image is {how}")
        return
    try:
        shape = config.network.open().population_mean.shape
        profiles.load(wanted.profile, wanted.headset, (shape[0], shape[1]), wanted.glasses)
    except BridgeError as error:
        yield problem("profile", str(error), "calibrate again, or leave personalization.profile out")
    else:
        yield ok("profile", f"{wanted.profile!r} for headset {wanted.headset!r} is sound")
