"""What all tests share: both databases, and a Ctrl-C that means something."""

import signal

pytest_plugins = ["support.databases"]

# Where the tests run in the background of a shell, Ctrl-C is ignored, and so it would be by every
# process that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
