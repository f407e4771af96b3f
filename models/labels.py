"""What happens to labels when a picture is mirrored or one eye is lost: index tables derived from the names in
`bridge.channels`, so that no number is typed twice.

Labels are class indices with NONE where a sample has none, and channel values in the order of CHANNELS.
"""

from typing import Final

from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES, SIDES

NONE: Final = -1
"The class index of a sample that has no such label; the loss leaves it out."


def other_side(name: str) -> str:
    """The same quantity of the other eye: 'wink_left' -> 'wink_right'; a name without a side stays as it is."""
    stem, _, side = name.rpartition("_")
    return f"{stem}_{SIDES[1 - SIDES.index(side)]}" if side in SIDES else name


def columns(stem: str) -> tuple[int, int]:
    """The (left, right) columns of a channel's stem: columns('lid_openness')."""
    return CHANNEL_NAMES.index(f"{stem}_left"), CHANNEL_NAMES.index(f"{stem}_right")


MIRRORED_UNIT: Final = tuple(ACTION_UNIT_NAMES.index(other_side(name)) for name in ACTION_UNIT_NAMES)
"Class i of a pair is class MIRRORED_UNIT[i] of its mirror image; emotions have no side and stay."

MIRRORED_CHANNEL: Final = tuple(CHANNEL_NAMES.index(other_side(name)) for name in CHANNEL_NAMES)
"Channel i of the mirror image is MIRRORED_SIGN[i] times channel MIRRORED_CHANNEL[i] of the pair."

MIRRORED_SIGN: Final = tuple(-1.0 if name.startswith("gaze_yaw_") else 1.0 for name in CHANNEL_NAMES)
"Yaw is positive towards the wearer's left, so it changes sign in a mirror; nothing else does."

SIDE_OF_CHANNEL: Final = tuple(SIDES.index(channel.side) for channel in CHANNELS)
"0 for the channels of the left eye, 1 for those of the right."


UNITS_WITHOUT_EMOTION: Final = tuple(index for index, name in enumerate(ACTION_UNIT_NAMES) if name != other_side(name))
"A wink or one raised brow is a gesture: where nobody says otherwise, its emotion is neutral."

CLOSED_UNIT: Final = ACTION_UNIT_NAMES.index("eyes_closed")
CLOSED_EMOTION: Final = EMOTION_NAMES.index("closed_eyes")
NEUTRAL_EMOTION: Final = EMOTION_NAMES.index("neutral")


def _as_seen_by_one_eye(side: str, copied: bool) -> tuple[int, ...]:
    known = []
    for index, name in enumerate(ACTION_UNIT_NAMES):
        if name == other_side(name):
            known.append(index)
        elif name == f"wink_{side}":
            known.append(CLOSED_UNIT)
        else:
            known.append(index if name.endswith(side) and not copied else NONE)
    return tuple(known)


UNIT_WITH_ONE_EYE: Final = tuple(_as_seen_by_one_eye(side, copied=False) for side in SIDES)
"""[side][class]: what a class reads as when only that side is seen: its own wink is a closed eye, the other eye's
movements are nothing that could be known."""

UNIT_WITH_ONE_EYE_COPIED: Final = tuple(_as_seen_by_one_eye(side, copied=True) for side in SIDES)
"[side][class]: likewise when that side is mirrored into the other half, where no class of one side can be right."
