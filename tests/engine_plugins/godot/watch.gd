extends SceneTree
## watch.gd PORT: opens the sample scene on a port, and tells on its output what the avatar shows: "watch " and JSON.
##
## A line when it is ready, one whenever another frame is shown, and the last one when all is given back.

const FACE := ["eyeBlinkLeft", "eyeBlinkRight", "browDownLeft", "eyeWideRight", "cheekSquintLeft"]
const XR := {"eyeBlinkLeft": "FT_EYE_CLOSED_LEFT", "browDownLeft": "FT_BROW_LOWERER_LEFT"}

var _receiver: EyebridgeReceiver
var _scene: Node
var _mesh: MeshInstance3D
var _before: Dictionary
var _moved := false
var _told := -1


func _initialize() -> void:
	_scene = (load("res://sample/sample.tscn") as PackedScene).instantiate()
	_receiver = _scene.get_node("Receiver")
	_receiver.port = int(OS.get_cmdline_user_args()[0])
	await process_frame  # the tree is not there before
	root.add_child(_scene)
	_mesh = EyebridgeFace.meshes_of(_scene.get_node("Avatar"))[0]
	_before = _state()
	_receiver.link.poll(0.0)
	print("watch ", JSON.stringify({"ready": _receiver.link.trouble == "", "state": _before}, "", true, true))


func _process(_delta: float) -> bool:
	if _before.is_empty():
		return Time.get_ticks_msec() > 60000  # something failed, and was printed
	var link := _receiver.link
	if link.is_live() and link.session.applied != _told:
		_told = link.session.applied
		_moved = true
		print("watch ", JSON.stringify({"sequence": link.frame.sequence, "state": _state()}, "", true, true))
	if _moved and not link.moving and not _scene.get_node("Avatar/Face")._taken:
		print("watch ", JSON.stringify({"eased": true, "state": _state()}, "", true, true))
		return true
	return false


## Everything that drivers move.
func _state() -> Dictionary:
	var state := {}
	for name: String in FACE:
		state[name] = _mesh.get_blend_shape_value(_mesh.find_blend_shape_by_name(name))
	var world := (_scene.get_node("Studio/World") as WorldEnvironment).environment
	state["left_eye"] = str((_scene.find_child("LeftEye", true, false) as Node3D).transform)
	state["ambient"] = str(world.ambient_light_color)
	for name: String in ["Key", "LeftRim"]:
		var light: Light3D = _scene.get_node("Studio/" + name)
		state[name] = [light.light_color.r, light.light_color.g, light.light_color.b, light.light_energy]
	var tracker: Object = XRServer.get_tracker(&"/user/face_tracker")
	for name: String in XR:
		var place := ClassDB.class_get_integer_constant(&"XRFaceTracker", XR[name])
		state["xr " + name] = tracker.get(&"blend_shapes")[place] if tracker != null else -1.0
	return state
