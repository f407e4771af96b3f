import threading

from bridge.sources.latest import Latest


def test_the_newest_value_is_taken_once() -> None:
    latest: Latest[int] = Latest()
    for number in range(5):
        latest.put(number)
    assert latest.take() == 4
    threading.Timer(0.01, latest.put, (5,)).start()
    assert latest.take() == 5


def test_closing_ends_the_wait_for_good() -> None:
    latest: Latest[int] = Latest()
    threading.Timer(0.01, latest.close).start()
    assert latest.take() is None
    latest.put(1)
    assert latest.take() is None
