import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from bridge.errors import BridgeError
from models.gaze.angles import degrees_apart, direction, pitch_yaw
from models.gaze.export import METADATA, largest_difference, to_onnx
from models.gaze.network import NEAR_EYE, FaceGaze, GazeConfig, Layer, NearEyeGaze, network_of

SMALL = GazeConfig(size=64, width=0.125, hidden=32, layers=2)


def test_the_papers_network_is_the_default() -> None:
    net = FaceGaze().eval()
    assert net.tokens(torch.zeros(1, 3, 224, 224)).shape == (1, 7 * 7, 32)
    assert net(torch.zeros(2, 3, 224, 224)).shape == (2, 1, 2)
    assert len(net.encoder.layers) == 6
    assert {layer.heads for layer in net.encoder.layers if isinstance(layer, Layer)} == {8}
    assert net.encoder.positions.shape == (1, 50, 32)
    # torchvision's resnet18 has 11,689,512 parameters, 513,000 of them in its classifier
    assert sum(parameter.numel() for parameter in net.trunk.parameters()) == 11_689_512 - 513_000


def test_imagenet_weights_load_by_torchvisions_names(tmp_path: Path) -> None:
    given = {
        name: torch.rand_like(value.float()).to(value.dtype) for name, value in FaceGaze().trunk.state_dict().items()
    }
    for name in ("conv1.weight", "layer1.0.bn2.running_var", "layer2.0.downsample.1.bias", "layer4.1.conv2.weight"):
        assert name in given
    assert "layer1.0.downsample.0.weight" not in given  # where nothing changes there is no convolution to load
    torch.save(given | {"fc.weight": torch.rand(1000, 512), "fc.bias": torch.rand(1000)}, tmp_path / "resnet18.pth")
    net = FaceGaze()
    net.trunk.load_imagenet(tmp_path / "resnet18.pth")
    assert torch.equal(net.trunk.state_dict()["layer4.1.conv2.weight"], given["layer4.1.conv2.weight"])
    with pytest.raises(BridgeError, match="width 1"):
        network_of(SMALL).trunk.load_imagenet(tmp_path / "resnet18.pth")
    (tmp_path / "broken.pth").write_bytes(b"no weights")
    with pytest.raises(BridgeError, match="cannot read"):
        net.trunk.load_imagenet(tmp_path / "broken.pth")


def test_a_mirrored_pair_looks_the_other_way() -> None:
    torch.manual_seed(0)
    net = NearEyeGaze().eval()
    pair = torch.rand(2, 2, NEAR_EYE.size, 2 * NEAR_EYE.size)
    seen, mirrored = net(pair), net(pair.flip(-1))
    assert torch.allclose(mirrored[:, :, 0], seen.flip(1)[:, :, 0], atol=1e-5)
    assert torch.allclose(mirrored[:, :, 1], -seen.flip(1)[:, :, 1], atol=1e-5)
    other = pair.clone()
    other[..., : NEAR_EYE.size] = 0.0  # the left eye is gone: the right one's answer knew it
    assert not torch.allclose(net(other)[:, 1], seen[:, 1], atol=1e-5)


def test_the_position_of_a_token_matters() -> None:
    torch.manual_seed(0)
    net = network_of(SMALL).eval()
    faces = torch.rand(1, 3, 64, 64)
    assert not torch.allclose(net(faces), net(faces.flip(-2)), atol=1e-6)


@pytest.mark.parametrize("kind", ["face", "near-eye"])
def test_export_answers_as_pytorch_does(kind: str) -> None:
    torch.manual_seed(0)
    net = network_of(SMALL if kind == "face" else NEAR_EYE).eval()
    content = to_onnx(net, {"commit": "abc"})
    assert largest_difference(net, content) < 1e-4
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    about = json.loads(session.get_modelmeta().custom_metadata_map[METADATA])
    assert about["kind"] == kind
    assert about["trained"] == {"commit": "abc"}
    with torch.no_grad():
        net.encoder.say.bias.add_(0.1)
    assert largest_difference(net, content) > 0.05


def test_angles() -> None:
    assert direction(np.zeros(2)) == pytest.approx([0, 0, -1])  # into the camera
    assert direction(np.array([0.3, 0.0]))[1] < 0  # up is against y
    assert direction(np.array([0.0, 0.3]))[0] < 0  # the picture's left
    gaze = np.random.default_rng(0).uniform(-1.2, 1.2, (50, 2))
    assert pitch_yaw(3.0 * direction(gaze)) == pytest.approx(gaze)
    assert degrees_apart(np.array([0.0, 0.0]), np.radians([0.0, 30.0])) == pytest.approx(30)
    assert degrees_apart(np.radians([10.0, 5.0]), np.radians([-10.0, 5.0])) == pytest.approx(20)
    tiny = degrees_apart(np.zeros(2), np.radians([1e-5, 0.0]))  # an arc cosine would say 0 or nothing at all
    assert tiny == pytest.approx(1e-5)
