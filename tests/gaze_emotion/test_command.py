"""The whole command on small sets whose answer is known."""

import csv
import html
import re
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from bridge.errors import BridgeError
from models.gaze_emotion.__main__ import main
from models.gaze_emotion.pseudo import CHUNK, GazeNetwork
from tests.gaze_emotion.fake import colour_of, face_detector, gaze_network, write_picture, write_raf_db

AWAY, DIRECT = (0.1, 0.8), (0.1, -0.1)


class Page(HTMLParser):
    """What a browser would fetch, and whether every element that must be closed is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        assert tag not in ("script", "link", "iframe", "object", "base")
        assert not [name for name in given if name.startswith("on")]
        for name in ("src", "href", "xlink:href", "data"):
            if not given.get(name, "#").startswith(("#", "data:")):
                self.fetched.append(given[name])

    def handle_data(self, data: str) -> None:
        self.words += data + " "


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def run(images: Path, out: Path, *more: str) -> int:
    network = gaze_network(out.parent / "gaze.onnx")
    given = [str(images), "--gaze", str(network), "--out", str(out), "--work", str(out.parent / "work"), *more]
    return main(given)


CHUNKS = 5
"Enough that a busy machine cannot be through with all of them before it is stopped."


def test_raf_db_from_pictures_to_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    people = []
    for emotion, away in ((6, 0.2), (3, 0.8), (4, 0.3), (5, 0.3)):  # disgust looks away, anger does not
        people += [(emotion, AWAY if n < 40 * away else DIRECT, 1.0 if rng.random() < 0.7 else 1.4) for n in range(40)]
    assert run(write_raf_db(tmp_path / "basic", people), tmp_path / "report.html") == 0
    rows = read(tmp_path / "report.csv")
    assert len(rows) == 160
    assert float(rows[0]["yaw_degrees"]) == pytest.approx(np.degrees(0.8), abs=0.5)
    assert (rows[0]["emotion"], rows[0]["gaze"], rows[39]["gaze"]) == ("anger", "averted", "direct")
    assert not read(tmp_path / "report.troubles.csv")

    text = (tmp_path / "report.html").read_text("utf-8")
    page = Page(text)
    assert not page.fetched
    assert "default-src 'none'" in text
    table = re.findall(r"<tr><td>([^<]+)<td class=n>(\d+)<td class=n><b>([+-][\d.]+)", text)
    assert [words for words, *_ in table[:4]] == [words for words, *_ in table[4:]]
    kinds, emotions = np.array([emotion for emotion, *_ in people]), np.array([gaze == AWAY for _, gaze, _ in people])
    forward = np.array([turned == 1.0 for *_, turned in people])
    pair = np.isin(kinds, (6, 3))
    for row, chosen in ((table[2], pair), (table[6], pair & forward)):
        assert int(row[1]) == chosen.sum()
        assert float(row[2]) == pytest.approx(np.corrcoef(kinds[chosen] == 3, emotions[chosen])[0, 1], abs=1e-4)
    assert float(table[0][2]) == pytest.approx(np.corrcoef(kinds, emotions)[0, 1], abs=1e-4)
    assert all(number in page.words for number in ("0.0116", "0.1039", "0.0207", "0.1321", "0.3399", "0.1118"))
    assert text.count("<svg") == 6


def test_bad_input_is_listed_and_counted(tmp_path: Path) -> None:
    """Every kind of trouble at once; none stops the run, none is lost."""
    images = tmp_path / "images"
    for number in range(6):
        write_picture(images / f"happy/{number}.png", AWAY if number % 2 else DIRECT, number)
        write_picture(images / f"sad/{number}.png", DIRECT if number % 2 else AWAY, 10 + number)
    (images / "happy/twin.png").write_bytes((images / "happy/0.png").read_bytes())
    (images / "sad/both.png").write_bytes((images / "happy/1.png").read_bytes())
    (images / "happy/cut.png").write_bytes((images / "happy/2.png").read_bytes()[:60])
    (images / "happy/empty.jpg").touch()
    (images / "happy/<b>&.png").write_bytes(b"GIF89a")
    head = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (60000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    (images / "sad/huge.png").write_bytes(head + b"\0" * 40)
    write_picture(images / "bored/x.png", DIRECT)
    assert run(images, tmp_path / "report.html") == 0
    troubles = {
        (row["kind"], row["name"]) for row in read(tmp_path / "report.troubles.csv") if row["kind"] != "no points"
    }
    assert troubles == {
        ("copy", "happy/twin.png"),
        ("labelled twice", "happy/1.png"),
        ("labelled twice", "sad/both.png"),
        ("broken", "happy/cut.png"),
        ("broken", "happy/empty.jpg"),
        ("broken", "happy/<b>&.png"),
        ("broken", "sad/huge.png"),
        ("unknown class", "bored/x.png"),
    }
    counting = {row["picture"] for row in read(tmp_path / "report.csv")}
    there = {path.relative_to(images).as_posix() for path in images.rglob("*") if path.is_file()}
    assert counting | {name for _, name in troubles} == there
    assert not counting & {name for _, name in troubles}
    text = (tmp_path / "report.html").read_text("utf-8")
    assert html.escape("happy/<b>&.png") in text
    assert "<b>&" not in text
    assert "<b>4</b> cannot be read" in text


def test_one_class_and_nobody_turned_forward(tmp_path: Path) -> None:
    for number in range(3):
        write_picture(tmp_path / f"images/fear/{number}.png", DIRECT, number)
    assert run(tmp_path / "images", tmp_path / "report.html") == 0
    words = Page((tmp_path / "report.html").read_text("utf-8")).words
    assert "cannot say" in words
    assert words.count("only one kind of emotion, or of gaze") == 2  # the lines that fear is in
    assert "nan" not in words.lower()
    (tmp_path / "broken/joy").mkdir(parents=True)
    (tmp_path / "broken/joy/1.png").write_bytes(b"")
    assert run(tmp_path / "broken", tmp_path / "none.html") == 0  # not one picture counts, and the page says so
    assert "0 pictures that count" in " ".join(Page((tmp_path / "none.html").read_text("utf-8")).words.split())


def test_faces_are_found_by_the_users_detector(tmp_path: Path) -> None:
    detector = face_detector(tmp_path / "yunet.onnx")
    images = tmp_path / "images/anger"
    images.mkdir(parents=True)
    for name, places in (("none", []), ("one", [(64, 64)]), ("two", [(64, 64), (192, 160)])):
        picture = np.full((256, 256, 3), colour_of(0.3, -0.2), np.uint8)
        for x, y in places:
            picture[y : y + 32, x : x + 32] = 255
        cv2.imwrite(str(images / f"{name}.png"), picture)
    assert run(tmp_path / "images", tmp_path / "report.html", "--detector", str(detector)) == 0
    troubles = [(row["kind"], row["name"]) for row in read(tmp_path / "report.troubles.csv")]
    assert troubles == [("no face", "anger/none.png"), ("several faces", "anger/two.png")]
    rows = read(tmp_path / "report.csv")
    assert [float(row["turned"]) for row in rows] == pytest.approx([1.0, 1.0], abs=1e-3)
    # what the gaze network saw was the bright face that was cut out, not the picture around it
    assert float(rows[0]["pitch_degrees"]) > np.degrees(0.3) + 10


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    """A real process, stopped by Ctrl-C when its first chunk is there; the next one does only the rest."""
    for number in range(CHUNKS * CHUNK):
        write_picture(tmp_path / f"images/{'happy' if number % 2 else 'fear'}/{number:04d}.png", DIRECT, number, 300)
    network = gaze_network(tmp_path / "gaze.onnx", size=224)
    work, out = tmp_path / "work", tmp_path / "report.html"
    given = [str(tmp_path / "images"), "--gaze", str(network), "--out", str(out), "--work", str(work)]
    if sys.platform != "win32":  # there a console's Ctrl-C cannot be sent to one process
        child = subprocess.Popen(
            [sys.executable, "-m", "models.gaze_emotion", *given],
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background ignores it
        )
        until = time.monotonic() + 180
        while not list(work.glob("*.json")) and child.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=60)
        assert child.returncode == 130, said
        assert "goes on from here" in said
        assert not out.exists()
        assert 1 <= len(list(work.glob("*.json"))) < CHUNKS
    before = {path: path.stat().st_mtime_ns for path in work.glob("*.json")}
    assert main(given) == 0
    after = {path: path.stat().st_mtime_ns for path in work.glob("*.json")}
    assert len(after) == CHUNKS
    assert before.items() <= after.items()
    assert len(read(out.with_suffix(".csv"))) == CHUNKS * CHUNK
    next(iter(after)).write_text("{half of it")  # as a disk that lost power might leave it
    gaze_network(network, size=32)  # another network: nothing of the first one's is its own
    assert main(given) == 0
    assert len(list(work.glob("*.json"))) == 2 * CHUNKS


def test_two_processes_say_the_same_as_one(tmp_path: Path) -> None:
    for number in range(2 * CHUNK + 3):
        write_picture(tmp_path / f"images/{1 + number % 7}/{number:04d}.png", (number / 400, 0.2), number)
    found = []
    for name, more in (("one", []), ("two", ["--workers", "2"])):
        (tmp_path / name).mkdir()
        assert run(tmp_path / "images", tmp_path / name / "report.html", *more) == 0
        found.append((tmp_path / name / "report.csv").read_text())
    assert found[0] == found[1]


def test_networks_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "images/happy/1.png", DIRECT)
    with pytest.raises(BridgeError, match="cannot read the gaze network"):
        GazeNetwork(tmp_path / "none.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    with pytest.raises(BridgeError, match="no ONNX network"):
        GazeNetwork(tmp_path / "broken.onnx")
    with pytest.raises(BridgeError, match="not \\(N, 2\\)"):
        GazeNetwork(gaze_network(tmp_path / "three.onnx", answers=3))
    with pytest.raises(BridgeError, match="does not take faces"):
        GazeNetwork(Path(__file__).parents[2] / "models/weights/eyenet.onnx")
    assert main([str(tmp_path / "images"), "--gaze", str(tmp_path / "broken.onnx"), "--work", str(tmp_path / "w")]) == 2
    assert run(tmp_path / "images", tmp_path / "report.html", "--forward", "nan") == 2
