"""VRCFaceTracking's Unified Expressions, as far as ARKit's 52, gaze, lids and pupils can speak for them.

Names, formulas and ranges are those of VRCFaceTracking 5 (UnifiedExpressions.cs, UnifiedSimpleExpressions.cs,
UnifiedExpressionsParameters.cs; vrcft.io, "Compatibility: ARKit"). On an avatar every name has `v2/` before it. A shape
that ARKit has no word for (tightener, cheek suck, most of the tongue) is left out of its formula, and a parameter of
which nothing would remain is left out of the table.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.blendshapes import ARKIT
from bridge.channels import CHANNEL_NAMES, CHANNELS
from bridge.frames import Result, Vector

_GAZE: Final = ("gazeLeftX", "gazeLeftY", "gazeRightX", "gazeRightY")
_PUPILS: Final = ("pupilLeft", "pupilRight")
INPUTS: Final = (*ARKIT, *_GAZE, *_PUPILS, "always")
"What a formula is made of: ARKit's weights; gaze, right and up positive; pupil over iris diameter; and 1."

# A {s} stands for Left and for Right. `mean A` is that of ALeft and ARight, `max A B` the greater one.
_BASE: Final = """
EyeSquint{s}            eyeSquint{s}
EyeWide{s}              eyeWide{s}
BrowPinch{s}            browDown{s}
BrowLowerer{s}          browDown{s}
BrowInnerUp{s}          browInnerUp
BrowOuterUp{s}          browOuterUp{s}
CheekSquint{s}          cheekSquint{s}
CheekPuff{s}            cheekPuff
JawOpen                 jawOpen
JawRight                jawRight
JawLeft                 jawLeft
JawForward              jawForward
MouthClosed             mouthClose
LipSuckUpper{s}         mouthRollUpper
LipSuckLower{s}         mouthRollLower
LipFunnelUpper{s}       mouthFunnel
LipFunnelLower{s}       mouthFunnel
LipPuckerUpper{s}       mouthPucker
LipPuckerLower{s}       mouthPucker
MouthUpperUp{s}         mouthUpperUp{s}
NoseSneer{s}            noseSneer{s}
MouthLowerDown{s}       mouthLowerDown{s}
MouthUpper{s}           mouth{s}
MouthLower{s}           mouth{s}
MouthCornerPull{s}      mouthSmile{s}
MouthCornerSlant{s}     mouthSmile{s}
MouthFrown{s}           mouthFrown{s}
MouthStretch{s}         mouthStretch{s}
MouthDimple{s}          mouthDimple{s}
MouthRaiserUpper        mouthShrugUpper
MouthRaiserLower        mouthShrugLower
MouthPress{s}           mouthPress{s}
TongueOut               tongueOut
"""

_SIMPLE: Final = """
BrowUp{s}               0.6 BrowOuterUp{s} + 0.4 BrowInnerUp{s}
BrowDown{s}             0.75 BrowLowerer{s} + 0.25 BrowPinch{s}
MouthSmile{s}           0.8 MouthCornerPull{s} + 0.2 MouthCornerSlant{s}
MouthSad{s}             max MouthFrown{s} MouthStretch{s}
"""

# Pupils: an iris is 11.7 mm wide in nearly everybody. Diameters are in centimetres, and dilation is 0 at 2 mm and 1 at
# 8 mm, what pupils can do, where VRCFaceTracking takes the least and the most it has seen so far.
_COMBINED: Final = """
EyeLeftX                gazeLeftX
EyeLeftY                gazeLeftY
EyeRightX               gazeRightX
EyeRightY               gazeRightY
EyeX                    0.5 gazeLeftX + 0.5 gazeRightX
EyeY                    0.5 gazeLeftY + 0.5 gazeRightY
PupilDiameter{s}        1.17 pupil{s}
PupilDiameter           mean PupilDiameter
PupilDilation           0.975 pupilLeft + 0.975 pupilRight - 0.33333 always
EyeOpen{s}              always - eyeBlink{s}
EyeOpen                 mean EyeOpen
EyeClosed{s}            eyeBlink{s}
EyeClosed               mean EyeClosed
EyeWide                 max EyeWideLeft EyeWideRight
EyeLid{s}               0.75 EyeOpen{s} + 0.25 EyeWide{s}
EyeLid                  mean EyeLid
EyeSquint               max EyeSquintLeft EyeSquintRight
EyesSquint              EyeSquint
BrowUp                  mean BrowUp
BrowDown                mean BrowDown
BrowInnerUp             mean BrowInnerUp
BrowOuterUp             mean BrowOuterUp
BrowExpression{s}       0.5 BrowInnerUp{s} + 0.5 BrowOuterUp{s} - BrowDown{s}
BrowExpression          mean BrowExpression
JawX                    JawRight - JawLeft
JawZ                    JawForward
CheekSquint             mean CheekSquint
CheekPuffSuck{s}        CheekPuff{s}
CheekPuffSuck           mean CheekPuff
MouthUpperX             MouthUpperRight - MouthUpperLeft
MouthLowerX             MouthLowerRight - MouthLowerLeft
MouthX                  0.5 MouthUpperX + 0.5 MouthLowerX
LipSuckUpper            mean LipSuckUpper
LipSuckLower            mean LipSuckLower
LipSuck                 0.5 LipSuckUpper + 0.5 LipSuckLower
LipFunnelUpper          mean LipFunnelUpper
LipFunnelLower          mean LipFunnelLower
LipFunnel               0.5 LipFunnelUpper + 0.5 LipFunnelLower
LipPuckerUpper          mean LipPuckerUpper
LipPuckerLower          mean LipPuckerLower
LipPucker{s}            0.5 LipPuckerUpper{s} + 0.5 LipPuckerLower{s}
LipPucker               mean LipPucker
LipSuckFunnelUpper      LipSuckUpper - LipFunnelUpper
LipSuckFunnelLower      LipSuckLower - LipFunnelLower
LipSuckFunnelUpper{s}   LipSuckUpper{s} - LipFunnelUpper{s}
LipSuckFunnelLower{s}   LipSuckLower{s} - LipFunnelLower{s}
MouthUpperUp            mean MouthUpperUp
MouthLowerDown          mean MouthLowerDown
MouthOpen               0.5 MouthUpperUp + 0.5 MouthLowerDown
MouthStretch            mean MouthStretch
MouthPress              mean MouthPress
MouthDimple             mean MouthDimple
NoseSneer               mean NoseSneer
MouthTightenerStretch{s} - MouthStretch{s}
MouthTightenerStretch   mean MouthTightenerStretch
MouthCornerY{s}         MouthCornerSlant{s} - MouthFrown{s}
MouthCornerY            mean MouthCornerY
SmileFrown{s}           MouthSmile{s} - MouthFrown{s}
SmileFrown              mean SmileFrown
SmileSad{s}             MouthSmile{s} - MouthSad{s}
SmileSad                mean SmileSad
"""

GAZE_FULL_DEGREES: Final = 45.0
"The turn of an eye that a parameter calls 1."

_AT: Final = {name: n for n, name in enumerate(INPUTS)}
_PUPIL_AT: Final = [CHANNEL_NAMES.index(f"pupil_{side}") for side in ("left", "right")]
_PUPIL_NEUTRAL: Final = CHANNELS[_PUPIL_AT[0]].neutral
_TERM: Final = re.compile(r"([+-]?) ?([\d.]+ )?(\w+)")

# What cameras at the eyes see.
_SEEN_INPUTS: Final = (
    *(name for name in ARKIT if name.startswith(("eye", "brow", "cheekSquint", "noseSneer"))),
    *(*_GAZE, *_PUPILS, "always"),
)


def _lines(table: str) -> Iterator[tuple[str, str]]:
    """The (name, formula) pairs of a table, sides written out."""
    for line in table.strip().splitlines():
        for side in ("Left", "Right") if "{s}" in line else ("",):
            name, formula = line.replace("{s}", side).split(maxsplit=1)
            yield name, formula


class _Table:
    """Formulas as rows over INPUTS and, behind them, the maxima."""

    def __init__(self) -> None:
        self.pairs: list[tuple[int, int]] = []
        "The inputs of each maximum."
        self.rows: dict[str, NDArray[np.float64]] = {}
        for name, formula in (*_lines(_BASE), *_lines(_SIMPLE), *_lines(_COMBINED)):
            self.rows[name] = self._row(formula)

    def _row(self, formula: str) -> NDArray[np.float64]:
        function, *names = formula.split()
        if function == "max":
            self.pairs.append((int(self._of(names[0]).argmax()), int(self._of(names[1]).argmax())))
            return self._unit(len(INPUTS) + len(self.pairs) - 1)
        if function == "mean":
            return (self._of(f"{names[0]}Left") + self._of(f"{names[0]}Right")) / 2
        row = self._unit(0) * 0
        for sign, factor, name in _TERM.findall(formula):
            row += float(factor or 1) * (-1 if sign == "-" else 1) * self._of(name)
        return row

    def _of(self, name: str) -> NDArray[np.float64]:
        return self._unit(_AT[name]) if name in _AT else self.rows[name]

    def _unit(self, at: int) -> NDArray[np.float64]:
        row = np.zeros(len(INPUTS) + 16)
        row[at] = 1
        return row


_TABLE: Final = _Table()
_FIRST, _SECOND = np.array(_TABLE.pairs).T
_MATRIX: Final = np.array(list(_TABLE.rows.values()))[:, : len(INPUTS) + len(_FIRST)].astype(np.float32)

PARAMETERS: Final = tuple(_TABLE.rows)
"Every parameter that can be computed, without its `v2/`."
_ROW: Final = {name: row for row, name in enumerate(PARAMETERS)}
BASE: Final = dict(_lines(_BASE))
"Those of them that are shapes of a face and not made of several, each with what it is in ARKit's words."


_LOWEST_INPUT: Final = np.zeros(_MATRIX.shape[1], np.float32)
_LOWEST_INPUT[[_AT[name] for name in _GAZE]] = -1
_LOWEST_INPUT[_AT["always"]] = 1


def _lowest() -> Vector:
    """-1 or 0 for each parameter: whether it can be negative."""
    bound = np.minimum(_MATRIX, _MATRIX * _LOWEST_INPUT)
    bound[:, _AT["always"]] = _MATRIX[:, _AT["always"]]
    return np.where(bound.sum(1) < -0.5, -1, 0).astype(np.float32)


def _seen() -> NDArray[np.bool_]:
    hidden = [n for n, name in enumerate(INPUTS) if name not in _SEEN_INPUTS]
    hidden += [len(INPUTS) + n for n, pair in enumerate(_TABLE.pairs) if set(pair) & set(hidden)]
    return np.asarray((_MATRIX[:, hidden] == 0).all(1))


LOW: Final = dict(zip(PARAMETERS, _lowest().tolist(), strict=True))
"The lowest value of each parameter, -1 or 0; the highest is always 1."
SEEN: Final = frozenset(name for name, seen in zip(PARAMETERS, _seen(), strict=True) if seen)
"The parameters that cameras at the eyes can know. The others are 0 unless a rig or a guess moves the mouth."


class Unified:
    """Computes the named parameters of each result, in the order of the names.

    Raises KeyError for a name that is not in PARAMETERS.
    """

    def __init__(self, names: Sequence[str]) -> None:
        rows = [_ROW[name] for name in names]
        self._matrix = np.ascontiguousarray(_MATRIX[rows])
        self._low = np.array([LOW[name] for name in names], np.float32)
        self._inputs = np.ones(_MATRIX.shape[1], np.float32)

    def __call__(self, result: Result) -> Vector:
        """(names,) values within their ranges, never NaN."""
        inputs, gaze = self._inputs, result.weights.gaze
        inputs[: len(ARKIT)] = result.weights.blendshapes
        inputs[len(ARKIT) : len(INPUTS) - 1] = (
            *(-gaze.left_yaw / GAZE_FULL_DEGREES, gaze.left_pitch / GAZE_FULL_DEGREES),
            *(-gaze.right_yaw / GAZE_FULL_DEGREES, gaze.right_pitch / GAZE_FULL_DEGREES),
            *_pupils(result),
        )
        np.fmin(np.fmax(inputs, _LOWEST_INPUT, out=inputs), 1, out=inputs)  # fmax takes NaN away
        inputs[len(INPUTS) :] = np.maximum(inputs[_FIRST], inputs[_SECOND])
        values: Vector = np.fmin(np.fmax(self._matrix @ inputs, self._low), np.float32(1))
        return values


def _pupils(result: Result) -> tuple[float, float]:
    """Left and right; an eye that is not seen has the other one's."""
    left, right = result.expression.channels[_PUPIL_AT].tolist()
    left = right if left != left else left
    right = left if right != right else right
    return (left, right) if left == left else (_PUPIL_NEUTRAL, _PUPIL_NEUTRAL)
