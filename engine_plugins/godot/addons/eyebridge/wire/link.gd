@tool
class_name EyebridgeLink
extends RefCounted
## One UDP port that any number of receivers share: several avatars, and the editor's dock, may listen to one sender.

## Datagrams taken at once; whoever sends more may not hold up the engine.
const MOST_AT_ONCE := 64
## Seconds until a port that somebody else holds is tried again.
const RETRY := 1.0

var address: String
var port: int
var session := EyebridgeSession.new()
var motion := EyebridgeMotion.new()
## The newest frame as it came.
var frame := EyebridgeFrame.new()
## Datagrams that were no frames, and why the last one was none.
var refused := 0
var refusal := ""
## Why the port is not open; empty when it is.
var trouble := ""
## Whether anything moves: true from the first frame until all is neutral again.
var moving := false

var _socket := PacketPeerUDP.new()
var _decoder := EyebridgeDecoder.new()
var _spare := EyebridgeFrame.new()
var _polled := -1.0
var _tried := -INF
var _told_version := false


func _init(at_address: String, at_port: int) -> void:
	address = at_address
	port = at_port


## Takes what has come and moves on to this moment, seconds. Asking twice for one moment does nothing.
func poll(now: float) -> void:
	if now == _polled:
		return
	_polled = now
	if not _socket.is_bound():
		_bind(now)
	for n in MOST_AT_ONCE:
		if _socket.get_available_packet_count() <= 0:
			break
		take(_socket.get_packet(), now)
	moving = motion.step(now)


## Takes one datagram.
func take(packet: PackedByteArray, now: float) -> void:
	var wrong := _decoder.decode(packet, _spare)
	if wrong:
		refused += 1
		refusal = wrong
		if wrong == EyebridgeDecoder.NEWER and not _told_version:
			_told_version = true
			push_warning("eyebridge sends a newer protocol than this addon knows; update addons/eyebridge.")
		return
	if not session.admit(_spare.sequence, now):
		return
	var old := frame
	frame = _spare
	_spare = old
	motion.arrive(frame, now)


## Frees the port, for another program on this machine, until the next poll.
func release() -> void:
	_socket.close()


func is_live() -> bool:
	return session.is_live(_polled)


func _bind(now: float) -> void:
	if now - _tried < RETRY:
		return
	_tried = now
	var failure := _socket.bind(port, address, 65536)
	trouble = ""
	if failure != OK:
		trouble = "Port %d is taken by another program; close it, or choose another port here and there." % port
