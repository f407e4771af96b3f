import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from bridge.errors import BridgeError
from models.training import ahead, follow, half_cosine, keep_learning, read_checkpoint, write_checkpoint


class Counting:
    """Sums its lessons, and is over after so many."""

    def __init__(self, steps: int) -> None:
        self.seconds, self.steps = 0.0, steps
        self.learnt: list[int] = []
        self.saved: list[int] = []

    @property
    def passed(self) -> float:
        return len(self.learnt) / self.steps

    def learn(self, lesson: int) -> Tensor:
        self.learnt.append(lesson)
        return torch.tensor(float(lesson))

    def save(self, path: Path) -> None:
        self.saved.append(len(self.learnt))
        write_checkpoint(path, {"learnt": self.learnt, "seconds": self.seconds})


def test_it_learns_until_it_is_over_and_saves_on_the_way(tmp_path: Path) -> None:
    out, run, heard = tmp_path / "new" / "net.pt", Counting(5), list[float]()
    assert keep_learning(run, itertools.count(), out, lambda loss: heard.append(float(loss)), save_every=0.0)
    assert run.learnt == heard == [0, 1, 2, 3, 4]
    assert run.saved == [1, 2, 3, 4, 5, 5]
    assert read_checkpoint(out) == {"learnt": run.learnt, "seconds": run.seconds}
    assert 0 < run.seconds < 60
    assert [path.name for path in out.parent.iterdir()] == ["net.pt"]
    assert keep_learning(run, itertools.count(9), out, lambda loss: None)
    assert run.learnt == heard  # it was over


def test_ctrl_c_saves_what_was_learnt_and_goes_on_counting_later(tmp_path: Path) -> None:
    run, out = Counting(5), tmp_path / "net.pt"
    run.seconds = 1000.0

    def stop(loss: Tensor) -> None:
        if loss == 2:
            raise KeyboardInterrupt

    assert not keep_learning(run, itertools.count(), out, stop)
    assert run.saved == [3]
    assert 1000 < read_checkpoint(out)["seconds"] < 1060
    assert keep_learning(run, itertools.count(3), out, lambda loss: None)
    assert run.learnt == [0, 1, 2, 3, 4]


def test_what_goes_wrong_is_raised_and_overwrites_nothing(tmp_path: Path) -> None:
    def lessons() -> Iterator[int]:
        yield 0
        raise BridgeError("the pictures are damaged")

    run, out = Counting(5), tmp_path / "net.pt"
    write_checkpoint(out, {"learnt": "before"})
    with pytest.raises(BridgeError, match="damaged"):
        keep_learning(run, lessons(), out, lambda loss: None)
    assert read_checkpoint(out) == {"learnt": "before"}


def test_lessons_are_made_ahead_in_order() -> None:
    made = []

    def lessons() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            yield number

    coming = ahead(lessons())
    assert next(coming) == 0
    assert next(coming) == 1
    coming.close()  # waits for what is being made
    assert made == [0, 1, 2, 3]
    assert list(ahead(iter(range(7)))) == list(range(7))


def test_the_rate_rises_and_falls_to_nothing() -> None:
    assert [half_cosine(at, 0.02) for at in (0.0, 0.01, 0.02, 0.51, 1.0)] == pytest.approx([0, 0.5, 1, 0.5, 0])


def test_the_average_follows_faster_at_first_and_keeps_whole_numbers() -> None:
    average, net = (nn.BatchNorm1d(1) for _ in range(2))
    net.load_state_dict({name: tensor + 11 for name, tensor in net.state_dict().items()})
    follow(average, net, step=0, kept=0.9)
    assert average.weight.item() == pytest.approx(1 + 0.9 * 11)
    before = average.weight.item()
    follow(average, net, step=1000, kept=0.9)
    assert average.weight.item() == pytest.approx(before + 0.1 * (12 - before))
    assert int(average.get_buffer("num_batches_tracked")) == 0


def test_a_checkpoint_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="cannot read"):
        read_checkpoint(tmp_path / "missing.pt")
    (tmp_path / "cut.pt").write_bytes(b"PK\x03\x04 not a checkpoint")
    with pytest.raises(BridgeError, match="damaged"):
        read_checkpoint(tmp_path / "cut.pt")
