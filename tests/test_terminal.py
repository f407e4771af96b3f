import os
import threading
import time

from bridge.commands.terminal import Typed


def test_what_is_typed_is_heard_once_until_there_is_no_more() -> None:
    reading, writing = os.pipe()
    typed = Typed(reading)
    assert not list(typed.take())
    typed.listen()
    (listener,) = (thread for thread in threading.enumerate() if thread.name == "typed")
    for line in (b"\n", b" Skip \n"):
        os.write(writing, line)
        deadline = time.monotonic() + 30.0
        while not (heard := list(typed.take())) and time.monotonic() < deadline:
            time.sleep(0.005)
        assert heard == [line.decode().strip().lower()]
        assert not list(typed.take())
    os.close(writing)
    listener.join(30.0)
    assert not listener.is_alive()
    assert typed.ask("nobody can type any more:") == ""
    os.close(reading)
    assert typed.ask("nor is there anything to read from:") == ""
