"""Settings: file, flags and sliders come from one model, and what is wrong is said by name."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bridge.config import Config, adjusted, explain, get, paths, read_settings, save_settings, sliders
from bridge.errors import BridgeError
from bridge.sources import MjpegOptions, SerialOptions


def test_every_slider_is_a_setting_within_its_range() -> None:
    config = Config()
    found = sliders(config)
    assert len({slider.path for slider in found}) == len(found) > 10
    for slider in found:
        assert get(config, slider.path) == slider.value
        assert slider.low <= slider.value <= slider.high, slider.path
        assert slider.help, slider.path
        for end in (slider.low, slider.high):
            assert get(adjusted(config, slider.path, end), slider.path) == end


def test_a_slider_moves_nothing_else() -> None:
    before = Config()
    after = adjusted(before, "mapping.gains.brows", 1.7)
    assert adjusted(after, "mapping.gains.brows", 1.0) == before
    assert after != before


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("network.threads", 2.0, "cannot be changed while eyebridge runs"),
        ("no.such.thing", 1.0, "cannot be changed while eyebridge runs"),
        ("mapping.gains.brows", 5.0, "goes from 0 to 2, not 5"),
    ],
)
def test_what_is_no_slider_is_refused(path: str, value: float, sentence: str) -> None:
    with pytest.raises(BridgeError, match=sentence):
        adjusted(Config(), path, value)


def test_saving_keeps_a_persons_own_words_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("# my lamp\n[ambient]\nstrength = 0.4  # less\n\n[network]\nthreads = 2\n", "utf-8")
    config = Config.model_validate(read_settings(path))
    save_settings(adjusted(config, "smoothing.gaze.beta", 0.5), path)
    text = path.read_text("utf-8")
    assert "# my lamp" in text
    assert "# less" in text
    again = Config.model_validate(read_settings(path))
    assert again == adjusted(config, "smoothing.gaze.beta", 0.5)


def test_a_setting_put_back_to_its_default_is_stored_as_that(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    save_settings(adjusted(Config(), "ambient.strength", 0.5), path)
    save_settings(Config(), path)
    assert Config.model_validate(read_settings(path)) == Config()


@pytest.mark.parametrize(
    "broken", ["[ambient\n", "a = " + 5000 * "[", "a = " + 5000 * "{a=", "a = " + 5000 * "9"], ids=lambda text: text[:6]
)
def test_a_broken_file_is_said_and_left_alone(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(broken)
    with pytest.raises(BridgeError, match="is not valid TOML"):
        save_settings(Config(), path)
    assert path.read_text() == broken
    with pytest.raises(BridgeError, match="cannot read the settings file"):
        read_settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"smoothing": {"gaze": {"bta": 1}}},
            "there is no setting smoothing.gaze.bta; did you mean smoothing.gaze.beta?",
        ),
        ({"smothing": {}}, "there is no setting smothing; did you mean smoothing?"),
        ({"ambient": {"strength": 3}}, "ambient.strength = 3 will not do: it should be less than or equal to 1"),
        ({"rectification": {"left": {"crop": (0.9, 0, 0.5, 1)}}}, "crop must lie inside the picture"),
    ],
)
def test_what_is_wrong_is_said_by_name(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Config.model_validate(settings)
    assert sentence in explain(caught.value, Config)


def test_cameras_of_the_settings_may_be_written_as_they_are_typed(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        '[cameras]\nleft = "http://192.168.1.20/"\nright = { kind = "serial", port = "COM3", swap = true }\n'
    )
    config = Config.model_validate(read_settings(path))
    assert config.cameras.left == MjpegOptions(url="http://192.168.1.20/")
    assert config.cameras.right == SerialOptions(port="COM3", swap=True)
    save_settings(adjusted(config, "smoothing.gaze.beta", 0.5), path)
    assert Config.model_validate(read_settings(path)) == adjusted(config, "smoothing.gaze.beta", 0.5)
    with pytest.raises(ValidationError) as caught:
        Config.model_validate({"cameras": {"left": "eyes.mp4"}})
    assert "cameras.left = 'eyes.mp4' will not do: give a camera index" in explain(caught.value, Config)


def test_paths_lists_leaves_and_tables() -> None:
    assert {"smoothing", "smoothing.gaze", "smoothing.gaze.beta"} <= set(paths(Config))
