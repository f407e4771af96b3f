@tool
@icon("../icon.svg")
class_name EyebridgeFace
extends EyebridgeDriver
## Moves the blend shapes of an avatar.

## A change of a weight that nobody sees is not written.
const _INVISIBLE := 1e-4

## The avatar: every mesh beneath it, and itself. The node's parent when none is chosen.
@export var avatar: Node:
	set(value):
		avatar = value
		forget()
## Names, gain and curve; the automatic ones when there is none.
@export var mapping: EyebridgeMapping:
	set(value):
		if mapping != null:
			mapping.changed.disconnect(forget)
		mapping = value
		if mapping != null:
			mapping.changed.connect(forget)
		forget()

## What the mapping found; null until something moves or [method find] was called.
var matches: EyebridgeMapping.Matches


## A blend shape of a mesh and the weight that moves it.
class Shape:
	extends RefCounted
	var mesh: MeshInstance3D
	var index := 0
	var weight := 0
	var rest := 0.0
	var written := 0.0


var _shapes: Array[Shape] = []
var _formulas := EyebridgeFormulas.new()
var _weights := PackedFloat32Array()
var _mapping := EyebridgeMapping.new()


## Looks for the avatar's blend shapes. Needed only when meshes have come or gone since.
func find() -> void:
	release()
	_mapping = mapping if mapping != null else EyebridgeMapping.new()
	var meshes := meshes_of(avatar if avatar != null else get_parent())
	var names := {}
	for mesh in meshes:
		for n in mesh.get_blend_shape_count():
			names[_name_of(mesh, n)] = true
	matches = _mapping.find(PackedStringArray(names.keys()))
	_compile(meshes)


## Looks again before the next frame is shown.
func forget() -> void:
	release()
	matches = null


static func meshes_of(node: Node) -> Array[MeshInstance3D]:
	var meshes: Array[MeshInstance3D] = []
	for candidate: Node in [node] + node.find_children("*", "MeshInstance3D", true, false):
		var mesh := candidate as MeshInstance3D
		if mesh != null and mesh.get_blend_shape_count() > 0:
			meshes.append(mesh)
	return meshes


func _compile(meshes: Array[MeshInstance3D]) -> void:
	_shapes.clear()
	_formulas = EyebridgeFormulas.new()
	var rows := {}
	for name: String in matches.formulas:
		if _formulas.add(matches.formulas[name]):
			rows[name] = _formulas.count - 1
		else:
			push_warning("The formula of %s names no value of eyebridge: %s" % [name, matches.formulas[name]])
	_weights.resize(_formulas.count)
	for mesh in meshes:
		for n in mesh.get_blend_shape_count():
			if rows.has(_name_of(mesh, n)):
				var shape := Shape.new()
				shape.mesh = mesh
				shape.index = n
				shape.weight = rows[_name_of(mesh, n)]
				_shapes.append(shape)


func _take() -> void:
	if matches == null:
		find()
	for shape in _shapes:
		if is_instance_valid(shape.mesh):
			shape.rest = shape.mesh.get_blend_shape_value(shape.index)
			shape.written = shape.rest


func _show(link: EyebridgeLink) -> void:
	_formulas.evaluate(link.motion.shown, _weights)
	for n in _weights.size():
		_weights[n] = _mapping.shaped(_weights[n])
	for shape in _shapes:
		var weight := _weights[shape.weight]
		if absf(weight - shape.written) > _INVISIBLE and is_instance_valid(shape.mesh):
			shape.mesh.set_blend_shape_value(shape.index, weight)
			shape.written = weight


func _give_back() -> void:
	for shape in _shapes:
		if is_instance_valid(shape.mesh):
			shape.mesh.set_blend_shape_value(shape.index, shape.rest)


static func _name_of(mesh: MeshInstance3D, index: int) -> String:
	var shapes := mesh.mesh as ArrayMesh
	return shapes.get_blend_shape_name(index) if shapes != null else ""
