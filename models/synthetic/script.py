"""What people are asked to do in a session of a data set: single moments, drawn at random."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.random import Generator

from models.synthetic.expression import EyeState, FaceState

Movements = dict[str, float]
_NUISANCE: Final = ("squint", "brow_inner_up", "brow_outer_up", "brow_down", "cheek_raise", "widen")
_MOVEMENTS: Final = (*_NUISANCE, "smile", "sneer")


def neutral(rng: Generator, spill: float) -> FaceState:
    """The resting face."""
    return FaceState(action_unit="neutral", emotion="neutral")


def _both(name: str, movements: Movements, strength: float, emotion: str | None = None) -> FaceState:
    eye = EyeState(**movements)
    return FaceState(eye, eye, action_unit=name, emotion=emotion, strength=strength)


def _one_side(name: str, moving: Movements, other: Movements, strength: float) -> FaceState:
    eyes = EyeState(**moving), EyeState(**other)
    left, right = eyes if name.endswith("_left") else eyes[::-1]
    return FaceState(left, right, action_unit=name, strength=strength)


def _brow_raise(side: str) -> Callable[[Generator, float], FaceState]:
    def moment(rng: Generator, spill: float) -> FaceState:
        s = rng.uniform(0.4, 1)
        moving = {"brow_inner_up": s * rng.uniform(0.4, 1), "brow_outer_up": s, "widen": rng.uniform(0, 0.12)}
        other = {"brow_inner_up": s * spill * 0.7, "brow_outer_up": s * spill, "brow_down": rng.uniform(0, 0.25)}
        return _one_side(f"brow_raise_{side}", moving, other, s)

    return moment


def _wink(side: str) -> Callable[[Generator, float], FaceState]:
    def moment(rng: Generator, spill: float) -> FaceState:
        effort = rng.uniform(0, 1)
        moving = {
            "blink": 1.0,
            "squint": effort * rng.uniform(0, 0.8),
            "cheek_raise": effort * rng.uniform(0, 0.8),
            "brow_down": effort * rng.uniform(0, 0.6),
            "smile": effort * rng.uniform(0, 0.5),
        }
        other = {
            "blink": spill * rng.uniform(0, 0.6),
            "squint": effort * rng.uniform(0, 0.4),
            "brow_outer_up": rng.uniform(0, 0.3) * rng.integers(2),
        }
        return _one_side(f"wink_{side}", moving, other, 1.0)

    return moment


def _brow_lower(rng: Generator, spill: float) -> FaceState:
    s = rng.uniform(0.4, 1)
    return _both("brow_lower", {"brow_down": s, "squint": rng.uniform(0, 0.2) * s, "sneer": rng.uniform(0, 0.15)}, s)


def _upper_lid_raise(rng: Generator, spill: float) -> FaceState:
    s = rng.uniform(0.4, 1)
    return _both("upper_lid_raise", {"widen": s, "brow_outer_up": rng.uniform(0, 0.2) * s}, s)


def _squint(rng: Generator, spill: float) -> FaceState:
    s = rng.uniform(0.4, 1)
    return _both("squint", {"squint": s, "brow_down": rng.uniform(0, 0.2), "cheek_raise": rng.uniform(0, 0.35) * s}, s)


def _eyes_closed(rng: Generator, spill: float) -> FaceState:
    effort = rng.uniform(0, 1) * rng.integers(2)
    movements = {
        "blink": 1.0,
        "squint": effort * 0.8,
        "cheek_raise": effort * rng.uniform(0, 0.6),
        "brow_down": effort * rng.uniform(0, 0.6),
    }
    return _both("eyes_closed", movements, 1.0, emotion="closed_eyes")


def _cheek_raise(rng: Generator, spill: float) -> FaceState:
    s = rng.uniform(0.4, 1)
    squint = s * rng.uniform(0, 0.25)
    return _both("cheek_raise", {"cheek_raise": s, "smile": s * rng.uniform(0, 0.7), "squint": squint}, s)


def _emotion(name: str, movements: Movements, strength: float) -> FaceState:
    eye = EyeState(**movements)
    return FaceState(eye, eye, emotion=name, strength=strength)


def _anger(rng: Generator, spill: float) -> FaceState:
    s = rng.uniform(0.5, 1)
    sneer = s * rng.uniform(0.1, 0.9)
    return _emotion("anger", {"brow_down": s, "squint": s * rng.uniform(0.3, 0.9), "sneer": sneer}, s)


def _surprise(rng: Generator, spill: float) -> FaceState:
    s = rng.uniform(0.5, 1)
    inner = s * rng.uniform(0.6, 1)
    return _emotion("surprise", {"brow_inner_up": inner, "brow_outer_up": s, "widen": s * rng.uniform(0.5, 1)}, s)


def _happiness(rng: Generator, spill: float) -> FaceState:
    s = rng.uniform(0.5, 1)
    smile = s * rng.uniform(0.6, 1)
    return _emotion("happiness", {"cheek_raise": s, "smile": smile, "squint": s * rng.uniform(0.05, 0.4)}, s)


def _partial_blink(rng: Generator, spill: float) -> FaceState:
    """A blink at any phase; nearly open and nearly shut count as what they look like to nobody: unlabelled."""
    blink = rng.uniform(0.08, 0.97)
    motion = float(rng.uniform(0, 0.4) * rng.integers(2))
    eyes = [EyeState(blink=float(np.clip(blink + rng.normal(0, 0.03), 0, 1)), lid_motion=motion) for _ in range(2)]
    if rng.random() < 0.2:
        eyes[rng.integers(2)] = EyeState(blink=float(rng.uniform(0, 0.15)))
    return FaceState(eyes[0], eyes[1])


def _combination(rng: Generator, spill: float) -> FaceState:
    """Any movements at once, at any strength, alike or different on the two sides."""
    shared = {name: float(rng.uniform(0, 1) * (rng.random() < 0.35)) for name in _MOVEMENTS}
    differ = rng.random() < 0.4
    eyes = []
    for _ in range(2):
        own = {
            name: float(rng.uniform(0, 1) * (rng.random() < 0.35)) if differ else value
            for name, value in shared.items()
        }
        own["blink"] = float(rng.uniform(0, 0.6) * (rng.random() < 0.2))
        eyes.append(EyeState(**_possible(own)))
    return FaceState(eyes[0], eyes[1])


def _possible(movements: Movements) -> Movements:
    """Opposite muscles do not both win."""
    if movements["widen"] > movements["squint"]:
        movements["squint"] = 0.0
    else:
        movements["widen"] = 0.0
    movements["brow_outer_up"] *= 1 - 0.7 * movements["brow_down"]
    return movements


def _faint(rng: Generator, spill: float) -> FaceState:
    """A class at a strength that no one would name."""
    moment, _ = _MOMENTS[int(rng.integers(1, 9))]
    full = moment(rng, spill)
    share = float(rng.uniform(0.1, 0.4))
    left, right = (_scaled(eye, share) for eye in (full.left, full.right))
    return FaceState(left, right)


def _scaled(eye: EyeState, share: float) -> EyeState:
    return replace(eye, **{name: share * getattr(eye, name) for name in (*_MOVEMENTS, "blink")})


def _unseen(rng: Generator, spill: float) -> FaceState:
    """A headset in the hand, or one camera covered."""
    side = int(rng.integers(3))
    return FaceState(visible=(side == 1, side == 0))


# moment, how often
_MOMENTS: Final[tuple[tuple[Callable[[Generator, float], FaceState], float], ...]] = (
    (neutral, 0.14),
    (_brow_raise("left"), 0.065),
    (_brow_raise("right"), 0.065),
    (_brow_lower, 0.08),
    (_upper_lid_raise, 0.065),
    (_squint, 0.07),
    (_cheek_raise, 0.07),
    (_wink("left"), 0.06),
    (_wink("right"), 0.06),
    (_eyes_closed, 0.06),
    (_anger, 0.045),
    (_surprise, 0.045),
    (_happiness, 0.045),
    (_partial_blink, 0.14),
    (_combination, 0.09),
    (_faint, 0.04),
    (_unseen, 0.01),
)


def random_moment(rng: Generator, spill: float, pupil: float) -> FaceState:
    """A moment of a session: a class, a mixture, a blink or nothing at all, with some gaze and a little unrest."""
    shares = [share for _, share in _MOMENTS]
    moment, _ = _MOMENTS[rng.choice(len(_MOMENTS), p=[share / sum(shares) for share in shares])]
    state = moment(rng, spill)
    if moment is not neutral:
        state = replace(state, left=_unrest(state.left, rng), right=_unrest(state.right, rng))
    return with_gaze(state, rng, pupil, 11.0, 8.0)


def with_gaze(state: FaceState, rng: Generator, pupil: float, yaw_sd: float, pitch_sd: float) -> FaceState:
    """Both eyes turned to a random place, and a pupil near `pupil`."""
    yaw, pitch = rng.normal(0, yaw_sd), rng.normal(0, pitch_sd)
    if rng.random() < 0.18:
        yaw, pitch = rng.uniform(-38, 38), rng.uniform(-30, 27)
    state = state.looking(
        float(min(max(yaw, -38), 38)),
        float(min(max(pitch, -30), 27)),
        float(rng.gamma(1.5, 1.5) * (rng.random() < 0.6)),
    )
    size = float(min(max(pupil + rng.normal(0, 0.035), 0.2), 0.8))
    return replace(state, left=replace(state.left, pupil=size), right=replace(state.right, pupil=size))


def _unrest(eye: EyeState, rng: Generator) -> EyeState:
    """A little of everything else: hardly anybody moves one muscle alone."""
    amounts = rng.uniform(0, 0.16, len(_NUISANCE)) * (rng.random(len(_NUISANCE)) < 0.5)
    return replace(eye, **{name: float(max(getattr(eye, name), a)) for name, a in zip(_NUISANCE, amounts, strict=True)})
