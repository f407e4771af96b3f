@tool
@icon("../icon.svg")
class_name EyebridgeXRFace
extends EyebridgeDriver
## Publishes the face as Godot's own face tracker, so that any rig with an XRFaceModifier3D moves. Godot 4.3 or later.

## The name that modifiers look for.
@export var tracker_name: StringName = &"/user/face_tracker"

# Godot 4.2 has no XRFaceTracker, so it is not named as a type here.
var tracker: Object
var _formulas := EyebridgeFormulas.new()
## Where each formula's value lies among the tracker's.
var _places := PackedInt32Array()
var _values := PackedFloat32Array()
var _weights := PackedFloat32Array()


func _ready() -> void:
	if not ClassDB.class_exists(&"XRFaceTracker"):
		push_warning("XRFaceTracker came with Godot 4.3; this node does nothing in older versions.")
		enabled = false
		return
	var formulas := EyebridgePresets.read(EyebridgePresets.UNIFIED + EyebridgePresets.UNIFIED_TOGETHER)
	for name: String in formulas:
		_formulas.add(formulas[name])
		_places.append(ClassDB.class_get_integer_constant(&"XRFaceTracker", constant_of(name)))
	_values.resize(_formulas.count)
	_weights.resize(ClassDB.class_get_integer_constant(&"XRFaceTracker", &"FT_MAX"))


## "EyeClosedLeft" is FT_EYE_CLOSED_LEFT to Godot.
static func constant_of(name: String) -> StringName:
	return StringName("FT_" + name.to_snake_case().to_upper())


func _take() -> void:
	tracker = ClassDB.instantiate(&"XRFaceTracker")
	tracker.set(&"name", tracker_name)
	tracker.set(&"description", "eyebridge")
	XRServer.add_tracker(tracker)


func _show(link: EyebridgeLink) -> void:
	_formulas.evaluate(link.motion.shown, _values)
	for n in _places.size():
		_weights[_places[n]] = _values[n]
	tracker.set(&"blend_shapes", _weights)


## Gone with the sender: a modifier leaves the face alone then. It is neutral by now, or has just been told so.
func _give_back() -> void:
	_weights.fill(0.0)
	tracker.set(&"blend_shapes", _weights)
	XRServer.remove_tracker(tracker)
	tracker = null
