"""Eye pictures in, an avatar's face and its light out."""

import os

# OpenCV reads these once, when it is first imported: it takes memory for whatever size a picture's head announces.
# They are MAX_SIDE of bridge.pictures.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_WIDTH", "4096")
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_HEIGHT", "4096")

# So does numpy's OpenBLAS. Our matrices are small: several threads spin for each other and take a face's fit from 6 to
# 270 ms of processor time on two busy cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
