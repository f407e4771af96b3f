"""The emotion a face shows, from its expression coefficients: DeepExp3D's section III-D and Table III as one command.

python -m models.emotion DATASET --layout kdef --landmarks face_landmarker.task --network face.onnx
"""
