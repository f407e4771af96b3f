"""Ways to use a neutral differ in nothing but what the network is shown."""

from pathlib import Path

import pytest
import torch

from models.augment import Augmentation, Augmenter, batches
from models.dataset import load
from models.neutral import WAYS, judge, learn, seen_in
from tests.models import fake


def test_each_way_shows_what_its_name_says(tmp_path: Path) -> None:
    pairs = load([fake.write(tmp_path / "set", people=6, pairs=4)], held_out=False)
    batch = next(batches(pairs, Augmenter(Augmentation.none(), pairs.population_mean()), 8, shuffle=False))
    image, neutral = pairs.images[:8] / 255, pairs.neutrals[pairs.session[:8]] / 255
    shown = {way: seen_in(way, batch).pair for way in WAYS}
    nothing, difference = torch.zeros_like(image), image - neutral
    wanted = ((nothing, image), (difference, nothing), (difference, image), (neutral, image), (neutral, image))
    for way, planes in zip(WAYS, wanted, strict=True):
        torch.testing.assert_close(shown[way], torch.stack(planes, 1))


def test_a_wearer_who_rests_has_no_features_of_their_own() -> None:
    torch.manual_seed(0)
    net = WAYS["neutral's features"][0]().eval()
    image = torch.rand(2, 1, 96, 96)
    assert net.features(torch.cat([image, image], 1)).abs().max() == 0
    assert net.features(torch.cat([image, image.flip(-1)], 1)).abs().max() > 0


@pytest.mark.parametrize("way", ["none", "neutral's features"])
def test_it_learns_and_is_judged(tmp_path: Path, way: str) -> None:
    folder = fake.write(tmp_path / "set")
    pairs, held_out = load([folder], held_out=False, limit=64), load([folder], held_out=True, limit=32)
    net = learn(way, pairs, steps=3, size=16, rate=1e-3, seed=1)
    figures = judge(way, net, held_out, pairs.population_mean(), worn=True)
    assert 0 <= figures["AU accuracy"] <= 1
    assert figures["gaze degrees"] > 0
