"""A second head: other vertices, other shapes, the same movements by name."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import BridgeError
from models.synthetic.expression import EyeState
from models.synthetic.makehuman import MAKEHUMAN, bake_makehuman
from models.synthetic.participant import make_participant, openness, posed_lids, side_weights
from models.synthetic.parts import Parts, open_parts
from tests.synthetic.conftest import ASSETS


@pytest.fixture(scope="module")
def head(parts: Parts) -> Parts:
    if not (ASSETS / "mpfb_cc0").is_dir():
        pytest.skip("needs MakeHuman's head in ../shared/assets")
    return bake_makehuman(ASSETS, parts)


def test_it_lies_where_the_other_head_lies(head: Parts, parts: Parts) -> None:
    assert head.topology == MAKEHUMAN
    assert len(head.neutral) != len(parts.neutral)
    for ours, theirs in ((head.upper_lid, parts.upper_lid), (head.lower_lid, parts.lower_lid)):
        ends = head.neutral[ours[[0, -1]]] - parts.neutral[theirs[[0, -1]]]
        assert np.abs(ends[:, :2]).max() < 0.15, "centimetres between the corners of their eyes"
        # the skins are drawn to the lids
        middle = head.front[ours[len(ours) // 2]]
        course = parts.neutral[theirs][:, :2]
        assert np.abs(middle[1] - np.interp(middle[0], course[:, 0], course[:, 1])) < 0.1


def test_its_people_close_their_eyes_and_move_as_they_are_told(head: Parts) -> None:
    for seed in range(6):
        person = make_participant(head, np.random.default_rng(seed), publishable=True)
        side = person.left
        assert openness(person, side, EyeState(blink=1.0)) == 0
        assert openness(person, side, EyeState(squint=1.0)) < 0.9
        rest, wide, raised, lowered = (
            posed_lids(person.upper_lid, person.lower_lid, side, side_weights(side, eye))[0]
            for eye in (EyeState(), EyeState(widen=1.0), EyeState(brow_outer_up=1.0), EyeState(brow_down=1.0))
        )
        middle = len(rest) // 2
        assert wide[middle, 1] > rest[middle, 1] + 0.03
        assert raised[middle, 1] >= lowered[middle, 1]


def test_lashes_grow_on_the_lids_and_close_with_them(head: Parts, parts: Parts) -> None:
    for cards, lid in ((head.lash_cards[:3], head.upper_lid), (head.lash_cards[3:], head.lower_lid)):
        roots, margin = head.neutral[cards[:, :, 0]].reshape(-1, 3), head.neutral[lid]
        assert np.linalg.norm(roots[:, None] - margin, axis=2).min(1).max() < 0.35
    assert head.lash_cards.max() == len(head.neutral) - 1
    blink = 6
    down = head.expression[blink][head.lash_cards[:3]][..., 1]
    assert down.mean() < -0.3, "upper lashes sink with the lid"


def test_a_baked_file_knows_its_head(head: Parts, tmp_path: Path) -> None:
    head.save(tmp_path / "head.npz")
    again = open_parts(tmp_path / "head.npz")
    assert again.topology == MAKEHUMAN
    np.testing.assert_array_equal(again.front, head.front)


@pytest.mark.parametrize("lost", ["src/mpfb/data/3dobjs/base.obj", "talkinghead_arkit_targets.zip"])
def test_a_part_that_is_missing_is_one_sentence(head: Parts, parts: Parts, tmp_path: Path, lost: str) -> None:
    shutil.copytree(ASSETS / "mpfb_cc0", tmp_path / "mpfb_cc0", copy_function=shutil.copy)
    for folder in (tmp_path / "mpfb_cc0").rglob("*"):
        folder.chmod(0o755 if folder.is_dir() else 0o644)
    (tmp_path / "mpfb_cc0").chmod(0o755)
    (tmp_path / "mpfb_cc0" / lost).write_bytes(b"nothing")
    with pytest.raises(BridgeError, match="fetch"):
        bake_makehuman(tmp_path, parts)
