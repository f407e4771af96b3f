import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.camera_commands import ArrangeEye, SaveHeadset, SeekBoard, WatchCameras
from bridge.control import (
    Adjust,
    CaptureNeutral,
    CenterGaze,
    ForgetNeutral,
    ResetSettings,
    SaveSettings,
    SkipStep,
    StartGuide,
    StartRecording,
    StopGuide,
    StopRecording,
    UndoCalibration,
    parse,
)

ARRANGED = {
    "type": "arrange_eye",
    "eye": "left",
    "left": 0.1,
    "top": 0.2,
    "width": 0.5,
    "height": 0.5,
    "rotation": -12,
    "mirror": False,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["type", "path", "value"]), inner),
)


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ({"type": "capture_neutral"}, CaptureNeutral(5.0)),
        ({"type": "capture_neutral", "seconds": 3}, CaptureNeutral(3.0)),
        ({"type": "forget_neutral"}, ForgetNeutral()),
        ({"type": "start_guide"}, StartGuide()),
        ({"type": "start_guide", "only_gaze": True}, StartGuide(only_gaze=True)),
        ({"type": "center_gaze"}, CenterGaze()),
        ({"type": "skip_step"}, SkipStep()),
        ({"type": "stop_guide"}, StopGuide()),
        ({"type": "undo_calibration"}, UndoCalibration()),
        ({"type": "start_recording"}, StartRecording()),
        ({"type": "stop_recording"}, StopRecording()),
        ({"type": "adjust", "path": "smoothing.gaze.beta", "value": 0.25}, Adjust("smoothing.gaze.beta", 0.25)),
        ({"type": "save_settings"}, SaveSettings()),
        ({"type": "watch_cameras", "on": True}, WatchCameras(True)),
        ({"type": "seek_board", "eye": "right", "columns": 7}, SeekBoard("right", 7, 6)),
        ({"type": "save_headset", "name": "Valve Index"}, SaveHeadset("Valve Index")),
        (ARRANGED, ArrangeEye("left", 0.1, 0.2, 0.5, 0.5, -12.0, False)),
        ({"type": "reset_settings"}, ResetSettings()),
    ],
)
def test_a_message_becomes_its_command(message: object, command: object) -> None:
    assert parse(message) == command


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ([1, 2], "JSON object"),
        ({"path": "a.b"}, "type must be one of capture_neutral, "),
        ({"type": ["adjust"]}, "type must be one of"),
        ({"type": "seek_board", "eye": "right", "columns": 7.5}, "columns must be a whole number"),
        ({"type": "seek_board", "eye": "right", "columns": 10**9}, "columns must be a number"),
        ({"type": "seek_board", "eye": "right", "rows": 2}, "3 to 20"),
        ({"type": "clear_lens", "eye": "../left"}, "left or right"),
        ({"type": "save_headset", "name": "../../eyebridge"}, "name must have letters"),
        (ARRANGED | {"width": 0.95}, "crop must lie inside"),
        (ARRANGED | {"rotation": 181}, "rotation"),
        (ARRANGED | {"eye": "third"}, "left or right"),
        ({"type": "shutdown"}, "type must be one of"),
        ({"type": "save_settings", "path": "/etc/passwd"}, "takes only a type"),
        ({"type": "start_recording", "path": "/etc/cron.d/x"}, "takes only a type"),
        ({"type": "adjust", "path": "smoothing.beta"}, "adjust needs path, value"),
        ({"type": "adjust", "path": "smoothing.beta", "value": "0.5"}, "value must be a number"),
        ({"type": "adjust", "path": "smoothing.beta", "value": True}, "value must be a number"),
        ({"type": "adjust", "path": "smoothing.beta", "value": float("nan")}, "value must be a number"),
        ({"type": "adjust", "path": "smoothing.beta", "value": 10**400}, "value must be a number"),
        ({"type": "adjust", "path": "smoothing.__class__.x\n", "value": 1}, "dotted name"),
        ({"type": "adjust", "path": "Beta", "value": 1}, "dotted name"),
        ({"type": "adjust", "path": 7, "value": 1}, "path must be a text"),
        ({"type": "capture_neutral", "seconds": 1e6}, "between 0.5 and 60"),
    ],
)
def test_anything_else_is_refused_with_the_reason(message: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(message)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_nothing_but_a_value_error_ever_comes_out(message: object) -> None:
    try:
        parse(message)
    except ValueError:
        return
    assert isinstance(message, dict)
