"""A character head of our own making, with every ARKit shape; `python -m samples.avatar.make` builds it."""
