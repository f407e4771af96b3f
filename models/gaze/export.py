"""Checkpoint to .onnx, compared with PyTorch before it is written.

    face       faces (N, 3, s, s) RGB 0..1         -> gaze (N, 2)     pitch and yaw in radians, as ETH-XGaze counts
    near-eye   pair (N, 2, s, 2 s) as EyeNet's     -> gaze (N, 2, 2)  left and right eye's, as the headset counts

Subtracting ImageNet's mean is part of the graph. What the file is stands in its metadata under `eyebridge_gaze`.
"""

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from bridge.errors import BridgeError
from models.export import LARGEST_DIFFERENCE, OPSET
from models.gaze.network import GazeConfig, Network

METADATA: Final = "eyebridge_gaze"
CONVENTIONS: Final = {
    "face": "pitch, yaw in radians; pitch positive up, yaw positive towards the picture's left",
    "near-eye": "pitch, yaw in radians of the left and the right eye; pitch positive up, yaw to the wearer's left",
}


class Exported(nn.Module):
    """A face network answers (N, 2) instead of (N, 1, 2)."""

    def __init__(self, net: Network) -> None:
        super().__init__()
        self.net = net

    def forward(self, pictures: Tensor) -> Tensor:
        gaze: Tensor = self.net(pictures)
        return gaze[:, 0] if self.net.config.kind == "face" else gaze


def input_of(config: GazeConfig) -> tuple[str, tuple[int, int, int]]:
    """The name and (planes, rows, columns) of what the graph takes."""
    if config.kind == "face":
        return "faces", (3, config.size, config.size)
    return "pair", (2, config.size, 2 * config.size)


def to_onnx(net: Network, trained: dict[str, Any]) -> bytes:
    """The graph with its metadata. Raises BridgeError when ONNX Runtime does not answer as PyTorch does."""
    exported = Exported(net).eval()
    name, shape = input_of(net.config)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # as models.export: the newer exporter needs onnxscript
        torch.onnx.export(
            exported,
            (torch.zeros(2, *shape),),
            Path(folder, "net.onnx"),
            input_names=[name],
            output_names=["gaze"],
            dynamic_axes={name: {0: "pictures"}, "gaze": {0: "pictures"}},
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(Path(folder, "net.onnx"))
    model.producer_name = "eyebridge"
    about = {"format": 1, "kind": net.config.kind, "convention": CONVENTIONS[net.config.kind], "trained": trained}
    onnx.helper.set_model_props(model, {METADATA: json.dumps(about)})
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    difference = largest_difference(net, content)
    if difference > LARGEST_DIFFERENCE:
        raise BridgeError(f"the export differs from PyTorch by {difference:.2g}, more than {LARGEST_DIFFERENCE:.0e}")
    return content


def largest_difference(net: Network, content: bytes) -> float:
    """The farthest that ONNX Runtime and PyTorch are apart on random pictures, in radians."""
    exported = Exported(net).eval()
    name, shape = input_of(net.config)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    worst = 0.0
    for count in (1, 3):
        pictures = torch.rand(count, *shape, generator=torch.Generator().manual_seed(count))
        with torch.no_grad():
            wanted = exported(pictures).numpy()
        (found,) = session.run(None, {name: pictures.numpy()})
        worst = max(worst, float(np.abs(found - wanted).max()))
    return worst
