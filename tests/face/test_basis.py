"""The expression basis: orthonormal, the same everywhere, and with an exact way back to ARKit weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.face import COEFFICIENTS
from bridge.face.basis import ExpressionBasis
from bridge.face.model import FaceModel, load

FACE = load(None)
BASIS = ExpressionBasis(FACE)
LARGEST = float(np.abs(BASIS.coefficients(np.eye(len(ARKIT)))).max())

WEIGHTS = arrays(np.float64, len(ARKIT), elements=st.one_of(st.just(0.0), st.just(1.0), st.floats(0.0, 1.0)))


@settings(deadline=None, max_examples=30)
@given(WEIGHTS)
def test_the_way_back_is_exact_on_everything_a_face_can_do(weights: np.ndarray) -> None:
    coefficients = BASIS.coefficients(weights)
    back = BASIS.weights(coefficients)
    assert 0 <= back.min() <= back.max() <= 1
    assert np.allclose(BASIS.coefficients(back), coefficients, rtol=0, atol=1e-5 * LARGEST)
    assert np.linalg.norm(back) <= np.linalg.norm(weights) + 1e-3, "nothing moves that need not"


@settings(deadline=None, max_examples=25)
@given(arrays(np.float64, COEFFICIENTS, elements=st.floats(-1.0, 1.0)))
def test_no_other_face_comes_nearer_to_impossible_coefficients(coefficients: np.ndarray) -> None:
    weights = BASIS.weights(coefficients)
    matrix = BASIS.coefficients(np.eye(len(ARKIT))).T
    downhill = weights - matrix.T @ (matrix @ weights - coefficients)
    assert np.allclose(np.clip(downhill, 0, 1), weights, atol=1e-5), "a minimum over the box"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, -1e300])
def test_wild_coefficients_give_weights_all_the_same(value: float) -> None:
    coefficients = np.zeros(COEFFICIENTS)
    coefficients[3] = value
    weights = BASIS.weights(coefficients)
    assert weights.shape == (len(ARKIT),)
    assert 0 <= weights.min() <= weights.max() <= 1


def test_modes_are_orthonormal_and_say_what_coefficients_mean() -> None:
    flat = BASIS.modes.reshape(COEFFICIENTS, -1)
    assert np.allclose(flat @ flat.T, np.eye(COEFFICIENTS), atol=1e-9)
    weights = np.random.default_rng(2).random(len(ARKIT))
    moved = np.tensordot(weights, FACE.expressions, 1).ravel()
    assert np.allclose(BASIS.coefficients(weights), flat @ moved)
    assert np.allclose(BASIS.coefficients(weights[None, None])[0, 0], flat @ moved)
    assert not BASIS.weights(np.zeros(COEFFICIENTS)).any()


def test_no_expression_is_lost_in_28_modes() -> None:
    flat = BASIS.modes.reshape(COEFFICIENTS, -1)
    for name, move in zip(ARKIT, FACE.expressions.reshape(len(ARKIT), -1), strict=True):
        lost = move - flat.T @ (flat @ move)
        assert np.linalg.norm(lost) <= 0.4 * np.linalg.norm(move), name


def altered(factor: float) -> FaceModel:
    moves = FACE.expressions.copy()
    moves[ARKIT.index("jawOpen")] *= factor
    return FaceModel("altered", FACE.mean, FACE.identity, moves, FACE.triangles, FACE.landmarks)


def test_the_fingerprint_names_the_face_and_not_the_rounding() -> None:
    rounding = FACE.expressions * (1 + 1e-14 * np.random.default_rng(3).normal(size=FACE.expressions.shape))
    noisy = FaceModel("noisy", FACE.mean, FACE.identity, rounding, FACE.triangles, FACE.landmarks)
    assert ExpressionBasis(noisy).fingerprint == BASIS.fingerprint
    assert ExpressionBasis(altered(1.01)).fingerprint != BASIS.fingerprint


def test_the_builtin_faces_basis_stays_as_networks_have_learnt_it() -> None:
    """Whoever changes the built-in face's movements trains its networks and studies anew, and then this line."""
    assert BASIS.fingerprint == "7521d59de2023454"


def test_a_face_with_too_few_expressions_is_refused() -> None:
    few = FACE.expressions.copy()
    few[27:] = few[:25]
    with pytest.raises(BridgeError, match="fewer than 28"):
        ExpressionBasis(FaceModel("stiff", FACE.mean, FACE.identity, few, FACE.triangles, FACE.landmarks))
