extends "base.gd"
## What a mapping finds on an avatar, and what a face then does to it.

const ARKIT_NAMES := ["eyeBlinkLeft", "eyeBlinkRight", "browInnerUp"]


func _found(shapes: Array, mapping := EyebridgeMapping.new()) -> EyebridgeMapping.Matches:
	return mapping.find(PackedStringArray(shapes))


func test_every_preset_is_found_by_itself() -> void:
	for preset: String in EyebridgePresets.TABLES:
		var formulas := EyebridgePresets.formulas(preset)
		var matches := _found(formulas.keys())
		same(matches.preset, preset, "preset")
		same(matches.formulas, formulas, preset)
		same([matches.idle, matches.missing], [PackedStringArray(), PackedStringArray()], preset + ": left over")


func test_every_formula_of_a_preset_names_values_that_there_are() -> void:
	for preset: String in EyebridgePresets.TABLES:
		var formulas := EyebridgePresets.formulas(preset)
		for shape: String in formulas:
			holds(EyebridgeFormulas.new().add(formulas[shape]), "%s: %s" % [preset, formulas[shape]])


func test_spelling_does_not_matter_unless_it_is_said_to() -> void:
	var shapes := ["EYEBLINKLEFT", "Eye_Blink_R", "browInnerUp"]
	same(_found(shapes).formulas.values(), ARKIT_NAMES, "any case, L for Left, signs between words")
	var strict := EyebridgeMapping.new()
	strict.ignore_case = false
	same(_found(shapes, strict).formulas.keys(), ["browInnerUp"], "as written")


func test_what_stands_before_the_names_is_left_out() -> void:
	same(_found(["Head.M_eyeBlinkLeft", "Face|browInnerUp"]).formulas.size(), 2, "parts that end with a sign")
	same(_found(["XeyeBlinkLeft"]).formulas.size(), 0, "any other is a name of its own")
	var mapping := EyebridgeMapping.new()
	mapping.prefix = "X"
	same(_found(["XeyeBlinkLeft"], mapping).formulas, {"XeyeBlinkLeft": "eyeBlinkLeft"}, "a prefix that is written")


func test_own_lines_come_first_and_the_rest_is_listed() -> void:
	var mapping := EyebridgeMapping.new()
	mapping.own = {"Wink": "eyeBlinkLeft", "eyeBlinkRight": "", "NotThere": "jawOpen"}
	var matches := _found(["eyeBlinkLeft", "eyeBlinkRight", "Wink", "Hat"], mapping)
	same(matches.formulas, {"eyeBlinkLeft": "eyeBlinkLeft", "Wink": "eyeBlinkLeft"}, "what moves")
	same(matches.idle, PackedStringArray(["eyeBlinkRight", "Hat"]), "what does not")
	holds("browInnerUp" in matches.missing and not "eyeBlinkLeft" in matches.missing, "what the avatar lacks")


func test_gain_and_curve_shape_a_weight() -> void:
	var mapping := EyebridgeMapping.new()
	mapping.gain = 1.5
	near(mapping.shaped(0.5), 0.75, "gain")
	near(mapping.shaped(0.9), 1.0, "never beyond 1")
	mapping.curve = Curve.new()
	mapping.curve.add_point(Vector2(0.0, 0.0), 0.0, 0.0, Curve.TANGENT_LINEAR, Curve.TANGENT_LINEAR)
	mapping.curve.add_point(Vector2(1.0, 0.5), 0.0, 0.0, Curve.TANGENT_LINEAR, Curve.TANGENT_LINEAR)
	near(mapping.shaped(0.5), 0.375, "the curve after the gain", 0.01)


func test_formulas_are_sums_of_values_and_of_lesser_ones() -> void:
	var formulas := EyebridgeFormulas.new()
	for formula: String in ["0.5 jawOpen + 0.25 mouthPucker", "eyeBlinkLeft&eyeBlinkRight",
			"eyeBlinkLeft - eyeBlinkLeft&eyeBlinkRight", "-1 jawOpen", "3 jawOpen"]:
		same(formulas.add(formula), true, formula)
	for nonsense: String in ["jawOpened", "two jawOpen", "eyeBlinkLeft&eyeBlinkRight&jawOpen", "jawOpen + hat"]:
		same(formulas.add(nonsense), false, nonsense)
	same(formulas.count, 5, "those that were refused")
	var weights := PackedFloat32Array([0.0, 0.0, 0.0, 0.0, 0.0])
	var values := {"jawOpen": 0.8, "mouthPucker": 0.4, "eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.25}
	formulas.evaluate(frame_of(values).values, weights)
	for n in 5:
		near(weights[n], [0.5, 0.25, 0.65, 0.0, 1.0][n], "formula %d" % n)


func test_a_face_moves_its_meshes_and_gives_them_back() -> void:
	var mesh := mesh_with(["eyeBlinkLeft", "jawOpen", "Hat"])
	mesh.set_blend_shape_value(0, 0.1)  # the artist's own
	mesh.set_blend_shape_value(2, 0.3)
	var face := EyebridgeFace.new()
	face.avatar = mesh
	face.mapping = EyebridgeMapping.new()
	face.mapping.gain = 0.5
	place.add_child(face)
	face.show_link(link_showing({"eyeBlinkLeft": 0.8, "jawOpen": 0.2}))
	for n in 3:
		near(mesh.get_blend_shape_value(n), [0.4, 0.1, 0.3][n], "shape %d" % n)
	face.mapping.own = {"Hat": "jawOpen"}  # an artist's edit counts at once
	face.show_link(link_showing({"jawOpen": 1.0}))
	near(mesh.get_blend_shape_value(2), 0.5, "the new line")
	face.free()
	for n in 3:
		near(mesh.get_blend_shape_value(n), [0.1, 0.0, 0.3][n], "given back %d" % n, 1e-7)


func test_godots_own_face_modifier_moves_with_the_tracker() -> void:
	var mesh := mesh_with(["eyeBlinkLeft", "browDownLeft", "mouthSmileLeft"])
	var modifier: Node = ClassDB.instantiate(&"XRFaceModifier3D")
	place.add_child(modifier)
	modifier.set(&"target", modifier.get_path_to(mesh))
	var face := EyebridgeXRFace.new()
	place.add_child(face)
	face.set_process(false)  # shown by hand here
	face.show_link(link_showing({"eyeBlinkLeft": 0.7, "browDownLeft": 0.2, "mouthSmileLeft": 0.4}))
	for n in 3:
		await place.get_tree().process_frame
	for n in 3:
		near(mesh.get_blend_shape_value(n), [0.7, 0.2, 0.4][n], "shape %d" % n)
	face.release()
	holds(XRServer.get_tracker(&"/user/face_tracker") == null, "the tracker is gone")
