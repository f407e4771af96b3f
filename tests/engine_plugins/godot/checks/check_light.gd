extends "base.gd"
## The scene's light in a mood, and exactly the artist's own afterwards.

const WARM := {"red": 1.0, "green": 0.5, "blue": 0.2, "intensity": 1.5, "temperature": 3000.0}

var lamp := OmniLight3D.new()
var face_lamp := SpotLight3D.new()
var world := WorldEnvironment.new()
var sky := ProceduralSkyMaterial.new()
var mood := EyebridgeLight.new()


func _build() -> void:
	lamp.light_color = Color(0.3, 0.71, 0.123)
	lamp.light_energy = 1.37
	world.environment = Environment.new()
	world.environment.ambient_light_color = Color(0.21, 0.22, 0.23)
	world.environment.ambient_light_energy = 0.35
	world.environment.sky = Sky.new()
	world.environment.sky.sky_material = sky
	mood.lights = [lamp]
	mood.white_lights = [face_lamp]
	mood.world = world
	for node: Node in [lamp, face_lamp, world, mood]:
		place.add_child(node)


func _everything() -> Array:
	return [lamp, face_lamp, world.environment, sky].map(func(o: Object) -> Dictionary: return stored(o))


func _close(found: Color, linear: Color, what: String) -> void:
	var seen := found.srgb_to_linear()
	var away := absf(seen.r - linear.r) + absf(seen.g - linear.g) + absf(seen.b - linear.b)
	holds(away < 1e-3, "%s: linear %s, not %s" % [what, seen, linear])


func test_a_mood_multiplies_what_the_artist_has_set() -> void:
	_build()
	var light := Color(1.0, 0.5, 0.2)
	var own := [lamp.light_color, world.environment.ambient_light_color, sky.sky_top_color].map(
			func(colour: Color) -> Color: return colour.srgb_to_linear() * light)
	mood.show_link(link_showing(WARM))
	_close(lamp.light_color, own[0], "lamp")
	_close(world.environment.ambient_light_color, own[1], "ambient light")
	_close(sky.sky_top_color, own[2], "sky")
	near(lamp.light_energy, 1.37 * 1.5, "lamp's energy")
	near(world.environment.ambient_light_energy, 0.35 * 1.5, "ambient energy")


func test_white_lights_take_only_the_warmth() -> void:
	_build()
	mood.show_link(link_showing(WARM))
	var warm := face_lamp.light_color
	holds(warm.r > warm.g and warm.g > warm.b, "3000 K is warm: %s" % warm)
	mood.show_link(link_showing({"red": 1.0, "green": 0.0, "blue": 0.0}))
	_close(face_lamp.light_color, Color.WHITE, "6500 K, however red the mood")


func test_the_artists_limits_hold() -> void:
	_build()
	var own := lamp.light_color
	mood.colour = 0.0
	mood.brightest = 1.1
	mood.darkest = 0.8
	mood.show_link(link_showing(WARM))
	_close(lamp.light_color, own.srgb_to_linear(), "no colour")
	near(lamp.light_energy, 1.37 * 1.1, "no brighter")
	mood.show_link(link_showing({"intensity": 0.0}))
	near(lamp.light_energy, 1.37 * 0.8, "no darker")
	mood.brightness = 0.0
	mood.show_link(link_showing(WARM))
	near(lamp.light_energy, 1.37, "no brightness")


func test_a_tint_lies_over_the_whole_picture() -> void:
	_build()
	mood.tint = 0.5
	mood.show_link(link_showing(WARM))
	same(world.environment.adjustment_enabled, true, "adjustments")
	var ramp := world.environment.adjustment_color_correction as GradientTexture1D
	_close(ramp.gradient.sample(1.0), Color(1.0, 0.75, 0.6), "white in this mood")
	_close(ramp.gradient.sample(0.0), Color.BLACK, "black stays")


func test_everything_is_given_back_to_the_last_bit() -> void:
	_build()
	mood.tint = 0.3
	for end: String in ["release", "free"]:
		var before := _everything()
		mood.show_link(link_showing(WARM))
		holds(_everything() != before, "it was something else")
		mood.call(end)
		same(_everything(), before, end)


func test_a_lamp_that_is_gone_does_no_harm() -> void:
	_build()
	mood.show_link(link_showing(WARM))
	lamp.free()
	mood.show_link(link_showing({"intensity": 0.5}))
	near(face_lamp.light_energy, 0.5, "the others follow")
	mood.release()
	near(face_lamp.light_energy, 1.0, "and are given back")


func test_a_switched_off_driver_gives_back_by_itself() -> void:
	_build()
	var receiver := EyebridgeReceiver.new()
	receiver.port = 0
	place.add_child(receiver)
	mood.receiver = receiver
	receiver.link.take(packet("happy", 1), 10.0)
	receiver.link.moving = receiver.link.motion.step(10.1)
	mood._process(0.0)
	holds(absf(lamp.light_energy - 1.37) > 0.01, "it moves")
	mood.enabled = false
	mood._process(0.0)
	near(lamp.light_energy, 1.37, "switched off")
