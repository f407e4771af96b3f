from pathlib import Path

import numpy as np
import pytest

from bridge.channels import CHANNEL_NAMES
from bridge.errors import BridgeError
from bridge.truth import TRUTH, FrameTruth, read_truth, write_truth


def test_labels_come_back_as_they_were(tmp_path: Path) -> None:
    channels = np.linspace(-45, 1, len(CHANNEL_NAMES), dtype=np.float32)
    channels[3] = np.nan
    write_truth(tmp_path, [FrameTruth(7, "squint", "anger", 0.1 + 0.2, channels), FrameTruth(9)])
    truths = read_truth(tmp_path)
    assert list(truths) == [7, 9]
    assert (truths[7].action_unit, truths[7].emotion, truths[7].strength) == ("squint", "anger", 0.1 + 0.2)
    np.testing.assert_array_equal(truths[7].channels, channels)
    assert (truths[9].action_unit, truths[9].emotion) == ("", "")
    assert np.isnan([truths[9].strength, *truths[9].channels]).all()


def test_a_recording_without_labels(tmp_path: Path) -> None:
    assert read_truth(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("frame,action_unit\n1,squint\n2,smirk\n", "line 3: 'smirk' is none of neutral"),
        ("frame,pupil_left\nx,1\n", "line 2: invalid literal"),
        ("frame,pupil_left\n1,wide\n", "line 2: could not convert"),
        ("frame,pupil_left\n1,1e300\n", "line 2: pupil_left is 1e300"),
        ("frame,pupil_left\n1,inf\n", "line 2: pupil_left is inf"),
        ("frame,action_unit\n1,squint,2\n", "line 2: more fields than columns"),
        ("frame,pupils\n1,2\n", "columns that mean nothing here: pupils"),
        ("action_unit\nsquint\n", "line 2: invalid literal"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / TRUTH).write_text(text)
    with pytest.raises(BridgeError, match=complaint):
        read_truth(tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / TRUTH).write_bytes(b"frame\n\xff\xfe\n")
    with pytest.raises(BridgeError, match="cannot read"):
        read_truth(tmp_path)
