import contextlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.sources import http
from bridge.sources.device import Lost
from bridge.sources.http import Body, Dechunker, Head, get, split, without_password
from tests.sources.streams import Scripted, answer, cut

BODY = bytes(range(256)) * 3


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def read_all(body: Body) -> bytes:
    """Until the other side has ended."""
    found, size = b"", -1
    while len(found) > size:
        size = len(found)
        with contextlib.suppress(Lost):
            found += body.receive(5.0)
    body.close()
    return found


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.binary(min_size=1, max_size=300), max_size=6),
    st.lists(st.integers(1, 100), min_size=1, max_size=4),
)
def test_chunks_come_out_as_they_were_wherever_they_are_cut(chunks: list[bytes], sizes: list[int]) -> None:
    reader = Dechunker()
    assert b"".join(reader.feed(piece) for piece in cut(chunked(*chunks), sizes)) == b"".join(chunks)
    assert reader.ended


def test_chunks_with_extensions_and_bare_newlines() -> None:
    assert Dechunker().feed(b"3;name=value\nabc\nA\r\n0123456789\r\n") == b"abc0123456789"


@pytest.mark.parametrize("data", [b"\r\nfish\r\n", b"-3\r\nabc", b"123456789\r\n", b"3" * 300, b"0x3\r\nabc"])
def test_what_is_not_chunked(data: bytes) -> None:
    with pytest.raises(ValueError, match="a chunk"):
        Dechunker().feed(data)


@pytest.mark.parametrize("url", ["ftp://a/", "http://", "http:///x", "http://a:0/", "http://a:99999/", "http://[::1/"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="an address looks like"):
        split(url)


def test_a_head_is_read_whatever_its_newlines() -> None:
    head = Head.parse(b'HTTP/1.0 200 OK\nContent-Type:  a/b; c="d"  \r\nX: 1: 2\nnonsense')
    assert (head.status, head.headers["content-type"], head.headers["x"]) == (200, 'a/b; c="d"', "1: 2")


def test_a_body_comes_without_the_head_and_without_chunks() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
    with Scripted(head + chunked(BODY, BODY[:5])) as server:
        assert read_all(get(f"{server.url}eye left?a=b c")) == BODY + BODY[:5]
    expected = f"GET /eye%20left?a=b%20c HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    assert server.requests[0].decode().startswith(expected)


def test_a_password_is_sent_and_never_shown() -> None:
    with Scripted(answer(BODY)) as server:
        get(server.url.replace("//", "//me:p%40ss@")).close()
    assert b"\r\nAuthorization: Basic bWU6cEBzcw==\r\n" in server.requests[0]
    assert without_password("http://me:p@ss@host/a@b") == "http://host/a@b"


def test_redirections_are_followed_and_a_password_goes_to_the_same_host_only() -> None:
    with Scripted(answer(BODY)) as elsewhere, Scripted() as server:
        for location in ("/stream", f"http://localhost:{elsewhere.port}/x"):
            server.then(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n".encode())
        get(server.url.replace("//", "//me:secret@")).close()
    requests = [*server.requests, *elsewhere.requests]
    assert [request.partition(b" HTTP")[0] for request in requests] == [b"GET /", b"GET /stream", b"GET /x"]
    assert [b"Authorization" in request for request in requests] == [True, True, False]


@pytest.mark.parametrize(
    ("first", "then", "may"),
    [
        ("http://a/", "http://a:81/x", True),
        ("http://a/", "https://a/", True),
        ("https://a/", "http://a/", False),
        ("https://a/", "https://b/", False),
    ],
)
def test_where_a_password_may_go(first: str, then: str, may: bool) -> None:
    assert http._as_trusted(split(then), split(first)) is may


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"] * 6, "from one address to the next"),
        ([b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"], "which is no address"),
        ([b"HTTP/1.1 302 Found\r\n\r\n", answer()], None),
        ([b"220 smtp.example ready\r\n\r\n"], "does not speak HTTP"),
        ([b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000], "headers without end"),
    ],
)
def test_answers_that_lead_nowhere(answers: list[bytes], reason: str | None) -> None:
    with Scripted(*answers) as server:
        if reason is None:
            get(server.url).close()
            return
        with pytest.raises(Lost, match=reason):
            get(server.url)


def test_nobody_there_and_nobody_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ANSWER_LIMIT", 0.2)
    with Scripted(b"HTTP/1.1 200") as server, pytest.raises(Lost, match="does not answer"):
        get(server.url)
    with pytest.raises(Lost, match=r"nobody answers at 127\.0\.0\.1:1"):
        get("http://127.0.0.1:1/")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for localhost in one file."""
    path, key = tmp_path / "both.pem", tmp_path / "key.pem"
    kind = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    command = f"openssl req -x509 {kind} -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    try:
        subprocess.run([*command.split(), "-keyout", key, "-out", path], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl here to make a certificate")
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path


def test_https_with_a_certificate_that_is_trusted_or_not(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted(answer(BODY), certificate=certificate) as server:
        url = f"https://localhost:{server.port}/"
        with pytest.raises(Lost, match="certificate is not one this computer trusts"):
            get(url)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        body = get(url)
        found = body.receive(5.0)
        assert found == BODY
        assert body.receive(0.01) == b""
        body.close()
