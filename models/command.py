"""What the commands of this package share: verbs, options made of dataclasses, a bar, and how a command ends."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bridge.errors import BridgeError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Add = Callable[..., Any]
"A parser's add_argument."
Made = TypeVar("Made", bound="DataclassInstance")

_STOPPED: Final = "Stopped; the same command goes on from here."


class Verb(NamedTuple):
    """One of the things a command does."""

    do: Callable[[argparse.Namespace], int | None]
    arguments: Callable[[Add], None]
    words: str
    "For --help."


def run_verb(
    parser: argparse.ArgumentParser,
    verbs: Mapping[str, Verb],
    arguments: Sequence[str] | None,
    stopped: str = _STOPPED,
) -> int:
    """Does what the arguments (None: the command line's) ask for and gives the exit status, as `ended` does."""
    commands = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, verb in verbs.items():
        verb.arguments(commands.add_parser(name, help=verb.words, description=verb.words).add_argument)
    options = parser.parse_args(arguments)
    return ended(lambda: verbs[options.verb].do(options), stopped)


def ended(job: Callable[[], int | None], stopped: str = _STOPPED) -> int:
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


def field_arguments(add: Add, defaults: "DataclassInstance", words: Mapping[str, str]) -> None:
    """An option for each field, all of which are numbers, with its words and its default for --help."""
    for name, value in asdict(defaults).items():
        add(f"--{name.replace('_', '-')}", type=type(value), default=value, help=f"{words[name]} (%(default)s)")


def filled(kind: type[Made], options: argparse.Namespace) -> Made:
    """A dataclass of the options that are called as its fields are."""
    return kind(**{field.name: getattr(options, field.name) for field in fields(kind)})


def bar_on(console: Console, disable: bool = False) -> Progress:
    """A bar for work that is counted: what, how far, how many of how many, the time so far and still to come."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(TextColumn("{task.description}"), *columns, console=console, disable=disable)
