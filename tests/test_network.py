import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from bridge.channels import CHANNELS
from bridge.errors import BridgeError
from bridge.network import Network, NetworkOptions, shipped_networks
from models.eyenet import EyeNet
from tests.models import fake

DIFFERENCE = np.random.default_rng(1).normal(0, 30, (96, 192)).astype(np.float32)
IMAGE = np.random.default_rng(2).uniform(0, 255, (96, 192)).astype(np.float32)
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, EyeNet]:
    path = tmp_path_factory.mktemp("network") / "untrained.onnx"
    return path, fake.network(path)


def with_metadata(source: Path, target: Path, change: Change) -> Path:
    model = onnx.load(source)
    (entry,) = model.metadata_props
    about = json.loads(entry.value)
    change(about)
    entry.value = json.dumps(about)
    onnx.save(model, target)
    return target


def test_gray_levels_in_says_what_pytorch_says_of_the_scaled_planes(exported: tuple[Path, EyeNet]) -> None:
    path, net = exported
    said = Network(path).predict(DIFFERENCE, IMAGE)
    with torch.no_grad():
        wanted = net.decode(net(torch.from_numpy(np.stack([DIFFERENCE, IMAGE])[None] / 255)))
    for ours, theirs in zip((said.action_units, said.emotions, said.channels), wanted, strict=True):
        np.testing.assert_allclose(ours, theirs[0].numpy(), atol=1e-3)
    assert said.action_units.sum() == pytest.approx(1, abs=1e-5)
    assert said.emotions.sum() == pytest.approx(1, abs=1e-5)
    for channel, value in zip(CHANNELS, said.channels, strict=True):
        assert channel.low <= value <= channel.high


def test_an_answer_outlives_the_next_question(exported: tuple[Path, EyeNet]) -> None:
    network = Network(exported[0])
    first = network.predict(DIFFERENCE, IMAGE)
    kept = first.channels.copy()
    network.predict(np.zeros_like(DIFFERENCE), np.zeros_like(IMAGE))
    np.testing.assert_array_equal(first.channels, kept)
    np.testing.assert_array_equal(network.predict(DIFFERENCE, IMAGE).channels, kept)


def test_numbers_that_are_not_finite_are_no_reading(exported: tuple[Path, EyeNet]) -> None:
    said = Network(exported[0]).predict(np.full_like(DIFFERENCE, np.nan), IMAGE)
    assert said.action_unit == said.emotion == "neutral"
    assert np.isnan(said.channels).all()


def test_the_file_says_what_it_is(exported: tuple[Path, EyeNet]) -> None:
    network = Network(exported[0], threads=2)
    np.testing.assert_array_equal(network.population_mean, fake.MEAN)
    assert network.size == (96, 192)
    assert network.card.name == "untrained"
    assert network.card.size_bytes == exported[0].stat().st_size
    assert "0000000" in network.card.trained


def swap_channels(about: dict[str, Any]) -> None:
    channels = about["channels"]
    channels[0], channels[1] = channels[1], channels[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda about: about.update(format=2), "format"),
        (lambda about: about.pop("channels"), "channels"),
        (lambda about: about["action_units"].remove("squint"), "lacks squint"),
        (lambda about: about["emotions"].append("envy"), "has unknown envy"),
        (swap_channels, "other order"),
        (lambda about: about["input"].update(planes=["image"]), "planes"),
        (lambda about: about["input"].update(height=64), "input"),
        (lambda about: about["input"].update(scale=0), "input.scale"),
        (lambda about: about.update(population_mean="not base64!"), "mean image"),
        (lambda about: about.update(population_mean=""), "mean image"),
    ],
)
def test_metadata_that_does_not_fit_is_refused_by_name(
    exported: tuple[Path, EyeNet], tmp_path: Path, change: Change, words: str
) -> None:
    path = with_metadata(exported[0], tmp_path / "other.onnx", change)
    with pytest.raises(BridgeError) as refusal:
        Network(path)
    assert words in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert "--network.path" in str(refusal.value)


def damage(content: bytes, how: str) -> bytes:
    return {
        "empty": b"",
        "text": b"<html>404 not found</html>",
        "cut": content[: len(content) // 2],
        "no weights": content.replace(b"trunk", b"trynk", 3),
        "picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    }[how]


@pytest.mark.parametrize("how", ["empty", "text", "cut", "no weights", "picture"])
def test_a_damaged_file_is_one_sentence(exported: tuple[Path, EyeNet], tmp_path: Path, how: str) -> None:
    path = tmp_path / "damaged.onnx"
    path.write_bytes(damage(exported[0].read_bytes(), how))
    with pytest.raises(BridgeError, match=r"damaged\.onnx") as refusal:
        Network(path)
    assert "\n" not in str(refusal.value)


def test_a_network_of_somebody_else_is_refused(exported: tuple[Path, EyeNet], tmp_path: Path) -> None:
    model = onnx.load(exported[0])
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "foreign.onnx")
    with pytest.raises(BridgeError, match="not exported for eyebridge"):
        Network(tmp_path / "foreign.onnx")


@pytest.mark.parametrize("name", ["missing.onnx", "."])
def test_no_file_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(BridgeError, match="network"):
        NetworkOptions(path=tmp_path / name).open()


def test_what_ships_runs() -> None:
    assert "eyenet" in [path.stem for path in shipped_networks()]
    for path in shipped_networks():
        card = Network(path).card
        assert card.licence
        assert path.with_suffix(".md").is_file(), f"{path.name} ships without its model card"
    assert NetworkOptions().open().card.name == "eyenet"
