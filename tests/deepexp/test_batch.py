import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from bridge.face.basis import ExpressionBasis
from bridge.face.model import load
from models.deepexp.acting import talk
from models.deepexp.arrow import Arrow
from models.deepexp.batch import BatchFit, Solution
from models.deepexp.checking import METHODS, check, table
from models.deepexp.rendering import MOTIONS
from models.spread import Spread


@pytest.fixture(scope="module")
def fit() -> BatchFit:
    model = load(None)
    return BatchFit(model)


def somebody(fit: BatchFit, frames: int, seed: int = 1) -> Solution:
    """Who talks and turns the head."""
    rng = np.random.default_rng(seed)
    times = np.arange(frames) / 25
    turned = np.stack([0.5 * np.sin(2 * times), 0.2 * np.sin(times + 1), 0.1 * np.cos(times)], 1)
    return Solution(
        rng.normal(0, 0.7, len(fit.identity)),
        talk(rng, frames, 25.0),
        np.full(frames, 1300.0),
        Rotation.from_euler("yxz", turned).as_matrix(),
        np.full((frames, 2), [320.0, 240.0]),
        nearness=1.6,
    )


def energy(found: Solution, truth: Solution) -> float:
    """Share of the expressions' energy that is missed."""
    basis = ExpressionBasis(load(None))
    said, true = basis.coefficients(found.weights), basis.coefficients(truth.weights)
    return float(np.square(said - true).sum() / np.square(true).sum())


def test_the_batch_fit_finds_who_it_is_what_is_said_and_where_from(fit: BatchFit) -> None:
    truth = somebody(fit, 60)
    points = fit.projected(truth)
    found = fit(points)
    assert found.error < 0.5
    turned = Rotation.from_matrix(found.rotation @ np.swapaxes(truth.rotation, 1, 2)).magnitude()
    assert np.degrees(turned.mean()) < 1.5
    assert energy(found, truth) < 0.25
    assert np.abs(found.rotation @ np.swapaxes(found.rotation, 1, 2) - np.eye(3)).max() < 1e-9
    rest = np.corrcoef(found.identity, truth.identity)[0, 1]
    assert rest > 0.6
    # with noise it stays ahead of each frame by itself
    noisy = points + np.random.default_rng(3).normal(0, 2, points.shape)
    assert energy(fit(noisy), truth) < 0.7 * energy(fit.linear(noisy), truth)


def test_a_wild_point_hardly_matters(fit: BatchFit) -> None:
    truth = somebody(fit, 30)
    points = fit.projected(truth)
    points[10:13, 30] += (40, 0)  # the nose's tip is taken for an ear
    found = fit(points)
    off = np.linalg.norm(fit.projected(found) - fit.projected(truth), axis=-1)
    assert np.median(off[10:13]) < 3


def test_the_arrow_is_solved_as_the_whole_matrix_would_be() -> None:
    rng = np.random.default_rng(0)
    frames, p, q = 5, 4, 3
    root = rng.normal(0, 1, (frames, 9, p + q))
    full = np.zeros((frames * p + q,) * 2)
    blocks, border = np.empty((frames, p, p)), np.empty((frames, p, q))
    shared = np.eye(q)
    link = np.diag(rng.uniform(0.5, 2, p))
    for f, rows in enumerate(root):
        normal = rows.T @ rows
        blocks[f], border[f] = normal[:p, :p] + (1 + (0 < f < frames - 1)) * link, normal[:p, p:]
        shared += normal[p:, p:]
        at = slice(f * p, f * p + p)
        full[at, at], full[at, frames * p :] = blocks[f], border[f]
        full[frames * p :, at] = border[f].T
        if f:
            before = slice(f * p - p, f * p)
            full[at, before] = full[before, at] = -link
    full[frames * p :, frames * p :] = shared
    sides = rng.normal(0, 1, frames * p + q)
    local, common = Arrow(blocks, link, border, shared, sides[: frames * p].reshape(frames, p), sides[-q:]).solved(0.0)
    assert np.concatenate([local.ravel(), common]) == pytest.approx(np.linalg.solve(full, sides))


def test_the_check_s_table_has_every_row() -> None:
    (errors,) = check(None, 1, 12, 1, Spread(), noises=(0.0, 2.0))
    assert len(errors) == len(MOTIONS) * 2 * len(METHODS)
    assert table(errors).count("\n") == len(errors) + 1
    without = [e for e in errors if e.noise == 0]
    by = {m: np.mean([e.expression for e in without if e.method == m]) for m in METHODS}
    assert by["constrained"] < by["linear"]
