import pytest

from bridge.errors import BridgeError
from models.command import ended


def _refuse() -> None:
    raise BridgeError("the folder [x] is empty; give another")


def _stop() -> None:
    raise KeyboardInterrupt


def test_each_ending_has_its_status_and_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(lambda: None) == 0
    assert ended(lambda: 3) == 3
    assert capsys.readouterr().err == ""
    assert ended(_refuse) == 2
    assert capsys.readouterr().err == "the folder [x] is empty; give another\n"
    assert ended(_stop, "Stopped.") == 130
    assert capsys.readouterr().err == "Stopped.\n"
