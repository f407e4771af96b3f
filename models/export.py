"""Checkpoint to .onnx: the file that ships.

    python -m models.export .work/eyenet.pt models/weights/eyenet.onnx

The graph takes both planes of a pair and answers in `bridge.channels`' own units; everything the daemon must know goes
into the file's metadata. The export is compared with PyTorch on random pairs and refused above 1e-3.
"""

import argparse
import base64
import json
import tempfile
import warnings
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, EMOTION_NAMES
from bridge.errors import BridgeError
from bridge.files import write_atomically
from bridge.frames import Image
from models.eyenet import EyeNet, EyeNetConfig
from models.training import read_checkpoint

OPSET: Final = 17
SCALE: Final = 255.0
LARGEST_DIFFERENCE: Final = 1e-3
LICENCE: Final = "MIT"
SUMMARY: Final = (
    "Reads ten upper-face action units, five emotions, and per eye lids, brows, cheek, gaze and pupil from a pair of "
    "infrared eye images. Learnt from rendered people only; best with the wearer's own neutral image. "
    "Figures and known failures: models/weights/eyenet.md."
)


class Exported(nn.Module):
    """A network that answers in probabilities and units."""

    def __init__(self, net: EyeNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, pair: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.net.decode(self.net(pair))


def network_of(state: dict[str, Any]) -> EyeNet:
    """The averaged weights of a checkpoint, which are the ones that ship."""
    net = EyeNet(EyeNetConfig(**state["config"]))
    net.load_state_dict(state["average"])
    return net.eval()


def metadata(net: EyeNet, name: str, population_mean: Image, trained: dict[str, Any]) -> dict[str, Any]:
    """What `bridge.network` reads beside the graph."""
    encoded = cv2.imencode(".png", population_mean)[1].tobytes()
    return {
        "format": 1,
        "name": name,
        "action_units": ACTION_UNIT_NAMES,
        "emotions": EMOTION_NAMES,
        "channels": CHANNEL_NAMES,
        "input": {
            "planes": ["difference", "image"],
            "height": net.config.height,
            "width": 2 * net.config.width,
            "scale": SCALE,
        },
        "population_mean": base64.b64encode(encoded).decode(),
        "trained": trained,
        "licence": LICENCE,
        "card": SUMMARY,
    }


def to_onnx(net: EyeNet, about: dict[str, Any]) -> bytes:
    """The graph with its metadata. Raises BridgeError when ONNX Runtime does not answer as PyTorch does."""
    exported = Exported(net).eval()
    names = ["action_units", "emotions", "channels"]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # the newer exporter needs onnxscript; for a feed-forward net the older one gives the same graph
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            exported,
            (torch.zeros(2, 2, net.config.height, 2 * net.config.width),),
            Path(folder, "net.onnx"),
            input_names=["pair"],
            output_names=names,
            dynamic_axes={name: {0: "pairs"} for name in ("pair", *names)},
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(Path(folder, "net.onnx"))
    model.producer_name = "eyebridge"
    onnx.helper.set_model_props(model, {"eyebridge": json.dumps(about)})
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    difference = largest_difference(exported, content)
    if difference > LARGEST_DIFFERENCE:
        raise BridgeError(f"the export differs from PyTorch by {difference:.2g}, more than {LARGEST_DIFFERENCE:.0e}")
    return content


def largest_difference(exported: Exported, content: bytes) -> float:
    """The farthest that ONNX Runtime and PyTorch are apart on random pairs, over all outputs in their own units."""
    config = exported.net.config
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    worst = 0.0
    for pairs in (1, 5):
        pair = torch.rand(pairs, 2, config.height, 2 * config.width, generator=torch.Generator().manual_seed(pairs))
        pair[:, 0] -= 0.5
        with torch.no_grad():
            wanted = exported(pair)
        found = session.run(None, {"pair": pair.numpy()})
        worst = max(worst, *(float(np.abs(f - w.numpy()).max()) for f, w in zip(found, wanted, strict=True)))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="written by python -m models.train")
    parser.add_argument("onnx", type=Path, help="where to write the network")
    arguments = parser.parse_args()
    try:
        state = read_checkpoint(arguments.checkpoint)
        net = network_of(state)
        content = to_onnx(net, metadata(net, arguments.onnx.stem, state["population_mean"].numpy(), state["trained"]))
        write_atomically(arguments.onnx, content)
    except BridgeError as error:
        raise SystemExit(f"models.export: {error}") from error
    parameters = sum(parameter.numel() for parameter in net.parameters())
    print(f"{arguments.onnx}: {parameters} parameters, {len(content)} bytes")
    print(f"largest difference to PyTorch: {largest_difference(Exported(net).eval(), content):.1e}")


if __name__ == "__main__":
    main()
