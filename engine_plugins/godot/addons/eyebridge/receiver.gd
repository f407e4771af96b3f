@tool
@icon("icon.svg")
class_name EyebridgeReceiver
extends Node
## Listens to eyebridge. Faces, eyes and lights near it find it by themselves.
##
## Works in the editor too, without running the game, and lets go of the port while the game runs from the editor.

const _LINKS := &"eyebridge_links"

## UDP port that eyebridge sends to.
@export_range(1, 65535) var port := EyebridgeLayout.PORT:
	set(value):
		port = value
		_link = null
## Address to listen at. The default hears this machine alone; "*" hears everybody on the network: there is no
## authentication, so choose it only where you trust everybody.
@export var address := "127.0.0.1":
	set(value):
		address = value
		_link = null
## Move avatars and light in the editor. Nothing of it is saved into the scene.
@export var preview_in_editor := true

var link: EyebridgeLink:
	get:
		if _link == null:
			_link = _shared_link()
		return _link
var _link: EyebridgeLink


func _init() -> void:
	process_priority = -100  # before whatever shows its values
	add_to_group(&"eyebridge_receivers")


func _process(_delta: float) -> void:
	if is_listening():
		link.poll(Time.get_ticks_usec() * 1e-6)


func _exit_tree() -> void:
	_link = null


## Whether avatars are to move here: not in the editor while the game that it started does.
func is_listening() -> bool:
	if not Engine.is_editor_hint():
		return true
	var playing: bool = Engine.get_singleton(&"EditorInterface").is_playing_scene()
	if playing and _link != null:
		_link.release()
	return preview_in_editor and not playing


## The link of this address and port. The tree keeps those in use as weak references: a link ends with its last receiver.
func _shared_link() -> EyebridgeLink:
	var tree := Engine.get_main_loop()
	var open: Dictionary = tree.get_meta(_LINKS, {})
	var key := "%s:%d" % [address, port]
	var known: EyebridgeLink = open[key].get_ref() if open.has(key) else null
	if known == null:
		known = EyebridgeLink.new(address, port)
		open[key] = weakref(known)
		tree.set_meta(_LINKS, open)
	return known


## Asks eyebridge for a short neutral: look straight ahead with a relaxed face for one second.
func recenter() -> void:
	send_command("/eyebridge/recenter")


## Asks eyebridge for a new neutral: look straight ahead with a relaxed face for five seconds.
func calibrate() -> void:
	send_command("/eyebridge/calibrate")


## Sends one OSC message without arguments to eyebridge on this machine.
static func send_command(command: String) -> void:
	var message := command.to_ascii_buffer()
	message.resize(message.size() + 4 - message.size() % 4)
	message.append_array(PackedByteArray([44, 0, 0, 0]))  # "," and its padding: no arguments
	var socket := PacketPeerUDP.new()
	socket.set_dest_address("127.0.0.1", EyebridgeLayout.COMMAND_PORT)
	socket.put_packet(message)
	socket.close()
