@tool
extends Node3D
## Puts our avatar beneath this node when the scene opens.
##
## A copy of the avatar in this project, avatar.glb beside project.godot, is used when there is one. Else it is read from
## the repository that this project lies in, so that the repository holds it once.

const COPY := "res://avatar.glb"
const IN_REPOSITORY := "../../samples/avatar/eyebridge_avatar.glb"


func _enter_tree() -> void:
	if not has_node(^"Model"):
		var model := _load()
		if model != null:
			model.name = "Model"
			add_child(model)  # without an owner: the scene is saved without it


func _load() -> Node:
	if ResourceLoader.exists(COPY):
		return (load(COPY) as PackedScene).instantiate()
	var path := ProjectSettings.globalize_path("res://").path_join(IN_REPOSITORY).simplify_path()
	var document := GLTFDocument.new()
	var state := GLTFState.new()
	if not FileAccess.file_exists(path) or document.append_from_file(path, state) != OK:
		push_error("Copy eyebridge_avatar.glb from the repository's samples/avatar to %s and open the scene again." % COPY)
		return null
	var model := document.generate_scene(state)
	for part: ImporterMeshInstance3D in model.find_children("*", "ImporterMeshInstance3D", true, false):
		_finish(part)
	return model


## The editor leaves meshes as its importer has them, which are not drawn; a running game does this by itself.
func _finish(part: ImporterMeshInstance3D) -> void:
	var mesh := MeshInstance3D.new()
	mesh.mesh = part.mesh.get_mesh()
	mesh.transform = part.transform
	part.replace_by(mesh)
	mesh.name = part.name
	part.free()
