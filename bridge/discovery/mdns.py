"""Who is there, by multicast DNS: services of OSCQuery on this network. Sources: RFC 6762, RFC 6763.

VRChat announces itself on every network interface but at the address 127.0.0.1, and so do we: the announcement is
seen in the local network, the service behind it is not.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Final

from zeroconf import Error as ZeroconfError
from zeroconf import InterfaceChoice, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

HTTP: Final = "_oscjson._tcp.local."
OSC: Final = "_osc._udp.local."

_SERVICES: Final = 16
"So many at most are kept in mind or asked about at a time."
_ADDRESSES: Final = 8
"Of one service: some name an address of every network interface and listen on one of them only."
_RESOLVE_MS: Final = 3000

logging.getLogger("zeroconf").setLevel(logging.ERROR)  # not every odd packet that somebody's printer sends

Place = tuple[str, int]
"An IPv4 address and a port."


class Neighbours:
    """The services whose name begins so, by name, kept up to date between `open` and `close`.

    `on_change` is called in the event loop. `open` raises OSError where multicast is not to be had.
    """

    def __init__(self, prefix: str, on_change: Callable[[], None]) -> None:
        self.places: dict[str, tuple[Place, ...]] = {}
        self._prefix = prefix
        self._on_change = on_change
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._own: list[AsyncServiceInfo] = []

    async def open(self) -> None:
        self._zeroconf = AsyncZeroconf(interfaces=InterfaceChoice.All, ip_version=IPVersion.V4Only)
        try:
            await self._zeroconf.zeroconf.async_wait_for_start()
        except ZeroconfError as error:
            raise OSError("multicast DNS does not start") from error
        self._browser = AsyncServiceBrowser(self._zeroconf.zeroconf, HTTP, handlers=[self._changed])

    async def close(self) -> None:
        for task in self._asking.values():
            task.cancel()
        await self._browser.async_cancel()
        await self._zeroconf.async_close()  # says goodbye for our own

    async def announce(self, name: str, host: str, http_port: int, osc_port: int) -> None:
        """Lets others find our service; a name is nobody else's. Quietly not, where the network does not allow it."""
        for kind, port in ((HTTP, http_port), (OSC, osc_port)):
            info = AsyncServiceInfo(
                kind, f"{name}.{kind}", port=port, addresses=[socket.inet_aton(host)], server=f"{name}.local."
            )
            with contextlib.suppress(OSError, ZeroconfError):
                await self._zeroconf.async_register_service(info, cooperating_responders=True)

    def _changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if not name.startswith(self._prefix):
            return
        if state_change is ServiceStateChange.Removed:
            self.places.pop(name, None)
            self._on_change()
        elif name not in self._asking and len(self._asking | self.places) < _SERVICES:
            self._asking[name] = asyncio.ensure_future(self._ask(zeroconf, name))

    async def _ask(self, zeroconf: Zeroconf, name: str) -> None:
        try:
            with contextlib.suppress(ZeroconfError):  # a name that is none
                info = AsyncServiceInfo(HTTP, name)
                found = await info.async_request(zeroconf, _RESOLVE_MS)
                addresses = info.parsed_addresses(IPVersion.V4Only)[:_ADDRESSES]
                if found and addresses and info.port:
                    self.places[name] = tuple((address, info.port) for address in addresses)
                    self._on_change()
        finally:
            del self._asking[name]
