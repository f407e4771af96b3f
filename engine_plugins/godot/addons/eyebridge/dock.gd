@tool
class_name EyebridgeDock
extends VBoxContainer
## What arrives from eyebridge, which of it the open scene's avatars show, and the two commands.

## Seconds between two looks at the numbers.
const _REFRESH := 0.1
const _SHOWN: PackedStringArray = ["eyes", "brows", "cheeks", "gaze", "emotions", "light"]

var _status := Label.new()
var _mapping := RichTextLabel.new()
var _bars: Array[Bar] = []
var _since := 0.0
# The dock listens by itself while no scene with a receiver is open.
var _own := EyebridgeReceiver.new()


## One value: name, bar, number.
class Bar:
	extends HBoxContainer
	var index := 0
	var _bar := ProgressBar.new()
	var _number := Label.new()

	func _init(at: int) -> void:
		index = at
		var title := Label.new()
		title.text = EyebridgeLayout.names[at]
		title.custom_minimum_size.x = 130
		title.clip_text = true
		_bar.min_value = EyebridgeLayout.low[at]
		_bar.max_value = EyebridgeLayout.high[at]
		_bar.step = 0.0
		_bar.show_percentage = false
		_bar.size_flags_horizontal = Control.SIZE_EXPAND_FILL
		_bar.size_flags_vertical = Control.SIZE_SHRINK_CENTER
		_bar.custom_minimum_size.y = 6
		_number.custom_minimum_size.x = 52
		_number.horizontal_alignment = HORIZONTAL_ALIGNMENT_RIGHT
		for child: Control in [title, _bar, _number]:
			add_child(child)

	func show_value(value: float) -> void:
		_bar.value = value
		_number.text = ("%.0f" if absf(value) >= 10.0 else "%.2f") % value


func _init() -> void:
	custom_minimum_size = Vector2(250, 300)
	_status.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
	add_child(_status)
	add_child(_buttons())
	_mapping.bbcode_enabled = true
	_mapping.fit_content = true
	_mapping.custom_minimum_size.y = 40
	add_child(_mapping)
	add_child(_values())


func _exit_tree() -> void:
	_own.link.release()


func _notification(what: int) -> void:
	if what == NOTIFICATION_PREDELETE:
		_own.free()


func _process(delta: float) -> void:
	var receiver := _receiver()
	if receiver == _own:
		_own._process(delta)
	_since += delta
	if _since < _REFRESH:
		return
	_since = 0.0
	_status.text = _told(receiver)
	_mapping.text = _mapped()
	for bar in _bars:
		bar.show_value(receiver.link.motion.shown[bar.index])


func _buttons() -> Control:
	var row := HBoxContainer.new()
	var recenter := Button.new()
	recenter.text = "Recenter"
	recenter.tooltip_text = "One second: look straight ahead with a relaxed face."
	recenter.pressed.connect(_own.recenter)
	var calibrate := Button.new()
	calibrate.text = "Calibrate"
	calibrate.tooltip_text = "Five seconds: look straight ahead with a relaxed face."
	calibrate.pressed.connect(_own.calibrate)
	var preview := CheckBox.new()
	preview.text = "Preview"
	preview.tooltip_text = "Move avatars and light in the editor. Nothing of it is saved."
	preview.button_pressed = true
	preview.toggled.connect(_switch_preview)
	for child: Control in [recenter, calibrate, preview]:
		row.add_child(child)
	return row


func _values() -> Control:
	var scroll := ScrollContainer.new()
	scroll.size_flags_vertical = Control.SIZE_EXPAND_FILL
	scroll.horizontal_scroll_mode = ScrollContainer.SCROLL_MODE_DISABLED
	var list := VBoxContainer.new()
	list.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	list.add_theme_constant_override(&"separation", 0)
	scroll.add_child(list)
	for message in EyebridgeLayout.addresses.size():
		var name := EyebridgeLayout.addresses[message].get_file()
		if name in _SHOWN:
			var title := Label.new()
			title.text = name.capitalize()
			title.modulate = Color(1, 1, 1, 0.6)
			list.add_child(title)
			for n: int in EyebridgeLayout.values_of(message):
				_bars.append(Bar.new(n))
				list.add_child(_bars[-1])
	return scroll


func _switch_preview(on: bool) -> void:
	_own.preview_in_editor = on
	for receiver: EyebridgeReceiver in _all(&"EyebridgeReceiver"):
		receiver.preview_in_editor = on


func _receiver() -> EyebridgeReceiver:
	var found := _all(&"EyebridgeReceiver")
	return found[0] if found else _own


func _told(receiver: EyebridgeReceiver) -> String:
	var link := receiver.link
	if not receiver.is_listening():
		return "Off: the game is running, or the preview is switched off."
	if link.trouble:
		return link.trouble
	if not link.is_live():
		return "Nothing comes to port %d. Start eyebridge: eyebridge demo" % link.port
	var counts := "Live at port %d: %d frames, %d lost" % [link.port, link.session.applied, link.session.lost]
	return counts + (", %d refused (%s)" % [link.refused, link.refusal] if link.refused else "")


func _mapped() -> String:
	var lines := PackedStringArray()
	for face: EyebridgeFace in _all(&"EyebridgeFace"):
		if face.matches == null:
			face.find()
		var matches := face.matches
		lines.append("[b]%s[/b]: %s, %d blend shapes move" % [face.name, matches.preset, matches.formulas.size()])
		if matches.idle:
			lines.append("[color=#c0a060]not moved: %s[/color]" % ", ".join(matches.idle))
		if matches.missing and matches.formulas:
			lines.append("[color=#909090]not on the avatar: %s[/color]" % ", ".join(matches.missing))
	return "\n".join(lines) if lines else "No EyebridgeFace in the open scene."


## The nodes of one of our classes in the scene that is open.
func _all(kind: StringName) -> Array[Node]:
	var root: Node = EditorInterface.get_edited_scene_root()
	var found: Array[Node] = []
	if root != null:
		found = root.find_children("*", kind, true, false)
		if root.get_script() != null and root.get_script().get_global_name() == kind:
			found.append(root)
	return found
