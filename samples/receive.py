"""Prints what eyebridge sends, with python-osc alone. Start it, then run `eyebridge demo` beside it:

python samples/receive.py
"""

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

EMOTIONS = ("neutral", "anger", "surprise", "happiness", "closed eyes")  # the order of engine_plugins/PROTOCOL.md

frame: dict[str, tuple[float, ...]] = {}


def collect(address: str, *values: float) -> None:
    """Messages of a frame come one by one; the last one says that the frame is whole."""
    frame[address] = values
    if address == "/eyebridge/end":
        emotion = max(zip(frame["/eyebridge/emotions"], EMOTIONS, strict=True))[1]
        eyes = frame["/eyebridge/weights/eyes"]
        print(f"frame {values[0]:6}   {emotion:12} blink left {eyes[0]:.2f} right {eyes[7]:.2f}", flush=True)


if __name__ == "__main__":
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(collect)
    BlockingOSCUDPServer(("127.0.0.1", 13937), dispatcher).serve_forever()
