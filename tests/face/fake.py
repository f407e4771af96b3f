"""Small .onnx files that do something, made as any exporter makes them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bridge.face import COEFFICIENTS
from bridge.face.alignment import SIZE, TEMPLATE

HEIGHT = 64

ABOUT: dict[str, Any] = {
    "format": 1,
    "name": "made by a test",
    "basis": "0123456789abcdef",
    "model": "builtin",
    "size": 112,
    "trained": {"commit": "0000000", "date": "2026-01-01", "dataset": "none", "seed": 1, "pictures": 2},
    "licence": "MIT",
    "card": "Knows nothing.",
}


def blob_finder(path: Path, points: int = 68) -> Path:
    """A network of the 68 points: a face as wide and high as a bright blob on black, wherever that is."""
    face = (TEMPLATE - TEMPLATE.mean(axis=0)) / (0.25 * SIZE)
    grid = (np.arange(HEIGHT, dtype=np.float32) + 0.5) / HEIGHT
    constants = {
        "x": grid.reshape(1, 1, 1, HEIGHT),
        "y": grid.reshape(1, 1, HEIGHT, 1),
        "face_x": face[:points, 0].astype(np.float32).reshape(1, points, 1),
        "face_y": face[:points, 1].astype(np.float32).reshape(1, points, 1),
        "least": np.float32(1e-6).reshape(1),
        "enough": np.float32(1 / (0.01 * 3 * HEIGHT * HEIGHT)).reshape(1),
        "one": np.float32(1).reshape(1),
        "scalar": np.array([1, 1, 1], np.int64),
    }
    nodes = [
        helper.make_node("ReduceSum", ["picture"], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "least"], ["mass"]),
        helper.make_node("Mul", ["mass", "enough"], ["fill"]),
        helper.make_node("Min", ["fill", "one"], ["score"]),
    ]
    for axis in "xy":
        nodes += [
            helper.make_node("Mul", ["picture", axis], [f"{axis}_light"]),
            helper.make_node("ReduceSum", [f"{axis}_light"], [f"{axis}_sum"], keepdims=0),
            helper.make_node("Div", [f"{axis}_sum", "mass"], [f"{axis}_middle"]),
            helper.make_node("Sub", [axis, f"{axis}_middle"], [f"{axis}_off"]),
            helper.make_node("Mul", [f"{axis}_off", f"{axis}_off"], [f"{axis}_square"]),
            helper.make_node("Mul", ["picture", f"{axis}_square"], [f"{axis}_squares"]),
            helper.make_node("ReduceSum", [f"{axis}_squares"], [f"{axis}_squared"], keepdims=0),
            helper.make_node("Div", [f"{axis}_squared", "mass"], [f"{axis}_variance"]),
            helper.make_node("Sqrt", [f"{axis}_variance"], [f"{axis}_spread"]),
            helper.make_node("Mul", [f"face_{axis}", f"{axis}_spread"], [f"{axis}_wide"]),
            helper.make_node("Add", [f"{axis}_wide", f"{axis}_middle"], [f"{axis}_points"]),
        ]
    nodes.append(helper.make_node("Concat", ["x_points", "y_points"], ["points"], axis=2))
    return _saved(path, nodes, constants, HEIGHT, {"points": (1, points, 2), "score": (1,)})


def face_network(
    path: Path, weight: float = 1.0, outputs: int = COEFFICIENTS, about: Any = ABOUT, points: bool = False
) -> Path:
    """A network whose every coefficient is the picture's mean, times a weight; `points`: plus their mean offset."""
    constants = {"weights": np.full((3, outputs), weight / 3, np.float32)}
    nodes = [
        helper.make_node("GlobalAveragePool", ["picture"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["seen" if points else "coefficients"]),
    ]
    if points:
        nodes.append(helper.make_node("ReduceMean", ["points"], ["offset"], keepdims=0))
        nodes.append(helper.make_node("Add", ["seen", "offset"], ["coefficients"]))
    described = {"eyebridge_face": json.dumps(about)}
    return _saved(path, nodes, constants, 112, {"coefficients": (1, outputs)}, described, points)


def _saved(
    path: Path,
    nodes: list[onnx.NodeProto],
    constants: dict[str, Any],
    size: int,
    outputs: dict[str, tuple[int, ...]],
    about: dict[str, str] | None = None,
    points: bool = False,
) -> Path:
    used = {name for node in nodes for name in node.input}
    given = [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, size, size])]
    given += [helper.make_tensor_value_info("points", TensorProto.FLOAT, [1, 68, 2])] if points else []
    answers = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()]
    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items() if name in used]
    graph = helper.make_graph(nodes, "made", given, answers, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, about or {})
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path
