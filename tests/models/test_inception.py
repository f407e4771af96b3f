from pathlib import Path

import pytest
import torch
from torch import nn

from bridge.errors import BridgeError
from models.inception import Inception
from models.two_tower import InceptionTowers, TwoTower

# Some names and shapes of torchvision's inception_v3 (0.20), and how many parameters it has without AuxLogits.
TORCHVISION = {
    "Conv2d_1a_3x3.conv.weight": (32, 3, 3, 3),
    "Conv2d_4a_3x3.bn.running_var": (192,),
    "Mixed_5b.branch5x5_2.conv.weight": (64, 48, 5, 5),
    "Mixed_5d.branch_pool.conv.weight": (64, 288, 1, 1),
    "Mixed_6a.branch3x3dbl_3.conv.weight": (96, 96, 3, 3),
    "Mixed_6b.branch7x7dbl_5.conv.weight": (192, 128, 1, 7),
    "Mixed_6e.branch7x7_3.conv.weight": (192, 192, 7, 1),
    "Mixed_7a.branch7x7x3_4.conv.weight": (192, 192, 3, 3),
    "Mixed_7b.branch3x3_2b.conv.weight": (384, 384, 3, 1),
    "Mixed_7c.branch3x3dbl_3a.conv.weight": (384, 384, 1, 3),
    "fc.weight": (1000, 2048),
}
PARAMETERS = 23_834_568


def test_it_is_torchvision_s_network() -> None:
    net = Inception(1000)
    state = net.state_dict()
    assert {name: tuple(state[name].shape) for name in TORCHVISION} == TORCHVISION
    assert sum(parameter.numel() for parameter in net.parameters()) == PARAMETERS


def test_imagenet_weights_load_by_path_without_their_classifiers(tmp_path: Path) -> None:
    given = Inception(1000)
    state = given.state_dict() | {"AuxLogits.fc.weight": torch.zeros(1)}
    torch.save(state, tmp_path / "inception.pth")
    net = Inception(10).eval()
    net.load_trunk(tmp_path / "inception.pth")
    assert torch.equal(net.Conv2d_2a_3x3.conv.weight, given.Conv2d_2a_3x3.conv.weight)
    assert net(torch.zeros(1, 3, 75, 75)).shape == (1, 10)

    with pytest.raises(BridgeError, match="another width"):
        Inception(10, width=0.25).load_trunk(tmp_path / "inception.pth")
    torch.save({"weights": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(BridgeError, match="does not hold"):
        net.load_trunk(tmp_path / "other.pth")
    (tmp_path / "noise.pth").write_bytes(b"no weights")
    with pytest.raises(BridgeError, match="cannot read"):
        net.load_trunk(tmp_path / "noise.pth")


@pytest.mark.parametrize("make", [TwoTower, InceptionTowers])
def test_one_tower_sees_the_left_eye_and_then_the_right(make: type[TwoTower] | type[InceptionTowers]) -> None:
    net = make(10, 0.1).eval()
    first = next(module for module in net.tower.modules() if isinstance(module, nn.Conv2d))
    seen: list[torch.Tensor] = []
    first.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    pair = torch.rand(2, 3, 80, 160)
    assert net(pair).shape == (2, 10)
    assert torch.equal(torch.cat(seen, 3), pair)
