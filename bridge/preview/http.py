"""Answers plain HTTP: who may come in, and the files of the page.

The page shows the wearer's eyes, so no other website may reach it through the wearer's browser: the Host must be an
address of this server (no DNS rebinding) and a websocket's Origin must be this very page. And no other person may reach
it from this machine or the network: the page and its websocket need the key.
"""

import hmac
import ipaddress
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

SOCKET: Final = "/live"
"The path of the websocket."

_KEY: Final = "key"
_COOKIE: Final = "eyebridge"
_PAGES: Final = ("/", "/index.html")

_PAGE: Final = Path(__file__).parent / "page"

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".glb": "model/gltf-binary",
}

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:; "
    "connect-src 'self' blob: ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def known_files(avatar: Path) -> dict[str, Path]:
    """Request path -> file: everything that can be asked for, so that no path is ever built from a request."""
    files = {f"/{path.name}": path for path in _PAGE.iterdir() if path.suffix in _TYPES}
    return files | {"/": _PAGE / "index.html", "/avatar.glb": avatar}


def own_hosts(host: str, port: int) -> frozenset[str]:
    """The values of the Host header that mean this server."""
    names = {"localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host}
    return frozenset(f"{name}:{port}" for name in names) | (names if port == 80 else set())


def is_wildcard(host: str) -> bool:
    """Whether a host to bind means every address of this machine."""
    return host in ("", "0.0.0.0", "::")


def refusal(request: Request, hosts: frozenset[str], key: str, *, any_address: bool) -> str | None:
    """Why a request must not be answered, or None. Only the page and its websocket need the key: the rest is public.

    `any_address` is for a server that listens on every address: any literal IP address will then do as Host, because
    DNS rebinding needs a name.
    """
    asked = request.headers.get_all("Host")
    if len(asked) != 1 or not (asked[0].lower() in hosts or (any_address and _is_address(asked[0]))):
        return "its Host is not this server"
    if request.path == SOCKET and request.headers.get_all("Origin") != [f"http://{asked[0]}"]:
        return "its Origin is not this page"
    if request.path.partition("?")[0] in (SOCKET, *_PAGES) and not _knows(request, key):
        return "it lacks the key; open the whole address that eyebridge printed"
    return None


def _knows(request: Request, key: str) -> bool:
    """Whether the key is in the address or in a cookie."""
    crumbs = [crumb.strip().partition("=") for line in request.headers.get_all("Cookie") for crumb in line.split(";")]
    offered = [value for name, _, value in crumbs if name == _COOKIE]
    offered += parse_qs(request.path.partition("?")[2]).get(_KEY, [])
    return any(hmac.compare_digest(word.encode("utf-8", "replace"), key.encode()) for word in offered)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.rsplit(":", 1)[0].strip("[]"))
    except ValueError:
        return False
    return True


def answer(request: Request, files: Mapping[str, Path], key: str) -> Response:
    """A known file, or 404. The page comes with the key as a cookie, which its websocket will show."""
    asked = request.path.partition("?")[0]
    path = files.get(asked)
    if path is None or not path.is_file():
        return respond(HTTPStatus.NOT_FOUND, b"not found", ".txt", "")
    response = respond(HTTPStatus.OK, path.read_bytes(), path.suffix, request.headers["Host"])
    if asked in _PAGES:
        response.headers["Set-Cookie"] = f"{_COOKIE}={key}; Path=/; HttpOnly; SameSite=Strict"
    return response


def respond(status: HTTPStatus, body: bytes, suffix: str, host: str) -> Response:
    """A whole HTTP response, with the headers that keep a browser strict."""
    headers = Headers(
        {
            "Content-Type": _TYPES[suffix],
            "Content-Length": str(len(body)),
            "Content-Security-Policy": _POLICY.format(host=host),
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "Connection": "close",
        }
    )
    return Response(status.value, status.phrase, headers, body)
