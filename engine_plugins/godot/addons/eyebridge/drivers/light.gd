@tool
@icon("../icon.svg")
class_name EyebridgeLight
extends EyebridgeDriver
## Lets the scene's light follow the wearer's mood, within an artist's limits.
##
## eyebridge's light moves slowly and never flashes; nothing here sharpens it. It multiplies what the artist has set, so
## a neutral face leaves the scene as it is.

## Lights that take the mood's colour and brightness. All lights beneath this node's parent when the list is empty.
@export var lights: Array[Light3D] = []
## Lights that stay white and take the mood's warmth and brightness, like those in front of a face.
@export var white_lights: Array[Light3D] = []
## Its ambient light, background and sky follow.
@export var world: WorldEnvironment

@export_group("Limits")
## How much of the mood's colour the lights and the surroundings take.
@export_range(0.0, 1.0, 0.05) var colour := 1.0
## How much of the mood's brightness they take.
@export_range(0.0, 1.0, 0.05) var brightness := 1.0
## The darkest and the brightest that the mood may make a light, as shares of the artist's own.
@export var darkest := 0.4
@export var brightest := 1.6
## How much of the mood's colour lies over the whole picture; 0 leaves it alone.
@export_range(0.0, 1.0, 0.05) var tint := 0.0
## A global shader uniform of type color that gets the mood's linear colour and, as alpha, its brightness. A shader
## declares it without source_color, which gl_compatibility ignores. It must be in the project's settings, as it is
## once the plugin was enabled; empty for none.
@export var shader_uniform: StringName = &"eyebridge_light"

## Colours of an environment and of a sky's material that are the surroundings' light.
const _WORLD_COLOURS: Array[StringName] = [&"ambient_light_color", &"background_color", &"fog_light_color"]
const _SKY_COLOURS: Array[StringName] = [
	&"sky_top_color", &"sky_horizon_color", &"ground_bottom_color", &"ground_horizon_color", &"rayleigh_color"
]

## The mood's light now: linear colour, brightness, and the white of its temperature.
var _mood := Color.WHITE
var _intensity := 1.0
var _white := Color.WHITE
## What [method black_body] says of a neutral light; whites are relative to it.
var _neutral_white := black_body(6500.0)
var _first := EyebridgeLayout.first_of("light")
var _kept: Array[Kept] = []
var _ramp: GradientTexture1D


## A property and what the artist has set it to.
class Kept:
	extends RefCounted
	enum Follows { COLOUR, WHITE, BRIGHTNESS, PICTURE }
	var owner: Object
	var property: StringName
	var value: Variant
	var follows: Follows

	func _init(of: Object, name: StringName, what: Follows) -> void:
		owner = of
		property = name
		value = of.get(name)
		follows = what

	func restore() -> void:
		if is_instance_valid(owner):
			owner.set(property, value)


func _take() -> void:
	_kept.clear()
	for light in _chosen_lights():
		_keep(light, &"light_color", Kept.Follows.WHITE if light in white_lights else Kept.Follows.COLOUR)
		_keep(light, &"light_energy", Kept.Follows.BRIGHTNESS)
	var surroundings := world.environment if world != null else null
	if surroundings == null:
		return
	for property in _WORLD_COLOURS:
		_keep(surroundings, property, Kept.Follows.COLOUR)
	for property: StringName in [&"ambient_light_energy", &"background_energy_multiplier"]:
		_keep(surroundings, property, Kept.Follows.BRIGHTNESS)
	if surroundings.sky != null and surroundings.sky.sky_material != null:
		for property in _SKY_COLOURS:
			if property in surroundings.sky.sky_material:
				_keep(surroundings.sky.sky_material, property, Kept.Follows.COLOUR)
	if tint > 0.0:
		_keep(surroundings, &"adjustment_enabled", Kept.Follows.PICTURE)
		_keep(surroundings, &"adjustment_color_correction", Kept.Follows.PICTURE)


func _show(link: EyebridgeLink) -> void:
	var values := link.motion.shown
	_mood = Color(values[_first], values[_first + 1], values[_first + 2])
	_intensity = clampf(lerpf(1.0, values[_first + 3], brightness), darkest, brightest)
	_white = black_body(values[_first + 4]) / _neutral_white
	for kept in _kept:
		if is_instance_valid(kept.owner):
			_follow(kept)
	if shader_uniform and ProjectSettings.has_setting(_uniform_setting()):
		var shown := Color.WHITE.lerp(_mood, colour)
		shown.a = _intensity
		RenderingServer.global_shader_parameter_set(shader_uniform, shown)


func _give_back() -> void:
	for kept in _kept:
		kept.restore()
	_kept.clear()
	if shader_uniform and ProjectSettings.has_setting(_uniform_setting()):
		var setting: Dictionary = ProjectSettings.get_setting(_uniform_setting())
		RenderingServer.global_shader_parameter_set(shader_uniform, setting["value"])


func _follow(kept: Kept) -> void:
	match kept.follows:
		Kept.Follows.COLOUR:
			kept.owner.set(kept.property, _lit(kept.value, _mood))
		Kept.Follows.WHITE:
			kept.owner.set(kept.property, _lit(kept.value, _white))
		Kept.Follows.BRIGHTNESS:
			kept.owner.set(kept.property, kept.value * _intensity)
		Kept.Follows.PICTURE:
			kept.owner.set(kept.property, true if kept.property == &"adjustment_enabled" else _correction())


## The artist's colour in the mood's light. Light is multiplied where it is linear.
func _lit(own: Color, light: Color) -> Color:
	return (own.srgb_to_linear() * Color.WHITE.lerp(light, colour)).linear_to_srgb()


## A ramp from black to the mood's colour: what the picture's own colours are looked up in.
func _correction() -> GradientTexture1D:
	if _ramp == null:
		_ramp = GradientTexture1D.new()
		_ramp.gradient = Gradient.new()
	var end := Color.WHITE.lerp(_mood, tint).linear_to_srgb()
	if not _ramp.gradient.get_color(1).is_equal_approx(end):
		_ramp.gradient.set_color(1, end)
	return _ramp


func _keep(owner: Object, property: StringName, follows: Kept.Follows) -> void:
	_kept.append(Kept.new(owner, property, follows))


func _chosen_lights() -> Array[Light3D]:
	var chosen: Array[Light3D] = []
	chosen.append_array(lights)
	chosen.append_array(white_lights)
	if lights.is_empty():
		for light: Node in get_parent().find_children("*", "Light3D", true, false):
			if not light in chosen:
				chosen.append(light)
	return chosen.filter(func(light: Light3D) -> bool: return light != null)


func _uniform_setting() -> String:
	return "shader_globals/%s" % shader_uniform


## Linear colour of a black body, its brightest part 1. The Planckian locus is that of Kim et al. (2002), 1667 to 25000 K.
static func black_body(kelvin: float) -> Color:
	var t := clampf(kelvin, 1667.0, 25000.0)
	var u := 1e3 / t
	var x := ((-3.0258469 * u + 2.1070379) * u + 0.2226347) * u + 0.24039
	if t < 4000.0:
		x = ((-0.2661239 * u - 0.234358) * u + 0.8776956) * u + 0.17991
	var y := ((3.081758 * x - 5.8733867) * x + 3.75112997) * x - 0.37001483
	if t < 2222.0:
		y = ((-1.1063814 * x - 1.3481102) * x + 2.18555832) * x - 0.20219683
	elif t < 4000.0:
		y = ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
	var big_x := x / y
	var big_z := (1.0 - x - y) / y
	var red := 3.2404542 * big_x - 1.5371385 - 0.4985314 * big_z
	var green := -0.969266 * big_x + 1.8760108 + 0.041556 * big_z
	var blue := 0.0556434 * big_x - 0.2040259 + 1.0572252 * big_z
	var peak := maxf(red, maxf(green, blue))
	return Color(maxf(red, 0.0) / peak, maxf(green, 0.0) / peak, maxf(blue, 0.0) / peak)
