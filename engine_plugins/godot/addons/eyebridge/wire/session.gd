@tool
class_name EyebridgeSession
extends RefCounted
## Which frames are applied and when frames have stopped; rules 4 and 5 of the protocol. Time is an argument, seconds.

## Seconds after the last applied frame at which a sender is gone.
const SILENCE := 0.5

var applied := 0
var lost := 0
## Duplicates and frames that came late.
var dropped := 0
var _sequence := -1
var _heard := -INF


## Whether a frame of this number is to be applied; counts it.
func admit(sequence: int, now: float) -> bool:
	var step := 1
	if is_live(now) and _sequence >= 0:
		step = posmod(sequence - _sequence, EyebridgeLayout.COUNT_LIMIT)
	if step == 0 or step >= EyebridgeLayout.COUNT_LIMIT / 2:
		dropped += 1
		return false
	lost += step - 1
	applied += 1
	_sequence = sequence
	_heard = now
	return true


func is_live(now: float) -> bool:
	return silence(now) < SILENCE


## Seconds since the last applied frame.
func silence(now: float) -> float:
	return now - _heard
