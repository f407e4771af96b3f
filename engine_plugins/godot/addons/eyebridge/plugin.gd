@tool
extends EditorPlugin
## Puts the dock into the editor, and the shader uniform that lights set into the project.

const _UNIFORM := "shader_globals/eyebridge_light"

var _dock: EyebridgeDock


func _enter_tree() -> void:
	_dock = EyebridgeDock.new()
	_dock.name = "eyebridge"
	add_control_to_dock(DOCK_SLOT_RIGHT_UL, _dock)


func _exit_tree() -> void:
	remove_control_from_docks(_dock)
	_dock.free()


func _enable_plugin() -> void:
	if not ProjectSettings.has_setting(_UNIFORM):
		ProjectSettings.set_setting(_UNIFORM, {"type": "color", "value": Color.WHITE})
		ProjectSettings.save()
