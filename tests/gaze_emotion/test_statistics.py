"""Intervals and p-values against populations whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.gaze_emotion.relations import LINES, THRESHOLD, Faces, averted, counted, projected, related
from models.gaze_emotion.statistics import cramers_v, pearson, relate, share

TYPES = np.array([0.0, 1.0])


def population(phi: float, avoiding: float = 0.35, away: float = 0.3) -> np.ndarray:
    """(4,) chances of a two by two table with given margins and phi."""
    both = avoiding * away + phi * np.sqrt(avoiding * (1 - avoiding) * away * (1 - away))
    return np.array([1 - avoiding - away + both, away - both, avoiding - both, both])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=2, max_size=7))
def test_both_measures_are_those_of_the_pictures_themselves(rows: list[tuple[int, int]]) -> None:
    counts, codes = np.array(rows), np.arange(1.0, len(rows) + 1)
    emotion = np.repeat(codes, counts.sum(1))
    away = np.concatenate([np.repeat([0, 1], pair) for pair in counts])
    assert pearson(counts, codes) == pytest.approx(np.corrcoef(emotion, away)[0, 1], abs=1e-9)
    assert cramers_v(counts) == pytest.approx(stats.contingency.association(counts, method="cramer"), abs=1e-9)
    merged = np.stack([counts[:1].sum(0), counts[1:].sum(0)])
    assert cramers_v(merged) <= cramers_v(counts) + 1e-9  # why the paper's correlation cannot be one of these


@pytest.mark.parametrize("phi", [0.0, 0.12, 0.34])
def test_the_interval_holds_the_truth_as_often_as_it_says(phi: float) -> None:
    rng = np.random.default_rng(1)
    times, hits = 400, 0
    for _ in range(times):
        sample = rng.multinomial(500, population(phi)).reshape(2, 2)
        low, high = relate(sample, TYPES, rng, draws=400).interval
        hits += low <= phi <= high
    assert hits / times == pytest.approx(0.95, abs=0.035)


def test_p_is_uniform_where_there_is_nothing() -> None:
    rng = np.random.default_rng(2)
    samples = rng.multinomial(400, np.outer([0.1, 0.1, 0.2, 0.3, 0.3], [0.6, 0.4]).ravel(), 400).reshape(-1, 5, 2)
    found = [relate(sample, np.arange(5.0), rng, draws=300) for sample in samples]
    for p in (np.array([relation.p for relation in found]), np.array([relation.v_p for relation in found])):
        assert stats.kstest(p, "uniform").pvalue > 0.01
        assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.03)
    chance = np.array([relation.v_by_chance for relation in found])
    assert np.mean([relation.v for relation in found]) == pytest.approx(chance.mean(), rel=0.05)


def test_it_finds_what_is_there_when_there_are_pictures_enough() -> None:
    rng = np.random.default_rng(3)

    def power(pictures: int, phi: float) -> float:
        samples = rng.multinomial(pictures, population(phi), 150).reshape(-1, 2, 2)
        return float(np.mean([relate(sample, TYPES, rng, draws=300).p < 0.05 for sample in samples]))

    assert power(3068, 0.1039) > 0.98  # the paper's number, and its pictures
    # normal theory: a correlation r of n pictures is found with chance Phi(sqrt(n) r - 1.96), here 0.34
    assert power(200, 0.11) == pytest.approx(stats.norm.cdf(np.sqrt(200) * 0.11 - 1.96), abs=0.12)


@pytest.mark.parametrize("counts", [[[5, 0], [7, 0]], [[0, 5], [0, 7]], [[5, 5], [0, 0]], [[0, 0], [0, 0]]])
def test_what_does_not_vary_has_no_correlation(counts: list[list[int]]) -> None:
    relation = relate(np.array(counts), TYPES, np.random.default_rng(0), draws=50)
    assert np.isnan([relation.correlation, *relation.interval, relation.p, relation.v]).all()
    assert relation.pictures == sum(map(sum, counts))


def test_an_interval_that_some_draws_cannot_speak_to() -> None:
    relation = relate(np.array([[6, 1], [7, 0]]), TYPES, np.random.default_rng(0), draws=500)  # a third lack the one
    assert np.isfinite(relation.interval).all()


def test_shares() -> None:
    assert share(8, 10) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)  # Wilson's, as in any textbook
    assert share(0, 0)[1:] == (0.0, 1.0)
    assert 0 <= share(0, 3)[1] < 1e-9


def test_direct_and_averted_as_the_paper_draws_them() -> None:
    straight, aside, diagonal = np.radians([[0.0, 0.0], [0.0, 40.0], [25.0, -25.0]])
    gaze = np.stack([straight, aside, diagonal])
    assert projected(gaze) == pytest.approx([0, 40 * np.sin(np.radians(40)), 40 * np.sqrt(2) * np.sin(np.radians(25))])
    assert averted(gaze).tolist() == [False, True, True]
    limit = np.arcsin(THRESHOLD / 40)
    assert np.degrees(limit) == pytest.approx(33.99, abs=0.01)
    assert averted(np.array([[limit - 1e-6, 0.0], [limit + 1e-6, 0.0]])).tolist() == [False, True]


def test_the_lines_of_the_table() -> None:
    emotion = np.array([6, 6, 3, 3, 4, 5, 7])
    away = np.array([0, 0, 1, 1, 1, 0, 0])
    faces = Faces(emotion, np.stack([np.zeros(7), np.where(away, 1.0, 0.0)], 1), np.array([1, 1, 1, 1, 1.5, 1, np.nan]))
    assert counted(faces, (6, 3, 4)).tolist() == [[2, 0], [0, 2], [0, 1]]
    seven, types, anger_disgust, happy_sad = (related(faces, line, draws=200) for line in LINES)
    assert anger_disgust.correlation == pytest.approx(1.0)
    assert happy_sad.correlation == pytest.approx(-1.0)  # this happy one looks away
    assert seven.correlation == pytest.approx(np.corrcoef(emotion, away)[0, 1])
    assert types.correlation == pytest.approx(np.corrcoef(np.isin(emotion, (2, 3, 5)), away)[0, 1])
    forward = faces.forward(1.2)
    assert forward.emotion.tolist() == [6, 6, 3, 3, 5]  # neither the one turned away nor the one nobody knows of
    assert np.isnan(related(forward, LINES[3], draws=50).correlation)
