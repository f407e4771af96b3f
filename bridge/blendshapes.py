"""What we send: blendshape names as tables.

ARKIT is Apple's set of 52 in Live Link Face order (index = position in the Live Link packet).
"""

from typing import Final

ARKIT: Final = (
    "eyeBlinkLeft",
    "eyeLookDownLeft",
    "eyeLookInLeft",
    "eyeLookOutLeft",
    "eyeLookUpLeft",
    "eyeSquintLeft",
    "eyeWideLeft",
    "eyeBlinkRight",
    "eyeLookDownRight",
    "eyeLookInRight",
    "eyeLookOutRight",
    "eyeLookUpRight",
    "eyeSquintRight",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawRight",
    "jawOpen",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthLeft",
    "mouthRight",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "noseSneerLeft",
    "noseSneerRight",
    "tongueOut",
)

# The native frame carries the weights in these runs, so that no message holds more arguments than
# the field's OSC receivers accept (OscCore: 32).
GROUPS: Final = (
    ("eyes", 0, 14),
    ("mouth", 14, 41),
    ("brows", 41, 46),
    ("cheeks", 46, 49),
    ("nose", 49, 51),
    ("tongue", 51, 52),
)

ARKIT_BASIS: Final = "arkit"
"Stands where an expression basis's fingerprint would, where these 52 weights themselves are meant."
ARKIT_TWICE: Final = "arkit twice"
"Likewise for a face network's 52 weights and, after them, the landmark detector's own."

# Live Link Face sends ARKIT, spelt as Unreal's curves are, and then these turns of head and eyes.
LIVE_LINK: Final = (
    *(name[0].upper() + name[1:] for name in ARKIT),
    *(f"{part}{angle}" for part in ("Head", "LeftEye", "RightEye") for angle in ("Yaw", "Pitch", "Roll")),
)
