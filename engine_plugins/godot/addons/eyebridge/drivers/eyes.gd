@tool
@icon("../icon.svg")
class_name EyebridgeEyes
extends EyebridgeDriver
## Turns an avatar's eyes: bones of its skeleton, or nodes.
##
## Leave it out where blend shapes alone move the gaze. The avatar looks along +Z with its left at +X, as glTF and
## Godot's humanoid profile ask.

## Names that eyes are known by, without signs and case.
const EYE_NAMES := {
	"left": ["lefteye", "eyeleft", "eyel", "leye", "jadjlfaceeye", "facialleye"],
	"right": ["righteye", "eyeright", "eyer", "reye", "jadjrfaceeye", "facialreye"],
}

## The avatar to look for eyes in. The node's parent when none is chosen.
@export var avatar: Node:
	set(value):
		avatar = value
		forget()
## Bones or nodes; those of usual names when they are empty.
@export var left_name := "":
	set(value):
		left_name = value
		forget()
@export var right_name := "":
	set(value):
		right_name = value
		forget()
## How far the eyes follow.
@export_range(0.0, 1.5, 0.05) var gain := 1.0
## The farthest an eye turns in any direction, degrees.
@export_range(0.0, 60.0, 1.0) var limit := 35.0


## One eye: a bone of a skeleton, or a node.
class Eye:
	extends RefCounted
	var node: Node3D
	var bone := -1
	## The orientation of what the eye hangs on, at rest, in the avatar's space.
	var frame := Basis.IDENTITY
	var rest := Quaternion.IDENTITY

	func turn(to: Basis) -> void:
		_rotate((frame.inverse() * to * frame * Basis(rest)).get_rotation_quaternion())

	func take() -> void:
		rest = (node as Skeleton3D).get_bone_pose_rotation(bone) if bone >= 0 else node.quaternion

	func give_back() -> void:
		_rotate(rest)

	func _rotate(rotation: Quaternion) -> void:
		if not is_instance_valid(node):
			return
		if bone >= 0:
			(node as Skeleton3D).set_bone_pose_rotation(bone, rotation)
		else:
			node.quaternion = rotation


var eyes: Array[Eye] = []
var _first := EyebridgeLayout.first_of("gaze")


## Looks for the eyes. Needed only when the avatar has changed since.
func find() -> void:
	release()
	eyes.clear()
	var root := avatar if avatar != null else get_parent()
	for side: String in ["left", "right"]:
		var eye := _find_eye(root, side)
		if eye != null:
			eyes.append(eye)


func forget() -> void:
	release()
	eyes.clear()


func _find_eye(root: Node, side: String) -> Eye:
	for node: Node in [root] + root.find_children("*", "Node3D", true, false):
		var eye := Eye.new()
		eye.node = node as Node3D
		var skeleton := node as Skeleton3D
		if skeleton != null:
			for bone in skeleton.get_bone_count():
				if _is_eye(skeleton.get_bone_name(bone), side):
					eye.bone = bone
					var parent := skeleton.get_bone_parent(bone)
					if parent >= 0:
						eye.frame = skeleton.get_bone_global_rest(parent).basis.orthonormalized()
					return eye
		elif eye.node != null and _is_eye(node.name, side):
			return eye
	return null


func _is_eye(name: String, side: String) -> bool:
	var chosen := left_name if side == "left" else right_name
	if chosen:
		return name == chosen
	var plain := name.to_lower().replace("_", "").replace("-", "").replace(" ", "").replace(".", "")
	return plain in EYE_NAMES[side]


func _take() -> void:
	if eyes.is_empty():
		find()
	for eye in eyes:
		eye.take()


func _show(link: EyebridgeLink) -> void:
	if eyes.size() != 2:
		return
	for n in 2:
		var yaw := clampf(link.motion.shown[_first + 2 * n] * gain, -limit, limit)
		var pitch := clampf(link.motion.shown[_first + 2 * n + 1] * gain, -limit, limit)
		eyes[n].turn(turned(yaw, pitch))


func _give_back() -> void:
	for eye in eyes:
		eye.give_back()


## The turn of an eye that looks along +Z: first about the right axis, then about up; degrees.
static func turned(yaw: float, pitch: float) -> Basis:
	return Basis(Vector3.UP, deg_to_rad(yaw)) * Basis(Vector3.RIGHT, deg_to_rad(-pitch))
