import secrets

import pytest

from bridge.discovery import mdns


@pytest.fixture(autouse=True)
def own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Service types of this test's own, so that it meets no program of this machine and none meets it."""
    own = secrets.token_hex(4)
    monkeypatch.setattr(mdns, "HTTP", f"_q{own}._tcp.local.")
    monkeypatch.setattr(mdns, "OSC", f"_o{own}._udp.local.")
