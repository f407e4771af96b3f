"""The public assets lie beside the checkout; where they do not, tests that need a face are skipped."""

from pathlib import Path

import pytest

from models.synthetic.parts import Parts, open_parts

ASSETS = Path(__file__).parents[3] / "shared" / "assets"


@pytest.fixture(scope="session")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of parts, baked once."""
    if not (ASSETS / "ict_facekit").is_dir():
        pytest.skip("needs the renderer's assets in ../shared/assets: see python -m models.synthetic bake --help")
    file = tmp_path_factory.mktemp("parts") / "parts.npz"
    open_parts(ASSETS).save(file)
    return file


@pytest.fixture(scope="session")
def parts(baked: Path) -> Parts:
    return open_parts(baked)
