@tool
extends Node3D
## Puts our avatar beneath this node when the scene opens.
##
## A copy of the avatar in this project, avatar.glb beside project.godot, is used when there is one. Else it is read from
## the repository that this project lies in, so that the repository holds it once.

const COPY := "res://avatar.glb"
const IN_REPOSITORY := "../../samples/avatar/eyebridge_avatar.glb"


func _enter_tree() -> void:
	if get_child_count() == 0:
		var model := _load()
		if model != null:
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
	return document.generate_scene(state)
