"""Checkpoint to .onnx, compared with PyTorch before it is written: the file that `bridge.face.network` reads.

face (N, 3, s, s) float32 RGB 0..1, aligned by bridge.face.alignment, points (N, 68, 2) -> coefficients (N, 28)
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

from bridge.errors import BridgeError
from bridge.face.model import LANDMARKS
from bridge.face.network import FORMAT, METADATA_KEY
from models.deepexp.network import DeepExp
from models.export import LARGEST_DIFFERENCE, LICENCE, OPSET

SUMMARY: Final = (
    "Reads 28 coefficients of the face model's expressions from one aligned picture of a face. "
    "Learnt from rendered people only, unless its trained entry says otherwise. Figures: models/deepexp/README.md."
)


def to_onnx(net: DeepExp, name: str, trained: dict[str, Any]) -> bytes:
    """The graph with its metadata. Raises BridgeError when ONNX Runtime does not answer as PyTorch does.

    trained: commit, date, dataset, seed, pictures; basis and model are taken out of it.
    """
    net = net.eval()
    inputs = ["face", "points"][: 1 + net.config.sees_points]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # as models.export: the newer exporter needs onnxscript
        torch.onnx.export(
            net,
            _faces(net, 2),
            Path(folder, "net.onnx"),
            input_names=inputs,
            output_names=["coefficients"],
            dynamic_axes={name: {0: "faces"} for name in (*inputs, "coefficients")},
            opset_version=OPSET,
            dynamo=False,
        )
        model = onnx.load(Path(folder, "net.onnx"))
    model.producer_name = "eyebridge"
    about = {"format": FORMAT, "name": name, "basis": trained["basis"], "model": trained["model"]}
    origin = {key: trained[key] for key in ("commit", "date", "dataset", "seed", "pictures")}
    about |= {"size": net.config.size, "trained": origin, "licence": LICENCE, "card": SUMMARY}
    onnx.helper.set_model_props(model, {METADATA_KEY: json.dumps(about)})
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    difference = largest_difference(net, content)
    if difference > LARGEST_DIFFERENCE:
        raise BridgeError(f"the export differs from PyTorch by {difference:.2g}, more than {LARGEST_DIFFERENCE:.0e}")
    return content


def largest_difference(net: DeepExp, content: bytes) -> float:
    """The farthest that ONNX Runtime and PyTorch are apart on random pictures, in standard deviations."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    worst = 0.0
    for count in (1, 3):
        faces = _faces(net, count)
        with torch.no_grad():
            wanted = net(*faces).numpy()
        given = zip(session.get_inputs(), faces, strict=True)
        (found,) = session.run(None, {known.name: values.numpy() for known, values in given})
        worst = max(worst, float(np.abs((found - wanted) / net.get_buffer("spread").numpy()).max()))
    return worst


def _faces(net: DeepExp, count: int) -> tuple[torch.Tensor, ...]:
    """What the network takes, at random."""
    draw, size = torch.Generator().manual_seed(count), net.config.size
    pictures = torch.rand(count, 3, size, size, generator=draw)
    if not net.config.sees_points:
        return (pictures,)
    return pictures, 0.1 * torch.randn(count, LANDMARKS, 2, generator=draw)
