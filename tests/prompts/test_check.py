import sys

import pytest

from bridge.checks.prompts import prompts
from bridge.config import Config
from tests.prompts.programs import Programs


def found(**options: object) -> tuple[str, str, str]:
    config = Config.model_validate({"prompts": {"overlay": "off", **options}})
    (finding,) = prompts(config)
    return finding.state, finding.text, finding.remedy


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bring a voice and a player")
def test_the_doctor_names_voice_and_player_or_the_remedy(programs: Programs) -> None:
    state, text, remedy = found()
    assert (state, text) == ("warning", "not spoken, not sounded, not shown in SteamVR")
    assert "install espeak-ng" in remedy
    assert found(speech="off")[2].startswith("install pulseaudio-utils")
    silent = "not spoken (switched off), not sounded (switched off), not shown in SteamVR"
    assert found(speech="off", sounds=False) == ("ok", silent, "")
    programs.add("espeak-ng", "spd-say", "aplay")
    assert found() == ("ok", "spoken by spd-say, sounded by aplay, not shown in SteamVR", "")
    assert not programs.heard, "nothing is said"
