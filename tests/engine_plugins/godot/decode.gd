extends SceneTree
## decode.gd IN OUT: reads packets, each after its size, and writes a line of JSON for each: the frame, or why it is none.


func _init() -> void:
	var arguments := OS.get_cmdline_user_args()
	var packets := FileAccess.open(arguments[0], FileAccess.READ)
	packets.big_endian = true
	var told := FileAccess.open(arguments[1], FileAccess.WRITE)
	var decoder := EyebridgeDecoder.new()
	var frame := EyebridgeFrame.new()
	while packets.get_position() < packets.get_length():
		var wrong := decoder.decode(packets.get_buffer(packets.get_32()), frame)
		told.store_line(JSON.stringify(wrong if wrong else _meaning(frame), "", false, true))
	told.store_line(JSON.stringify(_layout()))
	quit()


func _meaning(frame: EyebridgeFrame) -> Dictionary:
	var meaning := {}
	for message in EyebridgeLayout.addresses.size():
		var arguments := {}
		for n: int in EyebridgeLayout.values_of(message):
			arguments[EyebridgeLayout.names[n]] = frame.values[n]
		meaning[EyebridgeLayout.addresses[message]] = arguments
	meaning["/eyebridge/frame"]["sequence"] = frame.sequence
	meaning["/eyebridge/frame"]["time"] = frame.time
	meaning["/eyebridge/frame"]["flags"] = frame.flags
	meaning["/eyebridge/end"]["sequence"] = frame.sequence
	return meaning


func _layout() -> Array:
	var messages := []
	for message in EyebridgeLayout.addresses.size():
		var floats := []
		for n: int in EyebridgeLayout.values_of(message):
			var range := [EyebridgeLayout.low[n], EyebridgeLayout.high[n], EyebridgeLayout.neutral[n]]
			floats.append([EyebridgeLayout.names[n], range])
		messages.append([EyebridgeLayout.addresses[message], EyebridgeLayout.integers[message], floats])
	return messages
