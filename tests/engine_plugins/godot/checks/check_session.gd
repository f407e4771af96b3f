extends "base.gd"
## Rules 4 to 6 of the protocol, with time given.

const LIMIT := EyebridgeLayout.COUNT_LIMIT


func test_only_newer_frames_are_applied() -> void:
	var session := EyebridgeSession.new()
	var told := []
	for sequence: int in [5, 6, 6, 5, 9]:
		told.append(session.admit(sequence, 10.0))
	same(told, [true, true, false, false, true], "5, 6, again, late, 9")
	same([session.applied, session.lost, session.dropped], [3, 2, 2], "applied, lost, dropped")


func test_numbers_go_round() -> void:
	var session := EyebridgeSession.new()
	session.admit(LIMIT - 1, 10.0)
	same(session.admit(0, 10.0), true, "0 follows the last number")
	same(session.lost, 0, "nothing lost between")
	same(session.admit(LIMIT / 2, 10.0), false, "half way round is late")
	same(session.admit(LIMIT / 2 - 1, 10.0), true, "one less is newer")


func test_a_sender_that_starts_again_is_heard_after_half_a_second() -> void:
	var session := EyebridgeSession.new()
	session.admit(1000, 10.0)
	same(session.admit(0, 10.3), false, "at once it is late")
	same(session.admit(1, 10.49), false, "and still")
	same(session.admit(2, 10.51), true, "what was dropped did not put it off")
	same(session.admit(3, 10.52), true, "and it goes on")


func test_strangers_and_newer_versions_change_nothing() -> void:
	var link := EyebridgeLink.new("127.0.0.1", 0)
	link.take(packet("happy", 7), 10.0)
	var before := link.frame.values.duplicate()
	var newer := packet("wink", 8)
	newer[0x33] = 2
	for hostile: PackedByteArray in [newer, PackedByteArray(), packet("wink", 8).slice(0, 900)]:
		link.take(hostile, 10.01)
	same([link.refused, link.session.applied, link.frame.sequence], [3, 1, 7], "refused, applied, newest")
	same(link.frame.values, before, "values")


func test_a_flood_does_not_hold_up_the_engine() -> void:
	var link := EyebridgeLink.new("127.0.0.1", 0)
	link.poll(1.0)
	var sender := PacketPeerUDP.new()
	sender.set_dest_address("127.0.0.1", link._socket.get_local_port())
	for n in 2 * EyebridgeLink.MOST_AT_ONCE:
		sender.put_packet(PackedByteArray([1, 2, 3, 4]))
	link.poll(2.0)
	same(link.refused, EyebridgeLink.MOST_AT_ONCE, "taken at once")


func test_a_taken_port_is_said_and_tried_again() -> void:
	var other := PacketPeerUDP.new()
	other.bind(0, "127.0.0.1")
	var link := EyebridgeLink.new("127.0.0.1", other.get_local_port())
	link.poll(1.0)
	holds("taken by another program" in link.trouble, "a sentence: " + link.trouble)
	other.close()
	link.poll(1.5)
	holds(link.trouble != "", "not tried more often than every second")
	link.poll(2.1)
	same(link.trouble, "", "free by now")


func test_receivers_of_one_port_share_it() -> void:
	var receivers: Array[EyebridgeReceiver] = []
	for port: int in [0, 0, 1]:
		receivers.append(EyebridgeReceiver.new())
		receivers[-1].port = port
		place.add_child(receivers[-1])
	same(receivers[0].link == receivers[1].link, true, "the same port")
	same(receivers[0].link == receivers[2].link, false, "another port")
	var ended: WeakRef = weakref(receivers[0].link)
	for receiver in receivers:
		receiver.free()
	same(ended.get_ref(), null, "the link ended with its last receiver")
