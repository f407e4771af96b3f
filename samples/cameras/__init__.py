"""Stand-in cameras: they play a recording, so that each source can be tried without hardware. README.md shows how."""
