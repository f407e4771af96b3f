"""Finds the social VR program on this machine and what its avatar understands, by OSCQuery over mDNS.

Everything here runs in threads of its own, and everything that arrives is untrusted: each answer has a limit in size,
depth and time, and a damaged one is as good as none. Nobody but this machine is asked or answered unless the user
names another host.
"""

from bridge.discovery.avatar import Avatar, Parameter, newest_avatar_file
from bridge.discovery.finder import Finder, Found
from bridge.discovery.tree import Node

__all__ = ["Avatar", "Finder", "Found", "Node", "Parameter", "newest_avatar_file"]
