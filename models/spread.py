"""Work spread over processes: this machine's, or those of a Ray cluster."""

import argparse
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bridge.errors import BridgeError

_SINGLE: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"Linear algebra of many threads in each of many processes would only wait for itself."


@dataclass(frozen=True, slots=True)
class Spread:
    """Where independent pieces of work are done."""

    workers: int = 1
    "Processes on this machine; 1: in this process."
    ray: str | None = None
    "Address of a Ray cluster, 'local' for one started here; None for none."
    gpus: int = 0
    "That a piece of work wants of a Ray cluster that has any; Ray hides them from work that asks for none."

    @staticmethod
    def of(options: argparse.Namespace, gpus: int = 0) -> "Spread":
        """As the user asked for by the options that `spread_arguments` adds."""
        return Spread(options.workers, options.ray, gpus)

    def map(self, do: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        """`do(*task)` for every task, in any order, as they are done. Raises what `do` raises.

        Raises BridgeError when Ray is asked for and is not there.
        """
        if self.ray is not None:
            yield from self._on_ray(do, tasks)
        elif self.workers <= 1 or len(tasks) <= 1:
            yield from (do(*task) for task in tasks)
        else:
            os.environ.update(dict.fromkeys(_SINGLE, "1"))
            with multiprocessing.get_context("spawn").Pool(min(self.workers, len(tasks)), _quiet) as pool:
                yield from pool.imap_unordered(_apply, [(do, task) for task in tasks])

    def _on_ray(self, do: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        try:
            import ray
        except ImportError as error:
            raise BridgeError("--ray needs Ray: pip install 'eyebridge[ray]'") from error
        here = self.ray == "local"
        try:
            ray.init(
                address=None if here else self.ray,
                num_cpus=self.workers if here else None,
                include_dashboard=False if here else None,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise BridgeError(
                f"the Ray cluster {self.ray} cannot be joined ({error}); start it with: ray start"
            ) from error
        try:
            resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
            gpus = self.gpus if resources.get("GPU") else 0
            remote = ray.remote(num_gpus=gpus)(_as_if_here)
            waiting = [remote.remote(os.getcwd(), do, task) for task in tasks]
            while waiting:
                done, waiting = ray.wait(waiting)
                yield from ray.get(done)
        finally:
            ray.shutdown()


def spread_arguments(add: Callable[..., Any], workers: int = 1) -> None:
    """--workers and --ray for a parser's add_argument; so many workers where nobody says."""
    add("--workers", type=int, default=workers, help="processes on this machine (%(default)s)")
    add("--ray", help="address of a Ray cluster that sees the same files, for the work; 'local' starts one here")


def _apply(work: tuple[Callable[..., Any], tuple[Any, ...]]) -> Any:
    do, task = work
    return do(*task)


def _as_if_here(folder: str, do: Callable[..., Any], task: tuple[Any, ...]) -> Any:
    """A cluster works in the folder that it was started in; paths are meant from where the user is."""
    os.chdir(folder)
    return do(*task)


def _quiet() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops its workers
