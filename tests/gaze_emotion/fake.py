"""A gaze network whose answer is the picture's colour, a face detector that finds bright spots, and sets of pictures.

Both networks are real .onnx files, run by ONNX Runtime and by OpenCV.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RADIANS = 2.0
"A red (green) of 0 is a pitch (yaw) of -1 radian, one of 255 is 1."


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    weights: dict[str, Any],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
) -> Path:
    initial = [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "fake", inputs, outputs, initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())
    return path


def gaze_network(path: Path, size: int = 32, answers: int = 2) -> Path:
    """pitch = 2 (red - 1/2), yaw = 2 (green - 1/2)."""
    weights = {
        "matrix": RADIANS * np.eye(3, answers, dtype=np.float32),
        "offset": np.full(answers, -RADIANS / 2, np.float32),
    }
    nodes = [
        helper.make_node("ReduceMean", ["faces"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["mean", "matrix", "offset"], ["gaze"]),
    ]
    faces = helper.make_tensor_value_info("faces", TensorProto.FLOAT, ["n", 3, size, size])
    gaze = helper.make_tensor_value_info("gaze", TensorProto.FLOAT, ["n", answers])
    return _save(path, nodes, weights, [faces], [gaze])


def colour_of(pitch: float, yaw: float) -> tuple[int, int, int]:
    """BGR that the network above reads as this gaze."""
    red, green = (round(255 * (angle / RADIANS + 0.5)) for angle in (pitch, yaw))
    return 60, green, red


def face_detector(path: Path) -> Path:
    """YuNet's inputs and outputs: a face of 64 x 64 pixels around each place of a 32-pixel grid that is white."""
    nodes, outputs = [], []
    weights: dict[str, Any] = {
        "low": np.float32(200), "fifty": np.float32(50), "zero": np.float32(0), "one": np.float32(1),
        "flat": np.array([1, -1, 1], np.int64),
    }  # fmt: skip
    # a box of two cells either way, exp(0.693) = 2; eyes, nose and corners of the mouth around its middle, in cells
    weights["box"] = np.array([0.5, 0.5, np.log(2.0), np.log(2.0)], np.float32)
    weights["points"] = np.array([0.1, 0.2, 0.9, 0.2, 0.5, 0.6, 0.2, 0.9, 0.8, 0.9], np.float32)
    for stride in (8, 16, 32):
        sure = f"sure{stride}"
        nodes += [
            helper.make_node("ReduceMax", ["input"], [f"white{stride}"], axes=[1], keepdims=1),
            helper.make_node(
                "AveragePool", [f"white{stride}"], [f"pool{stride}"], kernel_shape=[stride] * 2, strides=[stride] * 2
            ),
            helper.make_node("Sub", [f"pool{stride}", "low"], [f"above{stride}"]),
            helper.make_node("Div", [f"above{stride}", "fifty"], [f"score{stride}"]),
            helper.make_node("Clip", [f"score{stride}", "zero", "one"], [f"clip{stride}"]),
            helper.make_node("Reshape", [f"clip{stride}", "flat"], [sure if stride == 32 else f"grid{stride}"]),
        ]
        if stride != 32:  # only the coarsest grid finds anything
            nodes.append(helper.make_node("Mul", [f"grid{stride}", "zero"], [sure]))
        nodes.append(helper.make_node("Mul", [sure, "zero"], [f"nothing{stride}"]))
        for name, width in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            outputs.append(helper.make_tensor_value_info(f"{name}_{stride}", TensorProto.FLOAT, [1, None, width]))
        nodes += [
            helper.make_node("Identity", [sure], [f"cls_{stride}"]),
            helper.make_node("Identity", [sure], [f"obj_{stride}"]),
            helper.make_node("Add", [f"nothing{stride}", "box"], [f"bbox_{stride}"]),
            helper.make_node("Add", [f"nothing{stride}", "points"], [f"kps_{stride}"]),
        ]
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, "h", "w"])
    return _save(path, nodes, weights, [picture], outputs)


def write_picture(path: Path, gaze: tuple[float, float], mark: int = 0, size: int = 40) -> Path:
    """A picture with this gaze (radians); `mark` changes one pixel, so that no two files are the same."""
    picture = np.full((size, size, 3), colour_of(*gaze), np.uint8)
    picture[0, 0, 0] = mark % 256
    picture[0, 1, 0] = mark // 256
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture)
    return path


def write_points(path: Path, turned: float = 1.0) -> Path:
    """RAF-DB's annotation of a face whose second eye is `turned` times as far from its nose."""
    points = [(50.0, 100.0), (100.0 + 50.0 * turned, 100.0), (100.0, 100.0), (80.0, 160.0), (120.0, 160.0)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{x:.1f}\t{y:.1f}\n" for x, y in points) + "0\n0\n2\n")
    return path


def write_raf_db(folder: Path, people: Iterable[tuple[int, tuple[float, float], float]]) -> Path:
    """RAF-DB's layout: (emotion, gaze, turned) of each picture, all in its test part."""
    lines = []
    for number, (emotion, gaze, turned) in enumerate(people, 1):
        name = f"test_{number:04d}"
        write_picture(folder / f"Image/aligned/{name}_aligned.png", gaze, number)
        write_points(folder / f"Annotation/manual/{name}_manu_attri.txt", turned)
        lines.append(f"{name}.png {emotion}")
    (folder / "EmoLabel").mkdir()
    (folder / "EmoLabel/list_patition_label.txt").write_text("\n".join(lines) + "\n")
    return folder
