"""The one exception a user ever reads."""


class BridgeError(Exception):
    """A sentence for the user: what is wrong, and what to do about it.

    Stages raise it where they notice; only the daemon's supervised loop and the command line catch it. On the command
    line it is printed alone, without a traceback, and the exit code is 2.
    """
