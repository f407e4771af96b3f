import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.ambient import Ambient, AmbientOptions, EmotionLight
from bridge.channels import EMOTION_NAMES
from bridge.frames import AmbientLight, Vector

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
HARSH = AmbientOptions(
    half_life=0.1,
    neutral=EmotionLight(colour="#ffffff", intensity=1, temperature=1000),
    anger=EmotionLight(colour="#ff0000", intensity=2, temperature=1000),
    surprise=EmotionLight(colour="#ffffff", intensity=2, temperature=20000),
    happiness=EmotionLight(colour="#00ff00", intensity=2, temperature=4000),
    closed_eyes=EmotionLight(colour="#0000ff", intensity=0, temperature=20000),
)
"The worst configuration that can be written."


def sure(emotion: str) -> Vector:
    return np.array([name == emotion for name in EMOTION_NAMES], np.float32)


def settled(emotion: str, options: AmbientOptions | None = None, quality: float = 1.0) -> AmbientLight:
    ambient = Ambient(options or AmbientOptions())
    for i in range(60 * 30):
        light = ambient(sure(emotion), quality, i / 60)
    return light


def encoded(light: AmbientLight) -> str:
    """The light's colour as it would be written in the options."""
    linear = np.array([light.red, light.green, light.blue])
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(c * 255):02x}" for c in srgb)


def quantities(lights: list[AmbientLight]) -> dict[str, np.ndarray]:
    """What may flash, each (n,): as the scene shows it, and for a receiver that uses only colour or only intensity."""
    colour = np.array([[light.red, light.green, light.blue] for light in lights])
    intensity = np.array([light.intensity for light in lights])
    red = np.maximum(colour[:, 0] - colour[:, 1] - colour[:, 2], 0)
    return {
        "luminance": colour @ LUMINANCE * intensity,
        "luminance of the colour": colour @ LUMINANCE,
        "intensity": intensity,
        "red": red * intensity,
        "red of the colour": red,
    }


def swings(values: np.ndarray, size: float) -> int:
    """How many opposing changes of at least `size` the values make, small ripples between them left out."""
    count, direction, low, high = 0, 0, values[0], values[0]
    for value in values:
        low, high = min(low, value), max(high, value)
        if direction >= 0 and high - value >= size:
            count, direction, low, high = count + 1, -1, value, value
        elif direction <= 0 and value - low >= size:
            count, direction, low, high = count + 1, 1, value, value
    return count


def worst_second(times: np.ndarray, values: np.ndarray, size: float) -> int:
    ends = np.searchsorted(times, times + 1.0, side="right")
    return max(swings(values[i : ends[i]], size) for i in range(0, len(times), 3))


def assert_calm(times: np.ndarray, lights: list[AmbientLight]) -> None:
    measured = quantities(lights)
    for name, size, rate in [
        ("luminance", 0.1, 0.3),
        ("luminance of the colour", 0.1, 0.3),
        ("intensity", 0.1, 0.3),
        ("red", 20 / 320, 0.2),
        ("red of the colour", 20 / 320, 0.2),
    ]:
        assert worst_second(times, measured[name], size) <= 3, name
        assert np.all(np.abs(np.diff(measured[name])) <= rate * np.minimum(np.diff(times), 0.1) + 1e-9), name
    assert worst_second(times, measured["luminance"], 1e-9) <= 3, "even the smallest swings"


def test_every_emotion_brings_its_own_light() -> None:
    options = AmbientOptions()
    for emotion in EMOTION_NAMES:
        light, wanted = settled(emotion), getattr(options, emotion)
        assert encoded(light) == wanted.colour
        assert light.intensity == pytest.approx(wanted.intensity, abs=0.01)
        assert light.temperature == pytest.approx(wanted.temperature, rel=0.01)


def test_it_starts_neutral_and_moves_by_half_lives_at_any_frame_rate() -> None:
    def after(rate: int) -> AmbientLight:
        ambient = Ambient(AmbientOptions(half_life=10))
        first = ambient(sure("happiness"), 1.0, 5.0)
        assert (encoded(first), first.intensity) == ("#fff1e0", 1)
        for i in range(1, 10 * rate + 1):
            light = ambient(sure("happiness"), 1.0, 5.0 + i / rate)
        return light

    assert after(30).intensity == pytest.approx(1.1)
    assert after(120).blue == pytest.approx(after(30).blue, abs=1e-3)


def test_colours_mix_in_a_perceptual_space() -> None:
    options = AmbientOptions(
        neutral=EmotionLight(colour="#ffffff", intensity=1, temperature=4000),
        closed_eyes=EmotionLight(colour="#000000", intensity=1, temperature=4000),
        strength=0.5,
    )
    light = settled("closed_eyes", options)
    # half of Oklab's lightness is 0.5 ** 3 of linear light, where mixing light itself would leave 0.5
    assert [light.red, light.green, light.blue] == pytest.approx([0.125] * 3, abs=2e-3)


def test_without_strength_or_without_an_eye_the_light_is_neutral() -> None:
    assert encoded(settled("anger", AmbientOptions(strength=0))) == "#fff1e0"
    assert encoded(settled("anger", quality=0.0)) == "#fff1e0"
    ambient, emotions = Ambient(AmbientOptions()), np.full(5, np.nan, np.float32)
    assert ambient(emotions, 0.0, 0.0) == ambient(emotions, 0.0, 1.0)


@pytest.mark.parametrize("hertz", [0.3, 1, 2, 3, 5, 10, 30, 60])
@pytest.mark.parametrize("pair", [("neutral", "closed_eyes"), ("anger", "happiness"), ("anger", "surprise")])
def test_no_square_wave_makes_it_flash(hertz: float, pair: tuple[str, str]) -> None:
    ambient, times = Ambient(HARSH), np.arange(480) / 120
    lights = [ambient(sure(pair[int(2 * hertz * t + 1) % 2]), 1.0, t) for t in times]
    assert_calm(times, lights)
    if hertz <= 1:
        assert np.ptp(quantities(lights)["luminance"]) > 0.1, "calm, but not dead"


distributions = st.lists(st.floats(0, 1), min_size=5, max_size=5).map(
    lambda w: np.array(w, np.float32) / max(sum(w), 1e-6) if sum(w) > 1e-3 else sure("neutral")
)
inputs = st.one_of(st.sampled_from(EMOTION_NAMES).map(sure), distributions)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(inputs, st.sampled_from([0.0, 0.2, 1.0]), st.floats(0, 0.6)), min_size=2, max_size=60),
    st.integers(1, 6),
    st.lists(st.floats(0, 1), min_size=1, max_size=4),
)
def test_nothing_that_comes_in_makes_it_flash(
    frames: list[tuple[Vector, float, float]], repeats: int, strengths: list[float]
) -> None:
    """Any distributions, qualities and frame times, over and over, while someone plays with the strength slider."""
    ambient, time, times, lights = Ambient(HARSH), 0.0, [], []
    for i, (emotions, quality, dt) in enumerate(frames * repeats):
        if i % 7 == 6:
            strength = strengths[(i // 7) % len(strengths)]
            ambient = ambient.with_options(HARSH.model_copy(update={"strength": strength}))
        time += dt
        times.append(time)
        lights.append(ambient(emotions, quality, time))
    assert_calm(np.array(times), lights)


def test_the_test_itself_sees_flashes() -> None:
    times = np.arange(120) / 60
    for hertz, seen in [(1, 2), (4, 8)]:
        flashing = (np.floor(2 * hertz * times + 1e-9) % 2) * 0.11
        assert worst_second(times, flashing, 0.1) == pytest.approx(seen, abs=1)
        assert worst_second(times, flashing, 0.12) == 0


def test_time_that_runs_back_neither_jumps_nor_freezes_the_light() -> None:
    ambient = Ambient(AmbientOptions())
    for i in range(600):
        before = ambient(sure("surprise"), 1.0, 100 + i / 60)
    assert ambient(sure("closed_eyes"), 1.0, 0.0) == before
    for i in range(600):
        after = ambient(sure("closed_eyes"), 1.0, i / 60)
    assert after.intensity < 0.5


def test_gaze_steers_the_light_only_where_it_is_asked_to() -> None:
    def shone(gaze: float, agreement: float) -> AmbientLight:
        ambient = Ambient(AmbientOptions(gaze=gaze))
        return [ambient(sure("anger"), 1.0, n / 60, agreement) for n in range(1800)][-1]

    angry = shone(0.0, 1.0)
    assert shone(0.0, -1.0) == shone(1.0, 1.0) == shone(1.0, math.nan) == angry
    assert shone(1.0, -1.0).green > shone(0.5, -1.0).green > angry.green
    assert encoded(shone(1.0, -1.0)) == AmbientOptions().neutral.colour


@pytest.mark.parametrize("hertz", [0.5, 3, 10, 60])
def test_eyes_that_dart_to_and_fro_do_not_make_it_flash(hertz: float) -> None:
    ambient, times = Ambient(HARSH.model_copy(update={"gaze": 1.0})), np.arange(480) / 120
    assert_calm(times, [ambient(sure("anger"), 1.0, t, [-1.0, 1.0][int(2 * hertz * t) % 2]) for t in times])
