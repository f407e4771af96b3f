"""Stress or none, from the expression coefficients of every frame: DeepExp3D, section IV-B, and its Table IV.

python -m models.stress SRD15 --landmarks face_landmarker.task --network face.onnx
"""
