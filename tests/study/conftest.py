"""The renderer's parts, where they are: see tests/synthetic/conftest.py."""

from tests.synthetic.conftest import baked, parts

__all__ = ["baked", "parts"]
