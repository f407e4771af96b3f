@tool
class_name EyebridgeMotion
extends RefCounted
## Movement between frames, so that a face moves at the display's rate whatever the cameras' is.
##
## The values glide in a straight line from what is shown to what arrived, over the usual time between two frames, and
## ease to neutral once frames have stopped. Time is an argument, seconds.

## How long easing to neutral takes.
const EASING := 0.5
const _SHORTEST := 1.0 / 250.0
const _LONGEST := 0.1
const _LEARNING := 0.1

## What an avatar shows now, as [member EyebridgeLayout.names] lists the values.
var shown := EyebridgeLayout.neutral.duplicate()
var _from := EyebridgeLayout.neutral.duplicate()
var _to := EyebridgeLayout.neutral.duplicate()
var _arrived := -INF
var _sent := -1
var _span := 1.0 / 60.0
var _settled := true


func arrive(frame: EyebridgeFrame, now: float) -> void:
	step(now)
	if now - _arrived < EyebridgeSession.SILENCE and _sent >= 0:
		var gap := posmod(frame.time - _sent, EyebridgeLayout.COUNT_LIMIT) * 1e-6
		_span += _LEARNING * (clampf(gap, _SHORTEST, _LONGEST) - _span)
	_copy(shown, _from)
	_copy(frame.values, _to)
	_arrived = now
	_sent = frame.time
	_settled = false


## Moves on to this moment. False when all is neutral and nothing moves any more.
func step(now: float) -> bool:
	if _settled:
		return false
	var silence := now - _arrived
	if silence < EyebridgeSession.SILENCE:
		_blend(_from, _to, minf(silence / _span, 1.0))
		return true
	var eased := minf((silence - EyebridgeSession.SILENCE) / EASING, 1.0)
	_blend(_to, EyebridgeLayout.neutral, smoothstep(0.0, 1.0, eased))
	_settled = eased >= 1.0
	return true


func _blend(from: PackedFloat32Array, to: PackedFloat32Array, share: float) -> void:
	if share >= 1.0:
		_copy(to, shown)
		return
	for n in shown.size():
		shown[n] = lerpf(from[n], to[n], share)


# Packed arrays are passed by reference; writing numbers keeps the buffers apart, where assigning would copy on write.
static func _copy(from: PackedFloat32Array, to: PackedFloat32Array) -> void:
	for n in from.size():
		to[n] = from[n]
