from pathlib import Path

import pytest

from models.deepexp.rendering import Order, render_set
from models.spread import Spread


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six people of the built-in face, four moments each."""
    out = tmp_path_factory.mktemp("clips")
    assert sum(render_set(out, Order(people=6, frames=4, seed=3, size=96), Spread())) == 24
    return out
