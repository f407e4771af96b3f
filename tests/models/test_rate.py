"""People rate pictures: over a real socket, kept after every answer, and judged as in section 5.1 of the paper."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge.channels import ACTION_UNITS
from bridge.errors import BridgeError
from models import rate
from tests.study.fake import write_benchmark

COUNT = 20


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rate") / "benchmark"
    write_benchmark(folder, people=4)
    return folder


@pytest.fixture
def page(data: Path, tmp_path: Path) -> Iterator[rate.Page]:
    page = rate.Page(rate.Rating(tmp_path / "ann-neutral.json", rate.questions(data, COUNT), with_neutral=True))
    thread = threading.Thread(target=page.serve_forever)
    thread.start()
    yield page
    page.shutdown()
    thread.join()
    page.server_close()


def ask(page: rate.Page, method: str, body: object = None, token: str = "", host: str = "") -> tuple[int, bytes]:
    port = page.server_address[1]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Host": host or f"127.0.0.1:{port}"}
    connection.request(method, f"/?{token or page.token}", None if body is None else json.dumps(body), headers)
    reply = connection.getresponse()
    found = reply.status, reply.read()
    connection.close()
    return found


def test_answers_are_kept_one_by_one_and_taken_back(page: rate.Page, data: Path, tmp_path: Path) -> None:
    assert b"Which expression" in ask(page, "GET")[1]
    first = json.loads(ask(page, "POST", {})[1])
    assert (first["done"], first["count"], len(first["classes"])) == (0, COUNT, len(ACTION_UNITS))
    assert first["image"].startswith("data:image/png;base64,")
    assert first["neutral"] != first["image"]
    for unit in (3, 9):
        ask(page, "POST", {"answer": unit})
    assert json.loads(ask(page, "POST", {"undo": 1})[1])["done"] == 1
    file = tmp_path / "ann-neutral.json"
    assert rate.read_ratings(file).said == [3]

    again = rate.Rating(file, rate.questions(data, COUNT), with_neutral=True)
    assert again.said == [3]
    with pytest.raises(BridgeError, match="other pictures"):
        rate.Rating(file, rate.questions(data, COUNT, seed=2), with_neutral=True)
    while again.now is not None:
        again.answer(0)
    assert again.page_state()["image"] is None
    with pytest.raises(ValueError, match="not a class"):
        again.answer(0)


@pytest.mark.parametrize("body", [{"answer": 10}, {"answer": -1}, {"answer": None}, 7, {"answer": "x" * 300}])
def test_what_is_no_answer_is_refused_and_changes_nothing(page: rate.Page, body: object) -> None:
    assert ask(page, "POST", body)[0] == 403
    assert json.loads(ask(page, "POST", {})[1])["done"] == 0


def test_other_pages_of_the_browser_do_not_get_in(page: rate.Page) -> None:
    for strange in ({"token": "guess"}, {"host": "evil.example"}):
        assert ask(page, "GET", **strange)[0] == 403
        assert ask(page, "POST", {"answer": 1}, **strange)[0] == 403


def test_every_class_is_asked_about_alike_and_removed_pairs_are_not(tmp_path: Path) -> None:
    write_benchmark(tmp_path / "benchmark", people=2)
    labels = [question.label for question in rate.questions(tmp_path / "benchmark", COUNT)]
    assert set(np.bincount(labels, minlength=len(ACTION_UNITS))) == {2}
    rows = [question.row for question in rate.questions(tmp_path / "benchmark", COUNT)]
    lines = [f"{row},neutral,,0.9,0.9" for row in rows[:7]]
    (tmp_path / "benchmark" / "removed.csv").write_text("\n".join(["row,action_unit,emotion,l,r", *lines]))
    left = {question.row for question in rate.questions(tmp_path / "benchmark", COUNT)}
    assert left.isdisjoint(rows[:7])


def test_accuracy_f1_and_kappa_of_a_known_case() -> None:
    label = np.array([0, 0, 1, 1])
    said = np.array([0, 1, 1, 1])
    assert rate.accuracy_and_f1(label, said) == pytest.approx((0.75, (2 / 3 + 4 / 5) / 2))
    assert rate.kappa(label, said) == pytest.approx((0.75 - 0.5) / 0.5)  # by chance 0.5 * 0.25 + 0.5 * 0.75
    assert rate.kappa(label, label) == 1.0
    assert rate.kappa(np.array([0, 1]), np.array([1, 0])) == -1.0


def test_the_summary_compares_raters_with_and_without_the_neutral(data: Path, tmp_path: Path) -> None:
    asked = rate.questions(data, COUNT)
    for name, wrong, with_neutral in (("ann", 0, True), ("ben", 5, True), ("cem", 10, False)):
        rating = rate.Rating(tmp_path / f"{name}.json", asked, with_neutral)
        for number, question in enumerate(asked):
            rating.answer((question.label + (number < wrong)) % len(ACTION_UNITS))
    words = rate.summary(tmp_path)
    assert "without a neutral example: 1 raters\n  cem: accuracy 50.0%" in words
    assert (
        "with a neutral example: 2 raters\n  ann: accuracy 100.0%, F1 1.00 on 20 pictures\n  ben: accuracy 75.0%"
        in words
    )
    assert "mean of 1 pairs of raters" in words
