extends SceneTree
## benchmark.gd GOLDEN_FOLDER: what a frame costs, and what memory grows by. Run it as the README says.

const ROUNDS := 2000


func _initialize() -> void:
	await process_frame
	var packets: Array[PackedByteArray] = []
	for name: String in ["happy", "ramp"]:
		packets.append(FileAccess.get_file_as_bytes(OS.get_cmdline_user_args()[0].path_join("native_%s.osc" % name)))
	var scene: Node = (load("res://sample/sample.tscn") as PackedScene).instantiate()
	root.add_child(scene)
	var link := EyebridgeLink.new("127.0.0.1", 0)
	var face: EyebridgeFace = scene.get_node("Avatar/Face")
	_measure("decode a datagram", func(n: int) -> void: _decode(packets[n % 2]))
	_measure("glide 106 values", func(n: int) -> void: _glide(link, packets[n % 2], n))
	_measure("apply 52 blend shapes", func(n: int) -> void: _apply(link, face, n))
	_measure("all of it", func(n: int) -> void: _all(link, face, packets[n % 2], n))
	_latency(face, packets[1])
	quit()


var _decoder := EyebridgeDecoder.new()
var _frame := EyebridgeFrame.new()


func _decode(packet: PackedByteArray) -> void:
	_decoder.decode(packet, _frame)


func _glide(link: EyebridgeLink, _packet: PackedByteArray, n: int) -> void:
	if n % 100 == 0:
		link.motion.arrive(_frame, n * 1e-4)
	link.motion.step(n * 1e-4 + 5e-5)


## Every shape changes every time.
func _apply(link: EyebridgeLink, face: EyebridgeFace, n: int) -> void:
	for value in range(1, 53):
		link.motion.shown[value] = 0.25 + 0.5 * (n % 2)
	face.show_link(link)


func _all(link: EyebridgeLink, face: EyebridgeFace, packet: PackedByteArray, n: int) -> void:
	var now := 10.0 + n / 120.0
	link.session = EyebridgeSession.new()  # the two packets take turns for ever
	link.take(packet, now)
	link.motion.step(now + 0.004)
	face.show_link(link)


func _measure(what: String, work: Callable) -> void:
	for n in 200:
		work.call(n)
	var before := OS.get_static_memory_usage()
	var objects := Performance.get_monitor(Performance.OBJECT_COUNT)
	var times := PackedInt64Array()
	times.resize(ROUNDS)
	before = OS.get_static_memory_usage()
	for n in ROUNDS:
		var begun := Time.get_ticks_usec()
		work.call(n)
		times[n] = Time.get_ticks_usec() - begun
	var grown := OS.get_static_memory_usage() - before
	var made := Performance.get_monitor(Performance.OBJECT_COUNT) - objects
	times.sort()
	print("%-24s p50 %4d us  p99 %4d us  %d bytes and %d objects more after %d frames" % [
		what, times[ROUNDS / 2], times[ROUNDS * 99 / 100], grown, made, ROUNDS
	])


## From a datagram on the loopback to the weight on the mesh, without the wait for the next displayed frame.
func _latency(face: EyebridgeFace, packet: PackedByteArray) -> void:
	var times := PackedInt64Array()
	for n in 300:
		var link := EyebridgeLink.new("127.0.0.1", 14600)
		var socket := PacketPeerUDP.new()
		link.poll(0.0)
		socket.set_dest_address("127.0.0.1", 14600)
		var begun := Time.get_ticks_usec()
		socket.put_packet(packet)
		var now := 1.0
		while link.session.applied == 0:
			now += 1.0
			link.poll(now)
		link.motion.step(now + 0.1)
		face.show_link(link)
		times.append(Time.get_ticks_usec() - begun)
		link.release()
	times.sort()
	print("datagram to weight       p50 %4d us  p99 %4d us" % [times[150], times[297]])
