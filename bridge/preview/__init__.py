"""The preview: a small server and the built page that shows avatar, light and everything the network says."""

from bridge.preview.cameras import CameraView
from bridge.preview.feed import Slider, Status, TargetState
from bridge.preview.guidance import Guidance
from bridge.preview.server import Preview, PreviewOptions

__all__ = ["CameraView", "Guidance", "Preview", "PreviewOptions", "Slider", "Status", "TargetState"]
