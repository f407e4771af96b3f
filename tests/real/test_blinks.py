"""The shipped network on real eyes: the only real labelled truth there is."""

import pytest

from tests.real.blinks import CLIPS, FOLDER, analyze, found_afterwards, found_live, score

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the real clips are not at {FOLDER}")


@pytest.mark.parametrize(
    ("name", "blinks", "alarms", "live", "area"),  # the aims are all blinks, no alarm and 0.998: see the card
    [("eyeloop", 3, 0, 3, 0.998), ("meye", 8, 0, 5, 0.998), ("deepvog", 0, 0, 0, None)],
)
def test_blinks_are_found(name: str, blinks: int, alarms: int, live: int, area: float | None) -> None:
    results = analyze(CLIPS[name])
    found = score(CLIPS[name], results, found_afterwards(results))
    assert found.hits >= blinks
    assert len(found.false_alarms) <= alarms
    assert area is None or found.area >= area
    shut = score(CLIPS[name], results, found_live(results))
    assert shut.hits >= live
    assert shut.false_alarms == ()


def test_darkness_is_no_blink() -> None:
    results = analyze(CLIPS["deepvog"])
    assert score(CLIPS["deepvog"], results, found_live(results)).in_the_dark == 0
    dark = [result.quality for result in results[5:18]]
    assert max(dark) == 0.0, "nothing is seen in a black picture"
