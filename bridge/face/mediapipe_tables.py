"""What the numbers of MediaPipe's face landmarker mean (Apache 2.0, mediapipe/tasks/cc/vision/face_landmarker)."""

from typing import Final

# The 68 points among the 478, each the mean of one or two, found by laying MediaPipe's canonical face over the scheme's
# own points. On the jaw they are vertices: where the scheme follows the silhouette of a turned head, they stay on it.
POINTS_68: Final = (
    *((127,), (234,), (93,), (132,), (58, 172), (136,), (150, 149), (148, 176), (152,)),
    *((377, 400), (379, 378), (365,), (288, 397), (361,), (323,), (454,), (356,)),
    *((70,), (63, 105), (105, 66), (66, 107), (107,), (336,), (296, 336), (334, 296), (293, 334), (300,)),
    *((168,), (197,), (5, 195), (4,), (98,), (97,), (2,), (326,), (327,)),
    *((33,), (160,), (158,), (133,), (153,), (144,), (362,), (385,), (387,), (263,), (373,), (380,)),
    *((61,), (39, 40), (37,), (0,), (267,), (269, 270), (291,)),
    *((321,), (314, 405), (17,), (84, 181), (91,)),
    *((78,), (81,), (13,), (311,), (308,), (402,), (14,), (178,)),
)
IRISES: Final = (473, 468)
"The centres of the wearer's left and right iris."
EYES: Final = (33, 263)
"The outer corners of the wearer's right and left eye: the line that a face is turned by."

# What the network of the blendshapes reads (kLandmarksSubsetIdxs of face_blendshapes_graph.cc)
BLENDSHAPE_POINTS: Final = (
    *(0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80),
    *(81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153),
    *(154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249),
    *(251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314),
    *(317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382),
    *(384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, *range(468, 478)),
)
# and what it answers, in its order (kBlendshapeNames): ARKit's names in the alphabet's order, without tongueOut
NEUTRAL: Final = "_neutral"
