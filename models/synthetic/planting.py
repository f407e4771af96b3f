"""Plants one head's lash cards on another head's lids: each vertex keeps its way from the margin it grows on, and turns
with a movement as it did there."""

from dataclasses import dataclass

import numpy as np

from models.synthetic.parts import Float, Int, Parts

_STEPS = 200


@dataclass(frozen=True, slots=True)
class Lashes:
    """The L vertices of `Parts.lash_cards`, in its order."""

    neutral: Float
    "(L, 3)"
    turning: Float
    "(len(SHAPES), L, 3) how each movement moves them against the margin."
    roots: tuple[tuple[Int, Float], ...]
    "For the upper and the lower lid: its n vertices, and (L / 2, n) their weights in each lash's root."

    def carried(self, moved: Float) -> Float:
        """(L, 3) how lashes go with their lids when the skin moves by (V, 3)."""
        return np.concatenate([planted @ moved[lid] for lid, planted in self.roots]).astype(np.float32)


def plant(parts: Parts, skin: Float, upper: Int, lower: Int) -> Lashes:
    """The lashes of `parts` on the lids of another head, which are vertices of its `skin` (V, 3)."""
    neutral, turning, roots = [], [], []
    half = len(parts.lash_cards) // 2
    for cards, theirs, ours in (
        (parts.lash_cards[:half], parts.upper_lid, upper),
        (parts.lash_cards[half:], parts.lower_lid, lower),
    ):
        margin, index = parts.neutral[theirs], cards.reshape(-1)
        along = np.repeat(_place(parts.neutral[cards[:, :, 0]].reshape(-1, 3), margin), cards.shape[2])
        grown, planted = _weights(along, margin), _weights(along, skin[ours])
        neutral.append(parts.neutral[index] - grown @ margin + planted @ skin[ours])
        turning.append(parts.expression[:, index] - grown @ parts.expression[:, theirs])
        roots.append((ours, planted))
    return Lashes(np.concatenate(neutral), np.concatenate(turning, 1), tuple(roots))


def _place(points: Float, curve: Float) -> Float:
    """(n,) how far along a curve, 0..1, it comes nearest to each of (n, 3) points."""
    shares = np.linspace(0, 1, _STEPS, dtype=np.float32)
    distance = np.linalg.norm(points[:, None] - _weights(shares, curve) @ curve, axis=2)
    return np.asarray(shares[distance.argmin(1)], np.float32)


def _weights(along: Float, curve: Float) -> Float:
    """(n, points of the curve) how its points mix at shares `along` of its length."""
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))]
    at = np.interp(along, length / length[-1], np.arange(len(curve)))
    return np.asarray(np.maximum(1 - np.abs(at[:, None] - np.arange(len(curve))), 0), np.float32)
