"""Two real processes with gloo, started by torchrun, learn what one does."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from models.study.methods import PRESETS
from models.study.runs import Task, answers_of
from tests.study.fake import write_benchmark

SCRIPT = """
import sys
from models.study.methods import PRESETS
from models.study.runs import Task, run
run(sys.argv[1], sys.argv[2], PRESETS["tiny"], Task("eyemotion", "emotion", 0))
"""


def test_two_processes_share_the_batches_and_agree(tmp_path: Path) -> None:
    write_benchmark(tmp_path / "data", people=6)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.getcwd()}
    found = []
    for processes in (1, 2):
        work = tmp_path / str(processes)
        work.mkdir()
        command = [sys.executable, "-m", "torch.distributed.run", f"--nproc-per-node={processes}", "--standalone"]
        command += [str(script), str(tmp_path / "data"), str(work)]
        subprocess.run(command, check=True, timeout=300, env=environment, capture_output=True)
        found.append(answers_of(work, Task("eyemotion", "emotion", 0)))
    one, two = found
    np.testing.assert_array_equal(one.label, two.label)
    assert one.probabilities.shape == two.probabilities.shape
    # Batch statistics and augmentation differ from process to process, the weights must not run away.
    assert np.abs(one.probabilities - two.probabilities).mean() < 0.25
    assert PRESETS["tiny"].epochs == 1
