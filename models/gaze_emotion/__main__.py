"""How gaze and emotion go together in a set of labelled faces.

    python -m models.gaze_emotion RAF-DB/basic --gaze gaze.onnx
    python -m models.gaze_emotion FACES --gaze gaze.onnx --detector face_detection_yunet_2023mar.onnx

The set is RAF-DB (its folder, or its pictures and --labels) or a folder that holds one folder for each emotion. The
report is one HTML page; beside it lie a table of every picture's gaze (.csv) and one of everything that was left out or
noted (.troubles.csv). A run that was stopped goes on where it was.

No gaze network comes with eyebridge. Train one on ETH-XGaze, MPIIFaceGaze or rendered faces (python -m models.gaze
train, then export), or convert one: models/gaze_emotion/pseudo.py says what it must take and answer.
"""

import argparse
import datetime
import importlib.metadata
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console

from bridge.errors import BridgeError
from bridge.files import write_atomically
from models.command import bar_on, ended
from models.gaze_emotion.emotions import BY_NUMBER
from models.gaze_emotion.points import FORWARD
from models.gaze_emotion.pseudo import Seen, Work, label
from models.gaze_emotion.relations import averted
from models.gaze_emotion.sets import LEFT_OUT, Listing, find
from models.gaze_emotion.study import Study, study_of
from models.listing import counts, table, table_of
from models.spread import Spread, spread_arguments

_console: Final = Console(stderr=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.gaze_emotion", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("images", type=Path, help="RAF-DB's folder 'basic', its pictures, or a folder with one folder a class")
    add("--gaze", type=Path, required=True, help="gaze network, .onnx: faces in, pitch and yaw out")
    add("--labels", type=Path, help="RAF-DB's list_patition_label.txt, where it does not lie in the images' folder")
    add("--annotations", type=Path, help="RAF-DB's folder Annotation/manual with eyes and nose of every picture")
    add("--partition", choices=("test", "train", "all"), default="test", help="of RAF-DB; the paper's: %(default)s")
    add("--detector", type=Path, help="YuNet face detector, .onnx, for sets without annotations")
    add(
        "--forward",
        type=float,
        default=FORWARD,
        help="most by which the eyes' distances to the nose differ (%(default)s)",
    )
    add("--out", type=Path, default=Path("gaze_emotion.html"), help="report to write (%(default)s)")
    add("--work", type=Path, default=Path(".work/gaze_emotion"), help="where pseudo-labels are kept (%(default)s)")
    add("--seed", type=int, default=0, help="of bootstrap and permutations (%(default)s)")
    spread_arguments(add)
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> None:
    """Find, look, count, write. Raises BridgeError for what the user must change."""
    from models.gaze_emotion.report import Setting, report  # matplotlib takes a second

    if not options.forward >= 1:
        raise BridgeError("--forward must be 1 at least: it is how many times farther one eye may be from the nose")
    with _console.status("finding pictures"):
        listing = find(options.images, options.labels, options.annotations, options.partition)
    study = study_of(listing, _seen(listing, options))
    setting = Setting(options.forward, options.detector is not None, options.seed)
    made = {
        "pictures": str(options.images),
        "gaze network": f"{options.gaze.name}, sha256 {Work(options.gaze, None, options.work).fingerprint()[:16]}",
        "face detector": options.detector.name if options.detector else "none",
        "seed": str(options.seed),
        "date": datetime.date.today().isoformat(),
        "eyebridge": importlib.metadata.version("eyebridge"),
    }
    write_atomically(options.out, report(study, setting, made).encode())
    write_atomically(options.out.with_suffix(".csv"), _csv_of_pictures(study))
    write_atomically(options.out.with_suffix(".troubles.csv"), table_of(study.troubles))
    _say(study, options.out)


def _seen(listing: Listing, options: argparse.Namespace) -> dict[str, Seen]:
    work, spread = Work(options.gaze, options.detector, options.work), Spread.of(options)
    seen: dict[str, Seen] = {}
    with bar_on(_console) as bar:
        task = bar.add_task("pictures", total=len(listing.pictures))
        for chunk in label(listing.pictures, work, spread):
            seen |= chunk
            bar.advance(task, len(chunk))
    return seen


def _csv_of_pictures(study: Study) -> bytes:
    head = ["picture", "emotion", "pitch_degrees", "yaw_degrees", "gaze", "turned"]
    away = averted(study.faces.gaze)
    lines = []
    rows = zip(study.pictures, np.degrees(study.faces.gaze), away, study.faces.turned, strict=True)
    for picture, (pitch, yaw), gone, turned in rows:
        kind = "averted" if gone else "direct"
        known = f"{turned:.3f}" if np.isfinite(turned) else ""
        lines.append([picture.name, BY_NUMBER[picture.emotion].name, f"{pitch:.3f}", f"{yaw:.3f}", kind, known])
    return table(head, lines)


def _say(study: Study, out: Path) -> None:
    _console.print(f"{len(study.pictures)} pictures count; {study.looked_at - len(study.pictures)} were left out")
    for kind, listed in counts(study.troubles, LEFT_OUT).items():
        _console.print(f"  {len(listed)} {LEFT_OUT[kind]}", markup=False)
    _console.print(f"wrote {out}", markup=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """2 for what the user must change, 130 when stopped by hand."""
    return ended(lambda: run(_options(arguments)))


if __name__ == "__main__":
    sys.exit(main())
