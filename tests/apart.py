"""Code in a process of its own: Ray leaves some behind until its process ends."""

import os
import subprocess
import sys
from pathlib import Path


def run_apart(folder: Path, code: str, *arguments: Path, seconds: float = 300) -> None:
    """Runs code, kept in `folder`, with these sys.argv[1:]. Raises when it fails or takes longer."""
    script = folder / "script.py"
    script.write_text(code)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.getcwd()}
    command = [sys.executable, str(script), *map(str, arguments)]
    subprocess.run(command, check=True, timeout=seconds, capture_output=True, env=environment)
