"""Live cameras as one source: one for both eyes, or one for each."""

from abc import abstractmethod

from bridge.sources.device import Device
from bridge.sources.eyes import EyesOptions
from bridge.sources.source import Source


class LiveOptions(EyesOptions, frozen=True, extra="forbid"):
    """What every live camera's options have; its own add `kind` and the address."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What a person calls it; an address without its password."""

    @abstractmethod
    def connect(self) -> Device:
        """Raises `Lost` when the camera does not answer within a few seconds."""

    def open(self) -> Source:
        """The camera as a source of its own."""
        raise NotImplementedError
