import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import make_smoothing_spline

from models.deepexp.tracking import smoothed, track

RNG = np.random.default_rng(5)
FACE = RNG.uniform(0, 100, (68, 2))


def moved(x: float, y: float = 0.0) -> np.ndarray:
    return np.asarray(FACE + (x, y))  # noqa: RUF005


def test_each_face_is_followed_and_a_photograph_that_pops_in_is_not() -> None:
    moving = [moved(3.0 * step) for step in range(40)]
    other = moved(0, 400)
    photograph = moved(600)
    frames = [[here, other, photograph] if step % 2 else [here, other] for step, here in enumerate(moving)]
    frames[20] = [other]  # the first is missed once
    one, two = track(frames)
    assert one.lost_at is two.lost_at is None
    assert np.isnan(one.points[20]).all()
    known = [step for step in range(40) if step != 20]
    assert np.array_equal(one.points[known], np.stack(moving)[known])
    assert (two.points == other).all()


def test_a_face_is_lost_after_five_frames_and_not_after_four() -> None:
    def seen(gap: int) -> list[list[np.ndarray]]:
        return [[] if 10 <= step < 10 + gap else [FACE] for step in range(30)]

    assert track(seen(4))[0].lost_at is None
    (gone,) = track(seen(5))
    assert gone.lost_at == 10
    assert track([[]] * 30) == []
    # a jump of more than half the face's width is not the same face
    assert track([[FACE]] * 10 + [[moved(60)]] * 10)[0].lost_at == 10
    assert track([[FACE]] * 10 + [[moved(40)]] * 10)[0].lost_at is None
    # enough frames are enough, whatever comes then
    (enough,) = track([[FACE]] * 10 + [[]] * 10, frames=10)
    assert enough.lost_at is None
    assert len(enough.points) == 10


@settings(max_examples=15, deadline=None)
@given(st.integers(5, 60), st.sets(st.integers(1, 58), max_size=8), st.floats(0.01, 10.0))
def test_smoothing_is_the_natural_cubic_spline_s(frames: int, gaps: set[int], stiffness: float) -> None:
    points = np.random.default_rng(frames).normal(0, 5, (frames, 68, 2))
    gaps = {gap for gap in gaps if gap < frames - 1}
    known = np.array(sorted(set(range(frames)) - gaps))
    points[list(gaps)] = np.nan
    if len(known) < 5:  # what scipy's needs
        return
    found = smoothed(points, stiffness)
    wanted = make_smoothing_spline(known.astype(float), points[known, 7, 1], lam=stiffness)(np.arange(float(frames)))
    assert found[:, 7, 1] == pytest.approx(wanted, abs=1e-6)


def test_smoothing_halves_jitter_and_keeps_a_blink() -> None:
    times = np.arange(200)[:, None, None]
    blink = 10 * np.clip(1 - np.abs(times - 100) / 3, 0, 1)  # 6 frames at 25 a second
    clean = np.broadcast_to(FACE + blink, (200, 68, 2))
    noisy = clean + RNG.normal(0, 1, clean.shape)
    found = smoothed(noisy)
    assert (found[:90] - clean[:90]).std() < 0.75
    assert (found[100] - clean[0]).mean() > 8
    shown = noisy.copy()
    shown[:3] = shown[50:54] = shown[-2:] = np.nan
    assert smoothed(shown).shape == (195, 68, 2)
    with pytest.raises(ValueError, match="four frames"):
        smoothed(shown[:6])
