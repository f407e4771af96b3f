import argparse
import importlib
from dataclasses import dataclass

import pytest

from bridge.errors import BridgeError
from models.command import ended, field_arguments, filled


@dataclass(frozen=True, slots=True)
class Recipe:
    rate: float = 0.5
    save_every: int = 60


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


@pytest.mark.parametrize("package", ["deepexp", "gaze", "study", "synthetic"])
def test_every_verb_explains_itself_and_what_is_missing_is_said(
    package: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = importlib.import_module(f"models.{package}.__main__")
    for verb, (_, _, words) in command._VERBS.items():
        with pytest.raises(SystemExit, match=r"^0$"):
            command.main([verb, "--help"])
        assert " ".join(words.split()) in " ".join(capsys.readouterr().out.split())
    with pytest.raises(SystemExit, match=r"^2$"):
        command.main([])
    assert "VERB" in capsys.readouterr().err


def test_options_of_a_dataclass_come_back_as_one() -> None:
    parser = argparse.ArgumentParser()
    field_arguments(parser.add_argument, Recipe(), {"rate": "the rate", "save_every": "seconds"})
    assert filled(Recipe, parser.parse_args([])) == Recipe()
    assert filled(Recipe, parser.parse_args(["--save-every", "7", "--rate", "2"])) == Recipe(2.0, 7)
    assert "seconds (60)" in parser.format_help()
