extends "base.gd"
## Where an avatar's eyes look, on bones and on nodes.

const GAZE := {"left_yaw": 20.0, "left_pitch": 10.0, "right_yaw": -15.0, "right_pitch": -5.0}


## The protocol's formula, for an avatar that looks along +Z with its left at +X.
static func direction(yaw: float, pitch: float) -> Vector3:
	var y := deg_to_rad(yaw)
	var p := deg_to_rad(pitch)
	return Vector3(sin(y) * cos(p), sin(p), cos(y) * cos(p))


## A head that hangs askew in a turned body, as rigs have it, and eyes whose own axes point anywhere.
func _skeleton(left: String, right: String) -> Skeleton3D:
	var skeleton := Skeleton3D.new()
	var rests := [Vector3(0.3, 0.1, 0.0), Vector3(-0.7, 0.4, 0.2), Vector3(1.2, 0.0, 0.4), Vector3(0.1, -0.9, 0.0)]
	for n in 4:
		skeleton.add_bone(["Hips", "Head", left, right][n])
		skeleton.set_bone_rest(n, Transform3D(Basis.from_euler(rests[n]), Vector3(0.0, 0.3, 0.05 * n)))
		skeleton.set_bone_parent(n, [-1, 0, 1, 1][n])
	skeleton.reset_bone_poses()
	place.add_child(skeleton)
	return skeleton


func _eyes_of(avatar: Node) -> EyebridgeEyes:
	var eyes := EyebridgeEyes.new()
	eyes.avatar = avatar
	place.add_child(eyes)
	return eyes


func _looks(skeleton: Skeleton3D, bone: int) -> Vector3:
	var ahead := skeleton.get_bone_global_rest(bone).basis.inverse() * Vector3.BACK  # +Z
	return skeleton.get_bone_global_pose(bone).basis * ahead


func _close(found: Vector3, expected: Vector3, what: String) -> void:
	holds(found.distance_to(expected) < 1e-4, "%s: %s, not %s" % [what, found, expected])


func test_bones_look_where_the_protocol_says() -> void:
	var skeleton := _skeleton("LeftEye", "RightEye")
	var before := [skeleton.get_bone_pose_rotation(2), skeleton.get_bone_pose_rotation(3)]
	var eyes := _eyes_of(skeleton)
	eyes.show_link(link_showing(GAZE))
	_close(_looks(skeleton, 2), direction(20.0, 10.0), "left")
	_close(_looks(skeleton, 3), direction(-15.0, -5.0), "right")
	eyes.release()
	same([skeleton.get_bone_pose_rotation(2), skeleton.get_bone_pose_rotation(3)], before, "given back")


func test_nodes_look_there_too_within_the_artists_limit() -> void:
	var avatar := Node3D.new()
	place.add_child(avatar)
	for name: String in ["eye.L", "eye.R"]:
		var eye := Node3D.new()
		eye.name = name.replace(".", "_")
		avatar.add_child(eye)
	var eyes := _eyes_of(avatar)
	eyes.gain = 0.5
	eyes.limit = 4.0
	eyes.show_link(link_showing(GAZE))
	_close(avatar.get_child(0).basis * Vector3.BACK, direction(4.0, 4.0), "left, at the limit")
	_close(avatar.get_child(1).basis * Vector3.BACK, direction(-4.0, -2.5), "right")


func test_eyes_are_known_by_the_names_of_usual_rigs() -> void:
	for names: Array in [["LeftEye", "RightEye"], ["eye_L", "eye_R"], ["J_Adj_L_FaceEye", "J_Adj_R_FaceEye"],
			["FACIAL_L_Eye", "FACIAL_R_Eye"], ["Eye.Left", "Eye.Right"]]:
		var eyes := _eyes_of(_skeleton(names[0], names[1]))
		eyes.find()
		same(eyes.eyes.map(func(eye: EyebridgeEyes.Eye) -> int: return eye.bone), [2, 3], str(names))


func test_a_chosen_name_goes_before_a_usual_one() -> void:
	var skeleton := _skeleton("LeftEye", "oeil droit")
	var eyes := _eyes_of(skeleton)
	eyes.find()
	same(eyes.eyes.size(), 1, "found by itself")
	eyes.right_name = "oeil droit"
	eyes.show_link(link_showing(GAZE))
	_close(_looks(skeleton, 3), direction(-15.0, -5.0), "the chosen one")
