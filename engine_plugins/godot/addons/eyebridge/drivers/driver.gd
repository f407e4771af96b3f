@tool
class_name EyebridgeDriver
extends Node
## What shows a receiver's values: takes over what it moves while frames come, and gives it back exactly as it was.
##
## A driver overrides [method _take], [method _show] and [method _give_back]. Nothing that it moves in the editor is
## saved: before a scene is saved everything is given back.

## The receiver to follow; the scene's first one when none is chosen.
@export var receiver: EyebridgeReceiver
@export var enabled := true

var _taken := false


func _process(_delta: float) -> void:
	var source := followed()
	if enabled and source != null and source.is_listening() and source.link.moving:
		show_link(source.link)
	else:
		release()


func _notification(what: int) -> void:
	if what == NOTIFICATION_EDITOR_PRE_SAVE or what == NOTIFICATION_EXIT_TREE:
		release()


## The receiver whose values are shown, null when there is none.
func followed() -> EyebridgeReceiver:
	if receiver != null:
		return receiver
	return get_tree().get_first_node_in_group(&"eyebridge_receivers") as EyebridgeReceiver


func show_link(link: EyebridgeLink) -> void:
	if not _taken:
		_take()
		_taken = true
	_show(link)


## Gives back whatever was taken; the next frame takes it again.
func release() -> void:
	if _taken:
		_taken = false
		_give_back()


## Remembers what is about to be moved.
func _take() -> void:
	pass


## Moves it, once every displayed frame.
func _show(_link: EyebridgeLink) -> void:
	pass


## Restores what was remembered.
func _give_back() -> void:
	pass
