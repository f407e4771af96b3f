@tool
@icon("../icon.svg")
class_name EyebridgeMapping
extends Resource
## Which blend shape of an avatar shows what: an artist's own to edit and to share between avatars.

## The names to look for. "Automatic" takes those of which the avatar has most.
@export_enum("Automatic", "ARKit", "Unified Expressions", "VRoid", "MetaHuman", "Ready Player Me", "VRM")
var preset := "Automatic":
	set(value):
		preset = value
		emit_changed()
## What stands before the names and does not belong to them. Parts that end with a sign, as in "Head.M_eyeBlinkLeft",
## are seen without being written here.
@export var prefix := "":
	set(value):
		prefix = value
		emit_changed()
## Take "EYEBLINKLEFT" and "EyeBlinkLeft" for "eyeBlinkLeft".
@export var ignore_case := true:
	set(value):
		ignore_case = value
		emit_changed()
## How strongly all shapes move.
@export_range(0.0, 3.0, 0.05) var gain := 1.0:
	set(value):
		gain = value
		emit_changed()
## Bends every weight, 0 to 1 in, 0 to 1 out; straight when there is none.
@export var curve: Curve:
	set(value):
		curve = value
		emit_changed()
## {blend shape: formula}: an artist's own lines, before the preset's, like "Wink": "eyeBlinkLeft" or
## "Fear": "0.7 browInnerUp + 0.3 eyeWideLeft". An empty formula leaves a shape alone.
@export var own: Dictionary = {}:
	set(value):
		own = value
		emit_changed()


## What a mapping finds on an avatar.
class Matches:
	extends RefCounted
	## The preset that was taken.
	var preset := ""
	## {blend shape: formula} of what moves.
	var formulas: Dictionary = {}
	## Blend shapes that nothing moves, and names of the preset that the avatar lacks.
	var idle := PackedStringArray()
	var missing := PackedStringArray()


## Finds the formulas of an avatar's blend shapes.
func find(shapes: PackedStringArray) -> Matches:
	var candidates: Array = EyebridgePresets.TABLES.keys() if preset == "Automatic" else [preset]
	var best: Matches = null
	for candidate: String in candidates:
		var matches := _match(shapes, candidate)
		if best == null or matches.formulas.size() > best.formulas.size():
			best = matches
	for shape: String in own:
		if shape in shapes:
			best.formulas[shape] = str(own[shape])
	for shape in shapes:
		if best.formulas.get(shape, "") == "":
			best.formulas.erase(shape)
			best.idle.append(shape)
	return best


## A weight as it is shown.
func shaped(weight: float) -> float:
	var value := minf(weight * gain, 1.0)
	return curve.sample_baked(value) if curve else value


func _match(shapes: PackedStringArray, candidate: String) -> Matches:
	var matches := Matches.new()
	matches.preset = candidate
	var formulas := EyebridgePresets.formulas(candidate)
	var wanted := {}
	for name: String in formulas:
		wanted[_plain(name)] = name
	var met := {}
	for shape in shapes:
		var name := _known_tail(shape, wanted)
		if name:
			matches.formulas[shape] = formulas[name]
			met[name] = true
	for name: String in formulas:
		if not met.has(name):
			matches.missing.append(name)
	return matches


## The wanted name that a shape ends with, the longest first; a name begins the shape or follows a sign.
func _known_tail(shape: String, wanted: Dictionary) -> String:
	var tail := shape.trim_prefix(prefix)
	for n in tail.length():
		if n == 0 or tail[n - 1] in "_.-:|/ ":
			var name: String = wanted.get(_plain(tail.substr(n)), "")
			if name:
				return name
	return ""


## A name without what is only spelling: case, signs between words, "Left" for "L".
func _plain(name: String) -> String:
	var plain := name.replace("_", "").replace("-", "").replace(" ", "")
	if ignore_case:
		plain = plain.to_lower()
	for side: String in ["Left", "Right", "left", "right"]:
		if plain.ends_with(side):
			return plain.trim_suffix(side) + side[0]
	return plain
