import numpy as np
import pytest

from bridge.channels import ACTION_UNIT_NAMES, CHANNELS
from models.labels import columns
from models.metrics import Said, Truth, headline, measure

REST = np.array([channel.neutral for channel in CHANNELS], np.float32)


def truth(units: list[int], channels: list[np.ndarray], people: list[int]) -> Truth:
    table = np.array(channels, np.float32)
    known = np.ones(table.shape, np.bool_)
    return Truth(np.array(units), np.array([-1] * len(units)), table, known, *np.array([people] * 3))


def said(units: list[int], channels: list[np.ndarray]) -> Said:
    probabilities = np.eye(len(ACTION_UNIT_NAMES), dtype=np.float32)[units]
    return Said(probabilities, np.full((len(units), 5), 0.2, np.float32), np.array(channels, np.float32))


def turned(**stems: float) -> np.ndarray:
    values = REST.copy()
    for stem, value in stems.items():
        values[list(columns(stem))] = value
    return values


def test_classes_are_counted_where_they_are_labelled() -> None:
    figures = measure(said([0, 0, 1, 5], [REST] * 4), truth([0, 1, 1, -1], [REST] * 4, [7, 8, 8, 8]))
    units = figures["action_units"]
    assert units["accuracy"] == pytest.approx(2 / 3)
    assert units["classes"]["neutral"] == {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "pairs": 1}
    assert units["classes"]["brow_raise_left"]["recall"] == 0.5
    assert figures["people"]["worst"] == 0.5
    assert figures["people"]["worst_person"] == 8
    assert figures["headsets"] == {7: 1.0, 8: 0.5}
    assert np.isnan(figures["emotions"]["accuracy"])


def test_gaze_is_an_angle_in_space() -> None:
    wrong = measure(said([0], [turned(gaze_yaw=10)]), truth([0], [REST], [1]))
    assert wrong["gaze_degrees"]["median"] == pytest.approx(10, abs=1e-3)
    steep = measure(
        said([0], [turned(gaze_yaw=10, gaze_pitch=45)]), truth([0], [turned(gaze_yaw=0, gaze_pitch=45)], [1])
    )
    assert steep["gaze_degrees"]["median"] < 7.5  # yaw turns less the farther up one looks


def test_a_gaze_that_is_only_scaled_and_shifted_is_right_once_fitted() -> None:
    looks = [turned(gaze_yaw=yaw, gaze_pitch=yaw / 2) for yaw in range(-12, 13, 2)]
    answers = [turned(gaze_yaw=0.5 * yaw + 6, gaze_pitch=yaw / 2) for yaw in range(-12, 13, 2)]
    figures = measure(said([0] * 13, answers), truth([0] * 13, looks, [3] * 13))["gaze_degrees"]
    assert figures["median"] > 4
    assert figures["fitted"] < 0.01
    few = measure(said([0] * 5, answers[:5]), truth([0] * 5, looks[:5], [3] * 5))["gaze_degrees"]
    assert np.isnan(few["fitted"])


def test_closed_against_open_counts_pairs_in_order() -> None:
    lids = [turned(lid_openness=value) for value in (0.0, 0.1, 0.4, 0.9, 1.0)]
    answers = [turned(lid_openness=value) for value in (0.2, 0.5, 0.9, 0.3, 0.6)]
    figures = measure(said([0] * 5, answers), truth([0] * 5, lids, [1] * 5))
    assert figures["closed_auc"] == pytest.approx(3 / 4)
    assert figures["mean_error"]["lid_openness"] == pytest.approx((0.2 + 0.4 + 0.5 + 0.6 + 0.4) / 5)


def test_what_is_not_known_is_not_measured() -> None:
    blind = truth([0], [REST], [1])
    blind.known[:] = False
    figures = measure(said([0], [turned(gaze_yaw=40, pupil=1)]), blind)
    assert np.isnan(figures["gaze_degrees"]["median"])
    assert np.isnan(figures["mean_error"]["pupil"])
    assert set(headline(figures)) >= {"AU accuracy", "gaze degrees"}


def test_eyes_that_are_not_there_are_noticed_or_not() -> None:
    there = truth([0] * 4, [turned(visible=v) for v in (1.0, 1.0, 0.0, 0.0)], [1] * 4)
    figures = measure(said([0] * 4, [turned(visible=v) for v in (0.9, 0.1, 0.2, 0.6)]), there)
    assert figures["visible"] == {"lost": 0.5, "noticed": 0.5}
