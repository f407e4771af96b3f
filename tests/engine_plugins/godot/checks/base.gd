extends RefCounted
## What every check has at hand: comparisons that are counted, golden packets, and a place in the tree.

var compared := 0
var wrong := PackedStringArray()
var place := Node3D.new()
var _golden: String


func _init(tree: SceneTree, golden: String) -> void:
	_golden = golden
	tree.root.add_child(place)


func clear() -> void:
	place.free()


func same(found: Variant, expected: Variant, what: String) -> void:
	holds(typeof(found) == typeof(expected) and found == expected, "%s: %s, not %s" % [what, found, expected])


func near(found: float, expected: float, what: String, tolerance := 1e-4) -> void:
	holds(absf(found - expected) <= tolerance, "%s: %.6f, not %.6f" % [what, found, expected])


func holds(condition: bool, what: String) -> void:
	compared += 1
	if not condition:
		wrong.append(what)


## A golden packet, under a number of our own.
func packet(name: String, sequence: int) -> PackedByteArray:
	var bytes := FileAccess.get_file_as_bytes(_golden.path_join("native_%s.osc" % name))
	for at: int in [0x34, bytes.size() - 4]:
		for n in 4:
			bytes[at + n] = sequence >> (24 - 8 * n) & 0xff
	return bytes


## A frame in which these values differ from neutral.
static func frame_of(values: Dictionary) -> EyebridgeFrame:
	var frame := EyebridgeFrame.new()
	for name: String in values:
		frame.values[EyebridgeLayout.index_of(name)] = values[name]
	return frame


## A link that shows these values at once, without a socket.
static func link_showing(values: Dictionary) -> EyebridgeLink:
	var link := EyebridgeLink.new("127.0.0.1", 0)
	link.motion.shown = frame_of(values).values
	return link


## A triangle with blend shapes of these names.
func mesh_with(shapes: Array) -> MeshInstance3D:
	var arrays := []
	arrays.resize(Mesh.ARRAY_MAX)
	arrays[Mesh.ARRAY_VERTEX] = PackedVector3Array([Vector3.ZERO, Vector3.RIGHT, Vector3.UP])
	var mesh := ArrayMesh.new()
	var targets: Array[Array] = []
	for shape: String in shapes:
		mesh.add_blend_shape(shape)
		targets.append([PackedVector3Array([Vector3.ZERO, Vector3.RIGHT, Vector3.UP * 2.0]), null, null])
	mesh.add_surface_from_arrays(Mesh.PRIMITIVE_TRIANGLES, arrays, targets)
	var instance := MeshInstance3D.new()
	instance.mesh = mesh
	place.add_child(instance)
	return instance


## What of an object is saved in a scene, as text to the last bit.
static func stored(object: Object) -> Dictionary:
	var found := {}
	for property in object.get_property_list():
		if property["usage"] & PROPERTY_USAGE_STORAGE:
			found[property["name"]] = var_to_str(object.get(property["name"]))
	return found
