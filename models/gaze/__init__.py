"""Gaze networks of the hybrid transformer kind: from a whole face, and from a headset's eye cameras.

The network of Zheng et al., *Perceive Emotions from Gazes* (section III): a ResNet-18's features as the tokens of a
transformer. `python -m models.gaze --help` renders, trains, exports and compares; models/weights/gaze.md has figures.
"""
