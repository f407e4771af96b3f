"""The study of stress on recordings whose answer is known."""

from pathlib import Path

import numpy as np
import pytest

from bridge.errors import BridgeError
from bridge.face.stress import NAMES, StressChannel, StressOptions
from models.emotion.features import Reading
from models.spread import Spread
from models.stress.recordings import PHASES, Listing, find_recordings, read_tasks
from models.stress.report import report
from models.stress.study import Frames, Score, final, frames_of, repeated, scores

TASKS = """task,phase,stress
1.1,social exposure,0
2.1,emotional recall,0
2.2,emotional recall,1
3.1,stressful images,0
3.2,stressful images,1
3.3,stressful images,1
4.1,stressful videos,0
4.2,stressful videos,1
"""
PEOPLE, FRAMES = 10, 6


def write_set(folder: Path, people: int = PEOPLE) -> Path:
    (folder / "tasks.csv").write_text(TASKS)
    for person in range(people):
        (folder / f"S{person:02d}").mkdir()
        for task in ("1.1", "2.1", "2.2", "3.1", "3.2", "3.3", "4.1", "4.2"):
            (folder / f"S{person:02d}/{task}.mp4").touch()
    return folder


def read(listing: Listing, effect: float, seed: int = 0) -> dict[str, list[Reading]]:
    """Faces of people who differ from each other, and by `effect` under stress."""
    rng = np.random.default_rng(seed)
    own = {one.person: rng.normal(0, 1, 28) for one in listing.recordings}
    direction = rng.normal(0, 1, 28)
    return {
        one.name: [
            Reading(faces=1, coefficients=tuple(own[one.person] + effect * one.task.stress * direction + noise))
            for noise in rng.normal(0, 0.5, (FRAMES, 28))
        ]
        for one in listing.recordings
    }


def studied(frames: Frames, folder: Path, repeats: int = 2) -> list[Score]:
    found = {(phase, repeat): said for phase, repeat, said in repeated(frames, repeats, 2, folder, Spread())}
    return scores(frames, found)


def test_what_is_there_is_found_and_noise_is_chance(tmp_path: Path) -> None:
    listing = find_recordings(write_set(tmp_path))
    assert {trouble.kind for trouble in listing.troubles} == {"speech"}
    clear = studied(frames_of(listing, read(listing, 2.0)), tmp_path / "work")
    noise = studied(frames_of(listing, read(listing, 0.0)), tmp_path / "work")
    assert [score.phase for score in clear] == [score.phase for score in noise] == list(PHASES)
    for score in clear:
        assert score.accuracy.min() > 0.95
        assert score.people == PEOPLE
    for score in noise:
        assert 0.3 < score.recall.mean() < 0.7
    assert noise[1].frequent == pytest.approx(2 / 3)  # two of its three tasks are stressful
    assert np.mean([score.recall.mean() for score in noise]) == pytest.approx(0.5, abs=0.1)
    assert not noise[0].accuracy[0] == noise[0].accuracy[1] == clear[0].accuracy[0]


def test_the_report_says_both(tmp_path: Path) -> None:
    listing = find_recordings(write_set(tmp_path))
    readings = read(listing, 2.0)
    readings["S00/4.1.mp4"] = [Reading("no face")] * FRAMES
    readings["S01/4.1.mp4"] = [Reading("broken", "it has no frames")]
    readings["S02/4.1.mp4"][0] = Reading("no face")
    frames = frames_of(listing, readings)
    assert frames.recordings == 7 * PEOPLE - 2
    assert {(one.kind, one.name) for one in frames.troubles if one.kind != "speech"} == {
        ("no face", "S00/4.1.mp4"),
        ("broken", "S01/4.1.mp4"),
        ("faceless frames", "S02/4.1.mp4"),
    }
    scored = studied(frames, tmp_path / "work", 1)
    page = report(frames, scored, 2, {"seed": "0"})
    for number in ("86.70", "88.42", "88.83", "87.98", "82.99", "92.60", f"{100 * scored[0].accuracy.mean():.2f}"):
        assert number in page
    assert "no diagnosis" in page
    machines = final(frames, 2, "a basis", "made by a test")
    channel = StressChannel(machines, StressOptions(half_life=1))
    assert machines.names == NAMES
    stressed = frames.features[frames.stress == 1]
    assert np.mean([channel(face, number / 10) for number, face in enumerate(stressed)][60:]) > 0.8


def test_an_answer_is_kept(tmp_path: Path) -> None:
    listing = find_recordings(write_set(tmp_path, 4))
    frames = frames_of(listing, read(listing, 2.0))
    first = list(repeated(frames, 1, 1, tmp_path / "work", Spread()))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()}
    assert sorted(repeated(frames, 1, 1, tmp_path / "work", Spread())) == sorted(first)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()} == before


def test_all_that_can_be_wrong_with_a_set(tmp_path: Path) -> None:
    write_set(tmp_path, 2)
    (tmp_path / "S00/2.2.mp4").unlink()
    (tmp_path / "S00/2.1").mkdir()  # and 2.1.mp4
    (tmp_path / "S01/9.9.avi").touch()
    (tmp_path / "S01/notes.txt").touch()
    listing = find_recordings(tmp_path)
    assert {(one.kind, one.name) for one in listing.troubles if one.kind != "speech"} == {
        ("missing", "S00/2.2"),
        ("two recordings", "S00/2.1.mp4"),
        ("no task", "S01/9.9.avi"),
        ("no recording", "S01/notes.txt"),
    }
    with pytest.raises(BridgeError, match="there is no folder"):
        find_recordings(tmp_path / "none")
    with pytest.raises(BridgeError, match=r"write one line for each task: 2\.1"):
        find_recordings(tmp_path / "S00")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2.3,recall,1", "a phase of"),
        ("2.3,emotional recall,yes", "stress 0 or 1"),
        ("2.3", "task,phase,stress"),
        ("2.2,emotional recall,0", "twice and differs"),
    ],
)
def test_a_wrong_list_of_tasks_is_one_sentence(line: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "tasks.csv").write_text(f"{TASKS}{line}\n")
    with pytest.raises(BridgeError, match=words) as refused:
        read_tasks(tmp_path / "tasks.csv")
    assert "\n" not in str(refused.value)


def test_a_phase_without_anything_to_compare(tmp_path: Path) -> None:
    (tmp_path / "tasks.csv").write_text("2.2,emotional recall,1\n")
    with pytest.raises(BridgeError, match="needs a task with stress and one without"):
        read_tasks(tmp_path / "tasks.csv")
