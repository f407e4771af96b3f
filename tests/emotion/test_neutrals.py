"""Everybody's own neutral: nothing is subtracted from itself, and where there is none that is said."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.face.emotion import NAMES
from models.emotion.answers import final, joined
from models.emotion.classes import NUMBERS
from models.emotion.classifier import Setting, recall, train
from models.emotion.faces import Face, Listing
from models.emotion.features import Reading
from models.emotion.folds import Ints
from models.emotion.neutrals import neutrals_of
from models.emotion.study import BLENDSHAPES, COEFFICIENTS, OTHERS, OWN, PLAIN, WEIGHTS, Study, study_of


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 1000))
def test_by_hand(rows: int, people: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    features, neutral, whose = rng.normal(size=(rows, 3)), rng.random(rows) < 0.4, rng.integers(0, people, rows)
    found = neutrals_of(features, neutral, whose)
    means = {one: features[neutral & (whose == one)].mean(0) for one in set(whose[neutral].tolist())}
    for row in range(rows):
        other = neutral & (whose == whose[row]) & (np.arange(rows) != row)
        assert found.own[row] == pytest.approx(
            features[other].mean(0) if other.any() else np.full(3, np.nan), nan_ok=True
        )
        strangers = [mean for one, mean in means.items() if one != whose[row]]
        assert found.others[row] == pytest.approx(np.mean(strangers, 0) if strangers else np.zeros(3))
    assert found.everybody == pytest.approx(np.mean(list(means.values()), 0) if means else np.zeros(3))


class Gallery:
    """Faces whose coefficients are given, and what was read of them."""

    def __init__(self) -> None:
        self.faces: list[Face] = []
        self.neutrals: list[Face] = []
        self.readings: dict[str, Reading] = {}

    def add(self, person: str, emotion: str, values: np.ndarray, asked: bool = True, digest: str = "") -> str:
        name = f"{len(self.readings)}.png"
        face = Face(Path(name), name, NUMBERS[emotion], person, asked=asked)
        (self.faces if asked else self.neutrals).append(face)
        shapes = tuple(np.concatenate([values, np.zeros(24)]).tolist())
        own = hashlib.sha256(name.encode()).hexdigest()
        self.readings[name] = Reading("", "", 1, digest or own, shapes, tuple(values.tolist()), (), shapes)
        return name

    def study(self, compare: bool = True) -> Study:
        listing = Listing("made up", tuple(self.faces), tuple(self.neutrals), ())
        return study_of(listing, self.readings, {}, compare, 0)


def people(count: int, apart: float, seed: int = 0) -> Gallery:
    """Who differ at rest by far more than emotions move them; two neutral pictures each."""
    rng, gallery = np.random.default_rng(seed), Gallery()
    moves = np.random.default_rng(1).normal(0, 1, (7, 28)) * (np.arange(7) > 0)[:, None]
    for person in range(count):
        rest = rng.normal(0, apart, 28)
        for emotion, move in zip(NAMES * 2, np.tile(moves, (2, 1)), strict=True):
            gallery.add(f"p{person}", emotion, rest + move + rng.normal(0, 0.3, 28))
    return gallery


def recognised(study: Study, learnt: str, asked: str, source: str = COEFFICIENTS) -> float:
    said = {}
    setting = Setting(3.0, 0.02, False)
    for number, test in enumerate(study.tests):
        rest = np.setdiff1d(np.arange(len(study.labels)), test)
        machines = train(
            study.learnt_from(study.sources[source].against(learnt))[rest], study.names, setting, "emotion"
        )
        said[number] = setting, machines(study.sources[source].against(asked)[test]).argmax(1).tolist()
    answers = joined(study, said)
    return recall(study.labels, answers.found, len(study.names))


def test_people_who_differ_at_rest_are_recognised_by_differences() -> None:
    study = people(4, 3.0).study()
    assert study.best == (WEIGHTS, OWN)
    assert not study.plain
    for source in (COEFFICIENTS, BLENDSHAPES):
        plain, own = (recognised(study, which, which, source) for which in (PLAIN, OWN))
        assert plain < 0.6
        assert own > 0.95
    assert recognised(study, OWN, OTHERS) < 0.6, "somebody whose rest is not known yet"


def test_the_model_carries_everybodys_neutral() -> None:
    study = people(4, 1.0).study()
    machines = final(study, 1, 0, "made by a test")
    source = study.sources[WEIGHTS]
    assert source.neutrals is not None
    neutral = np.array([study.names[label] == "neutral" for label in study.labels])
    assert machines.neutral == pytest.approx(source.features[neutral].mean(0))
    own = source.features[neutral & (study.groups == 0)].mean(0)
    mine = study.groups == 0
    assert (machines(source.features[mine], own).argmax(1) == study.labels[mine]).mean() > 0.9
    plain = final(people(4, 1.0).study(compare=False), 1, 0, "made by a test")
    assert plain.neutral is None


def names_of(study: Study) -> list[str]:
    return [face.name for face in study.faces]


def test_a_neutral_picture_without_another_is_not_asked_about_but_compared_with() -> None:
    gallery = people(3, 1.0)
    for move in range(2):
        last = gallery.add("lonely", "anger", np.full(28, float(move)))
    only = gallery.add("lonely", "neutral", np.full(28, 7.0))
    never = gallery.add("never at rest", "anger", np.zeros(28))
    study = gallery.study()
    listed = {trouble.name: trouble.kind for trouble in study.troubles}
    assert listed == {only: "no other neutral", never: "no other neutral"}
    assert study.looked_at == len(study.faces) + 2
    neutrals = study.sources[COEFFICIENTS].neutrals
    assert neutrals is not None
    assert neutrals.own[names_of(study).index(last)] == pytest.approx(7.0)
    assert np.isfinite(neutrals.own).all()
    assert len(gallery.study(compare=False).faces) == len(study.faces) + 2


def test_further_neutral_pictures_count_unless_they_are_the_same_or_unreadable() -> None:
    gallery = people(3, 1.0)
    known = gallery.readings["0.png"].digest  # p0's own first neutral picture
    single = gallery.add("p9", "neutral", np.zeros(28))
    gallery.add("p9", "neutral", np.full(28, 5.0), asked=False)
    gallery.add("p9", "neutral", np.full(28, 9.0), asked=False, digest=gallery.readings[single].digest)
    gallery.add("p0", "neutral", np.full(28, 50.0), asked=False, digest=known)
    unread = gallery.add("p9", "neutral", np.full(28, 90.0), asked=False)
    gallery.readings[unread] = Reading("no face")
    study = gallery.study()
    neutrals = study.sources[COEFFICIENTS].neutrals
    assert neutrals is not None
    assert neutrals.own[names_of(study).index(single)] == pytest.approx(5.0)
    assert np.abs(neutrals.own).max() < 10
    assert len(study.faces) == 14 * 3 + 1, "what is compared with is not asked about"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ([("", "neutral"), ("", "anger")] * 2, "who is who"),
        ([(f"p{person}", emotion) for person in range(3) for emotion in ("neutral", "anger")], "two neutral pictures"),
        ([(f"p{person}", emotion) for person in range(3) for emotion in ("fear", "anger")], "no neutral pictures of"),
    ],
)
def test_where_faces_cannot_be_compared_they_are_taken_as_they_are(made: list[tuple[str, str]], words: str) -> None:
    gallery = Gallery()
    for number, (person, emotion) in enumerate(made):
        gallery.add(person, emotion, np.full(28, float(number)))
    study = gallery.study()
    assert words in study.plain
    assert study.best == (WEIGHTS, PLAIN)
    assert len(study.faces) == len(made)
    assert [row for _, asked in study.questions() for row in asked] == [
        (WEIGHTS, PLAIN),
        (COEFFICIENTS, PLAIN),
        (BLENDSHAPES, PLAIN),
    ]


def test_folds_are_of_people_whatever_is_compared() -> None:
    study = people(6, 1.0).study()
    groups: list[Ints] = [study.groups[test] for test in study.tests]
    assert sum(len(set(group.tolist())) for group in groups) == 6
