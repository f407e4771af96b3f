"""A VRChat to test with: OSCQuery over HTTP, found by mDNS, an avatar that can be changed, parameters with types.

It behaves as docs.vrchat.com and vrc-oscquery-lib describe: it announces itself at 127.0.0.1, takes a value only in its
parameter's own type, looks for services that take `/avatar/change`, and tells them of a new avatar and of its buttons.
"""

import http.client
import json
import socket
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from zeroconf import IPVersion, ServiceBrowser, ServiceInfo, ServiceStateChange, Zeroconf

from bridge.discovery import mdns
from bridge.osc import Message, Value, encode, read

HERE = "127.0.0.1"


class Vrchat:
    """Runs between construction and `close`; `name` is the instance's name on the network."""

    def __init__(self, avatar: str, parameters: Mapping[str, str], name: str = "VRChat-Client-ABC123") -> None:
        self.values: dict[str, Value] = {}
        "The latest value of everything that was taken, by address."
        self.refused: list[Message] = []
        "What came for no parameter, or in another type."
        self.datagrams: list[bytes] = []
        self.asked: list[str] = []
        "Paths of the requests that came."
        self.answer: Callable[[str], bytes] = self._sound
        "Path to body; a test may put a damaged one here."
        self.dress(avatar, parameters)
        self._arrival = threading.Condition()
        self._peers: dict[str, tuple[str, int]] = {}
        self._osc = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._osc.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._osc.bind((HERE, 0))
        self.port: int = self._osc.getsockname()[1]
        self._http = ThreadingHTTPServer((HERE, 0), self._handler())
        self._threads = [
            threading.Thread(target=self._http.serve_forever, args=(0.05,)),
            threading.Thread(target=self._receive),
        ]
        for thread in self._threads:
            thread.start()
        self._zeroconf = Zeroconf(interfaces=[HERE], ip_version=IPVersion.V4Only)
        self._info = ServiceInfo(
            mdns.HTTP,
            f"{name}.{mdns.HTTP}",
            port=self._http.server_port,
            addresses=[socket.inet_aton(HERE)],
            server=f"{name}.local.",
        )
        self._zeroconf.register_service(self._info, cooperating_responders=True)
        self._browser = ServiceBrowser(self._zeroconf, mdns.HTTP, handlers=[self._met])

    def dress(self, avatar: str, parameters: Mapping[str, str]) -> None:
        """Wear this avatar, {name: OSC type}, and tell nobody."""
        self.avatar = avatar
        self.types = {f"/avatar/parameters/{name}": kind for name, kind in parameters.items()}
        self._taken = {address: "T" if kind == "F" else kind for address, kind in self.types.items()}

    def change(self, avatar: str, parameters: Mapping[str, str]) -> None:
        """Wear this avatar and tell everybody who listens."""
        self.dress(avatar, parameters)
        self.values.clear()
        self.tell(Message("/avatar/change", (avatar,)))

    def tell(self, message: Message) -> None:
        """Say this to everybody who listens."""
        self.shout(encode(message))

    def shout(self, packet: bytes) -> None:
        with self._arrival:
            assert self._arrival.wait_for(lambda: self._peers, 20), "nobody listens to this VRChat"
            for place in self._peers.values():
                self._osc.sendto(packet, place)

    def wait(self, until: Callable[[Self], object], seconds: float = 20.0) -> None:
        """Returns once that is so; fails when it does not happen at all."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: until(self), seconds), (self.values, self.refused[:5])

    def close(self) -> None:
        self._browser.cancel()
        self._zeroconf.unregister_all_services()
        self._zeroconf.close()
        self._http.shutdown()
        self._osc.sendto(b"", (HERE, self.port))
        for thread in self._threads:
            thread.join()
        self._http.server_close()
        self._osc.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _receive(self) -> None:
        while data := self._osc.recv(65536):
            with self._arrival:
                self.datagrams.append(data)
                for message in read(data):
                    self._take(message)
                self._arrival.notify_all()

    def _take(self, message: Message) -> None:
        kinds = {float: "f", bool: "T", int: "i"}
        given = [kinds.get(type(argument)) for argument in message.arguments]
        wanted = (
            ["f"] * len(given) if message.address.startswith("/tracking/eye/") else [self._taken.get(message.address)]
        )
        if given == wanted:
            self.values[message.address] = message.arguments[0] if len(given) == 1 else str(message.arguments)
        else:
            self.refused.append(message)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        game = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with game._arrival:
                    game.asked.append(self.path)
                    game._arrival.notify_all()
                body = game.answer(self.path)
                if not body.startswith(b"HTTP/"):
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:  # the other side had enough
                    self.close_connection = True

            def log_message(self, *words: object) -> None: ...

        return Handler

    def _sound(self, path: str) -> bytes:
        content = self.host_info() if path.endswith("?HOST_INFO") else self.tree()
        return json.dumps(content).encode()

    def host_info(self) -> dict[str, Any]:
        return {"NAME": "VRChat-Client-ABC123", "OSC_IP": HERE, "OSC_PORT": self.port, "OSC_TRANSPORT": "UDP"}

    def tree(self) -> dict[str, Any]:
        """The node of /avatar."""
        parameters: dict[str, Any] = {"FULL_PATH": "/avatar/parameters", "ACCESS": 0, "CONTENTS": {}}
        for address, kind in self.types.items():
            branch, path = parameters, "/avatar/parameters"
            for name in address.removeprefix("/avatar/parameters/").split("/"):
                path += f"/{name}"
                branch = branch.setdefault("CONTENTS", {}).setdefault(name, {"FULL_PATH": path, "ACCESS": 0})
            branch |= {"TYPE": kind, "ACCESS": 3, "VALUE": [0.0 if kind == "f" else False]}
        change = {"FULL_PATH": "/avatar/change", "ACCESS": 1, "TYPE": "s", "VALUE": [self.avatar]}
        return {"FULL_PATH": "/avatar", "ACCESS": 0, "CONTENTS": {"change": change, "parameters": parameters}}

    def _met(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is not ServiceStateChange.Added or name.startswith("VRChat-"):
            return
        found = zeroconf.get_service_info(service_type, name)
        if found is None or not found.port:
            return
        try:
            about, root = (ask(found.port, path) for path in ("/?HOST_INFO", "/"))
        except (OSError, http.client.HTTPException):  # it left between its announcement and our question
            return
        if "change" in root["CONTENTS"]["avatar"]["CONTENTS"]:
            with self._arrival:
                self._peers[name] = (about["OSC_IP"], about["OSC_PORT"])
                self._arrival.notify_all()


def ask(port: int, path: str) -> Any:
    """What the OSCQuery server on this machine answers."""
    connection = http.client.HTTPConnection(HERE, port, timeout=10)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
