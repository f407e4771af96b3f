"""Programs of other people that read what we send: a test without its peer is skipped, but never in CI."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable

import pytest


def need(program: str, package: str) -> str:
    """The path of a peer, from the Debian package named."""
    path = shutil.which(program)
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(f"{program} is missing: .ci/run installs {package}")
    if path is None:
        pytest.skip(f"{program} is not here; install {package} to compare with it")
    return path


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def dumped(port: int, send: Callable[[], None], count: int) -> list[list[str]]:
    """What liblo's oscdump says of `count` messages, as words: address, type tags, arguments.

    Nobody tells when it listens, so `send` is called again until all have come.
    """
    lines: list[str] = []
    whole = threading.Event()

    def listen(peer: subprocess.Popen[str]) -> None:
        assert peer.stdout is not None
        for line in peer.stdout:
            lines.append(line)
            if len(lines) == count:
                whole.set()

    with subprocess.Popen([need("oscdump", "liblo-tools"), "-L", str(port)], stdout=subprocess.PIPE, text=True) as peer:
        thread = threading.Thread(target=listen, args=(peer,))
        thread.start()
        for _ in range(200):
            send()
            if whole.wait(0.1):
                break
        peer.terminate()
        thread.join()
    return [line.split()[1:] for line in lines[:count]]  # the first word is the bundle's time
