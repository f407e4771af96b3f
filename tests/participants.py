"""A participant who does what is asked: the bundled rendered person, its frames in the order of a sitting."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from bridge import shipped
from bridge.collection import EXPRESSIONS, PaceOptions, Sitting
from bridge.exercises import Exercise
from bridge.frames import EyeFrame
from bridge.recording import RecordingReader, RecordingWriter
from bridge.truth import read_truth

RATE = 10.0
PACE = PaceOptions(fit=0.5, practice=0.5, hold=1.0)
PACE_FLAGS = ("--pace.fit", "0.5", "--pace.practice", "0.5", "--pace.hold", "1.0")


def write_participant(path: Path, sessions: int = 2) -> dict[int, str]:
    """A recording in which every prompt is obeyed; what each frame was asked to show, for the frames of a hold."""
    asked: dict[int, str] = {}
    with RecordingReader(shipped.demo_recording()) as reader, RecordingWriter(path, rate=RATE, quality=90) as writer:
        shown = {exercise.name: _frames(reader, exercise) for exercise in EXPRESSIONS}
        number = 0
        for session in range(1, sessions + 1):
            sitting = Sitting(EXPRESSIONS, session, PACE)
            while (request := sitting.request) is not None:
                writer.write(replace(next(shown[request.exercise.name]), index=number, time=number / RATE))
                if sitting.add(number, number / RATE):
                    asked[number] = request.exercise.name
                number += 1
    return asked


def _frames(reader: RecordingReader, exercise: Exercise) -> Iterator[EyeFrame]:
    """The frames in which the rendered person shows it fully, again and again."""
    truths = read_truth(reader.path).values()
    wanted = (exercise.action_unit, None) if exercise.action_unit else (None, exercise.emotion)
    labels = ((truth.action_unit or None, None if wanted[0] else truth.emotion) for truth in truths)
    rows = [truth.frame for truth, label in zip(truths, labels, strict=True) if label == wanted]
    if exercise.name == "neutral":
        rows = rows[:40]
    return (reader[row] for row in cycle(rows))
