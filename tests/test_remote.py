import re
from pathlib import Path

import pytest

from bridge.control import CaptureNeutral, Command, SkipStep, StartGuide, UndoCalibration
from bridge.osc import Message, Value
from bridge.remote import COMMANDS, DESCRIPTIONS, Remote

PROTOCOL = Path(__file__).parent.parent / "engine_plugins" / "PROTOCOL.md"

RECENTER = "/avatar/parameters/eyebridge_recenter"
CALIBRATE = "/avatar/parameters/eyebridge_calibrate"


class Wearer:
    def __init__(self) -> None:
        self.obeyed: list[Command] = []
        self.now = 100.0
        self._remote = Remote(self.obeyed.append, clock=lambda: self.now)

    def does(self, address: str, *arguments: Value, after: float = 2.0) -> list[Command]:
        self.now += after
        self._remote(Message(address, arguments))
        return self.obeyed


def test_a_button_is_one_press_however_long_it_is_held() -> None:
    wearer = Wearer()
    assert wearer.does(RECENTER, False) == []
    for _ in range(3):
        assert wearer.does(RECENTER, True) == [CaptureNeutral(1.0)]
    wearer.does(RECENTER, False)
    assert wearer.does(CALIBRATE, True) == [CaptureNeutral(1.0), CaptureNeutral()]
    assert wearer.does(RECENTER, True) == [CaptureNeutral(1.0), CaptureNeutral(), CaptureNeutral(1.0)]


@pytest.mark.parametrize("arguments", [(), (1,), (1.0,), (True,), ("now",)])
def test_our_own_addresses_work_each_time(arguments: tuple[Value, ...]) -> None:
    wearer = Wearer()
    wearer.does("/eyebridge/recenter", *arguments)
    assert wearer.does("/eyebridge/calibrate", *arguments) == [CaptureNeutral(1.0), CaptureNeutral()]


def test_a_flood_is_one_command_a_second() -> None:
    wearer = Wearer()
    for n in range(1000):
        wearer.does("/eyebridge/recenter", after=0.005)
        wearer.does(RECENTER, n % 2 == 0, after=0.005)
    assert 9 <= len(wearer.obeyed) <= 11


def test_another_command_is_obeyed_at_once_and_the_same_one_from_elsewhere_is_not() -> None:
    wearer = Wearer()
    wearer.does("/eyebridge/recenter")
    wearer.does(RECENTER, True, after=0.1)
    assert wearer.does("/eyebridge/undo", after=0.1) == [CaptureNeutral(1.0), UndoCalibration()]
    wearer.does("/eyebridge/skip", after=0.0)
    assert wearer.does("/eyebridge/skip", after=0.9)[2:] == [SkipStep()]
    assert wearer.does("/eyebridge/skip", after=0.2)[2:] == [SkipStep(), SkipStep()]


@pytest.mark.parametrize("address", ["/avatar/parameters/eyebridge", "/eyebridge/recenter/", "/avatar/change", "/"])
def test_other_addresses_mean_nothing(address: str) -> None:
    assert Wearer().does(address, True) == []


@pytest.mark.parametrize("argument", [False, 0, 0.0, None, ""])
def test_off_is_no_command(argument: Value) -> None:
    assert Wearer().does("/eyebridge/recenter", argument) == []


def test_the_guide_is_started_skipped_and_undone_by_both_kinds_of_triggers() -> None:
    for prefix in ("/eyebridge/", "/avatar/parameters/eyebridge_"):
        wearer = Wearer()
        for word in ("guide", "skip", "undo"):
            wearer.does(prefix + word, True)
        assert wearer.obeyed == [StartGuide(), SkipStep(), UndoCalibration()]


def test_the_protocol_lists_the_commands_that_there_are() -> None:
    rows = re.findall(r"^\| `(/eyebridge/\w+)` \| ([^|]+) \|$", PROTOCOL.read_text("utf-8"), re.MULTILINE)
    ours = {address: DESCRIPTIONS[address.rpartition("/")[2]] for address in COMMANDS if "avatar" not in address}
    assert dict(rows) == ours
