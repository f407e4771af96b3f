extends "base.gd"
## Movement between frames and after the last one, with time given.

const STEP := 0.01
## A glide of half a second that begins and ends at rest is never faster than this, per second.
const FASTEST := 1.5 / EyebridgeMotion.EASING

var motion := EyebridgeMotion.new()
var blink := EyebridgeLayout.index_of("eyeBlinkLeft")
var lid := EyebridgeLayout.index_of("lid_openness_left")


## Frames 20 ms apart, long enough to be known for it; the last at 10.0.
func _begin(values: Dictionary) -> void:
	for n in 101:
		var frame := frame_of(values)
		frame.time = n * 20000
		motion.arrive(frame, 10.0 - (100 - n) * 0.02)


func test_values_glide_from_frame_to_frame() -> void:
	_begin({})
	var frame := frame_of({"eyeBlinkLeft": 1.0, "lid_openness_left": 0.0})
	frame.time = 101 * 20000
	motion.arrive(frame, 10.02)
	for part: float in [0.0, 0.25, 0.5, 1.0, 2.0]:
		motion.step(10.02 + part * 0.02)
		near(motion.shown[blink], minf(part, 1.0), "weight after %s of a frame" % part, 0.01)
		near(motion.shown[lid], 1.0 - minf(part, 1.0), "lid after %s of a frame" % part, 0.01)


func test_the_senders_clock_goes_round() -> void:
	for n in 100:
		var frame := frame_of({})
		frame.time = posmod(EyebridgeLayout.COUNT_LIMIT - 1000000 + n * 20000, EyebridgeLayout.COUNT_LIMIT)
		motion.arrive(frame, n * 0.02)
	near(motion._span, 0.02, "time between frames", 1e-3)


func test_what_is_shown_is_held_for_half_a_second_and_then_eases_to_neutral() -> void:
	_begin({"eyeBlinkLeft": 1.0, "left_yaw": 20.0, "lid_openness_left": 0.0})
	motion.step(10.499)
	near(motion.shown[blink], 1.0, "held")
	var last := 1.0
	var now := 10.5
	while motion.step(now):
		holds(motion.shown[blink] <= last + 1e-6, "no way back at %.2f" % now)
		holds(last - motion.shown[blink] <= FASTEST * STEP + 1e-4, "no jump at %.2f" % now)
		last = motion.shown[blink]
		now += STEP
	near(now, 11.0, "time of rest", 0.02)
	same(motion.shown, EyebridgeLayout.neutral, "exactly neutral")
	same(motion.step(now + 1.0), false, "and nothing moves any more")


func test_a_sender_that_comes_back_is_met_where_the_face_is() -> void:
	_begin({"eyeBlinkLeft": 1.0})
	motion.step(10.75)
	var shown := motion.shown[blink]
	holds(shown > 0.1 and shown < 0.9, "half way to neutral: %f" % shown)
	motion.arrive(frame_of({"eyeBlinkLeft": 1.0}), 10.75)
	near(motion.shown[blink], shown, "no jump")
	motion.step(10.85)
	near(motion.shown[blink], 1.0, "and there again")
