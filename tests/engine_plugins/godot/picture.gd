extends SceneTree
## picture.gd FOLDER PICTURES...: draws the sample scene with each frame FOLDER/name.osc held still, as FOLDER/name.png.


func _initialize() -> void:
	await process_frame
	var arguments := OS.get_cmdline_user_args()
	var scene: Node = (load("res://sample/sample.tscn") as PackedScene).instantiate()
	var receiver: EyebridgeReceiver = scene.get_node("Receiver")
	receiver.port = 0  # any free one: nobody sends, frames are taken from files
	root.add_child(scene)
	var number := 0
	for name in arguments.slice(1):
		var packet := FileAccess.get_file_as_bytes(arguments[0].path_join(name + ".osc"))
		var frame := EyebridgeFrame.new()
		var wrong := EyebridgeDecoder.new().decode(packet, frame)
		assert(wrong == "", wrong)
		for n in 2:
			number += 1
			frame.sequence = number
			_hold(receiver.link, frame)
			await RenderingServer.frame_post_draw
		root.get_texture().get_image().save_png(arguments[0].path_join(name + ".png"))
	quit()


## Shows a frame at once and for long, however slowly this machine draws.
func _hold(link: EyebridgeLink, frame: EyebridgeFrame) -> void:
	var now := Time.get_ticks_usec() * 1e-6
	link.session.admit(frame.sequence, now)
	link.motion.arrive(frame, now - EyebridgeMotion._LONGEST)
	link.motion.arrive(frame, now)
