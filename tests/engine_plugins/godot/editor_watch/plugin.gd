@tool
extends EditorPlugin
## Opens the sample scene in the editor, saves it at rest, waits for a face that moves, saves again and switches the
## preview off. Tells on its output what it sees: "watch " and JSON.

var _face: EyebridgeFace


func _enter_tree() -> void:
	if not "--import" in OS.get_cmdline_args():
		_work.call_deferred()


func _work() -> void:
	EditorInterface.open_scene_from_path("res://sample/sample.tscn")
	var dock: EyebridgeDock = get_tree().root.find_children("*", "EyebridgeDock", true, false)[0]
	while not _find_face():
		await get_tree().process_frame
	var mesh := EyebridgeFace.meshes_of(_face.get_parent())[0]
	var blink := mesh.find_blend_shape_by_name("eyeBlinkLeft")
	_save("rest.tscn")
	_tell({"ready": true})
	while mesh.get_blend_shape_value(blink) < 0.5:
		await get_tree().process_frame
	await get_tree().create_timer(1.0).timeout  # the dock looks ten times a second
	_tell({"status": dock._status.text, "mapping": dock._mapping.text, "blink": mesh.get_blend_shape_value(blink)})
	_save("moving.tscn")
	while mesh.get_blend_shape_value(blink) < 0.5:
		await get_tree().process_frame
	dock._switch_preview(false)
	while mesh.get_blend_shape_value(blink) > 0.0:
		await get_tree().process_frame
	_tell({"given_back": true})
	get_tree().quit()


func _find_face() -> bool:
	var root := EditorInterface.get_edited_scene_root()
	_face = root.get_node_or_null("Avatar/Face") if root != null else null
	return _face != null and not EyebridgeFace.meshes_of(_face.get_parent()).is_empty()


func _save(as_name: String) -> void:
	EditorInterface.save_scene()
	DirAccess.copy_absolute("res://sample/sample.tscn", "res://".path_join(as_name))


func _tell(what: Dictionary) -> void:
	print("watch ", JSON.stringify(what))
