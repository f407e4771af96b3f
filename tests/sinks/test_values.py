import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from bridge.frames import Gaze, Result
from bridge.osc import DATAGRAM_LIMIT, Value, read
from bridge.sinks.values import ADDRESSES, ValueFrames, ValuesOptions
from tests.golden import make
from tests.sinks.peers import dumped, free_port

RAMP = make.FACES["ramp"]


def at(result: Result, time: float) -> Result:
    return replace(result, pair=replace(result.pair, time=time))


def values(datagrams: Sequence[bytes]) -> dict[str, Value]:
    return {message.address: message.arguments[0] for datagram in datagrams for message in read(datagram)}


def test_every_value_has_an_address_of_its_own() -> None:
    datagrams = ValueFrames(ValuesOptions()).pack(RAMP)
    found = values(datagrams)
    assert list(found) == [f"/face/{address}" for address in ADDRESSES]
    assert max(map(len, datagrams)) <= DATAGRAM_LIMIT
    assert found["/face/eyeBlinkLeft"] == RAMP.weights.blendshapes[0]
    assert found["/face/gaze/right/yaw"] == np.float32(RAMP.weights.gaze.right_yaw)
    assert found["/face/light/temperature"] == 2000
    assert found["/face/emotion/anger"] == 0.75
    assert found["/face/action_unit/brow_lower"] == 0.75
    assert found["/face/channel/visible_right"] == np.float32(RAMP.expression["visible_right"])


def test_an_unseen_eye_is_neutral_and_not_visible() -> None:
    found = values(ValueFrames(ValuesOptions()).pack(make.FACES["one_eye"]))
    assert found["/face/channel/lid_openness_right"] == 1
    assert found["/face/channel/visible_right"] == 0
    assert all(np.isfinite(value) for value in found.values() if isinstance(value, float))


def test_plain_messages_hold_what_moved() -> None:
    frames = ValueFrames(ValuesOptions(bundle=False, prefix="/me/too"))
    assert len(frames.pack(at(RAMP, 1.0))) == len(ADDRESSES)
    assert list(frames.pack(at(RAMP, 1.1))) == []
    looking = replace(RAMP, weights=replace(RAMP.weights, gaze=Gaze(1, 2, 3, 4)))
    datagrams = frames.pack(at(looking, 1.2))
    assert all(datagram.startswith(b"/me/too/gaze/") for datagram in datagrams)
    assert list(values(datagrams).values()) == [1, 2, 3, 4]


@pytest.mark.parametrize("prefix", ["face", "/face/", "/", "/fa ce", "/a#b", "/ä"])
def test_a_prefix_that_is_no_address_is_refused(prefix: str) -> None:
    with pytest.raises(ValidationError):
        ValuesOptions(prefix=prefix)


def test_liblo_reads_the_bundles() -> None:
    port, times = free_port(), itertools.count(0.0, 2.0)
    with ValuesOptions(port=port).open() as sink:
        words = dumped(port, lambda: sink.send(at(RAMP, next(times))), 2 * len(ADDRESSES))
    found = {address: float(value) for address, _, value in words}
    assert found == pytest.approx(values(ValueFrames(ValuesOptions()).pack(RAMP)), abs=1e-6)
