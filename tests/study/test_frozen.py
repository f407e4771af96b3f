"""The benchmark is what it was: by its version, its fingerprint, and what the renderer makes of it today."""

import json
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import BridgeError
from models.spread import Spread
from models.study import benchmark, protocol
from models.study.data import load
from models.study.frozen import Frozen, Sample, read
from models.synthetic.parts import Parts
from tests.apart import run_apart
from tests.study.fake import TINY_EVERY, write_benchmark


def test_the_renderer_makes_the_frozen_benchmark(parts: Parts) -> None:
    read().check(benchmark.sample(parts))


def test_another_protocol_or_headset_is_another_benchmark(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = Frozen(3, benchmark.sample(parts))
    monkeypatch.setattr(benchmark, "_SLIP", 1.3 * benchmark._SLIP)
    with pytest.raises(BridgeError, match="version 3 of the benchmark: its pictures differ"):
        frozen.check(benchmark.sample(parts))
    monkeypatch.setattr(protocol, "_EFFORT", tuple(0.9 * effort for effort in protocol._EFFORT))
    with pytest.raises(BridgeError, match="its people move differently"):
        frozen.check(benchmark.sample(parts))


def test_other_rounding_is_no_other_benchmark() -> None:
    rng = np.random.default_rng(1)
    images = rng.integers(10, 240, (13, 96, 192), np.uint8)
    channels = rng.random((13, 22))
    frozen = Frozen(1, Sample.of(images, channels))
    frozen.check(Sample.of(images + rng.integers(-1, 2, images.shape).astype(np.uint8), channels + 1e-3))
    with pytest.raises(BridgeError, match="pictures differ by up to 2"):
        frozen.check(Sample.of(images + np.uint8(2), channels))
    with pytest.raises(BridgeError, match="other holds"):
        frozen.check(Sample.of(images[1:], channels[1:]))


def test_what_is_frozen_is_read_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    frozen = Frozen(2, Sample.of(rng.integers(0, 255, (13, 96, 192), np.uint8), 40 * rng.random((13, 22))))
    frozen.write(tmp_path / "frozen.json")
    again = read(tmp_path / "frozen.json")
    assert (again.version, again.fingerprint) == (2, frozen.fingerprint)
    again.check(frozen.sample)
    (tmp_path / "frozen.json").write_text('{"version": 2, "sample": 7}')
    with pytest.raises(BridgeError, match="is damaged"):
        read(tmp_path / "frozen.json")


def test_pairs_of_another_version_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "benchmark"
    write_benchmark(folder, people=2)
    assert len(load(folder, TINY_EVERY).images)
    about = json.loads((folder / "dataset.json").read_text())
    for change in ({"benchmark": about["benchmark"] + 1}, {"fingerprint": "00000000"}):
        (folder / "dataset.json").write_text(json.dumps(about | change))
        with pytest.raises(BridgeError, match="is not version"):
            load(folder, TINY_EVERY)
    (folder / "dataset.json").write_text("[1]")
    with pytest.raises(BridgeError, match="is damaged"):
        load(folder, TINY_EVERY)


def test_a_coarser_plan_gives_the_same_pictures_and_neutral(parts: Parts) -> None:
    fine = benchmark.render_session(parts, benchmark.Plan(every=16), 1, 1)
    coarse = benchmark.render_session(parts, benchmark.Plan(every=80), 1, 1)
    np.testing.assert_array_equal(fine.neutral, coarse.neutral)
    frames = np.flatnonzero(np.isclose(fine.labels["second"], 4.0))
    np.testing.assert_array_equal(fine.images[frames], coarse.images)


def test_ray_renders_what_one_process_does(baked: Path, tmp_path: Path) -> None:
    plan = benchmark.Plan(every=80, people=1)
    assert sum(benchmark.render(tmp_path / "alone", baked, plan, Spread())) == 26
    code = (
        "import sys; from pathlib import Path; from models.study.benchmark import Plan, render\n"
        "from models.spread import Spread\n"
        "out, parts = map(Path, sys.argv[1:])\n"
        "list(render(out, parts, Plan(every=80, people=1), Spread(workers=2, ray='local')))\n"
    )
    run_apart(tmp_path, code, tmp_path / "ray", baked)
    for name in ("images.npy", "neutral.npy"):
        for shard in ("shard-000-0", "shard-000-1"):
            one, other = (np.load(tmp_path / folder / shard / name) for folder in ("alone", "ray"))
            np.testing.assert_array_equal(one, other)
