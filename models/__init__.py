"""What makes, measures and keeps the networks."""

import bridge  # noqa: F401 - its word to OpenBLAS must come before the first import of numpy, here too
