from pathlib import Path

import numpy as np
import pytest
import torch

from bridge.blendshapes import ARKIT
from bridge.errors import BridgeError
from bridge.face.alignment import aligned
from bridge.face.basis import ExpressionBasis
from bridge.face.model import load
from bridge.face.network import FaceNetwork
from models.deepexp.__main__ import main
from models.deepexp.clips import clips_of
from models.deepexp.evaluate import Answers, errors
from models.deepexp.lessons import MIRRORED, Lessons, as_input
from models.deepexp.network import PAPER, DeepExp, DeepExpConfig, loss, restored
from models.resnet import ResNet50
from models.training import read_checkpoint

BASIS = ExpressionBasis(load(None))


@pytest.fixture(scope="module")
def checkpoint(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("net") / "face.pt"
    assert main(["train", "--data", str(clips), "--out", str(out), "--steps", "6", "--batch", "8"]) == 0
    return out


def test_training_learns_stops_and_goes_on(checkpoint: Path, clips: Path, tmp_path: Path) -> None:
    state = read_checkpoint(checkpoint)
    assert state["step"] == 6
    assert state["trained"]["pictures"] == 24
    again = tmp_path / "again.pt"
    again.write_bytes(checkpoint.read_bytes())
    arguments = ["train", "--data", str(clips), "--out", str(again), "--batch", "8", "--resume"]
    assert main([*arguments, "--steps", "8"]) == 0
    assert read_checkpoint(again)["step"] == 8
    assert main([*arguments, "--steps", "8"]) == 0
    assert read_checkpoint(again)["step"] == 8  # it was over
    assert main([*arguments, "--steps", "8", "--size", "224"]) == 2  # another network
    assert main([*arguments[:-1], "--batch", "25"]) == 2  # more than there are


def test_the_daemon_reads_what_is_exported(checkpoint: Path, clips: Path, tmp_path: Path) -> None:
    assert main(["export", str(checkpoint), str(tmp_path / "face.onnx")]) == 0
    network = FaceNetwork.load(tmp_path / "face.onnx", BASIS.fingerprint)
    clip = clips_of(clips, BASIS.fingerprint)[0]
    given = np.array(clip.frames()[0]), clip.truth.landmarks[0]
    face = aligned(*given, 112)
    lessons = Lessons([clip], BASIS, 112)
    assert len(lessons) == 4
    net = restored(read_checkpoint(checkpoint))
    with torch.no_grad():
        wanted = net(as_input(face.picture[None]), torch.from_numpy(face.offsets()[None]))[0].numpy()
    assert network(*given) == pytest.approx(wanted, abs=1e-4)
    with pytest.raises(BridgeError, match="another face model"):
        FaceNetwork.load(tmp_path / "face.onnx", "0123456789abcdef")


def test_a_mirror_swaps_the_sides_of_picture_and_answer(clips: Path) -> None:
    assert [ARKIT[MIRRORED[ARKIT.index(n)]] for n in ("eyeBlinkLeft", "jawRight", "jawOpen")] == [
        "eyeBlinkRight",
        "jawLeft",
        "jawOpen",
    ]
    clip = clips_of(clips, BASIS.fingerprint)[0]
    lessons = Lessons([clip], BASIS, 112)
    plain = clip.truth.coefficients[1]
    other = BASIS.coefficients(clip.truth.weights[1][MIRRORED])
    seen = {}
    for seed in range(12):
        lesson = lessons.lesson(np.array([1]), np.random.default_rng(seed))
        assert lesson.pictures.shape == (1, 3, 112, 112)
        assert 0 <= lesson.pictures.min() <= lesson.pictures.max() <= 1
        near = [float(np.abs(lesson.coefficients[0].numpy() - each).max()) for each in (plain, other)]
        assert min(near) < 1e-5
        seen[int(np.argmin(near))] = True
    assert set(seen) == {0, 1}


def test_networks_have_their_sizes_and_imagenet_s_names(tmp_path: Path) -> None:
    small = DeepExp(DeepExpConfig())
    assert sum(p.numel() for p in small.parameters()) < 1_000_000
    assert small(torch.rand(2, 3, 112, 112), torch.zeros(2, 68, 2)).shape == (2, 28)
    assert DeepExp(DeepExpConfig(size=224)).net is not None
    paper = ResNet50(28).eval()
    with torch.no_grad():
        assert paper(torch.rand(1, 3, 64, 64)).shape == (1, 28)
    assert PAPER.size == 224
    names = set(paper.state_dict())
    assert {
        "conv1.weight",
        "layer1.0.downsample.0.weight",
        "layer3.5.bn3.running_var",
        "layer4.2.conv3.weight",
    } <= names
    assert sum(p.numel() for n, p in paper.named_parameters() if not n.startswith("fc.")) == 23_508_032
    given = {name: value + 1 for name, value in paper.state_dict().items()} | {"fc.weight": torch.zeros(1000, 2048)}
    torch.save(given, tmp_path / "imagenet.pth")
    paper.load_imagenet(tmp_path / "imagenet.pth")
    assert torch.equal(paper.conv1.weight, given["conv1.weight"])
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(BridgeError, match="ResNet-50"):
        paper.load_imagenet(tmp_path / "other.pth")


def test_the_loss_and_the_errors_are_what_they_say() -> None:
    spread = torch.tensor([2.0, 1.0])
    said, wanted = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 0.0]])
    assert float(loss(said, wanted, spread)) == pytest.approx(0.5 * (0.5 + 4 / 5))
    rng = np.random.default_rng(0)
    truth = Answers(rng.normal(0, (1, *[0.1] * 27), (5000, 28)), rng.random((5000, 52)))
    mean = Answers(np.zeros((5000, 28)), np.full((5000, 52), 0.5))
    assert errors(mean, truth) == pytest.approx((1.0, 1.0, 1 / 12), rel=0.05)
    assert errors(truth, truth) == (0, 0, 0)


def test_evaluation_prints_every_method_under_every_condition(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(checkpoint), str(tmp_path / "face.onnx")]) == 0
    capsys.readouterr()
    assert main(["evaluate", str(tmp_path / "face.onnx"), "--people", "1", "--each", "3"]) == 0
    said = capsys.readouterr().out
    for words in (
        "| frontal | network |",
        "| semi-profile | landmark fit |",
        "| blurred | linear |",
        "way back to ARKit",
    ):
        assert words in said
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    assert main(["evaluate", str(tmp_path / "bad.onnx")]) == 2
