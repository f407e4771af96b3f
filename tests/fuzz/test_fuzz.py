"""A short run against every reader, and the fuzzer against readers that are broken on purpose."""

import mmap
import os

import pytest

from tests.fuzz.mutation import LARGEST, mutated
from tests.fuzz.runner import run
from tests.fuzz.targets import TARGETS, Target

INPUTS = 1000


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_a_reader(name: str) -> None:
    seed = 1000 + list(TARGETS).index(name)
    summary = run(name, TARGETS[name], INPUTS, seed)
    assert not summary.findings, str(summary)
    assert summary.inputs == INPUTS


def test_the_good_inputs_are_good() -> None:
    for name, target in TARGETS.items():
        taken = 0
        for seed in target.seeds():
            try:
                target.read(seed)
                taken += 1
            except target.refuses:
                pass
        assert taken, f"{name} refuses every input it begins with"


def test_a_broken_reader_is_found_with_the_number_that_breaks_it_again() -> None:
    def broken(data: bytes) -> object:
        if data[:1] != b"g":
            raise ValueError("no good input")
        return {b"": 1}[data[4:]]

    summary = run("broken", Target(broken, (ValueError,), lambda: [b"good"]), 500)
    (finding,) = summary.findings.values()
    assert "KeyError" in finding.what
    assert summary.refused > 0
    with pytest.raises(KeyError):
        broken(mutated((b"good",), 0, finding.number))


def test_a_leak_is_found() -> None:
    kept = []

    def leaking(data: bytes) -> object:
        pages = mmap.mmap(-1, 1 << 17)  # new ones: a heap may have room left from other tests
        pages.write(os.urandom(1 << 17))
        kept.append(pages)
        return None

    summary = run("leaking", Target(leaking, (), lambda: [b"good"]), 1000)
    assert "memory grew" in summary.findings["memory"].what


def test_the_same_number_is_the_same_input_and_none_is_too_long() -> None:
    seeds = (b"one two three 456", bytes(range(256)) * 200)
    made = [mutated(seeds, 7, number) for number in range(2000)]
    assert made == [mutated(seeds, 7, number) for number in range(2000)]
    assert len(set(made)) > 1900
    assert max(map(len, made)) <= LARGEST
    assert made[:2] == list(seeds)
