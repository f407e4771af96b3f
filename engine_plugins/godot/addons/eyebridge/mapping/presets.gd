@tool
class_name EyebridgePresets
extends RefCounted
## What the blend shapes of well-known avatars are called and what moves them: "shape  formula", {s} for both sides.

const ARKIT := ""  # the names of the weights themselves

# Those of VRM 1 and, where they differ, VRM 0. What both lids do goes to "blink" and only the rest to one side's.
const VRM := """
blink         eyeBlinkLeft&eyeBlinkRight
blinkLeft     eyeBlinkLeft - eyeBlinkLeft&eyeBlinkRight
blinkRight    eyeBlinkRight - eyeBlinkLeft&eyeBlinkRight
lookUp        0.5 eyeLookUpLeft + 0.5 eyeLookUpRight
lookDown      0.5 eyeLookDownLeft + 0.5 eyeLookDownRight
lookLeft      0.5 eyeLookOutLeft + 0.5 eyeLookInRight
lookRight     0.5 eyeLookInLeft + 0.5 eyeLookOutRight
happy         emotions/happiness
joy           emotions/happiness
angry         emotions/anger
surprised     emotions/surprise
aa            jawOpen
"""

const VROID := """
Fcl_EYE_Close_L      eyeBlinkLeft
Fcl_EYE_Close_R      eyeBlinkRight
Fcl_EYE_Spread       0.5 eyeWideLeft + 0.5 eyeWideRight
Fcl_BRW_Angry        0.5 browDownLeft + 0.5 browDownRight
Fcl_BRW_Surprised    0.5 browInnerUp + 0.25 browOuterUpLeft + 0.25 browOuterUpRight
Fcl_BRW_Joy          0.5 cheekSquintLeft + 0.5 cheekSquintRight
Fcl_MTH_A            jawOpen
Fcl_MTH_U            mouthPucker
Fcl_MTH_Fun          0.5 mouthSmileLeft + 0.5 mouthSmileRight
Fcl_MTH_Sorrow       0.5 mouthFrownLeft + 0.5 mouthFrownRight
"""

# Of avatars that were exported without their ARKit shapes; with them they are ARKit's.
const READY_PLAYER_ME := """
mouthOpen      jawOpen
mouthSmile     0.5 mouthSmileLeft + 0.5 mouthSmileRight
eyesClosed     eyeBlinkLeft&eyeBlinkRight
eyesLookUp     0.5 eyeLookUpLeft + 0.5 eyeLookUpRight
eyesLookDown   0.5 eyeLookDownLeft + 0.5 eyeLookDownRight
"""

const METAHUMAN := """
eyeBlink{s}          eyeBlink{s}
eyeSquintInner{s}    eyeSquint{s}
eyeWiden{s}          eyeWide{s}
eyeCheekRaise{s}     cheekSquint{s}
eyeLookUp{s}         eyeLookUp{s}
eyeLookDown{s}       eyeLookDown{s}
eyeLookLeftLeft      eyeLookOutLeft
eyeLookRightLeft     eyeLookInLeft
eyeLookLeftRight     eyeLookInRight
eyeLookRightRight    eyeLookOutRight
browDown{s}          browDown{s}
browLateral{s}       browDown{s}
browRaiseIn{s}       browInnerUp
browRaiseOuter{s}    browOuterUp{s}
noseWrinkle{s}       noseSneer{s}
jawOpen              jawOpen
jawLeft              jawLeft
jawRight             jawRight
mouthCornerPull{s}   mouthSmile{s}
mouthCornerDepress{s} mouthFrown{s}
mouthStretch{s}      mouthStretch{s}
mouthDimple{s}       mouthDimple{s}
"""

# Unified Expressions, also spoken by Godot's XRFaceTracker.
const UNIFIED := """
EyeClosed{s}         eyeBlink{s}
EyeSquint{s}         eyeSquint{s}
EyeWide{s}           eyeWide{s}
EyeLookUp{s}         eyeLookUp{s}
EyeLookDown{s}       eyeLookDown{s}
EyeLookIn{s}         eyeLookIn{s}
EyeLookOut{s}        eyeLookOut{s}
BrowPinch{s}         browDown{s}
BrowLowerer{s}       browDown{s}
BrowInnerUp{s}       browInnerUp
BrowOuterUp{s}       browOuterUp{s}
CheekSquint{s}       cheekSquint{s}
CheekPuff{s}         cheekPuff
NoseSneer{s}         noseSneer{s}
JawOpen              jawOpen
JawRight             jawRight
JawLeft              jawLeft
JawForward           jawForward
MouthClosed          mouthClose
LipSuckUpper{s}      mouthRollUpper
LipSuckLower{s}      mouthRollLower
LipFunnelUpper{s}    mouthFunnel
LipFunnelLower{s}    mouthFunnel
LipPuckerUpper{s}    mouthPucker
LipPuckerLower{s}    mouthPucker
MouthUpperUp{s}      mouthUpperUp{s}
MouthLowerDown{s}    mouthLowerDown{s}
MouthUpper{s}        mouth{s}
MouthLower{s}        mouth{s}
MouthCornerPull{s}   mouthSmile{s}
MouthCornerSlant{s}  mouthSmile{s}
MouthFrown{s}        mouthFrown{s}
MouthStretch{s}      mouthStretch{s}
MouthDimple{s}       mouthDimple{s}
MouthRaiserUpper     mouthShrugUpper
MouthRaiserLower     mouthShrugLower
MouthPress{s}        mouthPress{s}
TongueOut            tongueOut
"""

# What Godot's XRFaceTracker has besides: several of the above as one. Its XRFaceModifier3D moves many shapes by these.
const UNIFIED_TOGETHER := """
EyeClosed            0.5 eyeBlinkLeft + 0.5 eyeBlinkRight
EyeSquint            0.5 eyeSquintLeft + 0.5 eyeSquintRight
EyeWide              0.5 eyeWideLeft + 0.5 eyeWideRight
BrowDown{s}          browDown{s}
BrowDown             0.5 browDownLeft + 0.5 browDownRight
BrowUp{s}            0.5 browInnerUp + 0.5 browOuterUp{s}
BrowUp               0.5 browInnerUp + 0.25 browOuterUpLeft + 0.25 browOuterUpRight
NoseSneer            0.5 noseSneerLeft + 0.5 noseSneerRight
CheekPuff            cheekPuff
CheekSquint          0.5 cheekSquintLeft + 0.5 cheekSquintRight
LipSuckUpper         mouthRollUpper
LipSuckLower         mouthRollLower
LipSuck              0.5 mouthRollUpper + 0.5 mouthRollLower
LipFunnelUpper       mouthFunnel
LipFunnelLower       mouthFunnel
LipFunnel            mouthFunnel
LipPuckerUpper       mouthPucker
LipPuckerLower       mouthPucker
LipPucker            mouthPucker
MouthUpperUp         0.5 mouthUpperUpLeft + 0.5 mouthUpperUpRight
MouthLowerDown       0.5 mouthLowerDownLeft + 0.5 mouthLowerDownRight
MouthLeft            mouthLeft
MouthRight           mouthRight
MouthSmile{s}        mouthSmile{s}
MouthSmile           0.5 mouthSmileLeft + 0.5 mouthSmileRight
MouthSad{s}          mouthFrown{s}
MouthSad             0.5 mouthFrownLeft + 0.5 mouthFrownRight
MouthStretch         0.5 mouthStretchLeft + 0.5 mouthStretchRight
MouthDimple          0.5 mouthDimpleLeft + 0.5 mouthDimpleRight
MouthPress           0.5 mouthPressLeft + 0.5 mouthPressRight
"""

## By the name that artists choose; the first of those that fit a mesh equally well is taken.
const TABLES := {
	"ARKit": ARKIT,
	"Unified Expressions": UNIFIED,
	"VRoid": VROID,
	"MetaHuman": METAHUMAN,
	"Ready Player Me": READY_PLAYER_ME,
	"VRM": VRM,
}


## {blend shape: formula} of a preset.
static func formulas(preset: String) -> Dictionary:
	return _arkit() if preset == "ARKit" else read(TABLES[preset])


## {blend shape: formula} of a table of ours.
static func read(table: String) -> Dictionary:
	var found := {}
	for line: String in table.split("\n", false):
		var space := line.find(" ")
		for side: String in ["Left", "Right"] if "{s}" in line else [""]:
			found[line.left(space).replace("{s}", side)] = line.substr(space).strip_edges().replace("{s}", side)
	return found


static func _arkit() -> Dictionary:
	var found := {}
	for message in EyebridgeLayout.addresses.size():
		if EyebridgeLayout.addresses[message].begins_with("/eyebridge/weights/"):
			for n: int in EyebridgeLayout.values_of(message):
				found[EyebridgeLayout.names[n]] = EyebridgeLayout.names[n]
	return found
