import bridge  # noqa: F401 (before numpy: it says how many threads that may use)
