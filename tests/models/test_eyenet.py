import pytest
import torch

from bridge.channels import ACTION_UNITS, CHANNELS, EMOTIONS
from models.export import Exported, largest_difference, metadata, to_onnx
from models.eyenet import EyeNet, EyeNetConfig
from models.labels import MIRRORED_CHANNEL, MIRRORED_SIGN, MIRRORED_UNIT
from tests.models import fake


@pytest.fixture
def net() -> EyeNet:
    torch.manual_seed(3)
    net = EyeNet()
    net(torch.randn(8, 2, 96, 192))  # moves the running statistics away from their start
    return net.eval()


@torch.no_grad()
def test_every_output_has_its_names(net: EyeNet) -> None:
    units, emotions, channels = net.decode(net(torch.randn(3, 2, 96, 192)))
    assert units.shape == (3, len(ACTION_UNITS))
    assert emotions.shape == (3, len(EMOTIONS))
    assert channels.shape == (3, len(CHANNELS))
    for column, channel in enumerate(CHANNELS):
        assert ((channels[:, column] >= channel.low) & (channels[:, column] <= channel.high)).all()


@torch.no_grad()
def test_a_mirrored_face_makes_the_mirrored_expression(net: EyeNet) -> None:
    pair = torch.randn(4, 2, 96, 192)
    units, emotions, channels = net.decode(net(pair))
    mirrored = net.decode(net(pair.flip(-1)))
    torch.testing.assert_close(mirrored[0], units[:, list(MIRRORED_UNIT)])
    torch.testing.assert_close(mirrored[1], emotions)
    wanted = channels[:, list(MIRRORED_CHANNEL)] * torch.tensor(MIRRORED_SIGN)
    torch.testing.assert_close(mirrored[2], wanted, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_each_eye_is_read_with_the_other_in_view(net: EyeNet) -> None:
    pair = torch.randn(1, 2, 96, 192)
    other = pair.clone()
    other[..., 96:] = torch.randn(1, 2, 96, 96)
    left = [column for column, channel in enumerate(CHANNELS) if channel.side == "left"]
    assert not torch.allclose(net(pair).channels[:, left], net(other).channels[:, left])


@torch.no_grad()
def test_a_pair_is_read_alike_alone_and_in_company(net: EyeNet) -> None:
    pairs = torch.randn(5, 2, 96, 192)
    torch.testing.assert_close(net(pairs[2:3]).channels, net(pairs).channels[2:3], atol=1e-5, rtol=1e-4)


def test_it_is_small(net: EyeNet) -> None:
    assert 2e5 < sum(parameter.numel() for parameter in net.parameters()) < 6e5


def test_a_size_it_cannot_halve_is_refused() -> None:
    with pytest.raises(ValueError, match="100 x 96"):
        EyeNet(EyeNetConfig(height=100))


def test_the_export_answers_as_pytorch_does(net: EyeNet) -> None:
    content = to_onnx(net, metadata(net, "test", fake.MEAN, {}))
    assert largest_difference(Exported(net).eval(), content) < 1e-3
    other = Exported(EyeNet()).eval()
    assert largest_difference(other, content) > 1e-3
