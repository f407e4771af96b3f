import math
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.osc import Message, OscError, Pieces, Template, Value, bundled, encode, read

addresses = st.text("abcXYZ019_/", max_size=20).map(lambda text: "/" + text)
strings = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=20)
ints = st.integers(1 - 2**31, 2**31 - 1)  # python-osc makes the lowest int32 an int64
floats = st.floats(width=32, allow_nan=False)
sendable = st.builds(Message, addresses, st.lists(ints | floats | strings, max_size=8).map(tuple))
readable = st.builds(
    Message,
    addresses,
    st.lists(
        ints
        | st.integers(-(2**63), 2**63 - 1)
        | floats
        | strings
        | st.booleans()
        | st.none()
        | st.binary(min_size=1, max_size=9),
        max_size=8,
    ).map(tuple),
)


# Time is no test's business on a busy machine.
settings.register_profile("osc", deadline=None)
settings.load_profile("osc")


def reference(messages: list[Message]) -> bytes:
    """The same bundle as python-osc builds it."""
    bundle = OscBundleBuilder(IMMEDIATELY)
    for message in messages:
        builder = OscMessageBuilder(message.address)
        for argument in message.arguments:
            builder.add_arg(argument)
        bundle.add_content(builder.build())
    return bundle.build().dgram


def numbers(messages: list[Message], kind: type) -> list[float]:
    return [a for message in messages for a in message.arguments if type(a) is kind]  # type: ignore[misc]


@given(st.lists(sendable, min_size=1, max_size=6))
def test_a_template_writes_the_bytes_that_python_osc_builds(messages: list[Message]) -> None:
    blank = {int: 0, float: 0.0}
    zeroed = [Message(m.address, tuple(blank.get(type(a), a) for a in m.arguments)) for m in messages]
    template = Template(zeroed, limit=65507)
    for _ in range(2):  # nothing of one frame may remain in the next
        packed = template.pack(numbers(messages, float), [int(n) for n in numbers(messages, int)])
        assert packed == (reference(messages),)
        template.pack([1.0] * len(numbers(messages, float)), [1] * len(numbers(messages, int)))


@given(st.lists(readable, max_size=6))
def test_reads_what_python_osc_builds(messages: list[Message]) -> None:
    assert read(reference(messages)) == messages


@given(st.binary(max_size=200))
def test_any_bytes_are_messages_or_an_error(data: bytes) -> None:
    with_header = b"#bundle\0\0\0\0\0\0\0\0\1" + struct.pack(">i", len(data)) + data
    for packet in (data, b"/a\0\0," + data, with_header):
        with suppress(OscError):
            assert all(isinstance(message, Message) for message in read(packet))


@given(st.lists(sendable, min_size=1, max_size=4), st.data())
def test_a_changed_packet_is_messages_or_an_error(messages: list[Message], data: st.DataObject) -> None:
    packet = bytearray(reference(messages))
    for at in data.draw(st.lists(st.integers(0, len(packet) - 1), max_size=4)):
        packet[at] = data.draw(st.integers(0, 255))
    with suppress(OscError):
        read(bytes(packet[: data.draw(st.integers(0, len(packet)))]))


def test_reads_every_type() -> None:
    tags, body = b",dhtTFNIb\0\0\0", struct.pack(">dqQ", 0.1, -(2**40), 1) + b"\0\0\0\5hello\0\0\0"
    expected: tuple[Value, ...] = (0.1, -(2**40), 1, True, False, None, math.inf, b"hello")
    assert read(b"/x\0\0" + tags + body) == [Message("/x", expected)]
    assert read(b"/x\0\0") == [Message("/x")]


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"", "nothing at byte 0"),
        (b"/a\0", "not a multiple of 4"),
        (b"hello\0\0\0", "neither a message nor a bundle"),
        (b"/abc", "never ends"),
        (b"/\xff\0\0", "not UTF-8"),
        (b"/a\0\0i\0\0\0", "begin with a comma"),
        (b"/a\0\0,q\0\0", "type tag 'q' is not known"),
        (b"/a\0\0,i\0\0", "ends inside an argument of type i at byte 8"),
        (b"/a\0\0,b\0\0\0\0\0\5abcd", "a blob of 5 bytes where 4 are left"),
        (b"/a\0\0,b\0\0\xff\xff\xff\xff", "a blob of -1 bytes"),
        (b"/a\0\0,\0\0\0abcd", "4 bytes are left after the last argument"),
        (b"#bundle\0\0\0\0\0", "ends inside its time tag"),
        (b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\x40/a\0\0", "an element of 64 bytes where 4 are left"),
        (b"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\0", "an element of 0 bytes"),
        (bytes(65508), "more than a datagram holds"),
    ],
)
def test_says_what_is_wrong(packet: bytes, reason: str) -> None:
    with pytest.raises(OscError, match=reason):
        read(packet)


def test_refuses_bundles_nested_without_end() -> None:
    packet = b"/a\0\0"
    for _ in range(9):
        packet = b"#bundle\0\0\0\0\0\0\0\0\1" + struct.pack(">i", len(packet)) + packet
    assert read(packet[20:]) == [Message("/a")]
    with pytest.raises(OscError, match="more than 8 deep"):
        read(packet)


def test_splits_between_messages_and_keeps_their_order() -> None:
    messages = [Message(f"/message/{n:02}", (float(n),)) for n in range(20)]
    datagrams = Template(messages, limit=100).pack(np.arange(20, dtype=np.float32))
    assert len(datagrams) > 1
    assert max(map(len, datagrams)) <= 100
    assert [message for datagram in datagrams for message in read(datagram)] == messages

    plain = Template(messages, bundle=False).pack(range(20))
    assert [read(datagram) for datagram in plain] == [[message] for message in messages]


def test_refuses_what_does_not_fit() -> None:
    template = Template([Message("/a", (0.0, 1, 0.0))])
    for floats_given, ints_given in (([1.0], [1]), ([1.0, 2.0], []), ([1.0, 2.0], [1, 2])):
        with pytest.raises(ValueError, match="floats and"):
            template.pack(floats_given, ints_given)
    with pytest.raises(struct.error):
        template.pack([1.0, 2.0], [2**31])
    for message in (Message("a"), Message("/ä"), Message("/a", (True,)), Message("/a", ("x" * 100,))):
        with pytest.raises(ValueError, match=r"slash|only int|limit"):
            Template([message], limit=100)


@given(st.lists(st.builds(Message, addresses, st.lists(floats | strings | st.booleans()).map(tuple)), max_size=12))
def test_messages_encoded_one_by_one_are_those_of_python_osc(messages: list[Message]) -> None:
    datagrams = bundled(encode(message) for message in messages)
    assert [message for datagram in datagrams for message in read(datagram)] == messages
    if len(datagrams) == 1:
        assert datagrams[0] == reference(messages)


def test_bundles_are_as_full_as_the_limit_allows() -> None:
    content = encode(Message("/a", (1.0,)))  # 12 bytes, 16 with their size
    assert [len(datagram) for datagram in bundled([content] * 5, limit=48)] == [48, 48, 32]
    assert [len(datagram) for datagram in bundled([content] * 2, limit=20)] == [32, 32]
    assert bundled([]) == ()
    with pytest.raises(ValueError, match="are sent"):
        encode(Message("/a", (None,)))


pieces = st.lists(st.builds(Message, addresses, st.tuples(floats | st.booleans())), min_size=1, max_size=12)


@given(pieces, st.data())
def test_chosen_pieces_are_the_bundle_that_python_osc_builds(messages: list[Message], data: st.DataObject) -> None:
    blank = Pieces(Message(m.address, (0.0 if type(m.arguments[0]) is float else False,)) for m in messages)
    values = np.array([m.arguments[0] for m in messages], np.float32)
    chosen = np.array(sorted(data.draw(st.sets(st.integers(0, len(messages) - 1)))), np.intp)
    datagrams = blank.pack(values, chosen)
    wanted = [messages[n] for n in chosen]
    assert [message for datagram in datagrams for message in read(datagram)] == wanted
    if len(datagrams) == 1:
        assert datagrams[0] == reference(wanted)


def test_pieces_split_between_messages_and_take_one_value_each() -> None:
    packed = Pieces([Message("/a", (0.0,))] * 5).pack(np.ones(5), np.arange(5), limit=48)
    assert [len(datagram) for datagram in packed] == [48, 48, 32]
    for wrong in ((), (1,), (0.0, 0.0), ("x",)):
        with pytest.raises(ValueError, match="one float or bool"):
            Pieces([Message("/a", wrong)])
