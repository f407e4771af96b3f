import numpy as np
import pytest

from bridge.blinks import Blink, BlinkDetector, BlinkOptions, find_blinks
from bridge.channels import ACTION_UNIT_NAMES, CHANNEL_NAMES, CHANNELS, EMOTION_NAMES
from bridge.frames import Expression

NAN = float("nan")
RATES = [10, 30, 60, 120]


def lids(left: float, right: float) -> Expression:
    channels = np.array([channel.neutral for channel in CHANNELS], np.float32)
    channels[CHANNEL_NAMES.index("lid_openness_left")] = left
    channels[CHANNEL_NAMES.index("lid_openness_right")] = right
    action_units, emotions = (np.eye(len(names), dtype=np.float32)[0] for names in (ACTION_UNIT_NAMES, EMOTION_NAMES))
    return Expression(action_units, emotions, channels)


def trace(rate: int, seconds: float, level: float = 1.0, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    times = np.arange(round(seconds * rate)) / rate
    return times, level + np.random.default_rng(1).normal(0, 1, len(times)) * noise


def between(times: np.ndarray, start: float, end: float) -> np.ndarray:
    return (times >= start - 1e-9) & (times < end - 1e-9)


def live(times: np.ndarray, left: np.ndarray, right: np.ndarray | None = None) -> np.ndarray:
    detector = BlinkDetector(BlinkOptions())
    pairs = zip(times, left, left if right is None else right, strict=True)
    return np.array([detector(lids(a, b), t) for t, a, b in pairs])


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("level", [1.0, 0.6, 0.4])
def test_blinks_are_found_at_any_frame_rate_and_any_open_level(rate: int, level: float) -> None:
    times, openness = trace(rate, 20, level, noise=0.03 * level)
    shut = between(times, 4, 4.1) | between(times, 9, 9.3) | between(times, 15, 15.1)
    openness[shut] *= 0.1
    np.testing.assert_array_equal(live(times, openness), shut)
    found = find_blinks(times, openness)
    assert [round(blink.start, 6) for blink in found] == [4, 9, 15]
    assert all(0.8 < blink.depth < 1 for blink in found)
    assert found[1].end == pytest.approx(9.3 - 1 / rate)


@pytest.mark.parametrize("rate", RATES)
def test_looking_down_a_slow_droop_and_noise_are_no_blinks(rate: int) -> None:
    times, openness = trace(rate, 30, noise=0.03)
    openness[between(times, 5, 9)] -= 0.3
    openness -= np.interp(times, [12, 22], [0, 0.5])
    assert not live(times, openness).any()
    assert find_blinks(times, openness) == []


@pytest.mark.parametrize("rate", RATES)
def test_a_lid_that_sinks_slowly_must_sink_further_than_one_that_falls(rate: int) -> None:
    """Eyes that look far aside seem half shut; eyes that fall asleep are shut."""
    for bottom, shuts in ((0.5, False), (0.1, True)):
        times, openness = trace(rate, 8, noise=0.01)
        openness *= np.interp(times, [4, 5], [1, bottom])
        assert live(times, openness).any() == shuts
    openness[between(times, 3, 3.2)] = 0.5
    assert live(times, openness)[between(times, 3, 3.2)].all()


def test_a_blink_out_of_a_lowered_lid_still_counts() -> None:
    times, openness = trace(60, 20)
    openness[times >= 5] = 0.55
    shut = between(times, 15, 15.15)
    openness[shut] = 0.1
    np.testing.assert_array_equal(live(times, openness), shut)
    assert len(find_blinks(times, openness)) == 1


def test_hysteresis_keeps_one_blink_whole() -> None:
    times, openness = trace(60, 10)
    wavering = between(times, 5, 5.4)
    openness[wavering] = np.where(np.arange(wavering.sum()) % 2, 0.62, 0.5)
    np.testing.assert_array_equal(live(times, openness), wavering)
    assert len(find_blinks(times, openness)) == 1


def test_eyes_closed_for_long_stay_shut_until_they_open() -> None:
    times, openness = trace(60, 40, noise=0.02)
    shut = between(times, 10, 30)
    openness[shut] -= 0.95
    np.testing.assert_array_equal(live(times, openness), shut)


def test_a_camera_that_moved_is_not_shut_for_ever() -> None:
    times, openness = trace(10, 120)
    openness[times >= 10] = 0.4
    shut = live(times, openness)
    assert shut[times == 11].all()
    assert not shut[times > 70].any()


def test_a_wink_is_no_blink_but_a_single_seen_eye_can_blink() -> None:
    times, left = trace(60, 10)
    shut = between(times, 5, 5.2)
    left[shut] = 0
    assert not live(times, left, np.ones_like(left)).any()
    np.testing.assert_array_equal(live(times, left, np.full_like(left, NAN)), shut)


def test_an_eye_is_not_judged_while_unseen_or_just_after_it_appears() -> None:
    times, openness = trace(60, 10)
    openness[between(times, 3, 6)] = NAN
    openness[between(times, 6.1, 6.2)] = 0.0
    shut = between(times, 8, 8.1)
    openness[shut] = 0.0
    np.testing.assert_array_equal(live(times, openness), shut)
    assert [blink.start for blink in find_blinks(times, openness)] == [8]
    assert find_blinks(times, np.full_like(openness, NAN)) == []
    assert find_blinks(times[:0], openness[:0]) == []


def test_time_running_backwards_starts_afresh() -> None:
    detector = BlinkDetector(BlinkOptions())
    for i in range(60):
        detector(lids(1, 1), 100 + i / 60)
    assert not detector(lids(0, 0), 0.0)
    assert detector(lids(0, 0), 0.5) is False, "its open level is not known any more"


def test_new_options_keep_the_open_level() -> None:
    detector = BlinkDetector(BlinkOptions())
    for i in range(60):
        assert not detector(lids(0.6, 0.6), i / 60)
    assert not detector(lids(0.4, 0.4), 1.0)
    assert detector.with_options(BlinkOptions(enter=0.75, leave=0.8))(lids(0.4, 0.4), 1.01)


def test_a_found_blink_says_when_and_how_deep() -> None:
    times = np.arange(300) / 30
    openness = np.ones(300)
    openness[150:153] = [0.6, 0.25, 0.65]
    assert find_blinks(times, openness) == [Blink(start=5.0, end=152 / 30, depth=0.75)]


def test_dips_far_shallower_than_the_deepest_are_no_blinks() -> None:
    times = np.arange(0, 12, 1 / 60)
    openness = np.ones_like(times)
    for second, depth in ((3, 0.9), (5, 0.12), (7, 0.3)):
        openness[(times >= second) & (times < second + 0.1)] -= depth
    assert [round(blink.start) for blink in find_blinks(times, openness)] == [3, 7]
    assert [round(blink.start) for blink in find_blinks(times[240:], openness[240:])] == [5, 7], "no deeper one to see"
