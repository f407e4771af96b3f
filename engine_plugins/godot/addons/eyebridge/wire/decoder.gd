@tool
class_name EyebridgeDecoder
extends RefCounted
## Reads a datagram that may come from anybody into a frame, whole or not at all.
##
## Nothing is kept of a packet but numbers in buffers that are made once.

## Bytes that the number types of OSC 1.0 take; the other types are below.
const _SIZES := {105: 4, 102: 4, 104: 8, 100: 8, 116: 8, 84: 0, 70: 0, 78: 0, 73: 0}  # i f h d t T F N I
## The refusal that a person must hear of.
const NEWER := "a newer version"

const _STRING := 115
const _BLOB := 98
const _SLASH := 47
const _COMMA := 44
const _BUNDLE_HEAD := 16
## Where the first message begins, behind the head and its size.
const _FIRST := 20
const _OPENING := 0
const _UNKNOWN := -1

var _bundle := "#bundle".to_ascii_buffer() + PackedByteArray([0])
var _reader := StreamPeerBuffer.new()
var _integers := PackedInt64Array([0, 0, 0, 0])
var _end := 0
var _found := 0
## The values from here on are those of messages that may be missing.
var _optional := EyebridgeLayout.first_of("look")
var _closing := EyebridgeLayout.addresses.size() - 1


func _init() -> void:
	_reader.big_endian = true


## Fills the frame and returns "", or returns why the packet is none and leaves the frame to be filled again.
func decode(packet: PackedByteArray, frame: EyebridgeFrame) -> String:
	var size := packet.size()
	if size > EyebridgeLayout.DATAGRAM_LIMIT:
		return "longer than any frame"
	if size < _BUNDLE_HEAD or size % 4 or packet.slice(0, 8) != _bundle:
		return "not an OSC bundle"
	_reader.data_array = packet
	_found = 0
	for n in range(_optional, frame.values.size()):
		frame.values[n] = EyebridgeLayout.neutral[n]
	var wrong := _read_elements(packet, size, frame)
	if wrong:
		return wrong
	if _found & EyebridgeLayout.needed != EyebridgeLayout.needed:
		return "a message is missing"
	if _integers[0] > EyebridgeLayout.VERSION:
		return NEWER
	if _end != _integers[1]:
		return "the end is another frame's"
	frame.sequence = maxi(_integers[1], 0)
	frame.time = maxi(_integers[2], 0)
	frame.flags = maxi(_integers[3], 0)
	return ""


func _read_elements(packet: PackedByteArray, size: int, frame: EyebridgeFrame) -> String:
	var at := _BUNDLE_HEAD
	while at < size:
		_reader.seek(at)
		var length := _reader.get_32()
		at += 4
		if length <= 0 or length % 4 or length > size - at:
			return "an element that does not fit"
		if packet[at] != _SLASH:
			return "an element that is no message"
		var wrong := _read_message(packet, at, at + length, frame)
		if wrong:
			return wrong
		at += length
	return ""


func _read_message(packet: PackedByteArray, start: int, end: int, frame: EyebridgeFrame) -> String:
	var stop := packet.find(0, start)
	if stop < 0 or stop >= end:
		return "an address that never ends"
	var message: int = EyebridgeLayout.by_address.get(packet.slice(start, stop), _UNKNOWN)
	if (start == _FIRST and message != _OPENING) or (end == packet.size() and message != _closing):
		return "not from /eyebridge/frame to /eyebridge/end"
	if message == _UNKNOWN and not _is_text(packet, start, stop):
		return "an address that is no text"
	var tags := stop + 4 - (stop - start) % 4
	if tags >= end:
		return "" if message == _UNKNOWN else "too few arguments"
	stop = packet.find(0, tags)
	if packet[tags] != _COMMA or stop < 0 or stop >= end:
		return "no type tags"
	var arguments := stop + 4 - (stop - tags) % 4
	var expected := EyebridgeLayout.tags[message] if message != _UNKNOWN else PackedByteArray()
	var plain := message != _UNKNOWN and packet.slice(tags + 1, stop) == expected
	var fits := end - arguments == 4 * expected.size() if plain else _fit(packet, tags + 1, stop, arguments, end)
	if not fits:
		return "arguments that do not fit"
	if message == _UNKNOWN:
		return ""
	if not plain and packet.slice(tags + 1, mini(stop, tags + 1 + expected.size())) != expected:
		return "too few arguments, or one of another type"
	return _read_arguments(message, arguments, frame)


## Whether the arguments of these type tags are known and end where the message does.
func _fit(packet: PackedByteArray, tag: int, last_tag: int, at: int, end: int) -> bool:
	while tag < last_tag and at >= 0 and at <= end:
		var kind := packet[tag]
		if kind == _STRING:
			var stop := packet.find(0, at) if at < end else -1
			var sound := stop >= 0 and stop < end and _is_text(packet, at, stop)
			at = stop + 4 - (stop - at) % 4 if sound else -1
		elif kind == _BLOB:
			at = _blob_end(at, end)
		else:
			at += _SIZES.get(kind, end + 1)
		tag += 1
	return at == end


## Whether these bytes are UTF-8 (RFC 3629). The engine's own reader would complain aloud of what strangers send.
func _is_text(packet: PackedByteArray, at: int, stop: int) -> bool:
	while at < stop:
		var lead := packet[at]
		at += 1
		if lead < 0x80:
			continue
		var more := 1 if lead < 0xe0 else 2 if lead < 0xf0 else 3
		if lead < 0xc2 or lead > 0xf4 or at + more > stop:
			return false
		var code := lead & (0x3f >> more)
		for n in more:
			if packet[at + n] & 0xc0 != 0x80:
				return false
			code = code << 6 | packet[at + n] & 0x3f
		if code < [0x80, 0x800, 0x10000][more - 1] or code > 0x10ffff or (code >= 0xd800 and code < 0xe000):
			return false
		at += more
	return true


func _blob_end(at: int, end: int) -> int:
	if at + 4 > end:
		return -1
	_reader.seek(at)
	var length := _reader.get_32()
	return at + 4 + length + posmod(-length, 4) if length >= 0 and length <= end - at - 4 else -1


func _read_arguments(message: int, at: int, frame: EyebridgeFrame) -> String:
	_reader.seek(at)
	if message == _closing:
		_end = _reader.get_32()
	else:
		for n in EyebridgeLayout.integers[message]:
			_integers[n] = _reader.get_32()
	var first := EyebridgeLayout.firsts[message]
	for n in range(first, first + EyebridgeLayout.floats[message]):
		var value := _reader.get_float()
		if not is_finite(value):
			return "a number that is not finite"
		frame.values[n] = clampf(value, EyebridgeLayout.low[n], EyebridgeLayout.high[n])
	_found |= 1 << message
	return ""
