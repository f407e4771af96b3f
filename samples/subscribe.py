"""Prints every result that eyebridge publishes, with pyzmq and msgpack alone. Start it, then run beside it:

eyebridge demo --targets.zeromq.enabled
"""

import msgpack
import zmq

with zmq.Context() as context, context.socket(zmq.SUB) as subscriber:
    subscriber.setsockopt(zmq.RCVHWM, 1)  # only what is new
    subscriber.setsockopt_string(zmq.SUBSCRIBE, "eyebridge.result")
    subscriber.connect("tcp://127.0.0.1:13938")
    while True:
        topic, message = subscriber.recv_multipart()
        result = msgpack.unpackb(message)
        if result["schema"] != 1:
            raise SystemExit("this eyebridge is newer than this sample")
        blink = result["blendshapes"]["eyeBlinkLeft"]
        print(f"{result['index']:6}  {result['emotion']:12} left eye shut {blink:.2f}  {result['gaze']}", flush=True)
