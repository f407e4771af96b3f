"""The whole face from one colour camera: a 3D face model, where its landmarks lie, and what they say it expresses."""

from typing import Final

COEFFICIENTS: Final = 28
"How many numbers say what a face expresses (DeepExp3D, section III-A)."
