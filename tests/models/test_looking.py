"""What models.looking makes of a trace whose blinks, trembling and saccades are known."""

import numpy as np
import pytest

from bridge.channels import CHANNELS
from models import looking


def trace(dip: float, tremble: float) -> looking.Floats:
    """Eyes that jump at once from point to point, and read so much lower while the lids are down."""
    random = np.random.default_rng(1)
    rows = []
    for point in looking._POINTS:
        for n in range(looking._FIXATION):
            row = np.array([channel.neutral for channel in CHANNELS])
            shut = looking._blink(n / looking._FAST - looking._BLINKS)
            row[looking._LIDS] = 1.0 - shut
            row[looking._GAZE] = point + random.normal(0, tremble, (2, 2)) - np.array([0.0, dip * shut])
            rows.append(row)
    return np.array(rows)


def test_a_dip_a_tremble_and_a_saccade_are_told_as_they_are() -> None:
    found = looking.steadied(trace(dip=9.0, tremble=0.5), looking.raw)
    assert found["dip in a blink"] == pytest.approx(9.5, abs=1.0)
    assert found["worst in a blink"] == pytest.approx(9.5, abs=1.0)
    assert found["rms at rest"] == pytest.approx(0.5, abs=0.1)
    assert found["90 % of a saccade, ms"] == 0.0


def test_smoothing_helps_in_each_of_them() -> None:
    shaken = trace(dip=9.0, tremble=0.5)
    read, old, new = (looking.steadied(shaken, way) for way in (looking.raw, looking.one_euro, looking.smoothed))
    assert new["worst in a blink"] < 0.5 * old["worst in a blink"] < read["worst in a blink"]
    assert new["rms at rest"] < old["rms at rest"] < read["rms at rest"]
    assert new["90 % of a saccade, ms"] < 60.0, "it comes while gaze still eases back from the blink"


def test_the_table_is_the_mean_over_people() -> None:
    text = looking.table({"way": [{"a": 1.0, "b": np.nan}, {"a": 2.0, "b": 4.0}]})
    assert text.splitlines()[-1].split("|")[1:-1] == [f" {'way':<24} ", " 1.50 ", " 4.00 "]
