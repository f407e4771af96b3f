import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.config import Config, save_settings, switched
from bridge.control import Adjust, Command, ForgetNeutral, Switch, parse
from bridge.errors import BridgeError
from bridge.frames import Result
from bridge.preview.feed import Feed, Status
from bridge.sinks import NativeOptions, VmcOptions, ZeroMqOptions
from bridge.sinks.base import BaseSinkOptions, Sink
from bridge.targets import TargetOptions, Targets
from tests.golden import make
from tests.sinks.peers import free_port

README = Path(__file__).parents[1] / "README.md"
HAPPY = make.FACES["happy"]


def ignore(command: Command) -> None: ...


class Kept(Sink):
    """Keeps what it is sent, and waits when it is told to."""

    def __init__(self, options: "KeptOptions") -> None:
        super().__init__("kept", options)
        self.results: list[int] = []
        self.lines: list[str] = []
        self.closed = False
        self.commands: Callable[[Command], None] = ignore
        self._may_close = options.may_close

    def _send(self, result: Result) -> None:
        self.results.append(result.index)
        self.traffic.packets += 2
        self.traffic.bytes += 100

    def hear(self, obey: Callable[[Command], None]) -> None:
        self.commands = obey

    def say(self, text: str) -> None:
        self.lines.append(text)

    def close(self) -> None:
        assert self._may_close.wait(20)
        self.closed = True


class KeptOptions(BaseSinkOptions, frozen=True, extra="forbid", arbitrary_types_allowed=True):
    may_open: threading.Event
    may_close: threading.Event
    opened: list[Kept]
    fails: list[bool]

    def open(self) -> Sink:
        assert self.may_open.wait(20)
        if self.fails.pop() if self.fails else False:
            raise BridgeError("no such host")
        self.opened.append(Kept(self))
        return self.opened[-1]


def kept(
    *, on: bool = True, open_now: bool = True, close_now: bool = True, fails: list[bool] | None = None
) -> KeptOptions:
    may_open, may_close = threading.Event(), threading.Event()
    if open_now:
        may_open.set()
    if close_now:
        may_close.set()
    return KeptOptions(enabled=on, may_open=may_open, may_close=may_close, opened=[], fails=fails or [])


def send(targets: Targets, index: int) -> None:
    targets.send(replace(HAPPY, pair=replace(HAPPY.pair, index=index)))


def send_until(targets: Targets, done: Callable[[], bool]) -> None:
    for index in range(1_000_000):
        send(targets, index)
        if done():
            return
    raise AssertionError("it never came to that")


def test_what_is_on_is_sent_every_frame_and_the_rest_nothing() -> None:
    first, second = kept(), kept(on=False)
    targets = Targets({"first": first, "second": second}, ignore)
    for index in range(3):
        send(targets, index)
    targets.close()
    assert first.opened[0].results == [0, 1, 2]
    assert first.opened[0].closed
    assert second.opened == []


def test_a_line_for_people_goes_to_what_is_open_and_most_have_no_place_for_it() -> None:
    chatty, off = kept(), kept(on=False)
    targets = Targets({"chatty": chatty, "off": off, "native": NativeOptions(enabled=True, port=free_port())}, ignore)
    targets.say("Smile")
    targets.switch("chatty", False)
    targets.say("Frown")
    targets.close()
    assert chatty.opened[0].lines == ["Smile"]


def test_a_target_that_opens_slowly_holds_up_no_frame() -> None:
    slow, quick = kept(on=False, open_now=False), kept()
    targets = Targets({"slow": slow, "quick": quick}, ignore)
    targets.switch("slow", True)
    for index in range(100):
        send(targets, index)
    assert quick.opened[0].results == list(range(100))
    assert targets.names == ["kept"]
    slow.may_open.set()
    send_until(targets, lambda: len(targets.names) == 2)
    send(targets, 7)
    assert slow.opened[0].results[-1] == 7
    targets.close()


def test_a_target_that_closes_slowly_is_opened_again_only_when_it_is_closed() -> None:
    lamp = kept(close_now=False)
    targets = Targets({"lamp": lamp}, ignore)
    targets.switch("lamp", False)
    targets.switch("lamp", True)
    for index in range(100):
        send(targets, index)
    assert len(lamp.opened) == 1, "two of them would fight over the lamp"
    assert lamp.opened[0].results == []
    lamp.may_close.set()
    send_until(targets, lambda: targets.names == ["kept"])
    assert len(lamp.opened) == 2
    assert lamp.opened[0].closed
    targets.close()
    assert lamp.opened[1].closed


def test_switching_to_and_fro_ends_where_the_last_switch_said() -> None:
    options = kept()
    targets = Targets({"it": options}, ignore)
    for on in (False, True, False, True, True, False):
        targets.switch("it", on)
    targets.close()
    assert all(sink.closed for sink in options.opened)
    assert targets.names == []


def test_what_cannot_be_opened_says_why_and_may_be_tried_again() -> None:
    options = kept(fails=[True])
    targets = Targets({"it": options, "other": kept()}, ignore)
    (it, other) = targets.states(0.0)
    assert (it.on, it.address, it.problem) == (True, "", "no such host")
    assert (other.on, other.address, other.problem) == (True, "kept", "")
    targets.switch("it", True)
    send_until(targets, lambda: len(targets.names) == 2)
    assert targets.states(0.0)[0].problem == ""
    targets.close()


def test_rates_are_those_of_the_last_second() -> None:
    targets = Targets({"it": kept()}, ignore)
    targets.states(10.0)
    for index in range(90):
        send(targets, index)
    assert targets.states(10.5)[0].packets == 0, "the second is not over"
    state = targets.states(11.0)[0]
    assert (state.packets, state.bytes) == (180.0, 9000.0)
    assert targets.states(11.5)[0].packets == 180.0
    assert targets.states(12.0)[0].packets == 0
    targets.switch("it", False)
    assert not targets.states(12.0)[0].on
    targets.close()


def test_receiving_programs_are_heard() -> None:
    options, heard = kept(), list[Command]()
    targets = Targets({"it": options}, heard.append)
    options.opened[0].commands(ForgetNeutral())
    targets.close()
    assert heard == [ForgetNeutral()]


def test_a_name_that_is_no_target_is_one_sentence() -> None:
    targets = Targets({"native": kept()}, ignore)
    with pytest.raises(BridgeError, match="there is no target nativ; choose one of native"):
        targets.switch("nativ", True)
    targets.close()
    with pytest.raises(BridgeError, match="there is no target nowhere; choose one of native, "):
        switched(Config(), "nowhere", True)


def test_every_target_of_the_settings_is_off_but_the_first_two() -> None:
    assert [name for name, target in Config().targets if target.enabled] == ["native", "vmc"]
    targets: dict[str, TargetOptions] = dict(Config().targets)
    assert all(callable(target.open) for target in targets.values())


def test_the_readme_has_a_row_and_the_port_for_each_target() -> None:
    rows = re.findall(r"^\| `(\w+)` \|(?:[^|]*\|){5} (\d+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    ports = {name: getattr(target, "port", 0) for name, target in Config().targets}
    usual = {"vmc": 39539, "vrchat": 9000}  # 0 in their options: by role, and as the program tells
    assert dict(rows) == {name: str(port or usual[name]) for name, port in ports.items()}


def test_real_targets_are_switched_while_frames_go_on() -> None:
    options: dict[str, TargetOptions] = {
        "native": NativeOptions(port=free_port()),
        "vmc": VmcOptions(port=free_port(), enabled=False),
        "zeromq": ZeroMqOptions(port=0, enabled=True),
    }
    targets = Targets(options, ignore)
    targets.switch("vmc", True)
    targets.switch("zeromq", False)
    send_until(targets, lambda: [name.split(":")[0] for name in targets.names] == ["127.0.0.1"] * 2)
    targets.close()


def test_a_switch_is_parsed_and_saved(tmp_path: Path) -> None:
    assert parse({"type": "switch", "target": "vmc", "on": False}) == Switch("vmc", False)
    for wrong in ({"target": "vmc", "on": 1}, {"target": "Vmc!", "on": True}, {"on": True}, {"target": 3, "on": True}):
        with pytest.raises(ValueError, match=r"target|on must|needs"):
            parse({"type": "switch", **wrong})
    assert not isinstance(parse({"type": "adjust", "path": "a.b", "value": 1}), Switch)
    assert parse({"type": "adjust", "path": "a.b", "value": 1}) == Adjust("a.b", 1.0)

    path = tmp_path / "settings.toml"
    path.write_text("[targets.vmc] # my avatar\nport = 1234\n")
    config = switched(switched(Config(), "livelink", True), "vmc", False)
    save_settings(config, path)
    assert "# my avatar" in path.read_text()
    assert "[targets.livelink]\nenabled = true" in path.read_text()
    assert path.read_text().count("enabled") == 2
    save_settings(switched(switched(config, "vmc", True), "livelink", False), path)
    assert "enabled = true" in path.read_text(), "what stands there is kept right, default or not"


def test_the_page_is_told_of_every_target() -> None:
    targets = Targets({"it": kept()}, ignore)
    status = Status(targets=targets.states(0.0))
    targets.close()
    messages = [json.loads(text) for text in Feed().messages(0.0, None, status, list) if isinstance(text, str)]
    told = next(message for message in messages if message["type"] == "status")
    assert told["targets"] == [
        {"name": "it", "address": "kept", "on": True, "packets": 0, "bytes": 0, "refused": 0, "problem": ""}
    ]
