"""People by recipes: everybody shows everything in a way of their own, and the recipes can be told apart."""

import numpy as np

from bridge.blendshapes import ARKIT
from bridge.face.emotion import NAMES
from models.emotion.classifier import Faces, Setting, recall, train
from models.emotion.folds import folds
from models.emotion.recipes import RECIPES, Difficulty, acted


def test_a_person_shows_everything_twice_and_is_the_same_again() -> None:
    shown = acted(3, 0, Difficulty())
    assert [emotion for _, emotion, _ in shown] == [*NAMES, *NAMES]
    for label, emotion, weights in shown:
        assert label in NAMES
        assert emotion in RECIPES
        assert weights.shape == (len(ARKIT),)
        assert 0 <= weights.min() <= weights.max() <= 1
    again = acted(3, 0, Difficulty())
    assert all(np.array_equal(one[2], other[2]) for one, other in zip(shown, again, strict=True))
    assert not np.array_equal(shown[1][2], acted(4, 0, Difficulty())[1][2])


def test_labels_are_wrong_as_often_as_said() -> None:
    wrong = [label != emotion for person in range(60) for label, emotion, _ in acted(person, 0, Difficulty())]
    assert 0.01 < np.mean(wrong) < 0.06
    certain = Difficulty(mislabelled=0)
    assert all(label == emotion for person in range(5) for label, emotion, _ in acted(person, 0, certain))


def test_difficulty_makes_it_harder() -> None:
    def recognised(difficulty: Difficulty) -> float:
        shown = [(person, *one) for person in range(30) for one in acted(person, 0, difficulty)]
        labels = np.array([NAMES.index(label) for _, label, _, _ in shown])
        faces = Faces(np.stack([weights for *_, weights in shown]), labels, np.array([person for person, *_ in shown]))
        found = np.empty_like(labels)
        for test in folds(labels, faces.groups, 3, 0):
            rest = np.setdiff1d(np.arange(len(labels)), test)
            machines = train(faces[rest], NAMES, Setting(3.0, 0.02, False), "emotion")
            found[test] = machines(faces.features[test]).argmax(1)
        return recall(labels, found, len(NAMES))

    easy = recognised(Difficulty(0.9, 1.0, 0.05, 0.0, 0.02, 0.0, 0.0, 0.0))
    usual, hard = recognised(Difficulty()), recognised(Difficulty(0.2, 0.6, 0.6, 0.5, 0.3, 0.3, 0.6, 0.1))
    assert easy > 0.98
    assert hard < usual < easy
    assert hard > 1 / len(NAMES)
