import contextlib
import http.client
import json
import logging
import os
import queue
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Request
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from bridge.control import Adjust, CaptureNeutral, Command
from bridge.errors import BridgeError
from bridge.preview import Preview, PreviewOptions, Slider, Status
from bridge.preview.http import own_hosts, refusal
from bridge.preview.key import kept
from tests.preview.results import result

SLIDERS = (Slider("smoothing.gaze.beta", "Gaze speed", "Higher follows sooner", 0.3, 0.0, 1.0, 0.01),)

HANDSHAKE = (
    "GET /live HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\nCookie: eyebridge={key}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@dataclass
class Running:
    preview: Preview
    commands: "queue.Queue[Command]"

    @property
    def address(self) -> str:
        return urlsplit(self.preview.url).netloc

    @property
    def key(self) -> str:
        return self.preview.url.rpartition("key=")[2]

    def get(
        self, path: str, host: str | None = None, cookie: str | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection(self.address, timeout=10)
        with contextlib.closing(connection):
            shown = f"eyebridge={self.key}" if cookie is None else cookie
            connection.request("GET", path, headers={"Host": host or self.address, "Cookie": shown})
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def page(self, origin: str | None = "", cookie: str | None = None) -> ClientConnection:
        own = f"http://{self.address}" if origin == "" else origin
        return connect(
            f"ws://{self.address}/live",
            origin=Origin(own) if own else None,
            additional_headers={"Cookie": f"theme=dark; eyebridge={self.key}" if cookie is None else cookie},
            compression=None,
            proxy=None,
        )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    avatar = tmp_path / "some.glb"
    avatar.write_bytes(b"glTF avatar")
    commands: queue.Queue[Command] = queue.Queue()
    preview = Preview(PreviewOptions(port=0), sliders=lambda: SLIDERS, on_command=commands.put, avatar=avatar)
    preview.start()
    yield Running(preview, commands)
    preview.close()


def receive(page: ClientConnection, kind: str) -> dict[str, object]:
    while True:
        message = page.recv(timeout=10)
        if isinstance(message, str) and (values := json.loads(message))["type"] == kind:
            return dict(values)


def test_the_page_and_all_it_asks_for_are_served_strictly(running: Running) -> None:
    status, headers, body = running.get("/")
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert f"ws://{running.address}" in headers["Content-Security-Policy"]
    for name in ("app.js", "style.css", "icon.svg", "geist.woff2"):
        assert name.encode() in body
        assert running.get(f"/{name}")[0] == 200
    assert b"three.js authors" in running.get("/LICENSES.txt")[2]
    assert running.get("/avatar.glb")[2] == b"glTF avatar"
    assert running.get("/?full")[0] == 200


@pytest.mark.parametrize(
    "path", ["/../server.py", "/..%2fserver.py", "/page/index.html", "//etc/passwd", "/app.js/..", "/web/package.json"]
)
def test_no_other_file_can_be_asked_for(running: Running, path: str) -> None:
    assert running.get(path)[0] == 404


def test_a_missing_avatar_is_a_404_and_nothing_worse(running: Running, tmp_path: Path) -> None:
    (tmp_path / "some.glb").unlink()
    assert running.get("/avatar.glb")[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1:1", "192.168.0.7:{port}"])
def test_a_foreign_host_is_refused(running: Running, host: str) -> None:
    port = running.address.rsplit(":", 1)[1]
    assert running.get("/", host.format(port=port))[0] == 403
    assert running.get("/", f"LocalHost:{port}")[0] == 200


@pytest.mark.parametrize("origin", [None, "http://evil.example", "https://{own}", "null", "http://localhost:1"])
def test_a_websocket_from_another_page_is_refused(running: Running, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused:
        running.page(origin and origin.format(own=running.address))
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("cookie", ["", "eyebridge=", "eyebridge=0123456789abcdef0123456789abcdef", "other={key}", "ä"])
def test_whoever_has_no_key_sees_nothing(running: Running, cookie: str) -> None:
    cookie = cookie.format(key=running.key)
    for path in ("/", "/index.html", "/?full", "/?key=", "/?key=0123", "/?" + "a&" * 500):
        status, headers, body = running.get(path, cookie=cookie)
        assert (status, headers["Set-Cookie"]) == (403, None)
        assert b"open the whole address that eyebridge printed" in body
    with pytest.raises(InvalidStatus) as refused:
        running.page(cookie=cookie)
    assert refused.value.response.status_code == 403


def test_the_printed_address_lets_a_browser_in_and_its_cookie_keeps_it_in(running: Running) -> None:
    path = "/?" + urlsplit(running.preview.url).query
    status, headers, _ = running.get(path, cookie="")
    assert status == 200
    assert headers["Set-Cookie"] == f"eyebridge={running.key}; Path=/; HttpOnly; SameSite=Strict"
    cookie = headers["Set-Cookie"].partition(";")[0]
    assert running.get("/", cookie=cookie)[0] == 200
    with running.page(cookie=cookie) as page:
        assert receive(page, "tables")


def test_the_key_is_kept_for_its_owner_alone_and_a_damaged_one_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "home" / "page.key"
    made = kept(path)
    assert len(made) == 32
    assert kept(path) == made
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
    for damage in (b"", b"0" * 33, made[:-1].encode() + b"\n", b"\xff" * 32):
        path.write_bytes(damage)
        other = kept(path)
        assert other not in (made, damage.decode("latin-1"))
        assert kept(path) == other


def test_a_server_on_every_address_knows_addresses_but_no_foreign_name() -> None:
    def reason(host: str) -> str | None:
        return refusal(Request("/app.js", Headers({"Host": host})), own_hosts("0.0.0.0", 8765), "", any_address=True)

    assert reason("192.168.0.7:8765") is None
    assert reason("[fe80::1]:8765") is None
    assert reason("localhost:8765") is None
    assert reason("evil.example:8765") is not None


def test_results_and_status_reach_every_page(running: Running) -> None:
    with running.page() as one, running.page() as other:
        running.preview.tell(Status(source="Replay", fps=60.0))
        running.preview.send(result(emotion="surprise"))
        for page in (one, other):
            seen: dict[str, dict[str, object]] = {}
            while not ({"sliders", "frame", "status"} <= seen.keys() and seen["status"]["source"] == "Replay"):
                message = page.recv(timeout=10)  # in whichever order, depending on who was faster
                if isinstance(message, str):
                    values = json.loads(message)
                    seen[values["type"]] = values
            assert seen["sliders"]["sliders"]
            assert seen["frame"]["quality"] == 0.9


def test_a_page_that_comes_late_sees_the_newest_result(running: Running) -> None:
    for index in range(1000):
        running.preview.send(result(index, weights={"jawOpen": index / 1000}))
    with running.page() as page:
        frame = receive(page, "frame")
    assert 0.999 in frame["weights"]  # type: ignore[operator]


def test_a_page_that_falls_behind_skips_frames_and_holds_up_nobody(running: Running) -> None:
    host, port = running.address.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as stuck, running.page() as page:
        stuck.sendall(HANDSHAKE.format(own=running.address, key=running.key).encode())
        while b'"type":"status"' not in (taken := stuck.recv(1 << 16)):  # it reads, but never says that it has
            assert taken
        for index in range(5):
            running.preview.send(result(index, weights={"jawOpen": index / 10}))
            assert index / 10 in receive(page, "frame")["weights"]  # type: ignore[operator]
        stuck.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            assert b'"type":"frame"' not in stuck.recv(1 << 16)


def test_commands_arrive_and_nonsense_is_ignored_with_one_line_each(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    nonsense = (
        "no json",
        "[" * 4000,
        b'{"type": "save_settings"}',
        json.dumps({"type": "format_disk"}),
        json.dumps({"type": "adjust", "path": "preview.port", "value": 1}),
        json.dumps({"type": "adjust", "path": "smoothing.gaze.beta", "value": None}),
        " " * 5000,
    )
    with caplog.at_level(logging.WARNING, "bridge.preview"), running.page() as page:
        for message in nonsense:
            page.send(message)
        page.send(json.dumps({"type": "adjust", "path": "smoothing.gaze.beta", "value": 0.5}))
        page.send(json.dumps({"type": "capture_neutral"}))
        assert running.commands.get(timeout=10) == Adjust("smoothing.gaze.beta", 0.5)
        assert running.commands.get(timeout=10) == CaptureNeutral(5.0)
    assert len(caplog.records) == len(nonsense)
    assert "there is no slider preview.port" in caplog.text


def test_a_flood_ends_only_its_own_connection(running: Running) -> None:
    with running.page() as page:
        page.send(" " * 1_000_000)
        with pytest.raises(ConnectionClosed):
            receive(page, "never")
    with running.page() as page:
        assert receive(page, "tables")


def test_a_port_in_use_is_said_in_one_sentence(running: Running, tmp_path: Path) -> None:
    port = int(running.address.rsplit(":", 1)[1])
    second = Preview(PreviewOptions(port=port), sliders=tuple, on_command=print, avatar=tmp_path / "none.glb")
    with pytest.raises(BridgeError, match=rf"^port {port} is in use; .*--preview.port 0"):
        second.start()
    second.close()


def test_an_address_of_another_machine_is_said_in_one_sentence(tmp_path: Path) -> None:
    options = PreviewOptions(host="192.0.2.1", port=0)
    with pytest.raises(BridgeError, match=r"cannot listen on 192.0.2.1"):
        Preview(options, sliders=tuple, on_command=print, avatar=tmp_path / "none.glb").start()


def test_closing_says_goodbye_frees_the_port_and_may_come_at_any_time(running: Running) -> None:
    host, port = running.address.rsplit(":", 1)
    with running.page() as page, socket.create_connection((host, int(port))):  # the second says nothing at all
        receive(page, "tables")
        running.preview.close()
        with pytest.raises(ConnectionClosed):
            receive(page, "never")
    running.preview.send(result())
    running.preview.tell(Status())
    running.preview.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))
