"""Lets people rate eye pictures, as in section 5.1 of Eyemotion (arXiv 1707.07204), and says how well they did.

    python -m models.rate .work/benchmark --rater ALICE             a page opens; keys choose; stop whenever you like
    python -m models.rate .work/benchmark --rater ALICE --neutral   the same with the person's neutral beside it
    python -m models.rate --summary .work/ratings                   accuracy, F1 and kappa

Ratings are kept in one file a rater, after every answer. The page is served to this machine alone.
"""

import argparse
import base64
import json
import secrets
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bridge.channels import ACTION_UNITS
from bridge.errors import BridgeError
from bridge.files import write_atomically
from bridge.frames import Image
from models.clean import removed_rows

COUNT: Final = 350
"Pictures that everybody rates, as in the paper."
CLASSES: Final = len(ACTION_UNITS)
_ENLARGED: Final = 4


@dataclass(frozen=True, slots=True)
class Question:
    """One picture."""

    row: int
    image: Image
    neutral: Image
    label: int


def questions(folder: Path, count: int, seed: int = 1) -> list[Question]:
    """The same pictures for every rater, every class equally often, without those that `models.clean` listed.

    Raises BridgeError when the set is none.
    """
    shards = sorted(folder.glob("shard-*"))
    listed = removed_rows(folder)
    removed = set() if listed is None else set(listed.tolist())
    try:
        labels = [np.load(shard / "labels.npz")["action_unit"] for shard in shards]
        starts = np.cumsum([0, *map(len, labels)])
        places = [
            (s, n, int(unit))
            for s, part in enumerate(labels)
            for n, unit in enumerate(part)
            if unit >= 0 and starts[s] + n not in removed
        ]
        if not places:
            raise BridgeError(f"{folder} holds no labelled pair; give a data set of models.synthetic or models.study")
        rng = np.random.default_rng(seed)
        chosen: list[tuple[int, int, int]] = []
        for unit in range(CLASSES):
            of_class = [place for place in places if place[2] == unit]
            rng.shuffle(of_class)
            chosen += of_class[: -(-count // CLASSES)]
        rng.shuffle(chosen)
        found = []
        for s, n, unit in chosen[:count]:
            images, neutrals = (np.load(shards[s] / f"{name}.npy", mmap_mode="r") for name in ("images", "neutral"))
            session = int(np.load(shards[s] / "labels.npz")["session"][n]) % len(neutrals)
            found.append(Question(int(starts[s]) + n, np.array(images[n]), np.array(neutrals[session]), unit))
    except (OSError, KeyError, ValueError) as error:
        raise BridgeError(f"{folder} is no data set that can be read ({error})") from error
    return found


class Rating:
    """One rater's answers, on disk after each."""

    def __init__(self, file: Path, asked: Sequence[Question], with_neutral: bool) -> None:
        """Goes on where the file ends. Raises BridgeError when it is another set's."""
        self._file, self._asked, self._with_neutral = file, asked, with_neutral
        self.said: list[int] = []
        if file.is_file():
            stored = read_ratings(file)
            if stored.rows != [question.row for question in asked] or stored.with_neutral != with_neutral:
                raise BridgeError(f"{file} holds ratings of other pictures; choose another --rater")
            self.said = stored.said

    @property
    def now(self) -> Question | None:
        """The picture to rate; None when all are."""
        return self._asked[len(self.said)] if len(self.said) < len(self._asked) else None

    def answer(self, unit: int) -> None:
        """Keep an answer. Raises ValueError for what is no class."""
        if not 0 <= unit < CLASSES or self.now is None:
            raise ValueError("not a class")
        self.said.append(unit)
        self._save()

    def undo(self) -> None:
        """Take the last answer back."""
        self.said = self.said[:-1]
        self._save()

    def _save(self) -> None:
        kept = {
            "rows": [question.row for question in self._asked],
            "label": [question.label for question in self._asked],
            "said": self.said,
            "with_neutral": self._with_neutral,
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._file, json.dumps(kept).encode())

    def page_state(self) -> dict[str, Any]:
        """What the page shows."""
        question = self.now
        return {
            "done": len(self.said),
            "count": len(self._asked),
            "classes": [f"{unit.label}" for unit in ACTION_UNITS],
            "image": None if question is None else _png(question.image),
            "neutral": None if question is None or not self._with_neutral else _png(question.neutral),
        }


@dataclass(frozen=True, slots=True)
class Ratings:
    """What a file of ratings holds."""

    rows: list[int]
    label: list[int]
    said: list[int]
    with_neutral: bool


def read_ratings(file: Path) -> Ratings:
    """Raises BridgeError when it is damaged."""
    try:
        stored = json.loads(file.read_text("utf-8"))
        found = Ratings(
            [int(row) for row in stored["rows"]],
            [int(unit) for unit in stored["label"]],
            [int(unit) for unit in stored["said"]],
            bool(stored["with_neutral"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BridgeError(f"the ratings {file} are damaged ({error}); delete the file to rate again") from error
    if len(found.label) != len(found.rows) or len(found.said) > len(found.rows):
        raise BridgeError(f"the ratings {file} are damaged (their lengths differ); delete the file to rate again")
    if any(not 0 <= unit < CLASSES for unit in (*found.label, *found.said)):
        raise BridgeError(f"the ratings {file} name a class that is none; delete the file to rate again")
    return found


def accuracy_and_f1(label: NDArray[np.int64], said: NDArray[np.int64]) -> tuple[float, float]:
    """Accuracy, and F1 averaged over the classes by their support."""
    f1 = []
    for unit in range(CLASSES):
        hits = ((label == unit) & (said == unit)).sum()
        f1.append(2 * hits / max((label == unit).sum() + (said == unit).sum(), 1))
    weight = np.bincount(label, minlength=CLASSES) / len(label)
    return float((label == said).mean()), float(weight @ f1)


def kappa(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Cohen's kappa of two raters of the same pictures: agreement beyond chance."""
    shares = [np.bincount(said, minlength=CLASSES) / len(said) for said in (first, second)]
    chance = float(shares[0] @ shares[1])
    agreed = float((first == second).mean())
    return 1.0 if chance == 1.0 else (agreed - chance) / (1.0 - chance)


def summary(folder: Path) -> str:
    """Every rater's accuracy and F1, and the mean kappa of all pairs of raters, without and with a neutral example."""
    lines = []
    for with_neutral in (False, True):
        files = {file.stem: read_ratings(file) for file in sorted(folder.glob("*.json"))}
        raters = {name: rating for name, rating in files.items() if rating.with_neutral == with_neutral and rating.said}
        lines.append(f"{'with' if with_neutral else 'without'} a neutral example: {len(raters)} raters")
        for name, rating in raters.items():
            said = np.array(rating.said, np.int64)
            accuracy, f1 = accuracy_and_f1(np.array(rating.label[: len(said)], np.int64), said)
            lines.append(f"  {name}: accuracy {accuracy:.1%}, F1 {f1:.2f} on {len(said)} pictures")
        kappas = _kappas(list(raters.values()))
        if kappas:
            lines.append(
                f"  kappa {np.mean(kappas):.2f}, mean of {len(kappas)} pairs of raters (the paper: 0.61, 0.64)"
            )
    return "\n".join(lines)


def _kappas(raters: list[Ratings]) -> list[float]:
    found = []
    for n, first in enumerate(raters):
        for second in raters[n + 1 :]:
            both = min(len(first.said), len(second.said))
            if first.rows[:both] == second.rows[:both]:
                found.append(kappa(np.array(first.said[:both], np.int64), np.array(second.said[:both], np.int64)))
    return found


def _png(image: Image) -> str:
    large = cv2.resize(image, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", large)[1].tobytes()).decode()


_PAGE: Final = """<!doctype html><meta charset="utf-8"><title>Rate eyes</title><style>
body{font:16px system-ui;background:#16181d;color:#e8e6e1;max-width:820px;margin:2em auto;text-align:center}
img{max-width:100%;border-radius:6px;margin:.3em 0}small{color:#9a968c;display:block}
button{font:inherit;color:inherit;background:#262a32;border:0;border-radius:6px;padding:.6em .9em;margin:.2em}
button:hover,button:focus{background:#3a4150}</style>
<h1>Which expression is this?</h1><p id="place"></p><div id="eyes"></div><p id="keys"></p>
<p><small>Keys 0 to 9 answer, Backspace takes the last answer back. The wearer's left eye is on the left.</small></p>
<script>
const post=body=>fetch(location.search,{method:"POST",body:JSON.stringify(body)}).then(r=>r.json()).then(show);
function show(s){place.textContent=s.image?`${s.done+1} of ${s.count}`:"All are rated. Thank you!";
eyes.replaceChildren();keys.replaceChildren();if(!s.image)return;
const add=(url,words)=>{const i=new Image();i.src=url;i.alt=words;const t=document.createElement("small");
t.textContent=words;eyes.append(i,t)};add(s.image,"rate this");if(s.neutral)add(s.neutral,"this person's neutral");
s.classes.forEach((name,n)=>{const b=document.createElement("button");b.textContent=`${n} ${name}`;
b.onclick=()=>post({answer:n});keys.append(b)})}
addEventListener("keydown",e=>{if(e.key>="0"&&e.key<="9")post({answer:+e.key});if(e.key=="Backspace")post({undo:1})});
post({});</script>"""


class Page(HTTPServer):
    """The page of one rater, for this machine and whoever knows the token."""

    def __init__(self, rating: Rating, port: int = 0) -> None:
        self.rating, self.token = rating, secrets.token_urlsafe(12)
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """Address to open."""
        return f"http://127.0.0.1:{self.server_address[1]}/?{self.token}"


class _Handler(BaseHTTPRequestHandler):
    server: Page

    def do_GET(self) -> None:
        self._reply(200, "text/html; charset=utf-8", _PAGE.encode()) if self._allowed() else self._refuse()

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "")
        if not self._allowed() or not size.isdecimal() or int(size) > 200:
            self._refuse()
            return
        try:
            said = json.loads(self.rfile.read(int(size)))
            if "answer" in said:
                self.server.rating.answer(int(said["answer"]))
            elif "undo" in said:
                self.server.rating.undo()
        except (ValueError, TypeError):
            self._refuse()
            return
        self._reply(200, "application/json", json.dumps(self.server.rating.page_state()).encode())

    def _allowed(self) -> bool:
        host = f"127.0.0.1:{self.server.server_address[1]}"
        return self.headers.get("Host") == host and self.path == f"/?{self.server.token}"

    def _refuse(self) -> None:
        self._reply(403, "text/plain", b"open the address that models.rate printed")

    def _reply(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", help="data set of pairs, such as the rendered benchmark")
    parser.add_argument("--rater", default="", help="name of who rates")
    parser.add_argument("--neutral", action="store_true", help="show the person's neutral beside each picture")
    parser.add_argument("--count", type=int, default=COUNT, help="pictures (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path(".work/ratings"), help="folder of the ratings (%(default)s)")
    parser.add_argument("--summary", type=Path, metavar="FOLDER", help="say how well the raters in this folder did")
    options = parser.parse_args()
    try:
        if options.summary is not None:
            print(summary(options.summary))
            return
        if options.data is None or not options.rater.isidentifier():
            raise BridgeError("give a data set and --rater NAME (letters and digits), or --summary FOLDER")
        file = options.out / f"{options.rater}{'-neutral' if options.neutral else ''}.json"
        page = Page(Rating(file, questions(options.data, options.count), options.neutral))
        print(f"rate at {page.url}; Ctrl-C stops, and the same command goes on from there")
        webbrowser.open(page.url)
        page.serve_forever()
    except BridgeError as error:
        raise SystemExit(f"models.rate: {error}") from error
    except KeyboardInterrupt:
        print("stopped; answers are kept")


if __name__ == "__main__":
    main()
