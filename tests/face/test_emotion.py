"""A model that learnt from differences to each person's neutral: what the daemon gives it, and what it does without."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from bridge import profiles
from bridge.blendshapes import ARKIT, ARKIT_BASIS, ARKIT_TWICE
from bridge.channels import CHANNEL_NAMES, EMOTION_NAMES
from bridge.config import Config
from bridge.errors import BridgeError
from bridge.face.emotion import EmotionModel
from bridge.face.machines import Machines
from bridge.frames import NO_HEAD, EyeFrame, FaceReading, Result
from bridge.fusion import Fusion, FusionOptions, behind_headset
from bridge.personalization import FaceRest, Profile
from bridge.pipeline import Pipeline
from tests.faces import reading
from tests.test_fusion import NOBODY, NOTHING

ONE: Final = np.eye(28, dtype=np.float32)
EVERYBODY: Final = 4.0 * ONE[5]
OWN: Final = 4.0 * ONE[6]
UNREAD: Final = np.full(28, np.nan, np.float32)


def written(path: Path, neutral: np.ndarray | None = EVERYBODY) -> Path:
    """Knows a neutral face at 0 and happiness at 4 in the second coefficient, and what is far from all is fear."""
    machines = Machines(
        kind="emotion",
        names=("neutral", "happiness", "fear"),
        basis="none",
        card="made by a test",
        centre=np.zeros(28),
        scale=np.ones(28),
        vectors=4.0 * np.stack([ONE[0] * 0, ONE[1], ONE[2]]).astype(float),
        duals=2.0 * np.eye(3),
        offsets=-np.array([1.0, 1.0, 0.9]),
        code=2.0 * np.eye(3) - 1.0,
        gamma=0.5,
        temperature=0.1,
        neutral=None if neutral is None else neutral.astype(float),
    )
    path.write_bytes(machines.saved())
    return path


def test_the_wearers_neutral_is_subtracted_or_else_everybodys(tmp_path: Path) -> None:
    model = EmotionModel.load(written(tmp_path / "emotion.npz"), "none")
    for neutral in (None, np.full(28, np.nan)):
        told = model(np.stack([EVERYBODY, EVERYBODY + 4 * ONE[1], OWN + 4 * ONE[1]]), neutral)
        assert told.argmax(1).tolist() == [0, 1, 2], "the third is nobody's difference: what is far from all"
    assert model(OWN + 4 * ONE[1], OWN).argmax() == 1
    assert model(OWN, OWN)[0] > 0.9
    assert model(np.full(28, np.nan), OWN).tolist() == [1, 0, 0]
    assert np.isfinite(model(np.full(28, 3e38), np.full(28, -3e38))).all()


def test_a_model_of_faces_as_they_are_subtracts_nothing(tmp_path: Path) -> None:
    """As files of the format before are: the neutral is what they lack."""
    path = written(tmp_path / "emotion.npz", None)
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    assert "neutral" not in arrays
    np.savez(path, **{**arrays, "format": np.array(1)})
    model = EmotionModel.load(path)
    assert model(4 * ONE[1], 4 * ONE[1]).argmax() == 1


@pytest.mark.parametrize("neutral", [np.zeros(27), np.full(28, np.nan), np.array(["x"] * 28), np.zeros((28, 1))])
def test_a_neutral_that_is_none_is_refused(neutral: np.ndarray, tmp_path: Path) -> None:
    path = written(tmp_path / "emotion.npz")
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    np.savez(path, **{**arrays, "neutral": neutral})
    with pytest.raises(BridgeError, match="neutral"):
        EmotionModel.load(path)


def shown(pipeline: Pipeline, face: FaceReading, start: float, seconds: float) -> Result:
    for index in range(round(30 * seconds)):
        time = start + index / 30
        result = pipeline(EyeFrame(None, None, time, index, replace(face, time=time)))
    return result


def face(coefficients: np.ndarray, basis: str = "none") -> FaceReading:
    return reading(coefficients=tuple(coefficients.tolist()), basis=basis)


def test_the_line_subtracts_the_neutral_it_has_taken(tmp_path: Path) -> None:
    model = written(tmp_path / "emotion.npz")
    pipeline = Pipeline(Config.model_validate({"face": {"emotion": model}}), Config().network.open())
    smile = face(OWN + 4 * ONE[1])

    def emotion(result: Result) -> str:
        return EMOTION_NAMES[int(result.expression.emotions.argmax())]

    assert emotion(shown(pipeline, smile, 0.0, 0.5)) == "neutral", "a stranger's smile is far from everybody's"
    pipeline.capture_neutral(5.0)
    assert shown(pipeline, face(OWN), 1.0, 5.5).personalized
    np.testing.assert_array_equal(pipeline.profile.rest_in("none"), OWN)
    assert emotion(shown(pipeline, smile, 7.0, 1.0)) == "happiness"
    assert emotion(shown(pipeline, face(OWN), 9.0, 1.0)) == "neutral"
    pipeline.forget_neutral()
    assert emotion(shown(pipeline, face(EVERYBODY + 4 * ONE[1]), 10.0, 1.0)) == "happiness"


def test_a_rest_is_the_median_of_what_was_read_in_one_basis() -> None:
    read = [ONE[0], 3 * ONE[0], np.full(28, np.nan), 2 * ONE[0]]
    rest = FaceRest.of([face(9 * ONE[1], "before"), *(face(one) for one in read)])
    np.testing.assert_array_equal(rest.coefficients, 2 * ONE[0])
    profile = replace(Profile.population(np.zeros((2, 4), np.float32)), face=rest)
    assert profile.rest_in("none") is rest.coefficients
    assert profile.rest_in("before") is None, "coefficients of another basis mean nothing"
    assert np.isnan(FaceRest.of([face(np.full(28, np.nan))]).coefficients).all()
    assert profile.rest_in(ARKIT_BASIS) is rest.blendshapes
    assert Profile.population(np.zeros((2, 4), np.float32)).rest_in(ARKIT_BASIS) is None


def of_weights(basis: str, smile: np.ndarray) -> Machines:
    """Knows a face at rest from this one."""
    return Machines(
        kind="emotion",
        names=("neutral", "happiness"),
        basis=basis,
        card="made by a test",
        centre=np.zeros(len(smile)),
        scale=np.full(len(smile), 0.2),
        vectors=np.stack([0.0 * smile, smile / 0.2]),
        duals=2.0 * np.eye(2),
        offsets=-np.ones(2),
        code=2.0 * np.eye(2) - 1.0,
        gamma=0.1,
        temperature=0.1,
        neutral=np.zeros(len(smile)),
    )


def test_a_model_of_weights_and_a_second_opinion(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It weighs what the network and the landmark file say, each counted from the wearer's own rest."""
    smile = np.zeros(104)
    smile[ARKIT.index("mouthSmileLeft")] = smile[52 + ARKIT.index("mouthSmileLeft")] = 0.8
    path = tmp_path / "twice.npz"
    path.write_bytes(of_weights(ARKIT_TWICE, smile).saved())
    fuse = Fusion(FusionOptions(emotion=path))
    first, second = (half.astype(np.float32) for half in np.split(smile, 2))
    rest = FaceRest(0.0 * first, UNREAD, "", NO_HEAD, second=second)
    wearer = replace(NOBODY, face=rest)

    def happy(face: FaceReading, profile: Profile) -> float:
        found = fuse(NOTHING, 0.0, face, profile)[0]
        return float(found.emotions[EMOTION_NAMES.index("happiness")])

    both = replace(reading(), blendshapes=first, second=second)
    assert happy(both, NOBODY) > 0.9
    assert happy(both, wearer) < 0.6, "the landmark file always sees this wearer smile"
    assert happy(replace(both, blendshapes=0.0 * first), wearer) < 0.1
    with caplog.at_level("WARNING"):
        assert happy(replace(both, second=None), NOBODY) == pytest.approx(0.4), "half a smile, by rule"
        happy(replace(both, second=None), NOBODY)
    assert len([record for record in caplog.records if "there are not both" in record.message]) == 1
    hidden = behind_headset(both)
    assert hidden.second is not None
    np.testing.assert_array_equal(np.isnan(hidden.second), np.isnan(hidden.blendshapes))


def test_a_model_of_weights_reads_what_the_avatar_gets_whatever_the_face_model(tmp_path: Path) -> None:
    smile, rest = (np.zeros(52, np.float32) for _ in range(2))
    smile[[ARKIT.index("mouthSmileLeft"), ARKIT.index("mouthSmileRight")]] = 0.8
    rest[ARKIT.index("browDownLeft")] = 0.5
    path = tmp_path / "weights.npz"
    path.write_bytes(of_weights(ARKIT_BASIS, smile).saved())
    fuse = Fusion(FusionOptions(emotion=path))
    profile = replace(NOBODY, face=FaceRest(rest, UNREAD, "", NO_HEAD))
    quiet = reading(basis="any")

    def happy(weights: np.ndarray, wearer: Profile) -> float:
        given = replace(quiet, blendshapes=weights)
        found = fuse(NOTHING, 0.0, given, wearer)[0]
        return float(found.emotions[EMOTION_NAMES.index("happiness")])

    assert happy(smile, NOBODY) > 0.9
    assert happy(np.zeros(52, np.float32), NOBODY) < 0.1
    assert happy(smile + rest, profile) > 0.9, "a brow that is always low is no anger"
    assert happy(rest, profile) < 0.1
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    np.savez(path, **{**arrays, "basis": np.array("builtin")})
    with pytest.raises(BridgeError, match="52 numbers of a face, not 28"):
        EmotionModel.load(path)


def test_a_profile_keeps_the_neutral_and_one_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path)
    rest = FaceRest.of([face(OWN)])
    channels = np.zeros(len(CHANNEL_NAMES), np.float32)
    whole = Profile(np.full((2, 4), 90, np.float32), channels, personal=True, face=rest)

    def again(profile: Profile) -> Profile:
        profiles.save(profile, "me", "index")
        return profiles.load("me", "index", (2, 4), glasses=False)

    np.testing.assert_array_equal(again(whole).rest_in("none"), OWN)
    without = again(replace(whole, face=replace(rest, coefficients=UNREAD)))
    assert without.face is not None
    assert without.rest_in("none") is None
    for wrong in (np.full(28, np.inf, np.float32), np.zeros(27, np.float32), np.zeros((1, 28), np.float32)):
        with pytest.raises(BridgeError, match="damaged"):
            again(replace(whole, face=replace(rest, coefficients=wrong)))
