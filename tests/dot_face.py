"""A face of three dots, and a network that finds its 68 points: a face camera's whole path without a real face.

Green and blue dots are the wearer's right and left eye, a red one is the chin. The network knows their middles and lays
the built-in face through them, its jaw as far open as the chin is low, so that what a reader must find is known.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bridge.blendshapes import ARKIT
from bridge.face.model import load

SIZE: Final = 64
WIDTH, HEIGHT = 320, 240
_CHIN: Final = 8
_POINTS: Final = load(None).sparse()
_FACE: Final = _POINTS.mean[:, :2]
_JAW: Final = _POINTS.expressions[ARKIT.index("jawOpen"), :, 1]
_EYES: Final = np.stack([_FACE[36:42].mean(0), _FACE[42:48].mean(0)])
_BETWEEN: Final = float(_EYES[1, 0] - _EYES[0, 0])

Points = NDArray[np.float64]


def picture(
    jaw: float = 0.0, x: float = 0.5 * WIDTH, y: float = 0.4 * HEIGHT, wide: float = 50.0, roll: float = 0.0
) -> NDArray[np.uint8]:
    """(240, 320, 3) uint8 BGR: the eyes `wide` pixels apart around (x, y), rolled by degrees to the right shoulder."""
    chin = _FACE[_CHIN] + (0.0, jaw * _JAW[_CHIN])
    places = np.stack([chin, *_EYES]) - _EYES.mean(0)
    turn = np.radians(-roll)
    across = np.array([np.cos(turn), np.sin(turn)])
    up = np.array([np.sin(turn), -np.cos(turn)])
    at = (x, y) + (places[:, :1] * across + places[:, 1:] * up) * wide / _BETWEEN
    columns, rows = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    far = (columns - at[:, 0, None, None]) ** 2 + (rows - at[:, 1, None, None]) ** 2
    red, green, blue = 255 * np.exp(-far / (2 * (0.12 * wide) ** 2))
    return np.stack([blue, green, red], axis=2).astype(np.uint8)


def video(path: Path, pictures: Sequence[NDArray[np.uint8]], rate: float = 30.0) -> Path:
    """The pictures as a video without loss."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"FFV1"), rate, (WIDTH, HEIGHT))
    assert writer.isOpened()
    for each in pictures:
        writer.write(each)
    writer.release()
    return path


def network(path: Path) -> Path:
    """The 68-point network (.onnx) of such faces."""
    grid = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE
    constants: dict[str, NDArray[Any]] = {
        "dim": np.array([0.3], np.float32),
        "least": np.array([1e-4], np.float32),
        "enough": np.array([1.0], np.float32),
        "x": grid.reshape(1, 1, 1, SIZE),
        "y": grid.reshape(1, 1, SIZE, 1),
        "spatial": np.array([2, 3], np.int64),
        "face": _through_dots().astype(np.float32),
        "shape": np.array([1, 68, 2], np.int64),
    }
    nodes = [
        helper.make_node("Sub", ["picture", "dim"], ["brighter"]),
        helper.make_node("Relu", ["brighter"], ["dots"]),
        helper.make_node("ReduceSum", ["dots", "spatial"], ["mass"], keepdims=0),
        helper.make_node("ReduceMin", ["mass"], ["faintest"], keepdims=0),
        helper.make_node("Min", ["faintest", "enough"], ["score"]),
        helper.make_node("Add", ["mass", "least"], ["some"]),
    ]
    for axis in "xy":
        nodes += [
            helper.make_node("Mul", ["dots", axis], [f"{axis}_light"]),
            helper.make_node("ReduceSum", [f"{axis}_light", "spatial"], [f"{axis}_sum"], keepdims=0),
            helper.make_node("Div", [f"{axis}_sum", "some"], [f"{axis}_middle"]),
        ]
    nodes += [
        helper.make_node("Concat", ["x_middle", "y_middle"], ["middles"], axis=1),
        helper.make_node("MatMul", ["middles", "face"], ["flat"]),
        helper.make_node("Reshape", ["flat", "shape"], ["points"]),
    ]
    given = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, SIZE, SIZE])
    answers = [
        helper.make_tensor_value_info("points", TensorProto.FLOAT, (1, 68, 2)),
        helper.make_tensor_value_info("score", TensorProto.FLOAT, (1,)),
    ]
    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "dots", [given], answers, tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def _through_dots() -> Points:
    """(6, 136) from the middles (chin x, right eye x, left eye x, then each one's y) to every point's x and y."""
    chin, right, left = np.eye(3)
    middle, across = (right + left) / 2, (left - right) / _BETWEEN
    off = _FACE - _EYES.mean(0)
    lowered = _JAW / _JAW[_CHIN]
    matrix = np.zeros((2, 3, 68, 2))  # of each axis, each dot: to each point's x and y
    for point in range(68):
        for axis, sign in ((0, 1.0), (1, -1.0)):  # up is across, turned: (y, -x)
            still = [middle + off[point, 0] * across, sign * off[point, 1] * across]
            rest = [middle + off[_CHIN, 0] * across, sign * off[_CHIN, 1] * across]
            matrix[axis, :, point, axis] = still[0] + lowered[point] * (chin - rest[0])
            matrix[1 - axis, :, point, axis] = still[1] - lowered[point] * rest[1]
    return matrix.reshape(6, 136)
