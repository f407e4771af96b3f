@tool
class_name EyebridgeLayout
extends RefCounted
## Every message of the native frame and its arguments, as engine_plugins/PROTOCOL.md lists them.
##
## The floats of all messages, in this order, are the values of a frame; [method index_of] says where one lies.

## Argument name, or "name low high neutral" where that is not 0 to 1 and 0. Of the integers of opening and end only
## the types are written here. A frame may do without an optional message; what it would say is at neutral then.
const TABLE := """
/eyebridge/frame iiii
quality
/eyebridge/weights/eyes
eyeBlinkLeft
eyeLookDownLeft
eyeLookInLeft
eyeLookOutLeft
eyeLookUpLeft
eyeSquintLeft
eyeWideLeft
eyeBlinkRight
eyeLookDownRight
eyeLookInRight
eyeLookOutRight
eyeLookUpRight
eyeSquintRight
eyeWideRight
/eyebridge/weights/mouth
jawForward
jawLeft
jawRight
jawOpen
mouthClose
mouthFunnel
mouthPucker
mouthLeft
mouthRight
mouthSmileLeft
mouthSmileRight
mouthFrownLeft
mouthFrownRight
mouthDimpleLeft
mouthDimpleRight
mouthStretchLeft
mouthStretchRight
mouthRollLower
mouthRollUpper
mouthShrugLower
mouthShrugUpper
mouthPressLeft
mouthPressRight
mouthLowerDownLeft
mouthLowerDownRight
mouthUpperUpLeft
mouthUpperUpRight
/eyebridge/weights/brows
browDownLeft
browDownRight
browInnerUp
browOuterUpLeft
browOuterUpRight
/eyebridge/weights/cheeks
cheekPuff
cheekSquintLeft
cheekSquintRight
/eyebridge/weights/nose
noseSneerLeft
noseSneerRight
/eyebridge/weights/tongue
tongueOut
/eyebridge/gaze
left_yaw -90 90 0
left_pitch -90 90 0
right_yaw -90 90 0
right_pitch -90 90 0
/eyebridge/channels
lid_openness_left 0 1 1
lid_openness_right 0 1 1
widen_left
widen_right
squint_left
squint_right
brow_inner_up_left
brow_inner_up_right
brow_outer_up_left
brow_outer_up_right
brow_down_left
brow_down_right
cheek_raise_left
cheek_raise_right
gaze_yaw_left -45 45 0
gaze_yaw_right -45 45 0
gaze_pitch_left -45 45 0
gaze_pitch_right -45 45 0
pupil_left 0 1 0.4
pupil_right 0 1 0.4
visible_left
visible_right
/eyebridge/action_units
neutral 0 1 1
brow_raise_left
brow_raise_right
brow_lower
upper_lid_raise
squint
eyes_closed
wink_left
wink_right
cheek_raise
/eyebridge/emotions
neutral 0 1 1
anger
surprise
happiness
closed_eyes
/eyebridge/light
red 0 1 1
green 0 1 1
blue 0 1 1
intensity 0 2 1
temperature 1000 40000 6500
/eyebridge/look optional
yaw -90 90 0
pitch -90 90 0
distance 0 20 0
/eyebridge/signal optional
contact -1 1 0
seconds 0 86400 0
approach -1 1 0
agreement -1 1 0
/eyebridge/end i
"""

const PORT := 13937
const COMMAND_PORT := 13938
const VERSION := 1
## Sequence and time are counted modulo this.
const COUNT_LIMIT := 1 << 31
## A longer datagram is nobody's frame, bytes.
const DATAGRAM_LIMIT := 1400
## Bits of a frame's flags, the lowest first.
const FLAGS: PackedStringArray = [
	"left_seen", "right_seen", "personalized", "blink", "left_mirrored", "right_mirrored"
]


# Plain data in here: an object among static variables would keep its script alive beyond the engine's end.

## Addresses of the messages; the other arrays of messages follow their order.
static var addresses := PackedStringArray()
## The message of an address, which is given as its bytes.
static var by_address: Dictionary = {}
## Leading integers of each message, where its floats begin among the values of a frame, and how many they are.
static var integers := PackedInt32Array()
static var firsts := PackedInt32Array()
static var floats := PackedInt32Array()
## A bit for each message that a frame needs.
static var needed := 0
## Type tags that each message must begin with: i's, then f's.
static var tags: Array[PackedByteArray] = []
## Names of the values: "eyeBlinkLeft", "left_yaw"; the last part of the address comes before the name where two
## messages share it: "emotions/neutral".
static var names := PackedStringArray()
static var low := PackedFloat32Array()
static var high := PackedFloat32Array()
static var neutral := PackedFloat32Array()
static var _index: Dictionary = {}


static func _static_init() -> void:
	for line in TABLE.strip_edges().split("\n"):
		var words := line.split(" ")
		if line.begins_with("/"):
			_add_message(words)
		else:
			_add_argument(words)
	for n in addresses.size():
		tags.append(("i".repeat(integers[n]) + "f".repeat(floats[n])).to_ascii_buffer())


static func _add_message(words: PackedStringArray) -> void:
	by_address[words[0].to_ascii_buffer()] = addresses.size()
	var optional := words.size() > 1 and words[1] == "optional"
	if not optional:
		needed |= 1 << addresses.size()
	addresses.append(words[0])
	integers.append(words[1].length() if words.size() > 1 and not optional else 0)
	firsts.append(names.size())
	floats.append(0)


static func _add_argument(words: PackedStringArray) -> void:
	floats[-1] += 1
	for name: String in [words[0], addresses[-1].get_file() + "/" + words[0]]:
		if not _index.has(name):
			_index[name] = names.size()
	names.append(words[0])
	low.append(float(words[1]) if words.size() > 1 else 0.0)
	high.append(float(words[2]) if words.size() > 1 else 1.0)
	neutral.append(float(words[3]) if words.size() > 1 else 0.0)


## Where a value lies in a frame, by its name or by "message/name"; -1 for a name that is not there.
static func index_of(name: String) -> int:
	return _index.get(name, -1)


## Where the values of a message lie in a frame.
static func values_of(message: int) -> Array:
	return range(firsts[message], firsts[message] + floats[message])


## Where the values of a message begin, by the last part of its address; -1 for one that is not there.
static func first_of(message: String) -> int:
	for n in addresses.size():
		if addresses[n].get_file() == message:
			return firsts[n]
	return -1
