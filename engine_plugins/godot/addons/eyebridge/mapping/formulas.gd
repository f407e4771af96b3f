@tool
class_name EyebridgeFormulas
extends RefCounted
## Values made of a frame's values: "0.5 mouthSmileLeft + 0.5 mouthSmileRight", "eyeBlinkLeft - eyeBlinkLeft&eyeBlinkRight".
##
## A formula is a sum of terms; A&B is the lesser of two values. Names are those of [method EyebridgeLayout.index_of].

var count := 0
# The terms of formula n are those from _starts[n] to _starts[n + 1]; each is the lesser of two values, mostly the same.
var _starts := PackedInt32Array([0])
var _one := PackedInt32Array()
var _other := PackedInt32Array()
var _factors := PackedFloat32Array()


## Takes one more formula. False, and nothing taken, when a name in it is unknown.
func add(formula: String) -> bool:
	var terms := _factors.size()
	for term in formula.replace("- ", "+ -").split("+", false):
		if not _add_term(term.strip_edges()):
			_one.resize(terms)
			_other.resize(terms)
			_factors.resize(terms)
			return false
	_starts.append(_factors.size())
	count += 1
	return true


func _add_term(term: String) -> bool:
	var sign := -1.0 if term.begins_with("-") else 1.0
	var words := term.trim_prefix("-").split(" ", false)
	if words.is_empty() or words.size() > 2 or (words.size() == 2 and not words[0].is_valid_float()):
		return false
	var names := words[-1].split("&")
	var one := EyebridgeLayout.index_of(names[0])
	var other := EyebridgeLayout.index_of(names[-1])
	if one < 0 or other < 0 or names.size() > 2:
		return false
	_one.append(one)
	_other.append(other)
	_factors.append(sign * (float(words[0]) if words.size() == 2 else 1.0))
	return true


## Writes the value of each formula, 0 to 1, into an array of [member count] numbers.
func evaluate(values: PackedFloat32Array, into: PackedFloat32Array) -> void:
	var term := 0
	for n in count:
		var sum := 0.0
		while term < _starts[n + 1]:
			sum += _factors[term] * minf(values[_one[term]], values[_other[term]])
			term += 1
		into[n] = clampf(sum, 0.0, 1.0)
