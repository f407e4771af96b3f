"""How a command of this package ends."""

from collections.abc import Callable

from rich.console import Console

from bridge.errors import BridgeError


def ended(job: Callable[[], int | None], stopped: str = "Stopped; the same command goes on from here.") -> int:
    """Does the job and gives the exit status: its own or 0, 2 for what the user must change, 130 when stopped by hand.

    `stopped` is what Ctrl-C says; a BridgeError says itself.
    """
    console = Console(stderr=True)
    try:
        return job() or 0
    except BridgeError as error:
        console.print(str(error), style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print(stopped)
        return 130
