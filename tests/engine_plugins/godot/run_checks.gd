extends SceneTree
## run_checks.gd FOLDER GOLDEN_FOLDER: runs every test_ function of the scripts in FOLDER. Tells on its output, for each,
## "check " and JSON: its name, how much it compared, and what was wrong.


func _initialize() -> void:
	await process_frame  # the tree is not there before
	var arguments := OS.get_cmdline_user_args()
	for file in DirAccess.get_files_at(arguments[0]):
		if file.begins_with("check_") and file.ends_with(".gd"):
			var script: GDScript = load(arguments[0].path_join(file))
			for method in script.get_script_method_list():
				if method["name"].begins_with("test_"):
					await _run(script.new(self, arguments[1]), file.get_basename(), method["name"])
	quit()


func _run(check: RefCounted, file: String, method: String) -> void:
	await check.call(method)
	check.clear()
	var told := {"name": "%s.%s" % [file, method], "compared": check.compared, "wrong": check.wrong}
	print("check ", JSON.stringify(told))
