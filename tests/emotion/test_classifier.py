"""The classifier: parity with scikit-learn, chance where there is nothing to learn, files that are refused."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from bridge.errors import BridgeError
from bridge.face.emotion import NAMES, EmotionModel
from bridge.face.machines import Machines
from models.emotion.classifier import Faces, Setting, recall, search, train
from models.emotion.folds import folds

SETTING = Setting(3.0, 0.05, False)


def clouds(apart: float, people: int = 12, seed: int = 0) -> Faces:
    """Seven clouds of faces in 28 dimensions; everybody shows each class twice."""
    rng = np.random.default_rng(seed)
    labels, groups = (part.ravel() for part in np.meshgrid(np.tile(np.arange(7), 2), np.arange(people)))
    middles = np.random.default_rng(1).normal(0, apart, (7, 28))
    offsets = rng.normal(0, 0.3, (people, 28))
    return Faces(middles[labels] + offsets[groups] + rng.normal(0, 1, (len(labels), 28)), labels, groups)


def trained(apart: float = 1.0, setting: Setting = SETTING) -> tuple[Machines, Faces]:
    faces = clouds(apart)
    return train(faces, NAMES, setting, "emotion", "a basis", "made by a test"), faces


@pytest.mark.parametrize("balanced", [False, True])
def test_machines_say_what_scikit_learn_says(balanced: bool, tmp_path: Path) -> None:
    setting = Setting(3.0, 0.05, balanced)
    machines, faces = trained(0.4, setting)
    (tmp_path / "model.npz").write_bytes(machines.saved())
    loaded = Machines.load(tmp_path / "model.npz", "emotion", "a basis")
    strangers = clouds(0.4, seed=5).features
    scores = loaded.scores(strangers)
    for column in range(7):
        weights = "balanced" if balanced else None
        theirs: Any = make_pipeline(StandardScaler(), SVC(C=3.0, gamma=0.05, class_weight=weights))
        theirs.fit(faces.features, faces.labels == column)
        assert scores[:, column] == pytest.approx(theirs.decision_function(strangers), abs=1e-9)
    model = EmotionModel.load(tmp_path / "model.npz", "a basis")
    told = model(strangers)
    assert told == pytest.approx(np.stack([model(one) for one in strangers]), abs=1e-12)
    assert told.sum(1) == pytest.approx(1.0)
    # one-versus-all: the hinge loss decides as the largest score does, as far as a score is under its margin
    inside = np.abs(scores).max(1) < 1
    assert inside.any()
    assert (told.argmax(1) == scores.argmax(1))[inside].all()


def test_probabilities_are_honest() -> None:
    """Of faces told with about 70 %, about 70 % are what was told."""
    machines, _ = trained(0.45)
    strangers = clouds(0.45, people=60, seed=9)
    told = machines(strangers.features)
    sure, right = told.max(1), told.argmax(1) == strangers.labels
    for low, high in ((0.3, 0.5), (0.5, 0.7), (0.7, 0.9)):
        some = (sure >= low) & (sure < high)
        assert some.sum() > 50
        assert right[some].mean() == pytest.approx(sure[some].mean(), abs=0.12)


def test_what_is_not_finite_is_a_neutral_face() -> None:
    machines, faces = trained()
    model = EmotionModel(machines)
    rows = faces.features[:3].copy()
    rows[1, 4] = np.nan
    told = model(rows)
    assert told[1].tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert told[[0, 2]] == pytest.approx(model(faces.features[[0, 2]]))
    assert np.isfinite(model(np.full(28, 1e200))).all()


def test_search_finds_what_there_is_and_no_more() -> None:
    """Clear clouds are told apart; labels that mean nothing stay at chance, for people that were not seen."""
    clear, nothing = clouds(1.0), clouds(0.0)
    nothing = Faces(nothing.features, np.random.default_rng(3).permutation(nothing.labels), nothing.groups)
    for faces, low, high in ((clear, 0.97, 1.0), (nothing, 0.02, 0.28)):
        found = np.empty_like(faces.labels)
        for test in folds(faces.labels, faces.groups, 2, 0):
            rest = np.setdiff1d(np.arange(len(faces.labels)), test)
            machines = train(faces[rest], NAMES, search(faces[rest], 7, 3, 0), "emotion")
            found[test] = machines(faces.features[test]).argmax(1)
        assert low <= recall(faces.labels, found, 7) <= high


def test_a_class_that_nobody_shows() -> None:
    faces = clouds(1.0)
    faces = faces[faces.labels != 3]
    told = train(faces, NAMES, SETTING, "emotion")(faces.features)
    assert recall(faces.labels, told.argmax(1), 7) > 0.95
    assert (told.argmax(1) != 3).all()


@given(st.integers(1, 60), st.integers(1, 12), st.integers(2, 10), st.integers(0, 100))
def test_folds_keep_people_together(rows: int, people: int, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels, groups = rng.integers(0, 4, rows), rng.integers(0, people, rows)
    parts = folds(labels, groups, count, seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(rows))
    assert sum(len(set(groups[part])) for part in parts) == len(set(groups))
    assert len(parts) == min(count, len(set(groups)))


def test_folds_have_their_share_of_every_class() -> None:
    labels, groups = np.repeat([0, 0, 0, 1, 2, 2], 20), np.arange(120)
    for part in folds(labels, groups, 10, 0):
        assert np.bincount(labels[part]).tolist() == [6, 2, 4]


def archive(**changed: Any) -> bytes:
    with np.load(io.BytesIO(trained()[0].saved()), allow_pickle=False) as stored:
        arrays: dict[str, Any] = {name: stored[name] for name in stored.files}
    buffer = io.BytesIO()
    np.savez(buffer, **{name: value for name, value in (arrays | changed).items() if value is not None})
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("vectors.npy", b"\0" * (64 << 20))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no emotion model"),
        (b"PK\x03\x04 half of it", "no emotion model"),
        (bomb(), "more than any needs"),
        (archive(format=np.array(9)), "format 9"),
        (archive(kind=np.array("stress")), "'stress', not of emotion"),
        (archive(basis=np.array("another")), "another face model"),
        (archive(names=np.array(["one", "two"])), "does not fit"),
        (archive(names=np.array([*NAMES[:6], NAMES[0]])), "one name"),
        (archive(names=np.array([object()] * 7)), "no emotion model"),
        (archive(duals=None), "no emotion model"),
        (archive(centre=np.full(28, np.nan)), "centre has numbers"),
        (archive(centre=np.array(["x"] * 28)), "centre is"),
        (archive(scale=np.zeros(28)), "not above 0"),
        (archive(gamma=np.array(-1.0)), "not above 0"),
        (
            archive(vectors=np.zeros((1, 52)), duals=np.zeros((1, 7)), centre=np.zeros(52), scale=np.ones(52)),
            "reads 52",
        ),
        (archive(code=np.zeros((7, 7))), "its code"),
        (archive(vectors=np.zeros((0, 28)), duals=np.zeros((0, 7))), "no classes"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "model.npz").write_bytes(content)
    with pytest.raises(BridgeError, match=words) as refused:
        EmotionModel.load(tmp_path / "model.npz", "a basis")
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.npz", tmp_path):
        with pytest.raises(BridgeError, match=r"python -m models\.emotion"):
            EmotionModel.load(path)
