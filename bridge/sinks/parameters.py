"""Unified Expressions as the parameters of one avatar: which it has, of which type, and what of them has changed.

A parameter is found by the end of its name, whatever stands before it, and sent as a float, as a bool, or as binary
digits (`Name1`, `Name2`, `Name4`, ... and `NameNegative`), all as VRCFaceTracking does it (BaseParameter.cs,
BinaryBaseParameter.cs; vrcft.io, "Binary parameters").
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.discovery import Avatar, Parameter
from bridge.frames import Result
from bridge.osc import Message, Pieces
from bridge.unified import BASE, LOW, PARAMETERS, SEEN, Unified

ACTIVE: Final = ("EyeTrackingActive", "ExpressionTrackingActive")
"Bools, without `v2/`: whether the avatar's face follows the wearer now."

_REFRESH: Final = (0.5, 1.0)
"Seconds after which an unchanged parameter is sent again; spread, so that not all fall into one frame."
_STEADY: Final = 0.6
"Steps that a float must move to be sent; more than half a step, so that none trembles between two."

_OURS: Final = re.compile(r"(?:(?P<prefix>.*)/)?v2/(?P<name>[A-Za-z]+)(?P<weight>[1-9]\d{0,4})?")
_FLAG: Final = re.compile(rf"(?:(?P<prefix>.*)/)?(?P<name>{'|'.join(ACTIVE)})")
_VERSIONED: Final = re.compile(r"v\d+$")
_SMOOTHED: Final = "OSCm/"  # an avatar's own smoothed copies; they are its to write


@dataclass(frozen=True, slots=True)
class _Output:
    """One parameter of the avatar, and how it follows from its value."""

    address: str
    source: str
    "Name in PARAMETERS or ACTIVE."
    steps: int = 0
    "Of a float between 0 and 1; 0 for a bool."
    below: float | None = None
    "A bool is set while the value is below this; None for a binary digit."
    digit: int = 0
    "Binary digits: which one, counted from 0 ..."
    digits: int = 0
    "... of how many, ..."
    signed: bool = False
    "... and whether negative values count."


def outputs(avatar: Avatar, steps: Sequence[int]) -> list[_Output]:
    """What of an avatar we can drive. `steps` are the steps from 0 to 1 of floats that are (unsigned, signed)."""
    floats, bools, digits, negatives = [], [], [], set()
    for parameter, prefix, name, weight in _matches(avatar):
        if parameter.kind == "float":
            if name in PARAMETERS and not weight:
                floats.append(_Output(parameter.address, name, steps[LOW[name] < 0]))
        elif name in PARAMETERS and not weight:
            bools.append(_Output(parameter.address, name, below=0.0 if name in BASE else 0.5))
        elif name in ACTIVE:
            digits.append((prefix, name, parameter.address, 1))
        elif name in PARAMETERS and (weight & (weight - 1)) == 0:
            digits.append((prefix, name, parameter.address, weight))
        elif name.removesuffix("Negative") in PARAMETERS and not weight:
            name = name.removesuffix("Negative")
            negatives.add((prefix, name))
            bools.append(_Output(parameter.address, name, below=0.0))
    found = [(prefix, name) for prefix, name, _, _ in digits]
    binaries = [
        _Output(
            address,
            name,
            digit=weight.bit_length() - 1,
            digits=found.count((prefix, name)),
            signed=(prefix, name) in negatives,
        )
        for prefix, name, address, weight in digits
    ]
    return [*floats, *bools, *binaries]


def _matches(avatar: Avatar) -> Iterator[tuple[Parameter, str, str, int]]:
    """(parameter, prefix, name without `v2/`, trailing number or 0) of what may be ours."""
    for parameter in avatar.parameters:
        found = _FLAG.fullmatch(parameter.name) or _OURS.fullmatch(parameter.name)
        if found is not None:
            prefix = found["prefix"] or ""
            if not _VERSIONED.search(prefix) and not prefix.startswith(_SMOOTHED):
                yield parameter, prefix, found["name"], int(found.groupdict().get("weight") or 0)


class AvatarParameters:
    """Packs what one avatar needs of each result: what changed, and now and then what did not.

    What cameras at the eyes cannot know stays silent until something moves it, so that another program may drive it.
    """

    def __init__(self, avatar: Avatar, steps: Sequence[int]) -> None:
        found = outputs(avatar, steps)
        self.sources: Final = frozenset(output.source for output in found)
        "What is driven, as names in PARAMETERS and ACTIVE."
        names = sorted(self.sources.difference(ACTIVE), key=PARAMETERS.index)
        self._unified = Unified(names)
        self._values = np.zeros(len(names) + 1, np.float32)  # the last one is for ACTIVE
        source = [names.index(o.source) if o.source not in ACTIVE else len(names) for o in found]
        self._layout(found, np.array(source, np.intp))
        self._seen = np.array([o.source in SEEN or o.source in ACTIVE for o in found], bool)
        self._forget()

    def _layout(self, found: list[_Output], source: NDArray[np.intp]) -> None:
        """Sorts out, in arrays, what the outputs say one by one: floats, then bools, then binary digits."""
        floats = [o for o in found if o.steps]
        bools = [o for o in found if o.below is not None]
        binaries = found[len(floats) + len(bools) :]
        self._float_of, self._bool_of, self._digit_of = np.split(source, [len(floats), len(floats) + len(bools)])
        self._steps = np.array([o.steps for o in floats], np.float32)
        self._below = np.array([o.below for o in bools], np.float32)
        self._scale = np.array([2.0**o.digits for o in binaries], np.float32)
        self._digit = np.array([o.digit for o in binaries], np.int32)
        self._lowest = np.array([-np.inf if o.signed else 0.0 for o in binaries], np.float32)
        self._tolerance = np.array([_STEADY] * len(floats) + [0.5] * (len(found) - len(floats)), np.float32)
        self._period = np.linspace(*_REFRESH, len(found))
        self._steps_of_all = np.concatenate((self._steps, np.ones(len(found) - len(floats), np.float32)))
        self._pieces = Pieces(Message(o.address, (0.0 if o.steps else False,)) for o in found)

    def _forget(self) -> None:
        """As if nothing had been sent yet; what is not seen counts as sent with its neutral value."""
        self._values[:] = 0
        self._sent = np.rint(self._outputs())
        self._sent_at = np.where(self._seen, -np.inf, np.inf)
        self._time = -np.inf

    def pack(self, result: Result, active: bool) -> tuple[bytes, ...]:
        """The datagrams to send with this result; `active` is what the avatar hears as ACTIVE."""
        time = result.time
        if time < self._time:  # a recording began again
            self._forget()
        self._time = time
        self._values[:-1] = self._unified(result)
        self._values[-1] = active
        now = self._outputs()
        due = ((np.abs(now - self._sent) > self._tolerance) | (time - self._sent_at >= self._period)).nonzero()[0]
        if not len(due):
            return ()
        self._sent[due] = np.rint(now[due])
        self._sent_at[due] = time
        return self._pieces.pack(self._sent / self._steps_of_all, due)

    def _outputs(self) -> NDArray[np.float32]:
        """Floats in steps, then bools and binary digits as 0 and 1."""
        values = self._values
        digits = values[self._digit_of]
        size = np.abs(digits)
        ones = ((size * self._scale).astype(np.int32) >> self._digit & 1) > 0
        ones = (ones | (size > 0.99999)) & (digits >= self._lowest)
        parts = (values[self._float_of] * self._steps, values[self._bool_of] < self._below, ones)
        return np.concatenate(parts, dtype=np.float32)
