"""The fit of prompted expressions: it repairs a network that mixes things up, and leaves a good one alone."""

import numpy as np
import pytest

from bridge.channels import ACTION_UNIT_NAMES, CHANNELS, EMOTION_NAMES
from bridge.exercises import EXERCISES, NEUTRAL, Exercise
from bridge.fewshot import SHAPES, Fit, Sample, fit
from bridge.frames import Expression

BY_NAME = {exercise.name: exercise for exercise in EXERCISES}


def said(name: str | None, table: tuple[str, ...], confusions: dict[str, str]) -> np.ndarray:
    """Probabilities of a network that sees `name`, half of it as something else where it confuses the two."""
    values = np.full(len(table), 0.02, np.float32)
    values[table.index(name or "neutral")] += 0.4
    values[table.index(confusions.get(name or "", name or "neutral"))] += 0.5
    return np.asarray(values / values.sum(), np.float32)


def reading(exercise: Exercise, random: np.random.Generator, strength: float, confusions: dict[str, str]) -> Expression:
    rest = NEUTRAL.channels
    channels = rest + strength * (exercise.channels - rest) + random.normal(0, 0.02, len(CHANNELS))
    units, emotions = (
        np.clip(table + random.normal(0, 0.01, len(table)), 0.001, 1).astype(np.float32)
        for table in (
            said(exercise.action_unit, ACTION_UNIT_NAMES, confusions),
            said(exercise.emotion, EMOTION_NAMES, confusions),
        )
    )
    return Expression(units / units.sum(), emotions / emotions.sum(), channels.astype(np.float32))


def session(
    confusions: dict[str, str] | None = None,
    strengths: dict[str, float] | None = None,
    skipped: tuple[str, ...] = (),
    seed: int = 1,
) -> list[Sample]:
    random = np.random.default_rng(seed)
    return [
        Sample(
            exercise, reading(exercise, random, (strengths or {}).get(exercise.name, 0.75), confusions or {}), i >= 6
        )
        for exercise in (NEUTRAL, *EXERCISES)
        if exercise.name not in skipped
        for i in range(12)
    ]


def accuracy(samples: list[Sample], found: Fit | None) -> dict[str, float]:
    """By exercise: the part of its frames whose action unit is right."""
    right: dict[str, list[bool]] = {}
    for sample in samples:
        if sample.exercise.action_unit is not None:
            expression = found(sample.reading) if found else sample.reading
            right.setdefault(sample.exercise.name, []).append(expression.action_unit == sample.exercise.action_unit)
    return {name: float(np.mean(each)) for name, each in right.items()}


def test_expressions_that_the_network_confuses_are_told_apart_after_the_fit() -> None:
    confusions = {"squint": "cheek_raise", "brow_lower": "neutral"}
    outcome = fit(session(confusions))
    fresh = session(confusions, seed=2)
    assert accuracy(fresh, None)["squint"] < 0.2
    assert min(accuracy(fresh, outcome.fit).values()) > 0.9
    assert outcome.before < 0.85 < 0.95 < outcome.after


def test_a_network_that_is_right_is_left_alone() -> None:
    outcome = fit(session())
    fresh = session(seed=3)
    assert min(accuracy(fresh, outcome.fit).values()) == 1.0
    assert outcome.weak == ()


def test_movements_that_show_weakly_are_strengthened_and_never_leave_their_range() -> None:
    strengths = {"brow_lower": 0.35, "anger": 0.35}
    found = fit(session(strengths=strengths)).fit
    assert found is not None
    fresh = [sample.reading for sample in session(strengths=strengths, seed=4) if sample.exercise.name == "brow_lower"]
    before, after = (np.mean([each["brow_down_left"] for each in part]) for part in (fresh, map(found, fresh)))
    assert after > before + 0.1
    full = found(BY_NAME["anger"].exemplar)
    ratios = [value for value, channel in zip(full.channels, CHANNELS, strict=True) if channel.unit == "ratio"]
    assert 0.0 <= min(ratios) <= max(ratios) <= 1.0


def test_what_a_person_cannot_do_is_named_and_not_learnt() -> None:
    unable = BY_NAME["brow_raise_left"]
    samples = [
        Sample(sample.exercise, session(skipped=("brow_raise_left",))[i % 12].reading, sample.late)
        if sample.exercise is unable
        else sample
        for i, sample in enumerate(session())
    ]
    outcome = fit(samples)
    assert outcome.weak == ("brow_raise_left",)
    relaxed = reading(NEUTRAL, np.random.default_rng(5), 0.0, {})
    assert (outcome.fit or Fit.nothing())(relaxed).action_unit == "neutral"


@pytest.mark.parametrize(
    "shown", [(), ("squint",), ("squint", "cheek_raise"), ("squint", "brow_lower", "surprise", "cheek_raise")]
)
def test_skipped_steps_cost_nothing_but_their_own_gain(shown: tuple[str, ...]) -> None:
    confusions = {"squint": "cheek_raise"}
    skipped = tuple(name for name in BY_NAME if name not in shown)
    outcome = fit(session(confusions, skipped=skipped))
    fresh = session(confusions, seed=6)
    before, after = accuracy(fresh, None), accuracy(fresh, outcome.fit)
    assert all(after[name] >= before[name] for name in after)
    assert "cheek_raise" not in shown or after["squint"] > 0.9


def test_what_the_network_takes_for_something_that_was_not_shown_is_left_to_the_network() -> None:
    skipped = tuple(name for name in BY_NAME if name not in ("squint", "brow_lower"))
    found = fit(session({"squint": "brow_lower"}, skipped=skipped)).fit
    assert found is not None
    cheeks = reading(BY_NAME["cheek_raise"], np.random.default_rng(5), 1.0, {})
    np.testing.assert_array_equal(found(cheeks).channels.clip(0, 1), cheeks.channels.clip(0, 1))
    np.testing.assert_allclose(found(cheeks).action_units, cheeks.action_units, atol=0.01)


def test_an_eye_that_is_not_seen_stays_unknown() -> None:
    samples = session({"squint": "cheek_raise"})
    for sample in samples:
        sample.reading.channels[1::2] = np.nan  # the table lists left, right, left, right
    found = fit(samples).fit
    assert found is not None
    after = found(samples[-1].reading)
    assert np.isnan(after.channels[1::2]).all()
    assert np.isfinite(after.channels[::2]).all()
    assert after.action_units.sum() == pytest.approx(1.0, abs=1e-5)


def test_no_fit_changes_nothing() -> None:
    for sample in session():
        after = Fit.nothing()(sample.reading)
        np.testing.assert_allclose(after.action_units, sample.reading.action_units, atol=0.01)
        np.testing.assert_array_equal(after.channels[14:], sample.reading.channels[14:])
    assert {name: getattr(Fit.nothing(), name).shape for name in SHAPES} == SHAPES
