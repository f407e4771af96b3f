"""One page to judge annotated faces by: frames with the fitted face over them, and a box to drop what is wrong.

The page saves `review.json`, {"drop": [names of clips]}; laid beside the clips, it keeps training from using them.
"""

import base64
import html
import json
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.face.model import FaceModel
from bridge.files import write_atomically
from models.deepexp.batch import BatchFit, Solution
from models.deepexp.clips import DROPPED, Clip

_SHOWN: Final = 6
"Frames of each clip."
_PAGE: Final = """<!doctype html>
<meta charset="utf-8">
<title>Annotated faces</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 76em; }}
label {{ display: block; border-top: 1px solid #ccc; padding: .6em 0; }}
img {{ width: 12em; image-rendering: auto; }}
label:has(input:checked) {{ opacity: .35; }}
button {{ position: sticky; top: 1em; font: inherit; padding: .4em 1em; }}
</style>
<h1>Annotated faces</h1>
<p>Green: the landmarks that were found. Red: the fitted face's. Check what is wrong, save, and lay
<code>review.json</code> beside the clips: training leaves them out.</p>
<button onclick="save()">Save review.json</button>
{clips}
<script>
function save() {{
  const drop = [...document.querySelectorAll("input:checked")].map(box => box.value);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify({{drop}}, null, 1)], {{type: "application/json"}}));
  link.download = {name};
  link.click();
}}
</script>
"""
_CLIP: Final = '<label><input type="checkbox" value="{name}"> drop {name}: {words}<br>{pictures}</label>'


def write_review(out: Path, clips: list[Clip], model: FaceModel) -> None:
    """Writes review.html into the folder of some clips."""
    fit = BatchFit(model)
    shown = "\n".join(_shown(clip, fit) for clip in clips)
    write_atomically(out / "review.html", _PAGE.format(clips=shown, name=json.dumps(DROPPED)).encode())


def _shown(clip: Clip, fit: BatchFit) -> str:
    truth, frames = clip.truth, clip.frames()
    solution = Solution(
        truth.identity, truth.weights, truth.scale, truth.rotation, truth.shift, float(clip.about.get("nearness", 0))
    )
    fitted = fit.projected(solution)
    rows = np.unique(np.linspace(0, len(frames) - 1, _SHOWN).round().astype(int))
    pictures = "".join(_picture(frames[row], truth.landmarks[row], fitted[row]) for row in rows)
    words = f"identity {float(clip.about.get('identity', 0)):.1f}, error {float(clip.about.get('error', 0)):.1%}"
    return _CLIP.format(name=html.escape(clip.path.name, quote=True), words=words, pictures=pictures)


def _picture(frame: NDArray[np.uint8], found: NDArray[np.float64], fitted: NDArray[np.float64]) -> str:
    image = cv2.resize(frame[..., ::-1], None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    for points, colour in ((found, (60, 200, 60)), (fitted, (60, 60, 230))):
        for x, y in points * 2:
            cv2.circle(image, (round(x), round(y)), 1, colour, -1, cv2.LINE_AA)
    data = base64.b64encode(cv2.imencode(".jpg", image)[1].tobytes()).decode()
    return f'<img src="data:image/jpeg;base64,{data}">'
