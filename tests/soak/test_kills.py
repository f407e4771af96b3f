import pytest

from tests.soak.kills import CASES, kill_once


@pytest.mark.parametrize("case", CASES)
def test_what_a_killed_process_leaves_can_be_read(case: str) -> None:
    for seed in range(5):
        kill_once(case, 1000 + seed)
