"""Pictures that say in their pixels what a face does, and a network of the 68 points that reads them.

A picture of 64 x 64 pixels has a grid of 8 x 8 cells: the red of the first 52 are ARKit weights, and green says that
there is a face at all. The network draws the built-in face's landmarks with these weights, seen from in front. It is a
real .onnx file, and all that comes after it is the real thing.
"""

from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bridge.blendshapes import ARKIT
from bridge.face.model import load

SIZE, CELL = 64, 8
_SCALE = 4.0
"A face of 15 cm takes 0.6 of the picture."


def landmark_network(path: Path) -> Path:
    """Writes the network."""
    face = load(None).sparse()
    front = np.array([_SCALE, -_SCALE])
    rest = (0.5 + front * face.mean[:, :2]).astype(np.float32)
    moves = (front * face.expressions[:, :, :2]).reshape(len(ARKIT), -1)
    cells = (SIZE // CELL) ** 2
    matrix = np.zeros((3 * cells, 136), np.float32)
    matrix[: len(ARKIT)] = moves
    weights = {"matrix": matrix, "rest": rest.reshape(1, 136), "green": np.zeros((3 * cells, 1), np.float32)}
    weights["green"][cells : 2 * cells] = 1 / cells
    nodes = [
        helper.make_node("AveragePool", ["picture"], ["grid"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        helper.make_node("Flatten", ["grid"], ["flat"]),
        helper.make_node("Gemm", ["flat", "matrix", "rest"], ["points"]),
        helper.make_node("MatMul", ["flat", "green"], ["score"]),
    ]
    outputs = [
        helper.make_tensor_value_info("points", TensorProto.FLOAT, [1, 136]),
        helper.make_tensor_value_info("score", TensorProto.FLOAT, [1, 1]),
    ]
    given = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, SIZE, SIZE])
    tensors = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "cells", [given], outputs, tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def picture(weights: NDArray[np.floating], face: bool = True, mark: int = 0) -> NDArray[np.uint8]:
    """(64, 64, 3) BGR; `mark`, in the blue that nobody reads, makes it another file."""
    red = np.zeros((SIZE // CELL) ** 2)
    red[: len(ARKIT)] = weights
    image = np.zeros((SIZE, SIZE, 3), np.uint8)
    image[..., 2] = np.round(255 * red.reshape(SIZE // CELL, SIZE // CELL).repeat(CELL, 0).repeat(CELL, 1))
    image[..., 1] = 255 * face
    image[0, : mark.bit_length(), 0] = [200 * (mark >> bit & 1) + 55 for bit in range(mark.bit_length())]
    return image


def write(path: Path, weights: NDArray[np.floating], face: bool = True, mark: int = 0) -> Path:
    """A picture's file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture(weights, face, mark))
    return path
